//! A backup: every row as it was at one moment, and every object that a row names, in a folder or a bucket.
//!
//! It may be taken while any number of processes serve and import: rows are read in one snapshot, and an object that a
//! row names never changes and stays for most of a day after its last row is gone. It knows nothing of the kind of the
//! database or of the object store, so that a library moves by it from one machine to a cluster.
//!
//! ```text
//! BACKUP/objects/<ab>/<SHA-256>            each object once, shared by all backups below
//! BACKUP/<name>/<table>.jsonl              a row a line
//! BACKUP/<name>/objects.jsonl              key, length and SHA-256 of each object
//! BACKUP/<name>/missing.jsonl              keys of objects that could not be kept
//! BACKUP/<name>/manifest.json              written last: without it there is no backup
//! ```

mod copy;
mod manifest;
mod restore;
mod take;
#[cfg(test)]
mod tests;

use chassis::objects::ObjectError;
use sea_orm::DbErr;

pub use copy::KEPT_FOLDER;
pub use manifest::Manifest;
pub use restore::{Restore, Restored};
pub use take::{Taken, take};

use crate::ingest::OwnerError;
use crate::store::DumpError;

/// What a backup or a restore tells while it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A table is done.
    Table {
        /// Its name.
        name: &'static str,
        /// How many rows it has.
        rows: u64,
    },
    /// An object is done.
    Object {
        /// How many are.
        done: u64,
        /// Of so many.
        of: u64,
    },
}

/// Why there is no backup, or no restored library.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database is to blame.
    #[error("the music database did not answer as it should")]
    Store(#[from] DbErr),
    /// The objects of the library are to blame.
    #[error("could not read or write the objects of the library")]
    Library(#[source] ObjectError),
    /// The place of the backup is to blame.
    #[error("could not read or write the backup")]
    Backup(#[source] ObjectError),
    /// There is no room to work in.
    #[error("no room to work in")]
    Work(#[from] std::io::Error),
    /// A line of the backup is not what was written.
    #[error("the backup is damaged: {0}")]
    Damaged(String),
    /// Lines of the backup that are no rows, or a database that does not take them.
    #[error("the rows of {file} could not be written; `--backup NAME` restores another backup")]
    Rows {
        /// Where they stand.
        file: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// There is nothing to restore.
    #[error(
        "there is no finished backup in {0}; give the place that holds backups, above their names"
    )]
    None(String),
    /// There is none of that name.
    #[error("there is no finished backup {name}; there are: {names}")]
    NoSuch {
        /// As given.
        name: String,
        /// Those there are.
        names: String,
    },
    /// It was made by a version that knows more.
    #[error("the backup was made by a newer version ({version}): its schema has {migration}")]
    Newer {
        /// The version that made it.
        version: String,
        /// What is not known here.
        migration: String,
    },
    /// The place for objects is not to be had.
    #[error(transparent)]
    Owner(#[from] OwnerError),
    /// The library that would be overwritten.
    #[error("the database is not empty: restore into a new one, which nobody has migrated or used")]
    NotEmpty,
}

impl From<DumpError> for BackupError {
    fn from(error: DumpError) -> Self {
        match error {
            DumpError::Store(error) => Self::Store(error),
            DumpError::Write(error) => Self::Work(error),
            error @ DumpError::Row { .. } => Self::Damaged(error.to_string()),
        }
    }
}
