//! How files get into the object store: by content, once, whole.

use std::fs::File;
use std::io::{Read as _, Seek as _};

use bytes::Bytes;
use chassis::objects::{ObjectError, Objects, Upload};
use sha2::{Digest, Sha256};

use super::content::hex;
use super::skip::Skip;

/// How much of a file is held in memory while it is copied; also the size of a part.
const PART_BYTES: usize = 8 * 1024 * 1024;

/// Why a file could not be copied into the object store.
#[derive(Debug)]
pub(crate) enum CopyError {
    /// The file is to blame.
    Skip(Skip),
    /// The object store is to blame.
    Objects(ObjectError),
}

impl From<ObjectError> for CopyError {
    fn from(error: ObjectError) -> Self {
        Self::Objects(error)
    }
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
    let mut buffer = vec![0; PART_BYTES / 32];
    let mut hash = Sha256::new();
    let mut size_bytes = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hash.update(buffer.get(..read).unwrap_or_default());
        size_bytes += u64::try_from(read).unwrap_or_default();
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
) -> Result<(), CopyError> {
    let found = objects.find(key).await?;
    if found.is_some_and(|object| object.size_bytes == content.size_bytes) {
        return Ok(());
    }
    let mut parts = Parts {
        file: Some(file),
        hash: Sha256::new(),
    };
    let (part, is_last) = parts.next(true).await?;
    if is_last {
        parts.check(content)?;
        objects.put(key, part, media_type).await?;
        return Ok(());
    }
    let mut upload = objects.upload(key, media_type).await?;
    match upload_parts(&mut parts, part, &mut upload, content).await {
        Ok(()) => Ok(upload.complete().await?),
        Err(error) => {
            if let Err(abort) = upload.abort().await {
                tracing::warn!(%abort, "could not remove the parts of an upload that failed");
            }
            Err(error)
        }
    }
}

async fn upload_parts(
    parts: &mut Parts,
    first: Bytes,
    upload: &mut Upload,
    content: &FileId,
) -> Result<(), CopyError> {
    upload.put_part(first).await?;
    loop {
        let (part, is_last) = parts.next(false).await?;
        if !part.is_empty() {
            upload.put_part(part).await?;
        }
        if is_last {
            break;
        }
    }
    parts.check(content)
}

/// Reads a file part by part where blocking is allowed, hashing on the way.
struct Parts {
    file: Option<File>,
    hash: Sha256,
}

impl Parts {
    async fn next(&mut self, is_first: bool) -> Result<(Bytes, bool), CopyError> {
        let Some(mut file) = self.file.take() else {
            return Ok((Bytes::new(), true));
        };
        let read = tokio::task::spawn_blocking(move || {
            if is_first {
                file.rewind()?;
            }
            let mut part = Vec::new();
            let limit = u64::try_from(PART_BYTES).unwrap_or(u64::MAX);
            (&mut file).take(limit).read_to_end(&mut part)?;
            Ok::<_, std::io::Error>((file, part))
        });
        let (file, part) = read
            .await
            .map_err(|_panicked| CopyError::Skip(Skip::Panicked))?
            .map_err(|error| CopyError::Skip(error.into()))?;
        self.hash.update(&part);
        let is_last = part.len() < PART_BYTES;
        self.file = (!is_last).then_some(file);
        Ok((Bytes::from(part), is_last))
    }

    fn check(&self, content: &FileId) -> Result<(), CopyError> {
        if hex(&self.hash.clone().finalize()) == content.hash {
            Ok(())
        } else {
            Err(CopyError::Skip(Skip::Changed))
        }
    }
}
