//! One object from one place to another, hashed on the way.

use bytes::{Bytes, BytesMut};
use chassis::objects::{ObjectError, Objects, Upload};
use futures_util::TryStreamExt as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::ingest::hex;

/// The size of a part of an upload; also what is held in memory of an object.
const PART_BYTES: usize = 8 << 20;

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

/// Reads an object: how long it is, and its hash.
pub(super) async fn hashed(objects: &Objects, key: &str) -> Result<(u64, String), ObjectError> {
    let mut source = objects.read(key).await?;
    let mut hash = Sha256::new();
    let mut size_bytes = 0;
    while let Some(bytes) = source.try_next().await? {
        hash.update(&bytes);
        size_bytes += bytes.len() as u64;
    }
    Ok((size_bytes, hex(&hash.finalize())))
}

impl Copy<'_> {
    /// Copies, unless what arrives would not have this hash: then nothing is written. Says what was read.
    pub(super) async fn run(&self, expected: Option<&str>) -> Result<(u64, String), ObjectError> {
        let mut upload = None;
        let sent = self.send(expected, &mut upload).await;
        if let Some(begun) = upload {
            // What was cut off would stay in the store.
            let aborted = begun.abort().await;
            return sent.and_then(|sent| aborted.map(|()| sent));
        }
        sent
    }

    /// Leaves an upload that is not to be completed.
    async fn send(
        &self,
        expected: Option<&str>,
        upload: &mut Option<Upload>,
    ) -> Result<(u64, String), ObjectError> {
        let mut source = self.from.read(&self.from_key).await?;
        let mut hash = Sha256::new();
        let mut size_bytes = 0;
        let mut held = BytesMut::new();
        while let Some(bytes) = source.try_next().await? {
            hash.update(&bytes);
            size_bytes += bytes.len() as u64;
            held.extend_from_slice(&bytes);
            while PART_BYTES <= held.len() {
                let part = held.split_to(PART_BYTES).freeze();
                let upload = match upload.as_mut() {
                    Some(begun) => begun,
                    None => upload.insert(self.to.upload(&self.to_key, self.media_type).await?),
                };
                upload.put_part(part).await?;
            }
        }
        let sha256 = hex(&hash.finalize());
        if expected.is_none_or(|expected| expected == sha256) {
            let rest: Bytes = held.freeze();
            match upload.as_mut() {
                None => self.to.put(&self.to_key, rest, self.media_type).await?,
                Some(begun) => {
                    if !rest.is_empty() {
                        begun.put_part(rest).await?;
                    }
                    if let Some(whole) = upload.take() {
                        whole.complete().await?;
                    }
                }
            }
        }
        Ok((size_bytes, sha256))
    }
}
