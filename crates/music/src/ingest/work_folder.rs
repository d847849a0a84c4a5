//! Where a job works: a folder of its own below the one that all jobs share, gone when the job or its process is.
//!
//! That one is given: the machine's temporary folder may be memory, and an original of 4 GiB with its renditions is not
//! for memory. The holder of a folder keeps a lock in it, which ends with the process however that ends; so a folder
//! that nobody locks was left by a crash, and any worker of the machine may remove it.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

/// How the folders are called.
const PREFIX: &str = "haas-prepare-";
const LOCK: &str = "lock";
/// The lock under the name it has before it is locked.
const LOCK_BEFORE: &str = "lock-before";
/// A folder without a lock is being made, unless it is older than this.
const UNLOCKED_AGE_MAX: Duration = Duration::from_hours(1);

/// A folder that its holder works in.
#[derive(Debug)]
pub(crate) struct WorkFolder {
    folder: TempDir,
    _lock: File,
}

impl WorkFolder {
    /// Makes one.
    pub(crate) fn new_in(parent: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(parent)?;
        // ffmpeg would take a relative name with a colon in it for a protocol.
        let parent = std::fs::canonicalize(parent)?;
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        let before = folder.path().join(LOCK_BEFORE);
        let lock = File::create(&before)?;
        lock.lock()?;
        std::fs::rename(before, folder.path().join(LOCK))?;
        Ok(Self {
            folder,
            _lock: lock,
        })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes the folders that workers left which were killed.
pub(crate) fn sweep_work_folders(parent: &Path) {
    let Ok(entries) = std::fs::read_dir(parent) else {
        return;
    };
    for entry in entries.filter_map(Result::ok) {
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if is_ours && is_left(&entry.path()) {
            let _best_effort = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether nobody works in a folder any more.
fn is_left(folder: &Path) -> bool {
    if let Ok(lock) = File::open(folder.join(LOCK)) {
        return lock.try_lock().is_ok();
    }
    let made_at = folder.metadata().and_then(|metadata| metadata.modified());
    let age = made_at.ok().and_then(|at| at.elapsed().ok());
    age.is_some_and(|age| age > UNLOCKED_AGE_MAX)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn a_folder_in_use_stays_and_one_whose_holder_is_gone_goes() {
        let folder = tempfile::tempdir().unwrap();
        let parent = folder.path().join("work");
        sweep_work_folders(&parent);
        let used = WorkFolder::new_in(&parent).unwrap();
        let left = parent.join("haas-prepare-left");
        fs::create_dir(&left).unwrap();
        fs::write(left.join(LOCK), []).unwrap();
        fs::write(left.join("64.mp4"), "half").unwrap();
        let young = parent.join("haas-prepare-young");
        fs::create_dir(&young).unwrap();
        let foreign = parent.join("somebody-else");
        fs::create_dir(&foreign).unwrap();
        sweep_work_folders(&parent);
        assert!(used.path().is_dir() && young.is_dir() && foreign.is_dir());
        assert!(!left.exists());

        let long_ago = SystemTime::UNIX_EPOCH;
        File::open(&young).unwrap().set_modified(long_ago).unwrap();
        sweep_work_folders(&parent);
        assert!(!young.exists());
    }
}
