//! Covers on their way into the object store: each once, whoever has it.

use std::collections::HashSet;
use std::sync::Mutex;

use object_store::path::Path as ObjectPath;
use object_store::{ObjectStoreExt as _, PutPayload};

use super::cover::Picture;
use super::import::ImportError;
use super::read::ReadFile;
use super::{Library, refusing};
use crate::keys;
use crate::store::Store;

/// Stores the covers of one run.
pub(super) struct Covers<'a> {
    store: Store,
    library: &'a Library,
    /// Ids known to be stored, so that one album asks once.
    known: Mutex<HashSet<String>>,
}

impl<'a> Covers<'a> {
    pub(super) fn new(library: &'a Library) -> Self {
        Self {
            store: Store::new(library.database.clone()),
            library,
            known: Mutex::default(),
        }
    }

    /// Stores the file's picture, or the drawn one when it has none or none that can be decoded.
    pub(super) async fn store(&self, read: &mut ReadFile) -> Result<(String, bool), ImportError> {
        if let Some(picture) = read.picture.take() {
            let cover_id = picture.cover_id();
            if self.ensure(picture).await? {
                return Ok((cover_id, false));
            }
        }
        let drawn = read.drawn_picture();
        let cover_id = drawn.cover_id();
        self.ensure(drawn).await?;
        Ok((cover_id, true))
    }

    /// Stores a cover in every width unless it is stored. False when the picture cannot be decoded.
    async fn ensure(&self, picture: Picture) -> Result<bool, ImportError> {
        let id = picture.cover_id();
        let is_known = |covers: &Mutex<HashSet<String>>| {
            covers.lock().is_ok_and(|covers| covers.contains(&id))
        };
        if is_known(&self.known) {
            return Ok(true);
        }
        if !self.store.has_cover(&id).await? {
            let is_generated = picture.is_generated();
            let panicked = "its decoder panicked".to_owned();
            let Ok(widths) = refusing(panicked, move || picture.encode()).await else {
                return Ok(false);
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
        if let Ok(mut covers) = self.known.lock() {
            covers.insert(id);
        }
        Ok(true)
    }
}
