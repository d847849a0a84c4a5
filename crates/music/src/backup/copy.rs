//! One object from one place to another, unless it arrives as another one.

use chassis::objects::{ObjectError, Objects, WriteError};
use serde::{Deserialize, Serialize};

use crate::ingest::{Expected, SourceError};

/// Below it a place of backups has all objects.
pub const KEPT_FOLDER: &str = "objects";

/// What an object was when it was copied: a line of `objects.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Copied {
    pub(super) key: String,
    pub(super) media_type: String,
    pub(super) size_bytes: u64,
    pub(super) sha256: String,
}

/// Where an object is copied from and to, and as what.
pub(super) struct Copy<'a> {
    pub(super) from: &'a Objects,
    pub(super) from_key: &'a str,
    pub(super) to: &'a Objects,
    pub(super) to_key: &'a str,
    pub(super) media_type: &'a str,
    pub(super) sha256: &'a str,
}

/// Why an object was not copied.
#[derive(Debug)]
pub(super) enum CopyError {
    /// It cannot be read where it is.
    Source(ObjectError),
    /// It is not there, or is not what it should be.
    Lost,
    /// It cannot be written where it should be.
    Target(ObjectError),
}

/// Where a backup has an object: by what is in it, so that nothing that comes later takes its place.
pub(super) fn kept_key(sha256: &str) -> String {
    let (shard, _) = sha256.split_at_checked(2).unwrap_or(("00", ""));
    format!("{KEPT_FOLDER}/{shard}/{sha256}")
}

impl Copy<'_> {
    /// Copies it, or nothing.
    pub(super) async fn run(&self) -> Result<(), CopyError> {
        let read = self.from.read(self.from_key).await;
        let source = Expected::new(read.map_err(CopyError::of_source)?, self.sha256);
        let written = self.to.write(self.to_key, self.media_type, source).await;
        written.map_err(|error| match error {
            WriteError::Source(SourceError::Changed) => CopyError::Lost,
            WriteError::Source(SourceError::Read(error)) => CopyError::of_source(error),
            WriteError::Store(error) => CopyError::Target(error),
        })
    }
}

impl CopyError {
    fn of_source(error: ObjectError) -> Self {
        match error {
            ObjectError::NotFound { .. } => Self::Lost,
            error => Self::Source(error),
        }
    }
}
