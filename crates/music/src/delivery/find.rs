//! From what a URL names to the object behind it.

use std::sync::Arc;

use super::Delivery;
use super::media::{Lifetime, Media, NewMedia};
use crate::Error;
use crate::keys::{self, COVER_MEDIA_TYPE, RENDITION_MEDIA_TYPE};
use crate::store::entities::rendition;

/// How many objects are remembered; about 0.5 KiB each.
pub(super) const FOUND_ITEMS_MAX: usize = 10_000;
/// Every media request reads them: many cores must not wait for one lock.
pub(super) const FOUND_SHARDS: usize = 64;

/// What a URL can name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Target {
    /// The original of a track, by the track's id.
    Original(String),
    /// A track in one bit rate.
    TrackRendition(String, u32),
    /// A rendition by its own id.
    Rendition(String),
    /// A cover in one width.
    Cover(String, u32),
}

impl Delivery {
    /// Finds the object behind a URL.
    pub(super) async fn find(&self, target: &Target) -> Result<Arc<Media>, Error> {
        let look_up = async { Ok((Arc::new(self.look_up(target).await?), 1)) };
        self.found.get(target.clone(), look_up).await
    }

    async fn look_up(&self, target: &Target) -> Result<Media, Error> {
        match target {
            Target::Original(track_id) => self.original(track_id).await,
            Target::TrackRendition(track_id, bit_rate_kbps) => {
                let rendition = self.track_rendition(track_id, *bit_rate_kbps).await?;
                // A track encoded anew has another object behind the same URL.
                Ok(rendition_media(&rendition, Lifetime::Hour))
            }
            Target::Rendition(id) => {
                let rendition = self.store.find_rendition(id).await?;
                let rendition = rendition.ok_or_else(|| Error::RenditionNotFound(id.clone()))?;
                Ok(rendition_media(&rendition, Lifetime::Immutable))
            }
            Target::Cover(id, width_px) => self.cover(id, *width_px).await,
        }
    }

    /// A rendition of a track; without it, says whether the track itself is there.
    pub(super) async fn track_rendition(
        &self,
        track_id: &str,
        bit_rate_kbps: u32,
    ) -> Result<rendition::Model, Error> {
        let kbps = i64::from(bit_rate_kbps);
        if let Some(rendition) = self.store.find_track_rendition(track_id, kbps).await? {
            return Ok(rendition);
        }
        match self.store.find_track_row(track_id).await? {
            Some(_not_encoded_yet) => Err(Error::RenditionNotFound(track_id.to_owned())),
            None => Err(Error::TrackNotFound(track_id.to_owned())),
        }
    }

    async fn original(&self, track_id: &str) -> Result<Media, Error> {
        let track = self.store.find_track_row(track_id).await?;
        let track = track.ok_or_else(|| Error::TrackNotFound(track_id.to_owned()))?;
        Ok(Media::new(&NewMedia {
            object_key: &track.object_key,
            size_bytes: u64::try_from(track.size_bytes).unwrap_or_default(),
            content_name: &track.content_hash,
            content_type: &track.media_type,
            modified_at_ms: track.updated_at_ms,
            // A file with new tags stays the same track.
            lifetime: Lifetime::Hour,
        }))
    }

    /// Covers have no row that must be read: the key names the content.
    async fn cover(&self, id: &str, width_px: u32) -> Result<Media, Error> {
        let object_key = keys::cover(id, width_px);
        let object = self.objects.find(&object_key).await;
        let object = object.map_err(Error::CoverStore)?;
        let object = object.ok_or_else(|| Error::CoverNotFound(id.to_owned()))?;
        Ok(Media::new(&NewMedia {
            object_key: &object_key,
            size_bytes: object.size_bytes,
            content_name: &format!("{id}-{width_px}"),
            content_type: COVER_MEDIA_TYPE,
            modified_at_ms: object.modified_at_ms,
            lifetime: Lifetime::Immutable,
        }))
    }
}

fn rendition_media(rendition: &rendition::Model, lifetime: Lifetime) -> Media {
    Media::new(&NewMedia {
        object_key: &rendition.object_key,
        size_bytes: u64::try_from(rendition.size_bytes).unwrap_or_default(),
        content_name: &rendition.content_hash,
        content_type: RENDITION_MEDIA_TYPE,
        modified_at_ms: rendition.created_at_ms,
        lifetime,
    })
}
