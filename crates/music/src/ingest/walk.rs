//! Walking a folder: every file whose name says audio, in order, whatever else lies there.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::UNIX_EPOCH;

use walkdir::{DirEntry, WalkDir};

use super::format::is_audio_name;

/// How deep folders may be nested.
const DEPTH_MAX: usize = 64;
/// Names a folder's cover may have, best first.
const COVER_STEMS: [&str; 5] = ["cover", "folder", "front", "album", "albumart"];
const COVER_EXTENSIONS: [&str; 4] = ["jpg", "jpeg", "png", "webp"];
/// How many covers of a folder are tried at most.
pub(super) const COVERS_MAX: usize = 4;
/// Folders that the system makes up: they hold no music, have no end, and some of their files answer for ever.
const SYSTEM_FOLDERS: [&str; 3] = ["/proc", "/sys", "/dev"];
const LEADS_BACK: &str = "a link leads back to a folder it lies in";

/// A file that may be a track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// Below the imported folder.
    pub(crate) path: PathBuf,
    pub(crate) size_bytes: i64,
    pub(crate) modified_at_ms: i64,
    /// When its lyrics and its folder's covers changed, added up: if it differs, the file is read again.
    pub(crate) beside_at_ms: i64,
    /// Lyrics beside it, below the imported folder.
    pub(crate) lyrics_path: Option<PathBuf>,
    /// The folder's covers, below the imported folder, the best name first: it may turn out to be no picture.
    pub(crate) cover_paths: Arc<[PathBuf]>,
}

/// What a walk found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Sorted by path.
    pub(crate) candidates: Vec<Candidate>,
    /// Files and folders that could not be looked at, with the reason.
    pub(crate) unreadable: Vec<(PathBuf, String)>,
    /// What has the name of a file but is a pipe, a socket or a device. Nobody opens it: that could last for ever.
    pub(crate) irregular: Vec<PathBuf>,
    /// The first file that was one too many: it and what comes after it was not looked at.
    pub(crate) cut_at: Option<PathBuf>,
}

impl Found {
    /// How many files and folders the run will name.
    pub(crate) fn named_count(&self) -> usize {
        self.candidates.len()
            + self.unreadable.len()
            + self.irregular.len()
            + usize::from(self.cut_at.is_some())
    }
}

/// Walks a folder, as the disk has it, until it has found so many files; `found_count` tells others how many they are.
/// Links are followed; one that would have no end is reported and left.
pub(crate) fn walk(root: &Path, files_max: usize, found_count: &AtomicU64) -> Found {
    let mut found = Found::default();
    let mut folder = Folder::default();
    let below = |path: &Path| path.strip_prefix(root).unwrap_or(root).to_owned();
    let mut entries = WalkDir::new(root)
        .follow_links(true)
        .max_depth(DEPTH_MAX)
        .sort_by(|a, b| {
            let order =
                |entry: &DirEntry| (entry.file_type().is_dir(), entry.file_name().to_owned());
            order(a).cmp(&order(b))
        })
        .into_iter()
        .filter_entry(|entry| !is_hidden(entry));
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.unreadable.push(unreadable(root, &error));
                continue;
            }
        };
        if let Some(reason) = endless(root, &entry) {
            let path = below(entry.path());
            found.unreadable.push((path, reason.to_owned()));
            entries.skip_current_dir();
            continue;
        }
        if entry.depth() == DEPTH_MAX && entry.file_type().is_dir() {
            let reason = format!("it lies deeper than {DEPTH_MAX} folders");
            found.unreadable.push((below(entry.path()), reason));
        }
        if !entry.file_type().is_file() {
            if !entry.file_type().is_dir() && is_audio_name(entry.path()) {
                found.irregular.push(below(entry.path()));
            }
            continue;
        }
        if !is_audio_name(entry.path()) {
            continue;
        }
        if found.candidates.len() >= files_max {
            found.cut_at = Some(below(entry.path()));
            break;
        }
        let parent = entry.path().parent().unwrap_or(root);
        if folder.path != parent {
            folder = Folder::read(root, parent);
        }
        match entry.metadata() {
            Ok(metadata) => {
                found
                    .candidates
                    .push(folder.candidate(root, entry.path(), &metadata));
                found_count.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) => found.unreadable.push(unreadable(root, &error)),
        }
    }
    found.candidates.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Why a link is not followed: it leads out of the music to a folder around it, where `WalkDir` would see no loop before
/// it had gone through the whole system, or to what the system makes up.
fn endless(root: &Path, entry: &DirEntry) -> Option<&'static str> {
    if entry.depth() == 0 || !entry.path_is_symlink() || !entry.file_type().is_dir() {
        return None;
    }
    let target = std::fs::canonicalize(entry.path()).ok()?;
    if root.starts_with(&target) {
        return Some(LEADS_BACK);
    }
    // Who imports from there, say from a disk in memory, means it.
    let is_made_up = |folder: &&str| target.starts_with(folder) && !root.starts_with(folder);
    let mut folders = SYSTEM_FOLDERS.iter();
    folders
        .any(is_made_up)
        .then_some("a link leads to a folder of the system")
}

/// What systems leave in a music folder (`._01.mp3`, `.Trash-1000`, `.stfolder`). Any other dot begins a name: `.5: The
/// Gray Chapter`, `...And Justice for All`.
pub(super) fn is_hidden_name(name: &[u8]) -> bool {
    let after_dot = name.strip_prefix(b".").and_then(<[u8]>::first);
    after_dot.is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
}

fn is_hidden(entry: &DirEntry) -> bool {
    0 < entry.depth() && is_hidden_name(entry.file_name().as_encoded_bytes())
}

fn unreadable(root: &Path, error: &walkdir::Error) -> (PathBuf, String) {
    let path = error.path().unwrap_or(root);
    let path = path.strip_prefix(root).unwrap_or(path).to_owned();
    let reason = match (error.loop_ancestor(), error.io_error()) {
        (Some(_), _) => LEADS_BACK.to_owned(),
        (None, Some(error)) => error.to_string(),
        (None, None) => error.to_string(),
    };
    (path, reason)
}

/// The folder the walk is in, with what belongs to all its tracks.
#[derive(Debug, Default)]
struct Folder {
    path: PathBuf,
    cover_paths: Arc<[PathBuf]>,
    /// When they changed, added up.
    covers_at_ms: i64,
}

impl Folder {
    fn read(root: &Path, path: &Path) -> Self {
        let covers = find_covers(path);
        let below = |path: &Path| path.strip_prefix(root).unwrap_or(path).to_owned();
        Self {
            path: path.to_owned(),
            cover_paths: covers.iter().map(|(path, _)| below(path)).collect(),
            covers_at_ms: covers
                .iter()
                .fold(0, |sum: i64, (_, at_ms)| sum.wrapping_add(*at_ms)),
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
        Candidate {
            path: below(path),
            size_bytes: i64::try_from(metadata.len()).unwrap_or(i64::MAX),
            modified_at_ms: modified_ms(metadata),
            beside_at_ms: lyrics_at_ms
                .unwrap_or_default()
                .wrapping_add(self.covers_at_ms),
            lyrics_path: lyrics_at_ms.map(|_| below(&lyrics)),
            cover_paths: Arc::clone(&self.cover_paths),
        }
    }
}

/// The pictures of a folder and when they changed, the best name first.
fn find_covers(folder: &Path) -> Vec<(PathBuf, i64)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut named: Vec<_> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let path = entry.path();
            Some((rank_cover(&path)?, path))
        })
        .collect();
    named.sort();
    named
        .into_iter()
        .filter_map(|(_, path)| {
            // A folder or a broken link may have the best name, too.
            let metadata = std::fs::metadata(&path).ok()?;
            metadata.is_file().then(|| (path, modified_ms(&metadata)))
        })
        .take(COVERS_MAX)
        .collect()
}

/// How good a picture's name is, best first: its stem, then its extension.
pub(super) type CoverRank = (usize, usize);

/// The rank of a picture by its name; none when its name is no cover's.
pub(super) fn rank_cover(path: &Path) -> Option<CoverRank> {
    let lower =
        |part: Option<&std::ffi::OsStr>| part.map(|part| part.to_string_lossy().to_lowercase());
    let (stem, extension) = (lower(path.file_stem())?, lower(path.extension())?);
    let stem_rank = COVER_STEMS.iter().position(|name| *name == stem)?;
    let mut extensions = COVER_EXTENSIONS.iter();
    Some((stem_rank, extensions.position(|name| *name == extension)?))
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
