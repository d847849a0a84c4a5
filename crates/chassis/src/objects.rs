//! Where audio and pictures lie: a folder here, any object store later, the same calls.

use std::error::Error as StdError;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use sea_orm::DbErr;

/// The object store of one service. Keys are built by the service, in one function.
pub type Objects = Arc<dyn ObjectStore>;

/// An upload that nobody has written to for so long is not going on any more.
const UPLOAD_AGE_MAX: Duration = Duration::from_hours(24);
/// Made and removed to see that a folder can be written; the process id keeps two starts apart.
const PROBE_PREFIX: &str = ".haas-probe-";

/// Opens a folder as an object store and makes it when it is missing.
pub fn open_folder(folder: &Path) -> Result<Objects, OpenError> {
    let failed = |source: io::Error| OpenError {
        folder: folder.display().to_string(),
        source,
    };
    check_writable(folder).map_err(failed)?;
    let store = LocalFileSystem::new_with_prefix(folder)
        .map_err(|error| failed(io::Error::other(error)))?;
    Ok(Arc::new(store.with_fsync(true)))
}

/// Removes what uploads left in a folder that were cut off, by a kill or a crash of the machine. Blocks, and looks at
/// every file: call it now and then, where blocking is allowed. Says how many were removed.
pub fn sweep_uploads(folder: &Path) -> u64 {
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

/// Says which folder could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("could not open the folder {folder} for objects")]
pub struct OpenError {
    folder: String,
    source: io::Error,
}

/// Why objects cannot be written, in words an operator acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageFault {
    /// Nothing fits any more.
    #[error("the disk is full")]
    Full,
    /// The folder or its file system cannot be written.
    #[error("the folder cannot be written")]
    ReadOnly,
    /// This process may not.
    #[error("this process has no permission to write there")]
    Forbidden,
}

impl StorageFault {
    /// What mends it, in words that follow "To go on: ".
    pub fn advice(self) -> &'static str {
        match self {
            Self::Full => "make room on that disk; what could not be written is done again",
            Self::ReadOnly => "mount it so that it can be written, or use another folder",
            Self::Forbidden => "give the user of this process the right to write there",
        }
    }
}

/// What an operator must mend, wherever in an error's chain the system or the database says it; none when it is
/// something else.
pub fn storage_fault(error: &(dyn StdError + 'static)) -> Option<StorageFault> {
    let mut layer = Some(error);
    while let Some(error) = layer {
        let of_database = error.downcast_ref::<DbErr>();
        if let Some(fault) = of_database.and_then(crate::database::storage_fault) {
            return Some(fault);
        }
        let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
        match kind {
            Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
                return Some(StorageFault::Full);
            }
            Some(ErrorKind::ReadOnlyFilesystem) => return Some(StorageFault::ReadOnly),
            Some(ErrorKind::PermissionDenied) => return Some(StorageFault::Forbidden),
            _ => layer = error.source(),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use object_store::path::Path as Key;
    use object_store::{ObjectStoreExt as _, PutPayload};

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("could not keep the cover")]
    struct Outer(#[source] object_store::Error);

    #[tokio::test]
    async fn a_full_disk_is_told_through_every_layer() {
        // /dev/full takes a file's bytes and says that there is no room.
        let full = fs::write("/dev/full", b"x").unwrap_err();
        let error = Outer(object_store::Error::Generic {
            store: "test",
            source: Box::new(full),
        });
        assert_eq!(storage_fault(&error), Some(StorageFault::Full));
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let error = open_folder(Path::new("/proc/nowhere")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "could not open the folder /proc/nowhere for objects"
        );
    }

    #[tokio::test]
    async fn what_is_put_is_there_and_the_probe_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let objects = open_folder(&folder.path().join("new")).unwrap();
        let key = Key::from("a/b");
        objects
            .put(&key, PutPayload::from_static(b"x"))
            .await
            .unwrap();
        let read = objects.get(&key).await.unwrap().bytes().await.unwrap();
        assert_eq!(&read[..], b"x");
        let entries = fs::read_dir(folder.path().join("new")).unwrap();
        assert_eq!(entries.count(), 1);
    }

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

    #[test]
    fn another_error_is_no_storage_fault() {
        let error = io::Error::other("x");
        assert_eq!(storage_fault(&error), None);
    }
}
