//! Objects in a folder of this machine: one that can be written, and is kept free of what was cut off.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::time::Duration;

/// An upload that nobody has written to for so long is not going on any more.
const UPLOAD_AGE_MAX: Duration = Duration::from_hours(24);
/// Made and removed to see that a folder can be written; the process id keeps two starts apart.
const PROBE_PREFIX: &str = ".haas-probe-";

/// Removes what uploads left that were cut off. Blocks.
pub(super) fn sweep_uploads(folder: &Path) -> u64 {
    sweep_uploads_with(folder, |path| fs::remove_file(path))
}

/// What cannot be read or removed is logged and passed over: it must not keep the rest.
fn sweep_uploads_with(folder: &Path, remove: impl Fn(&Path) -> io::Result<()>) -> u64 {
    let mut count = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                passed_over(&folder, &error);
                continue;
            }
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    passed_over(&folder, &error);
                    continue;
                }
            };
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
            } else if is_upload(&entry.file_name()) && is_abandoned(&entry) {
                match remove(&path) {
                    Ok(()) => count += 1,
                    Err(error) => passed_over(&path, &error),
                }
            }
        }
    }
    count
}

fn passed_over(path: &Path, error: &io::Error) {
    let path = path.display();
    tracing::warn!(%path, %error, "could not look for uploads that were cut off, or remove one");
}

/// `object_store` writes to `KEY#1`, `KEY#2`, … first; no object has such a name.
fn is_upload(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let number = name.rsplit_once('#').map(|(_, number)| number);
    number.is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Every part that is written makes an upload young again.
fn is_abandoned(entry: &fs::DirEntry) -> bool {
    let modified = entry.metadata().and_then(|metadata| metadata.modified());
    let age = modified.ok().and_then(|at| at.elapsed().ok());
    age.is_some_and(|age| age > UPLOAD_AGE_MAX)
}

/// Makes a folder when it is missing and sees that a file can be made in it.
pub fn check_writable(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let probe = folder.join(format!("{PROBE_PREFIX}{}", std::process::id()));
    fs::write(&probe, [])?;
    fs::remove_file(&probe)
}

/// Makes a folder that nobody else may look into, when it is missing; what is there stays as it is, and the folders
/// above are like any.
pub fn make_private(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent)?;
    }
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        // Another process was quicker.
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        made => made,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_private_folder_is_nobody_elses_and_one_that_was_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let made = folder.path().join("above/data");
        make_private(&made).unwrap();
        assert_eq!(mode(&made), 0o700);
        // Whoever made the folder above may mean others to look into it.
        fs::create_dir(folder.path().join("any")).unwrap();
        let any = mode(&folder.path().join("any"));
        assert_eq!(mode(&folder.path().join("above")), any);
        fs::set_permissions(&made, fs::Permissions::from_mode(0o755)).unwrap();
        make_private(&made).unwrap();
        assert_eq!(mode(&made), 0o755);
        assert!(make_private(Path::new("/proc/nowhere")).is_err());
    }

    #[test]
    fn an_upload_that_was_cut_off_is_removed_when_it_is_old() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("originals/ab");
        fs::create_dir_all(&deep).unwrap();
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        for name in ["a.mp3", "a.mp3#x", "a.mp3#1", "b.mp3#12"] {
            let file = fs::File::create(deep.join(name)).unwrap();
            file.set_modified(long_ago).unwrap();
        }
        fs::write(deep.join("going-on.mp3#1"), "half").unwrap();
        assert_eq!(sweep_uploads(folder.path()), 2);
        let entries = fs::read_dir(&deep).unwrap();
        let mut left: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["a.mp3", "a.mp3#x", "going-on.mp3#1"]);
    }

    #[test]
    fn an_upload_that_cannot_be_removed_does_not_keep_the_others() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a#1", "b#1", "c#1"] {
            let file = fs::File::create(folder.path().join(name)).unwrap();
            file.set_modified(std::time::SystemTime::UNIX_EPOCH)
                .unwrap();
        }
        let refused = folder.path().join("b#1");
        let removed = sweep_uploads_with(folder.path(), |path| {
            if path == refused {
                return Err(ErrorKind::PermissionDenied.into());
            }
            fs::remove_file(path)
        });
        assert_eq!(removed, 2);
        assert!(refused.exists());
        assert_eq!(sweep_uploads(&folder.path().join("nowhere")), 0);
    }
}
