//! One object from one place to another, hashed on the way.

use chassis::objects::{ObjectError, Objects, WriteError};
use futures_util::TryStreamExt as _;
use serde::{Deserialize, Serialize};

use crate::ingest::{FileId, Hashed, SourceError};

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
    pub(super) from_key: String,
    pub(super) to: &'a Objects,
    pub(super) to_key: String,
    pub(super) media_type: &'a str,
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

/// Reads an object: how long it is, and its hash.
pub(super) async fn hashed(objects: &Objects, key: &str) -> Result<FileId, ObjectError> {
    let mut source = Hashed::new(objects.read(key).await?, None);
    loop {
        match source.try_next().await {
            Ok(Some(_bytes)) => {}
            // Nothing was expected.
            Ok(None) | Err(SourceError::Changed) => return Ok(source.id()),
            Err(SourceError::Read(error)) => return Err(error),
        }
    }
}

impl Copy<'_> {
    /// Copies, unless what arrives would not have this hash: then nothing is written. Says what was copied.
    pub(super) async fn run(&self, expected_hash: Option<&str>) -> Result<FileId, CopyError> {
        let read = self.from.read(&self.from_key).await;
        let mut source = Hashed::new(read.map_err(CopyError::of_source)?, expected_hash);
        let written = self.to.write(&self.to_key, self.media_type, &mut source);
        match written.await {
            Ok(()) => Ok(source.id()),
            Err(WriteError::Source(SourceError::Changed)) => Err(CopyError::Lost),
            Err(WriteError::Source(SourceError::Read(error))) => Err(CopyError::of_source(error)),
            Err(WriteError::Store(error)) => Err(CopyError::Target(error)),
        }
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
