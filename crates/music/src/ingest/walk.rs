//! Walking a folder: every file whose name says audio, in order, whatever else lies there.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use walkdir::{DirEntry, WalkDir};

use super::format::is_audio_name;

/// How many files one run takes at most.
pub(crate) const FILES_MAX: usize = 1_000_000;
/// How deep folders may be nested.
const DEPTH_MAX: usize = 64;
/// Names a folder's cover may have, best first.
const COVER_STEMS: [&str; 5] = ["cover", "folder", "front", "album", "albumart"];
const COVER_EXTENSIONS: [&str; 4] = ["jpg", "jpeg", "png", "webp"];

/// A file that may be a track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// Below the imported folder.
    pub(crate) path: PathBuf,
    pub(crate) size_bytes: i64,
    pub(crate) modified_at_ms: i64,
    /// When its lyrics and its folder's cover changed, added up: if it differs, the file is read again.
    pub(crate) beside_at_ms: i64,
    /// Lyrics beside it, below the imported folder.
    pub(crate) lyrics_path: Option<PathBuf>,
    /// The folder's cover, below the imported folder.
    pub(crate) cover_path: Option<PathBuf>,
}

/// What a walk found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Sorted by path.
    pub(crate) candidates: Vec<Candidate>,
    /// Files and folders that could not be looked at, with the reason.
    pub(crate) unreadable: Vec<(PathBuf, String)>,
    /// More than [`FILES_MAX`] files lay there.
    pub(crate) is_cut: bool,
}

/// Walks a folder. Links are followed; a loop of links is reported and left.
pub(crate) fn walk(root: &Path) -> Found {
    let mut found = Found::default();
    let mut folder = Folder::default();
    let entries = WalkDir::new(root)
        .follow_links(true)
        .max_depth(DEPTH_MAX)
        .sort_by(|a, b| {
            let order =
                |entry: &DirEntry| (entry.file_type().is_dir(), entry.file_name().to_owned());
            order(a).cmp(&order(b))
        });
    for entry in entries.into_iter().filter_entry(|entry| !is_hidden(entry)) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.unreadable.push(unreadable(root, &error));
                continue;
            }
        };
        if entry.depth() == DEPTH_MAX && entry.file_type().is_dir() {
            let path = entry.path().strip_prefix(root).unwrap_or(root).to_owned();
            let reason = format!("it lies deeper than {DEPTH_MAX} folders");
            found.unreadable.push((path, reason));
        }
        if !entry.file_type().is_file() {
            continue;
        }
        if found.candidates.len() >= FILES_MAX {
            found.is_cut = true;
            break;
        }
        let parent = entry.path().parent().unwrap_or(root);
        if folder.path != parent {
            folder = Folder::read(parent);
        }
        if !is_audio_name(entry.path()) {
            continue;
        }
        match entry.metadata() {
            Ok(metadata) => found
                .candidates
                .push(folder.candidate(root, entry.path(), &metadata)),
            Err(error) => found.unreadable.push(unreadable(root, &error)),
        }
    }
    found.candidates.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// What systems leave in a music folder (`._01.mp3`, `.Trash-1000`, `.stfolder`). Any other dot begins a name: `.5: The
/// Gray Chapter`, `...And Justice for All`.
fn is_hidden(entry: &DirEntry) -> bool {
    let name = entry.file_name().as_encoded_bytes();
    let after_dot = name.strip_prefix(b".").and_then(<[u8]>::first);
    let is_of_system = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'_';
    0 < entry.depth() && after_dot.is_some_and(is_of_system)
}

fn unreadable(root: &Path, error: &walkdir::Error) -> (PathBuf, String) {
    let path = error.path().unwrap_or(root);
    let path = path.strip_prefix(root).unwrap_or(path).to_owned();
    let reason = match (error.loop_ancestor(), error.io_error()) {
        (Some(_), _) => "a link leads back to a folder it lies in".to_owned(),
        (None, Some(error)) => error.to_string(),
        (None, None) => error.to_string(),
    };
    (path, reason)
}

/// The folder the walk is in, with what belongs to all its tracks.
#[derive(Debug, Default)]
struct Folder {
    path: PathBuf,
    cover: Option<(PathBuf, i64)>,
}

impl Folder {
    fn read(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            cover: find_cover(path),
        }
    }

    fn candidate(&self, root: &Path, path: &Path, metadata: &std::fs::Metadata) -> Candidate {
        let below = |path: &Path| path.strip_prefix(root).unwrap_or(path).to_owned();
        let lyrics = path.with_extension("lrc");
        // A pipe or a device of that name would keep its reader for ever.
        let lyrics_at_ms = std::fs::metadata(&lyrics)
            .ok()
            .filter(std::fs::Metadata::is_file)
            .map(|file| modified_ms(&file));
        let cover_at_ms = self.cover.as_ref().map(|(_, at_ms)| *at_ms);
        Candidate {
            path: below(path),
            size_bytes: i64::try_from(metadata.len()).unwrap_or(i64::MAX),
            modified_at_ms: modified_ms(metadata),
            beside_at_ms: lyrics_at_ms
                .unwrap_or_default()
                .wrapping_add(cover_at_ms.unwrap_or_default()),
            lyrics_path: lyrics_at_ms.map(|_| below(&lyrics)),
            cover_path: self.cover.as_ref().map(|(cover, _)| below(cover)),
        }
    }
}

/// The picture of a folder with the best name.
fn find_cover(folder: &Path) -> Option<(PathBuf, i64)> {
    let entries = std::fs::read_dir(folder).ok()?;
    let best = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let path = entry.path();
            let lower = |part: Option<&std::ffi::OsStr>| {
                part.map(|part| part.to_string_lossy().to_lowercase())
            };
            let extension = lower(path.extension())?;
            let stem = lower(path.file_stem())?;
            let stem_rank = COVER_STEMS.iter().position(|name| *name == stem)?;
            let extension_rank = COVER_EXTENSIONS
                .iter()
                .position(|name| *name == extension)?;
            Some((stem_rank, extension_rank, path))
        })
        .min()?;
    let metadata = std::fs::metadata(&best.2).ok()?;
    metadata.is_file().then(|| (best.2, modified_ms(&metadata)))
}

/// When a file changed, as stored.
pub(super) fn modified_ms(metadata: &std::fs::Metadata) -> i64 {
    let since_epoch = metadata
        .modified()
        .ok()
        .and_then(|at| at.duration_since(UNIX_EPOCH).ok())
        .unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}
