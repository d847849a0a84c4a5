//! What a run says: one event per file, and a summary that counts them.

use std::path::Path;

/// What happens during a run, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportEvent {
    /// The folder is being walked; told now and then.
    Looking {
        /// How many files were found until now.
        file_count: u64,
    },
    /// The folder was walked.
    Found {
        /// As given.
        folder: String,
        /// How many files will be looked at.
        file_count: u64,
        /// What they weigh.
        size_bytes: u64,
    },
    /// A file is done.
    File {
        /// Below the folder.
        path: String,
        /// Of the file.
        size_bytes: u64,
        /// What became of it.
        outcome: FileOutcome,
    },
}

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileOutcome {
    /// A new track.
    Added,
    /// Its tags, cover or lyrics changed.
    Updated,
    /// Its track was deleted and is back.
    Restored,
    /// A known track at a new path.
    Moved,
    /// Nothing changed.
    Unchanged,
    /// The file is gone or has another recording now, and its track is gone with it.
    Removed,
    /// Left out, with a stable code and a sentence.
    Skipped {
        /// For programs.
        code: &'static str,
        /// For people.
        reason: String,
    },
}

impl FileOutcome {
    /// One word, for programs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Updated => "updated",
            Self::Restored => "restored",
            Self::Moved => "moved",
            Self::Unchanged => "unchanged",
            Self::Removed => "removed",
            Self::Skipped { .. } => "skipped",
        }
    }
}

/// What a run did, counted in files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportSummary {
    /// New tracks.
    pub added: u64,
    /// Changed tags, covers or lyrics.
    pub updated: u64,
    /// Deleted tracks that came back.
    pub restored: u64,
    /// Known tracks at new paths.
    pub moved: u64,
    /// Files that stayed as they were.
    pub unchanged: u64,
    /// Tracks whose last file is gone, or has another recording now.
    pub removed: u64,
    /// Files that were left out.
    pub skipped: u64,
}

impl ImportSummary {
    /// Whether the run met no file, neither now nor known from before.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn count(&mut self, outcome: &FileOutcome) {
        let counter = match outcome {
            FileOutcome::Added => &mut self.added,
            FileOutcome::Updated => &mut self.updated,
            FileOutcome::Restored => &mut self.restored,
            FileOutcome::Moved => &mut self.moved,
            FileOutcome::Unchanged => &mut self.unchanged,
            FileOutcome::Removed => &mut self.removed,
            FileOutcome::Skipped { .. } => &mut self.skipped,
        };
        *counter += 1;
    }
}

/// Counts what happens and passes it on.
pub(super) struct Report<'a> {
    pub(super) summary: ImportSummary,
    pub(super) observe: &'a mut (dyn FnMut(ImportEvent) + Send),
}

impl Report<'_> {
    pub(super) fn file(&mut self, path: &Path, size_bytes: u64, outcome: FileOutcome) {
        self.summary.count(&outcome);
        (self.observe)(ImportEvent::File {
            path: path.to_string_lossy().into_owned(),
            size_bytes,
            outcome,
        });
    }
}
