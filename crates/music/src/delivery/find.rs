//! From what a URL names to the object behind it, remembered for a while.

use std::sync::Arc;
use std::time::Duration;

use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use quick_cache::sync::Cache;

use super::Delivery;
use super::media::{Lifetime, Media, NewMedia};
use crate::store::entities::rendition;
use crate::{Error, keys};

/// How long what was found is believed: as long a deleted track may still be heard.
const FOUND_LIFETIME: Duration = Duration::from_mins(1);
/// How many objects are remembered; about 0.5 KiB each.
const FOUND_ITEMS_MAX: usize = 10_000;

/// The content type of renditions.
const RENDITION_MEDIA_TYPE: &str = "audio/mp4";

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

/// What was found lately.
#[derive(Debug)]
pub(super) struct Found(Cache<Target, Remembered>);

#[derive(Clone, Debug)]
struct Remembered {
    media: Arc<Media>,
    read_at_ms: i64,
}

impl Default for Found {
    fn default() -> Self {
        Self(Cache::new(FOUND_ITEMS_MAX))
    }
}

impl Delivery {
    /// Finds the object behind a URL. While the database is away, what was found before still counts.
    pub(crate) async fn find(&self, target: Target) -> Result<Arc<Media>, Error> {
        let remembered = self.found.0.get(&target);
        let now_ms = self.clock.now_ms();
        if let Some(remembered) = &remembered
            && u128::from(now_ms.abs_diff(remembered.read_at_ms)) < FOUND_LIFETIME.as_millis()
        {
            return Ok(Arc::clone(&remembered.media));
        }
        match (self.look_up(&target).await, remembered) {
            (Ok(media), _) => {
                let media = Arc::new(media);
                let remembered = Remembered {
                    media: Arc::clone(&media),
                    read_at_ms: now_ms,
                };
                self.found.0.insert(target, remembered);
                Ok(media)
            }
            (Err(error @ (Error::Store(_) | Error::CoverStore(_))), Some(remembered)) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "media is served by what was known before"
                );
                Ok(remembered.media)
            }
            (Err(error), _) => {
                self.found.0.remove(&target);
                Err(error)
            }
        }
    }

    async fn look_up(&self, target: &Target) -> Result<Media, Error> {
        match target {
            Target::Original(track_id) => self.original(track_id).await,
            Target::TrackRendition(track_id, bit_rate_kbps) => {
                let rendition = self
                    .store
                    .find_track_rendition(track_id, i64::from(*bit_rate_kbps))
                    .await?
                    .ok_or_else(|| Error::RenditionNotFound(track_id.clone()))?;
                // A track encoded anew has another object behind the same URL.
                Ok(rendition_media(&rendition, Lifetime::Hour))
            }
            Target::Rendition(id) => {
                let rendition = self
                    .store
                    .find_rendition(id)
                    .await?
                    .ok_or_else(|| Error::RenditionNotFound(id.clone()))?;
                Ok(rendition_media(&rendition, Lifetime::Immutable))
            }
            Target::Cover(id, width_px) => self.cover(id, *width_px).await,
        }
    }

    async fn original(&self, track_id: &str) -> Result<Media, Error> {
        let track = self
            .store
            .find_track_row(track_id)
            .await?
            .ok_or_else(|| Error::TrackNotFound(track_id.to_owned()))?;
        Ok(Media::new(&NewMedia {
            object_key: &track.object_key,
            size_bytes: u64::try_from(track.size_bytes).unwrap_or_default(),
            content_name: &track.content_hash,
            content_type: &track.media_type,
            modified_at_ms: track.created_at_ms,
            lifetime: Lifetime::Immutable,
        }))
    }

    /// Covers have no row that must be read: the key names the content.
    async fn cover(&self, id: &str, width_px: u32) -> Result<Media, Error> {
        let object_key = keys::cover(id, width_px);
        let object = match self.objects.head(&Path::from(object_key.as_str())).await {
            Ok(object) => object,
            Err(object_store::Error::NotFound { .. }) => {
                return Err(Error::CoverNotFound(id.to_owned()));
            }
            Err(error) => return Err(Error::CoverStore(error)),
        };
        Ok(Media::new(&NewMedia {
            object_key: &object_key,
            size_bytes: object.size,
            content_name: &format!("{id}-{width_px}"),
            content_type: "image/webp",
            modified_at_ms: object.last_modified.timestamp_millis(),
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
