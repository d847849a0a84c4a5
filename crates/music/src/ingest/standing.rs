//! Whether the files that were imported before still stand where they stood.

use std::path::{Path, PathBuf};

use futures_util::future::BoxFuture;

use super::blocking;
use super::import::path_hash;
use super::walk::modified_ms;
use crate::store::entities::source;

/// How many names that look alike are followed for one path.
const LOOK_ALIKES_MAX: usize = 1_000;

/// Of some paths, those that have not the content any more that they were imported with.
pub(super) fn find_fallen(
    mut sources: Vec<source::Model>,
) -> BoxFuture<'static, Vec<source::Model>> {
    Box::pin(blocking(move || {
        sources.retain(|source| !stands(source));
        sources
    }))
}

/// Whether a path still has the content it was imported with, as far as its size and time say. It is not opened: a pipe
/// of that name would keep its reader for ever.
fn stands(source: &source::Model) -> bool {
    let metadata = real_path(source).and_then(|path| std::fs::metadata(path).ok());
    metadata.is_some_and(|metadata| {
        metadata.is_file() && stands_as(source, metadata.len(), modified_ms(&metadata))
    })
}

/// Whether what lies at a path now is, by its size and time, what was imported.
pub(super) fn stands_as(source: &source::Model, size_bytes: u64, modified_at_ms: i64) -> bool {
    i64::try_from(size_bytes) == Ok(source.size_bytes) && modified_at_ms == source.modified_at_ms
}

/// The path as the disk has it. A name that is no text is stored with a stand-in for what is none: its folder knows it,
/// and its hash tells it from others that look alike.
fn real_path(source: &source::Model) -> Option<PathBuf> {
    let stored = Path::new(&source.root).join(&source.path);
    if path_hash(&stored) == source.path_hash {
        return Some(stored);
    }
    let mut found = vec![PathBuf::new()];
    for part in stored.components() {
        let name = part.as_os_str().to_string_lossy();
        if name.contains(char::REPLACEMENT_CHARACTER) {
            let alike = found.iter().flat_map(|folder| look_alikes(folder, &name));
            found = alike.take(LOOK_ALIKES_MAX).collect();
        } else {
            for path in &mut found {
                path.push(part);
            }
        }
    }
    found
        .into_iter()
        .find(|path| path_hash(path) == source.path_hash)
}

/// What is in a folder that would be stored under a name.
fn look_alikes(folder: &Path, name: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy() == name)
        .map(|entry| entry.path())
        .collect()
}
