//! Covers on their way into the object store: each once, whoever has it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Mutex;

use object_store::path::Path as ObjectPath;
use object_store::{ObjectStoreExt as _, PutPayload};

use super::cover::Picture;
use super::import::ImportError;
use super::objects::has_object;
use super::read::{ReadFile, read_beside};
use super::tags::PICTURE_BYTES_MAX;
use super::{Library, blocking, refusing};
use crate::api::tracks::COVER_WIDTHS_PX;
use crate::keys;
use crate::store::Store;

/// Stores the covers of one run.
pub(super) struct Covers<'a> {
    store: Store,
    library: &'a Library,
    is_thorough: bool,
    /// Ids, and whether they are stored or no pictures at all, so that one album asks once.
    known: Mutex<HashMap<String, bool>>,
}

impl<'a> Covers<'a> {
    pub(super) fn new(library: &'a Library, is_thorough: bool) -> Self {
        Self {
            store: Store::new(library.database.clone()),
            library,
            is_thorough,
            known: Mutex::default(),
        }
    }

    /// Stores the picture in the file's tags, else the best of its folder, else the drawn one. Whether a picture is one
    /// shows when it is decoded: tags hold addresses and formats that nobody shows any more.
    pub(super) async fn store(
        &self,
        read: &mut ReadFile,
        folder_covers: impl Iterator<Item = PathBuf>,
    ) -> Result<(String, bool), ImportError> {
        if let Some(picture) = read.picture.take()
            && let Some(cover_id) = self.ensure(picture).await?
        {
            return Ok((cover_id, false));
        }
        for path in folder_covers {
            let bytes = blocking(move || read_beside(&path, PICTURE_BYTES_MAX)).await;
            if let Some(bytes) = bytes
                && let Some(cover_id) = self.ensure(Picture::Encoded(bytes)).await?
            {
                return Ok((cover_id, false));
            }
        }
        let drawn = read.drawn_picture();
        let cover_id = drawn.cover_id();
        self.ensure(drawn).await?;
        Ok((cover_id, true))
    }

    /// Stores a cover in every width unless it is stored. None when the picture cannot be decoded.
    async fn ensure(&self, picture: Picture) -> Result<Option<String>, ImportError> {
        let id = picture.cover_id();
        let known = self
            .known
            .lock()
            .ok()
            .and_then(|known| known.get(&id).copied());
        if let Some(is_picture) = known {
            return Ok(is_picture.then_some(id));
        }
        if !self.is_stored(&id).await? {
            let is_generated = picture.is_generated();
            let panicked = "its decoder panicked".to_owned();
            let Ok(widths) = refusing(panicked, move || picture.encode()).await else {
                self.remember(&id, false);
                return Ok(None);
            };
            for (width_px, webp) in widths {
                let location = ObjectPath::from(keys::cover(&id, width_px));
                self.library
                    .objects
                    .put(&location, PutPayload::from(webp))
                    .await?;
            }
            let now_ms = self.library.clock.now_ms();
            self.store.insert_cover(&id, is_generated, now_ms).await?;
        }
        self.remember(&id, true);
        Ok(Some(id))
    }

    fn remember(&self, id: &str, is_picture: bool) {
        if let Ok(mut known) = self.known.lock() {
            known.insert(id.to_owned(), is_picture);
        }
    }

    /// Whether a cover is there. Its row says so; a thorough run asks for the objects, too.
    async fn is_stored(&self, id: &str) -> Result<bool, ImportError> {
        if !self.store.has_cover(id).await? {
            return Ok(false);
        }
        let widths = if self.is_thorough {
            &COVER_WIDTHS_PX[..]
        } else {
            &[]
        };
        for width_px in widths {
            if !has_object(&self.library.objects, &keys::cover(id, *width_px)).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
