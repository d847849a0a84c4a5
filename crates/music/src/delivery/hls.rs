//! Playlists by track, remembered with their compressed copies.

use std::sync::Arc;
use std::time::Duration;

use pages::Rendered;

use super::{Delivery, playlists};
use crate::Error;

/// Which playlist of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Playlist {
    /// Over all bit rates.
    Master,
    /// Of one bit rate, in kbit/s.
    Media(u32),
}

/// How long a media playlist may be kept by whoever has it.
pub(crate) const PLAYLIST_LIFETIME: Duration = Duration::from_hours(1);
/// What remembered playlists may take in memory.
pub(super) const PLAYLIST_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// How many playlists are expected to be remembered.
pub(super) const PLAYLISTS_EXPECTED: usize = 1_000;
/// In one piece, because the playlist of a day of music takes megabytes, and to make it again for each request as long.
pub(super) const PLAYLIST_SHARDS: usize = 1;

impl Delivery {
    /// Finds a playlist of a track.
    pub(crate) async fn playlist(
        &self,
        track_id: &str,
        playlist: Playlist,
    ) -> Result<Arc<Rendered>, Error> {
        let look_up = async {
            let text = match playlist {
                Playlist::Master => self.master(track_id).await?,
                Playlist::Media(kbps) => {
                    let rendition = self.track_rendition(track_id, kbps).await?;
                    let url = self
                        .direct
                        .url(&rendition, &self.objects, &self.clock)
                        .await?;
                    playlists::media(&rendition, &url)?
                }
            };
            let rendered = Arc::new(Rendered::new(text));
            let weight = rendered.weight_bytes() as u64;
            Ok((rendered, weight))
        };
        self.playlists
            .get((track_id.to_owned(), playlist), look_up)
            .await
    }

    async fn master(&self, track_id: &str) -> Result<String, Error> {
        let renditions = self.store.list_track_renditions(track_id).await?;
        if !renditions.is_empty() {
            return Ok(playlists::master(&renditions));
        }
        match self.store.find_track_row(track_id).await? {
            Some(_not_encoded_yet) => Err(Error::RenditionNotFound(track_id.to_owned())),
            None => Err(Error::TrackNotFound(track_id.to_owned())),
        }
    }
}
