use std::error::Error as StdError;
use std::io::{self, ErrorKind};

use sea_orm::DbErr;

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
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("could not keep the cover")]
    struct Outer(#[source] object_store::Error);

    #[test]
    fn a_full_disk_is_told_through_every_layer() {
        // /dev/full takes a file's bytes and says that there is no room.
        let full = std::fs::write("/dev/full", b"x").unwrap_err();
        let error = Outer(object_store::Error::Generic {
            store: "test",
            source: Box::new(full),
        });
        assert_eq!(storage_fault(&error), Some(StorageFault::Full));
    }

    #[test]
    fn another_error_is_no_storage_fault() {
        let error = io::Error::other("x");
        assert_eq!(storage_fault(&error), None);
    }
}
