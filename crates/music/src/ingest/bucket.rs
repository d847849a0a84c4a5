//! From the list of a bucket's objects to the files that may be tracks, by the rules of a walk through folders.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chassis::objects::Object;

use super::format::is_audio_name;
use super::walk::{COVERS_MAX, Candidate, CoverRank, Found, is_hidden_name, rank_cover};

/// The pictures of one folder.
type Covers = Vec<(CoverRank, PathBuf, i64)>;

/// Whether an object may be a track, or belong to one.
pub(super) fn is_wanted(object: &Object) -> bool {
    let path = Path::new(&object.key);
    let mut names = path.iter().map(OsStr::as_encoded_bytes);
    if names.any(is_hidden_name) {
        return false;
    }
    is_audio_name(path) || is_lyrics_name(path) || rank_cover(path).is_some()
}

fn is_lyrics_name(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "lrc")
}

/// Arranges what [`is_wanted`] of a bucket as a walk would have found it: sorted, and no more than so many.
pub(super) fn arrange(objects: Vec<Object>, files_max: usize) -> Found {
    let mut covers: HashMap<PathBuf, Covers> = HashMap::new();
    let mut lyrics: HashMap<PathBuf, i64> = HashMap::new();
    let mut tracks = Vec::new();
    for object in objects {
        let path = PathBuf::from(object.key);
        if is_audio_name(&path) {
            tracks.push((path, object.size_bytes, object.modified_at_ms));
        } else if is_lyrics_name(&path) {
            lyrics.insert(path, object.modified_at_ms);
        } else if let Some(rank) = rank_cover(&path) {
            let folder = covers.entry(folder_of(&path)).or_default();
            folder.push((rank, path, object.modified_at_ms));
        }
    }
    let covers: HashMap<PathBuf, (Arc<[PathBuf]>, i64)> = covers
        .into_iter()
        .map(|(folder, covers)| (folder, best(covers)))
        .collect();
    tracks.sort();
    let cut_at = tracks.get(files_max).map(|(path, ..)| path.clone());
    tracks.truncate(files_max);
    let candidates = tracks
        .into_iter()
        .map(|(path, size_bytes, modified_at_ms)| {
            let lyrics_path = path.with_extension("lrc");
            let lyrics_at_ms = lyrics.get(&lyrics_path).copied();
            let covers = covers.get(&folder_of(&path));
            let (cover_paths, covers_at_ms) = covers.cloned().unwrap_or_default();
            Candidate {
                path,
                size_bytes: i64::try_from(size_bytes).unwrap_or(i64::MAX),
                modified_at_ms,
                beside_at_ms: lyrics_at_ms.unwrap_or_default().wrapping_add(covers_at_ms),
                lyrics_path: lyrics_at_ms.map(|_| lyrics_path),
                cover_paths,
            }
        });
    Found {
        candidates: candidates.collect(),
        cut_at,
        ..Found::default()
    }
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).to_owned()
}

/// The pictures that are tried, the best name first, and when they changed, added up.
fn best(mut covers: Covers) -> (Arc<[PathBuf]>, i64) {
    covers.sort();
    covers.truncate(COVERS_MAX);
    let changed_at_ms = covers
        .iter()
        .fold(0, |sum: i64, (_, _, at_ms)| sum.wrapping_add(*at_ms));
    let paths = covers.into_iter().map(|(_, path, _)| path).collect();
    (paths, changed_at_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(keys: &[&str]) -> Vec<Object> {
        let object = |(modified_at_ms, key): (i64, &&str)| Object {
            key: (*key).to_owned(),
            size_bytes: 10,
            modified_at_ms,
        };
        (1_000..).zip(keys).map(object).collect()
    }

    #[test]
    fn tracks_have_the_lyrics_and_pictures_of_their_folder() {
        let keys = [
            "b/02.mp3",
            "b/01.flac",
            "b/01.lrc",
            "b/front.png",
            "b/cover.jpg",
            "b/other.jpg",
            "top.mp3",
            "b/notes.txt",
            "b/._01.mp3",
            ".Trash-1000/x.mp3",
        ];
        let wanted = objects(&keys).into_iter().filter(is_wanted).collect();
        let found = arrange(wanted, 10);
        let paths: Vec<_> = found.candidates.iter().map(|file| &file.path).collect();
        assert_eq!(paths, ["b/01.flac", "b/02.mp3", "top.mp3"].map(Path::new));
        let [first, second, top] = &found.candidates[..] else {
            panic!("{found:?}");
        };
        let covers = ["b/cover.jpg", "b/front.png"].map(PathBuf::from);
        assert_eq!(*first.cover_paths, covers);
        assert_eq!(first.lyrics_path, Some("b/01.lrc".into()));
        assert_eq!(first.beside_at_ms, 1_002 + 1_003 + 1_004);
        assert_eq!(
            (second.lyrics_path.as_ref(), second.beside_at_ms),
            (None, 2_007)
        );
        assert_eq!((top.cover_paths.len(), top.beside_at_ms), (0, 0));
        assert_eq!(found.cut_at, None);
    }

    #[test]
    fn what_is_too_many_is_cut_in_the_order_of_paths() {
        let found = arrange(objects(&["c.mp3", "a.mp3", "b.mp3"]), 2);
        assert_eq!(found.cut_at, Some("c.mp3".into()));
        assert_eq!(found.candidates.len(), 2);
    }
}
