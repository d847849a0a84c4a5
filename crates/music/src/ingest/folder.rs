//! The folder of a run: whether it can be imported from, and what is in it.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::blocking;
use super::import::ImportError;
use super::outcome::ImportEvent;
use super::walk::{Found, walk};

/// How often it is told how far a walk is.
const TELL_EVERY: Duration = Duration::from_millis(200);

/// The folder as the disk has it, if it can be read.
pub(super) fn find_root(folder: &Path) -> Result<PathBuf, ImportError> {
    let folder_error = |source| ImportError::Folder {
        folder: folder.display().to_string(),
        source,
    };
    let root = std::fs::canonicalize(folder).map_err(folder_error)?;
    if !root.is_dir() {
        return Err(ImportError::NotAFolder {
            path: folder.display().to_string(),
        });
    }
    std::fs::read_dir(&root).map_err(folder_error)?;
    Ok(root)
}

/// Walks a folder and tells now and then how many files it has found: a large one takes minutes.
pub(super) async fn look(
    root: PathBuf,
    files_max: usize,
    observe: &mut (dyn FnMut(ImportEvent) + Send),
) -> Found {
    let found_count = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&found_count);
    let walking = blocking(move || walk(&root, files_max, &counted));
    tell_while(walking, &found_count, observe).await
}

async fn tell_while<T>(
    walking: impl Future<Output = T>,
    found_count: &AtomicU64,
    observe: &mut (dyn FnMut(ImportEvent) + Send),
) -> T {
    let mut walking = pin!(walking);
    let mut ticks = tokio::time::interval(TELL_EVERY);
    loop {
        tokio::select! {
            biased;
            found = &mut walking => return found,
            _ = ticks.tick() => observe(ImportEvent::Looking {
                file_count: found_count.load(Ordering::Relaxed),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn a_walk_that_lasts_tells_how_many_files_it_has_found() {
        let found_count = AtomicU64::new(0);
        let (told_of_two, all_told) = oneshot::channel();
        let mut told_of_two = Some(told_of_two);
        let walking = async {
            found_count.store(2, Ordering::Relaxed);
            all_told.await
        };
        let mut observe = |event| {
            assert_eq!(event, ImportEvent::Looking { file_count: 2 });
            if let Some(told) = told_of_two.take() {
                told.send("walked").unwrap();
            }
        };
        let done = tell_while(walking, &found_count, &mut observe);
        assert_eq!(done.await, Ok("walked"));
    }

    #[test]
    fn a_folder_that_is_not_there_or_is_none_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.mp3");
        std::fs::write(&file, "x").unwrap();
        assert!(find_root(folder.path()).is_ok());
        let error = find_root(&file).unwrap_err();
        assert!(matches!(error, ImportError::NotAFolder { .. }), "{error}");
        let error = find_root(&folder.path().join("b")).unwrap_err();
        assert!(matches!(error, ImportError::Folder { .. }), "{error}");
    }
}
