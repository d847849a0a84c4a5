//! Covers on their way into the object store: each once, whoever has it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::cover::Picture;
use super::import::ImportError;
use super::read::ReadFile;
use super::{Library, refusing};
use crate::api::tracks::COVER_WIDTHS_PX;
use crate::keys::{self, COVER_MEDIA_TYPE};
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
        folder_covers: &[PathBuf],
        read_beside: impl AsyncFn(&Path) -> Option<Vec<u8>>,
    ) -> Result<(String, bool), ImportError> {
        if let Some(picture) = read.picture.take()
            && let Some(cover_id) = self.ensure(picture).await?
        {
            return Ok((cover_id, false));
        }
        for path in folder_covers {
            if let Some(bytes) = read_beside(path).await
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
                let key = keys::cover(&id, width_px);
                let objects = &self.library.objects;
                objects.put(&key, webp, COVER_MEDIA_TYPE).await?;
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
            let key = keys::cover(id, *width_px);
            if self.library.objects.find(&key).await?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
