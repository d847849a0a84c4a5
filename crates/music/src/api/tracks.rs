//! Tracks.

use axum::Json;
use axum::extract::{Path, State};
use chassis::problem::ProblemDocument;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::store::TrackRecord;
use crate::store::entities::{artist, genre};
use crate::{API_PREFIX, AppState, Error, Result};

/// The widths covers are stored in, in pixels.
pub(crate) const COVER_WIDTHS_PX: [u32; 3] = [96, 320, 640];

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get_track))
}

/// A track, with every URL a client needs: no client builds one.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Track {
    /// UUIDv7.
    pub(crate) id: String,
    pub(crate) title: String,
    /// In the order of the tags; at least one.
    pub(crate) artists: Vec<Named>,
    pub(crate) album: Option<AlbumName>,
    pub(crate) disc_number: Option<i64>,
    pub(crate) track_number: Option<i64>,
    pub(crate) duration_ms: i64,
    pub(crate) genres: Vec<Named>,
    /// As tagged: `2012`, `2012-12` or `2012-12-15`.
    pub(crate) released_on: Option<String>,
    pub(crate) composer: Option<String>,
    /// As tagged, often a URL.
    pub(crate) licence: Option<String>,
    /// As tagged.
    pub(crate) copyright: Option<String>,
    /// Gain that brings the track to -18 LUFS, in dB.
    pub(crate) track_gain_db: Option<f64>,
    /// Gain that brings the whole album to -18 LUFS, in dB.
    pub(crate) album_gain_db: Option<f64>,
    /// Of the original: `vorbis`, `mp3`, `flac`, `opus`, `aac`, `alac` or `pcm`.
    pub(crate) codec: String,
    pub(crate) bit_rate_kbps: i64,
    pub(crate) sample_rate_hz: i64,
    pub(crate) channels: i64,
    /// Of the original.
    pub(crate) size_bytes: i64,
    /// Renditions that are ready, ascending; empty until the first is.
    pub(crate) bit_rates_kbps: Vec<i64>,
    pub(crate) has_lyrics: bool,
    /// HLS master playlist; null until the renditions are ready.
    pub(crate) hls_url: Option<String>,
    /// The original; `?bit_rate_kbps=` asks for a rendition.
    pub(crate) stream_url: String,
    pub(crate) lyrics_url: Option<String>,
    pub(crate) waveform_url: Option<String>,
    /// WebP, 320 px wide.
    pub(crate) cover_url: Option<String>,
    pub(crate) cover_urls: Option<CoverUrls>,
    /// The page for people.
    pub(crate) page_url: String,
    /// RFC 3339, UTC.
    pub(crate) added_at: String,
}

/// An artist or genre by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) page_url: String,
}

/// An album by title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct AlbumName {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) page_url: String,
}

/// A cover as WebP in each width, in pixels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CoverUrls {
    #[serde(rename = "96")]
    pub(crate) px_96: String,
    #[serde(rename = "320")]
    pub(crate) px_320: String,
    #[serde(rename = "640")]
    pub(crate) px_640: String,
}

impl CoverUrls {
    pub(crate) fn new(cover_id: &str) -> Self {
        let [px_96, px_320, px_640] =
            COVER_WIDTHS_PX.map(|width| format!("{API_PREFIX}/covers/{cover_id}/{width}.webp"));
        Self {
            px_96,
            px_320,
            px_640,
        }
    }
}

impl From<artist::Model> for Named {
    fn from(artist: artist::Model) -> Self {
        Self {
            page_url: format!("/music/artists/{}", artist.id),
            id: artist.id,
            name: artist.name,
        }
    }
}

impl From<genre::Model> for Named {
    fn from(genre: genre::Model) -> Self {
        Self {
            page_url: format!("/music/genres/{}", genre.id),
            id: genre.id,
            name: genre.name,
        }
    }
}

impl From<TrackRecord> for Track {
    fn from(record: TrackRecord) -> Self {
        let TrackRecord {
            track,
            artists,
            album,
            genres,
            bit_rates_kbps,
        } = record;
        let api_url = format!("{API_PREFIX}/tracks/{}", track.id);
        let cover_id = track
            .cover_id
            .or_else(|| album.as_ref().and_then(|album| album.cover_id.clone()));
        let cover_urls = cover_id.as_deref().map(CoverUrls::new);
        let has_lyrics = track.lyrics_plain.is_some() || track.lyrics_synced.is_some();
        Self {
            artists: artists.into_iter().map(Named::from).collect(),
            album_gain_db: album.as_ref().and_then(|album| album.gain_db),
            album: album.map(|album| AlbumName {
                page_url: format!("/music/albums/{}", album.id),
                id: album.id,
                title: album.title,
            }),
            genres: genres.into_iter().map(Named::from).collect(),
            hls_url: (!bit_rates_kbps.is_empty()).then(|| format!("{api_url}/hls.m3u8")),
            bit_rates_kbps,
            stream_url: format!("{api_url}/stream"),
            lyrics_url: has_lyrics.then(|| format!("{api_url}/lyrics")),
            waveform_url: track
                .waveform
                .is_some()
                .then(|| format!("{api_url}/waveform")),
            has_lyrics,
            cover_url: cover_urls.as_ref().map(|urls| urls.px_320.clone()),
            cover_urls,
            page_url: format!("/music/tracks/{}", track.id),
            added_at: rfc3339(track.created_at_ms),
            id: track.id,
            title: track.title,
            disc_number: track.disc_number,
            track_number: track.track_number,
            duration_ms: track.duration_ms,
            released_on: track.released_on,
            composer: track.composer,
            licence: track.licence,
            copyright: track.copyright,
            track_gain_db: track.gain_db,
            codec: track.codec,
            bit_rate_kbps: track.bit_rate_kbps,
            sample_rate_hz: track.sample_rate_hz,
            channels: track.channels,
            size_bytes: track.size_bytes,
        }
    }
}

/// Writes UTC milliseconds as RFC 3339.
pub(crate) fn rfc3339(at_ms: i64) -> String {
    Timestamp::from_millisecond(at_ms)
        .unwrap_or_default()
        .to_string()
}

/// Returns one track.
#[utoipa::path(get, path = "/tracks/{id}", tag = "tracks", params(("id" = String, Path)),
    responses((status = 200, body = Track), (status = "default", body = ProblemDocument)))]
async fn get_track(State(app): State<AppState>, Path(id): Path<String>) -> Result<Json<Track>> {
    let found = app.store.find_track(&id).await.map_err(Error::from)?;
    let record = found.ok_or(Error::TrackNotFound(id))?;
    Ok(Json(record.into()))
}
