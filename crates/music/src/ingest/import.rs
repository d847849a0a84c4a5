//! One run over one folder: walk, read, store, forget what is gone; every file gets one outcome.

use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use chassis::objects::{ObjectError, WriteError};
use futures_util::{StreamExt as _, stream};
use sea_orm::DbErr;
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use super::Library;
use super::content::hex;
use super::covers::Covers;
use super::heal::ask_for_lost_renditions;
use super::objects::store_file;
use super::origin::{Origin, ReadError};
use super::outcome::{FileOutcome, ImportEvent, ImportSummary, Report};
use super::owner::{OwnerError, claim, take_over};
use super::read::ReadFile;
use super::skip::Skip;
use super::tags::PICTURE_BYTES_MAX;
use super::walk::{Candidate, Found};
use crate::keys;
use crate::store::entities::source;
use crate::store::{NewTrack, Saved, Store};

/// How many files one run takes, when nobody says otherwise.
const FILES_MAX: usize = 1_000_000;
/// How large one file may be, in bytes, when nobody says otherwise.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;
/// How many files are read at the same time.
const READERS: usize = 2;

/// What to import and how.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// Where the music is.
    pub origin: Origin,
    /// More files are left out and reported, in the order of the walk.
    pub files_max: usize,
    /// Larger files are left out and reported, in bytes.
    pub file_bytes_max: u64,
    /// Reads every file again, also those that look unchanged; stores what is lost of originals and covers, and has
    /// tracks prepared again that were given up or whose renditions are lost.
    pub is_thorough: bool,
    /// Takes over objects that belong to another library, which is then refused to store any.
    pub takes_over: bool,
    /// Takes an empty folder or bucket as the wish to delete everything from it, not as a disk that is not mounted.
    pub may_be_empty: bool,
    /// Ends the run between two files when it is cancelled.
    pub stopping: CancellationToken,
}

impl ImportOptions {
    /// Imports with the usual limits.
    pub fn new(origin: impl Into<Origin>) -> Self {
        Self {
            origin: origin.into(),
            files_max: FILES_MAX,
            file_bytes_max: FILE_BYTES_MAX,
            is_thorough: false,
            takes_over: false,
            may_be_empty: false,
            stopping: CancellationToken::new(),
        }
    }
}

/// Why a run ended before its end. What was imported until then stays; the next run goes on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The folder cannot be read.
    #[error("could not read the folder {folder}")]
    Folder {
        /// As given.
        folder: String,
        /// Why.
        source: std::io::Error,
    },
    /// It is something else.
    #[error("{path} is no folder: give the folder that the music lies in")]
    NotAFolder {
        /// As given.
        path: String,
    },
    /// The bucket cannot be read.
    #[error("could not read the bucket {bucket}")]
    Bucket {
        /// As given.
        bucket: String,
        /// Why.
        source: ObjectError,
    },
    /// Names of objects are held in memory.
    #[error(
        "{bucket} has more than {objects_max} objects of music: import its parts one by one, as {bucket}/PREFIX"
    )]
    TooMany {
        /// As given.
        bucket: String,
        /// The limit.
        objects_max: usize,
    },
    /// There is nothing where there was music: most likely a disk is missing.
    #[error(
        "{folder} holds no music now, but {known_count} tracks came from it; nothing was removed \
         (is a disk missing? if it is meant to be empty: --allow-empty)"
    )]
    Vanished {
        /// As given.
        folder: String,
        /// How many files were imported from it.
        known_count: usize,
    },
    /// Somebody asked for it.
    #[error("somebody stopped it")]
    Stopped,
    /// The database cannot be written.
    #[error("could not write to the music database")]
    Store(#[from] DbErr),
    /// There is no room to work in.
    #[error("no room to work in")]
    Work(#[from] std::io::Error),
    /// The object store cannot be written.
    #[error("could not write to the object store")]
    Objects(#[from] ObjectError),
    /// The objects are not this library's, or nobody can say whose they are.
    #[error(transparent)]
    Owner(#[from] OwnerError),
}

/// Imports a folder or a part of a bucket. Calls `observe` for every step; what `observe` heard of is stored.
pub async fn import(
    library: &Library,
    options: &ImportOptions,
    observe: &mut (dyn FnMut(ImportEvent) + Send),
) -> Result<ImportSummary, ImportError> {
    let origin = &options.origin;
    let root = unless_stopped(options, origin.root()).await??;
    if options.takes_over {
        unless_stopped(options, take_over(library)).await??;
    }
    unless_stopped(options, claim(library)).await??;
    let run = Run {
        store: Store::new(library.database.clone()),
        library,
        options,
        root: root.clone(),
        covers: Covers::new(library, options.is_thorough),
    };
    // A disk that does not answer keeps its thread, not the one who wants to stop.
    let found = origin.look(&root, options.files_max, observe);
    let found = unless_stopped(options, found).await??;
    let known = unless_stopped(options, run.known_sources()).await??;
    let is_empty = found.candidates.is_empty() && found.unreadable.is_empty();
    if is_empty && !known.is_empty() && !options.may_be_empty {
        return Err(ImportError::Vanished {
            folder: origin.shown(),
            known_count: known.len(),
        });
    }
    observe(ImportEvent::Found {
        folder: origin.shown(),
        file_count: count(found.named_count()),
        size_bytes: found
            .candidates
            .iter()
            .map(|file| to_u64(file.size_bytes))
            .sum(),
    });
    let mut report = Report {
        summary: ImportSummary::default(),
        observe,
    };
    run.go_through(found, known, &mut report).await?;
    Ok(report.summary)
}

async fn unless_stopped<T>(
    options: &ImportOptions,
    work: impl Future<Output = T>,
) -> Result<T, ImportError> {
    tokio::select! {
        biased;
        () = options.stopping.cancelled() => Err(ImportError::Stopped),
        done = work => Ok(done),
    }
}

struct Run<'a> {
    store: Store,
    library: &'a Library,
    options: &'a ImportOptions,
    root: PathBuf,
    covers: Covers<'a>,
}

struct Read {
    candidate: Candidate,
    step: Step,
}

/// What is left to do with a file that was read.
enum Step {
    Nothing,
    Skip(Skip),
    Touch(source::Model),
    Save(Box<NewTrack>),
}

impl Run<'_> {
    async fn known_sources(&self) -> Result<HashMap<String, source::Model>, DbErr> {
        let rows = self.store.list_sources_below(&self.root).await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.path_hash.clone(), row))
            .collect())
    }

    /// Imports what was found, then forgets what is known but was not found.
    async fn go_through(
        &self,
        found: Found,
        mut known: HashMap<String, source::Model>,
        report: &mut Report<'_>,
    ) -> Result<(), ImportError> {
        for (path, reason) in &found.unreadable {
            let code = "unreadable";
            let reason = reason.clone();
            report.file(path, 0, FileOutcome::Skipped { code, reason });
        }
        for path in &found.irregular {
            report.file(path, 0, skipped(&Skip::NotRegular));
        }
        let mut reads = Vec::with_capacity(found.candidates.len());
        for candidate in found.candidates {
            let source = known.remove(&path_hash(&self.root.join(&candidate.path)));
            reads.push((candidate, source));
        }
        let reads = reads
            .into_iter()
            .map(|(candidate, source)| self.read(candidate, source));
        let mut reads = stream::iter(reads).buffered(READERS);
        // From the beginning of the run backwards: lists of the newest show its tracks in the order of their folders.
        let mut added_at_ms = self.library.clock.now_ms();
        while let Some(read) = unless_stopped(self.options, reads.next()).await? {
            let Read {
                candidate,
                mut step,
            } = read?;
            if let Step::Save(new) = &mut step {
                new.track.created_at_ms = added_at_ms;
                added_at_ms -= 1;
            }
            let (outcome, is_other_gone) = self.save(step).await?;
            if is_other_gone {
                report.file(&candidate.path, 0, FileOutcome::Removed);
            }
            report.file(&candidate.path, to_u64(candidate.size_bytes), outcome);
        }
        if let Some(path) = &found.cut_at {
            // What was not looked at may still be there: nothing is forgotten.
            report.file(path, 0, skipped(&Skip::TooMany(self.options.files_max)));
            return Ok(());
        }
        self.forget(known, &found.unreadable, report).await
    }

    /// Forgets the paths that are gone. What lies where nobody could look may still be there.
    async fn forget(
        &self,
        gone: HashMap<String, source::Model>,
        unreadable: &[(PathBuf, String)],
        report: &mut Report<'_>,
    ) -> Result<(), ImportError> {
        // Paths are stored as text.
        let unreadable: Vec<PathBuf> = unreadable
            .iter()
            .map(|(folder, _)| PathBuf::from(folder.to_string_lossy().into_owned()))
            .collect();
        for row in gone.into_values() {
            let path = Path::new(&row.root).join(&row.path);
            let below = path.strip_prefix(&self.root).unwrap_or(&path);
            if unreadable.iter().any(|folder| below.starts_with(folder)) {
                continue;
            }
            if self.options.stopping.is_cancelled() {
                return Err(ImportError::Stopped);
            }
            let now_ms = self.library.clock.now_ms();
            // A track that was moved, or has a copy, stays: then nothing is gone but a path.
            if self.store.delete_source(&row.path_hash, now_ms).await? {
                report.file(below, 0, FileOutcome::Removed);
            }
        }
        Ok(())
    }

    /// Reads one file and stores its objects; several run at once.
    async fn read(
        &self,
        candidate: Candidate,
        known: Option<source::Model>,
    ) -> Result<Read, ImportError> {
        let is_unchanged = known.as_ref().is_some_and(|known| {
            known.size_bytes == candidate.size_bytes
                && known.modified_at_ms == candidate.modified_at_ms
                && known.beside_at_ms == candidate.beside_at_ms
        });
        let step = if is_unchanged && !self.options.is_thorough {
            Step::Nothing
        } else {
            let (origin, limit) = (&self.options.origin, self.options.file_bytes_max);
            let read = origin.read(&self.root, &candidate, limit, &self.library.work);
            match read.await {
                Ok(read) => self.store_objects(&candidate, known, read).await?,
                Err(ReadError::Skip(skip)) => Step::Skip(skip),
                Err(ReadError::Import(error)) => return Err(error),
            }
        };
        Ok(Read { candidate, step })
    }

    async fn store_objects(
        &self,
        candidate: &Candidate,
        known: Option<source::Model>,
        mut read: ReadFile,
    ) -> Result<Step, ImportError> {
        let source = self.source(candidate, &read);
        if let Some(known) = known
            && !self.options.is_thorough
            && known.content_hash == source.content_hash
            && known.beside_at_ms == source.beside_at_ms
        {
            let track_id = known.track_id;
            return Ok(Step::Touch(source::Model { track_id, ..source }));
        }
        let media_type = read.info.format.media_type();
        let file = match read.file.try_clone() {
            Ok(file) => file,
            Err(error) => return Ok(Step::Skip(error.into())),
        };
        // Somebody may have taken them over since the run began.
        claim(self.library).await?;
        let (hash, extension) = (&read.content.id.hash, read.info.format.extension());
        let key_of = |number| keys::original(hash, extension, number);
        let key = self.store.reclaim_key(key_of).await?;
        match store_file(
            &self.library.objects,
            &key,
            media_type,
            file,
            &read.content.id,
        )
        .await
        {
            Ok(()) => {}
            Err(WriteError::Source(error)) => return Ok(Step::Skip(error.into())),
            Err(WriteError::Store(error)) => return Err(error.into()),
        }
        let beside = async |path: &Path| {
            let origin = &self.options.origin;
            let bytes = origin.read_beside(&self.root, path, PICTURE_BYTES_MAX);
            bytes.await
        };
        let covers = &candidate.cover_paths;
        let (cover_id, is_generated) = self.covers.store(&mut read, covers, beside).await?;
        let track = NewTrack {
            is_retried: self.options.is_thorough,
            ..read.into_track(source, cover_id, is_generated, key)
        };
        Ok(Step::Save(Box::new(track)))
    }

    fn source(&self, candidate: &Candidate, read: &ReadFile) -> source::Model {
        source::Model {
            path_hash: path_hash(&self.root.join(&candidate.path)),
            root: self.root.to_string_lossy().into_owned(),
            path: candidate.path.to_string_lossy().into_owned(),
            track_id: String::new(),
            size_bytes: candidate.size_bytes,
            modified_at_ms: candidate.modified_at_ms,
            beside_at_ms: candidate.beside_at_ms,
            content_hash: read.content.id.hash.clone(),
            seen_at_ms: self.library.clock.now_ms(),
        }
    }

    /// Writes what was read; one at a time and in order. Says, too, whether the track that stood at the path is gone.
    async fn save(&self, step: Step) -> Result<(FileOutcome, bool), ImportError> {
        let mut is_other_gone = false;
        let outcome = match step {
            Step::Nothing => FileOutcome::Unchanged,
            Step::Skip(skip) => skipped(&skip),
            Step::Touch(source) => {
                self.store.touch_source(&source).await?;
                FileOutcome::Unchanged
            }
            Step::Save(track) => {
                let clock = &self.library.clock;
                let origin = &self.options.origin;
                let find_fallen = |sources| origin.find_fallen(&self.root, sources);
                let file = self.store.save_track(&track, clock, &find_fallen).await?;
                if self.options.is_thorough {
                    ask_for_lost_renditions(self.library, &file.track_id).await?;
                }
                is_other_gone = file.is_other_gone;
                match file.saved {
                    Saved::Added => FileOutcome::Added,
                    Saved::Updated => FileOutcome::Updated,
                    Saved::Restored => FileOutcome::Restored,
                    Saved::Moved => FileOutcome::Moved,
                    Saved::Unchanged => FileOutcome::Unchanged,
                }
            }
        };
        Ok((outcome, is_other_gone))
    }
}

fn skipped(skip: &Skip) -> FileOutcome {
    FileOutcome::Skipped {
        code: skip.code(),
        reason: skip.to_string(),
    }
}

/// Tells a path, whatever its length and encoding.
pub(super) fn path_hash(path: &Path) -> String {
    hex(&Sha256::digest(path.as_os_str().as_bytes()))
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn to_u64(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
