//! Objects whose length nobody knows before they are read: at once where they are short, else part by part.

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, TryStreamExt as _};
use object_store::path::Path as Location;
use object_store::{MultipartUpload, PutMultipartOptions, PutPayload};

use super::{CACHE_CONTROL, ObjectError, Objects, location};

/// The size of every part but the last, and what is held of an object in memory. Stores want 5 MiB at least.
const PART_BYTES: usize = 8 << 20;

/// Why an object was not written.
#[derive(Debug)]
pub enum WriteError<E> {
    /// What should have been written could not be read.
    Source(E),
    /// The store did not take it.
    Store(ObjectError),
}

impl Objects {
    /// Writes an object from a stream, whole or not at all: where the stream fails, at its very end too, there is no
    /// object, or the one that was there, and no part of one.
    pub async fn write<E>(
        &self,
        key: &str,
        media_type: &str,
        source: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<(), WriteError<E>> {
        let location = location(key).map_err(WriteError::Store)?;
        let mut upload = None;
        let written = self
            .write_parts(&location, media_type, source, &mut upload)
            .await;
        if let (Err(_), Some(mut begun)) = (&written, upload)
            && let Err(error) = begun.abort().await
        {
            // The store keeps them, and counts them, until its rules for what is left say otherwise.
            tracing::warn!(%error, key, "could not remove the parts of an upload that failed");
        }
        written
    }

    /// Leaves an upload that was begun where it can be aborted.
    async fn write_parts<E>(
        &self,
        location: &Location,
        media_type: &str,
        mut source: impl Stream<Item = Result<Bytes, E>> + Unpin,
        upload: &mut Option<Box<dyn MultipartUpload>>,
    ) -> Result<(), WriteError<E>> {
        let mut held = BytesMut::new();
        while let Some(bytes) = source.try_next().await.map_err(WriteError::Source)? {
            held.extend_from_slice(&bytes);
            while PART_BYTES <= held.len() {
                let part = held.split_to(PART_BYTES).freeze();
                let begun = match upload.as_mut() {
                    Some(begun) => begun,
                    None => upload.insert(self.begin(location, media_type).await?),
                };
                let put = begun.put_part(PutPayload::from(part)).await;
                put.map_err(WriteError::Store)?;
            }
        }
        let rest = PutPayload::from(held.freeze());
        let Some(begun) = upload.as_mut() else {
            let options = self.attributes(media_type, CACHE_CONTROL).into();
            let put = self.store.put_opts(location, rest, options).await;
            return put.map(drop).map_err(WriteError::Store);
        };
        if rest.content_length() > 0 {
            begun.put_part(rest).await.map_err(WriteError::Store)?;
        }
        begun.complete().await.map(drop).map_err(WriteError::Store)
    }

    async fn begin<E>(
        &self,
        location: &Location,
        media_type: &str,
    ) -> Result<Box<dyn MultipartUpload>, WriteError<E>> {
        let options = PutMultipartOptions::from(self.attributes(media_type, CACHE_CONTROL));
        let upload = self.store.put_multipart_opts(location, options).await;
        upload.map_err(WriteError::Store)
    }
}
