//! How files get into the object store and out of it: by content, once, whole.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use chassis::objects::{ObjectError, Objects, WriteError};
use futures_util::{Stream, TryStreamExt as _};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncSeekExt as _, AsyncWriteExt as _};
use tokio_util::io::ReaderStream;

use super::content::hex;
use super::skip::Skip;

/// How much of a file is read at once.
const READ_BYTES: usize = 256 * 1024;

/// Why bytes that came were not taken.
#[derive(Debug)]
pub(crate) enum SourceError<E> {
    /// No more came.
    Read(E),
    /// They are not those that were expected.
    Changed,
}

impl From<SourceError<std::io::Error>> for Skip {
    fn from(error: SourceError<std::io::Error>) -> Self {
        match error {
            SourceError::Read(error) => error.into(),
            SourceError::Changed => Self::Changed,
        }
    }
}

/// Why an object is not in a file.
#[derive(Debug)]
pub(crate) enum FetchError {
    /// The object store is to blame.
    Objects(ObjectError),
    /// The disk is to blame.
    Disk(std::io::Error),
    /// It is longer than it may be.
    TooLong,
}

/// Bytes on their way that end with an error when they are not those that were expected.
pub(crate) struct Expected<S> {
    source: S,
    expected_hash: String,
    hash: Sha256,
}

impl<S> Expected<S> {
    /// Expects bytes with this SHA-256, in hex.
    pub(crate) fn new(source: S, expected_hash: &str) -> Self {
        Self {
            source,
            expected_hash: expected_hash.to_owned(),
            hash: Sha256::new(),
        }
    }
}

impl<E, S: Stream<Item = Result<Bytes, E>> + Unpin> Stream for Expected<S> {
    type Item = Result<Bytes, SourceError<E>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = ready!(Pin::new(&mut self.source).poll_next(context));
        Poll::Ready(match next {
            Some(Ok(bytes)) => {
                self.hash.update(&bytes);
                Some(Ok(bytes))
            }
            Some(Err(error)) => Some(Err(SourceError::Read(error))),
            None => {
                let is_it = hex(&self.hash.clone().finalize()) == self.expected_hash;
                (!is_it).then_some(Err(SourceError::Changed))
            }
        })
    }
}

/// Reads an object to say what it is.
pub(crate) async fn hash_object(objects: &Objects, key: &str) -> Result<FileId, ObjectError> {
    let mut source = objects.read(key).await?;
    let (mut hash, mut size_bytes) = (Sha256::new(), 0);
    while let Some(bytes) = source.try_next().await? {
        hash.update(&bytes);
        size_bytes += bytes.len() as u64;
    }
    Ok(FileId {
        hash: hex(&hash.finalize()),
        size_bytes,
    })
}

/// What a file was when it was hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileId {
    /// SHA-256, in hex.
    pub(crate) hash: String,
    pub(crate) size_bytes: u64,
}

/// Hashes a whole file. Blocks.
pub(crate) fn hash_file(file: &mut File) -> std::io::Result<FileId> {
    file.rewind()?;
    let mut buffer = vec![0; READ_BYTES];
    let mut hash = Sha256::new();
    let mut size_bytes = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hash.update(buffer.get(..read).unwrap_or_default());
        size_bytes += read as u64;
    }
    Ok(FileId {
        hash: hex(&hash.finalize()),
        size_bytes,
    })
}

/// Stores a file under its key unless it is there; refuses a file that is no longer what was hashed.
pub(crate) async fn store_file(
    objects: &Objects,
    key: &str,
    media_type: &str,
    file: File,
    content: &FileId,
) -> Result<(), WriteError<SourceError<std::io::Error>>> {
    let found = objects.find(key).await.map_err(WriteError::Store)?;
    if found.is_some_and(|object| object.size_bytes == content.size_bytes) {
        return Ok(());
    }
    let mut file = tokio::fs::File::from_std(file);
    let unread = |error| WriteError::Source(SourceError::Read(error));
    file.rewind().await.map_err(unread)?;
    let bytes = ReaderStream::with_capacity(file, READ_BYTES);
    let source = Expected::new(bytes, &content.hash);
    objects.write(key, media_type, source).await
}

/// Brings an object into a new file and says its SHA-256, in hex.
pub(crate) async fn fetch_file(
    objects: &Objects,
    key: &str,
    to: &Path,
    bytes_max: u64,
) -> Result<String, FetchError> {
    let created = tokio::fs::File::create(to).await;
    let mut file = created.map_err(FetchError::Disk)?;
    let mut source = objects.read(key).await.map_err(FetchError::Objects)?;
    let (mut hash, mut size_bytes) = (Sha256::new(), 0);
    while let Some(bytes) = source.try_next().await.map_err(FetchError::Objects)? {
        size_bytes += bytes.len() as u64;
        if bytes_max < size_bytes {
            return Err(FetchError::TooLong);
        }
        hash.update(&bytes);
        file.write_all(&bytes).await.map_err(FetchError::Disk)?;
    }
    file.flush().await.map_err(FetchError::Disk)?;
    Ok(hex(&hash.finalize()))
}
