//! Tracks.

#![expect(
    unused_qualifications,
    reason = "the macro that describes an operation qualifies the type of its parameters"
)]

use axum::extract::State;
use chassis::Problem;
use chassis::http::{Path, Query as Parameters, Shared};
use chassis::paging::{Page, PageQuery};
use chassis::problem::ProblemDocument;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::licence::Licence;
use crate::store::entities::{artist, genre};
use crate::store::{TrackQuery, TrackRecord, TrackStart};
use crate::{API_PREFIX, AppState, Error, Result};

/// The widths covers are stored in, in pixels.
pub(crate) const COVER_WIDTHS_PX: [u32; 3] = [96, 320, 640];
/// How many tracks one request may name by id.
const IDS_MAX: usize = 200;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_tracks))
        .routes(routes!(get_track))
}

/// A track, with every URL a client needs: no client builds one.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Track {
    /// UUIDv7.
    pub(crate) id: String,
    /// As tagged, else from the name of the file.
    pub(crate) title: String,
    /// In the order of the tags; at least one.
    pub(crate) artists: Vec<Named>,
    /// Null for a track that names none.
    pub(crate) album: Option<AlbumName>,
    /// From 1.
    pub(crate) disc_number: Option<i64>,
    /// From 1, on its disc.
    pub(crate) track_number: Option<i64>,
    /// Exact once the track is prepared, before that as its container says.
    pub(crate) duration_ms: i64,
    /// In the order of the tags.
    pub(crate) genres: Vec<Named>,
    /// As tagged: `2012`, `2012-12` or `2012-12-15`.
    pub(crate) released_on: Option<String>,
    /// As tagged.
    pub(crate) composer: Option<String>,
    /// As tagged, often a URL.
    pub(crate) licence: Option<String>,
    /// What people call the licence, such as `CC BY-SA 3.0`; as tagged where it is not known.
    pub(crate) licence_name: Option<String>,
    /// Where the text of the licence is, when the tag says it.
    pub(crate) licence_url: Option<String>,
    /// As tagged.
    pub(crate) copyright: Option<String>,
    /// Gain that brings the track to -18 LUFS, in dB.
    pub(crate) track_gain_db: Option<f64>,
    /// Gain that brings the whole album to -18 LUFS, in dB.
    pub(crate) album_gain_db: Option<f64>,
    /// Of the original: `vorbis`, `mp3`, `flac`, `opus`, `aac`, `alac` or `pcm`.
    pub(crate) codec: String,
    /// Of the original, on average.
    pub(crate) bit_rate_kbps: i64,
    /// Of the original.
    pub(crate) sample_rate_hz: i64,
    /// Of the original: 1 is mono, 2 is stereo.
    pub(crate) channels: i64,
    /// Of the original.
    pub(crate) size_bytes: i64,
    /// Renditions that are ready, ascending; empty until the first is.
    pub(crate) bit_rates_kbps: Vec<i64>,
    /// Whether there are lyrics, plain or timed.
    pub(crate) has_lyrics: bool,
    /// HLS master playlist; null until the renditions are ready.
    pub(crate) hls_url: Option<String>,
    /// The original; `?bit_rate_kbps=` asks for a rendition.
    pub(crate) stream_url: String,
    /// Null without lyrics.
    pub(crate) lyrics_url: Option<String>,
    /// Null until the track is prepared.
    pub(crate) waveform_url: Option<String>,
    /// WebP, 320 px wide.
    pub(crate) cover_url: Option<String>,
    /// The cover in each width.
    pub(crate) cover_urls: Option<CoverUrls>,
    /// The page for people.
    pub(crate) page_url: String,
    /// RFC 3339, UTC.
    pub(crate) added_at: String,
}

/// An artist or genre by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Named {
    /// UUIDv7.
    pub(crate) id: String,
    /// As first tagged.
    pub(crate) name: String,
    /// The page for people.
    pub(crate) page_url: String,
}

/// An album by title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct AlbumName {
    /// UUIDv7.
    pub(crate) id: String,
    /// As tagged.
    pub(crate) title: String,
    /// The page for people.
    pub(crate) page_url: String,
}

/// A cover as WebP in each width, in pixels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CoverUrls {
    /// For small rows.
    #[serde(rename = "96")]
    pub(crate) px_96: String,
    /// For cards and the player.
    #[serde(rename = "320")]
    pub(crate) px_320: String,
    /// For whole pages and the lock screen.
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
        let licence = track.licence.as_deref().map(Licence::read);
        let licence_name = licence.as_ref().map(|licence| licence.name.clone());
        let licence_url = licence.and_then(|licence| licence.url.map(str::to_owned));
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
            licence_name,
            licence_url,
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

/// The order of a list of tracks.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TrackSort {
    /// Newest in the library first.
    Added,
    /// By title.
    Title,
    /// Newest release first; what has no date comes last.
    Released,
    /// By disc and number: the order of an album.
    Position,
}

/// Which tracks, in which order. Filters combine.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TrackListQuery {
    /// Ids separated by commas, at most 200: those tracks in that order. Excludes every other parameter.
    ids: Option<String>,
    /// Id of an artist whom the track names.
    artist: Option<String>,
    /// Id of the album.
    album: Option<String>,
    /// Id of a genre.
    genre: Option<String>,
    /// `added` unless given; with `album`, `position`, which no other list has.
    #[param(inline)]
    sort: Option<TrackSort>,
    /// How many items, 1 to 200; 50 unless given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

impl TrackListQuery {
    /// The ids asked for, or none when the query is a list.
    fn ids(&self) -> Result<Option<Vec<String>>> {
        let Some(ids) = &self.ids else {
            return Ok(None);
        };
        let has_others = self.artist.is_some()
            || self.album.is_some()
            || self.genre.is_some()
            || self.sort.is_some()
            || self.limit.is_some()
            || self.cursor.is_some();
        if has_others {
            return Err(Problem::invalid(
                "ids cannot be combined with other parameters",
            ));
        }
        let ids: Vec<String> = ids
            .split(',')
            .filter(|id| !id.is_empty())
            .map(str::to_owned)
            .collect();
        if ids.len() > IDS_MAX {
            return Err(Problem::invalid(format!(
                "ids may name {IDS_MAX} tracks at most"
            )));
        }
        Ok(Some(ids))
    }

    fn start(&self, page: &PageQuery) -> Result<TrackStart> {
        let sort = match self.sort {
            Some(sort) => sort,
            None if self.album.is_some() => TrackSort::Position,
            None => TrackSort::Added,
        };
        let first = match sort {
            TrackSort::Added => TrackStart::Added(None),
            TrackSort::Title => TrackStart::Title(None),
            TrackSort::Released => TrackStart::Released(None),
            TrackSort::Position if self.album.is_some() => TrackStart::Position(None),
            // No index has the whole library in this order.
            TrackSort::Position => {
                return Err(Problem::invalid("sort=position needs an album"));
            }
        };
        match page.after::<TrackStart>()? {
            None => Ok(first),
            Some(after) if after.has_order_of(&first) => Ok(after),
            Some(_) => Err(Problem::invalid(
                "cursor belongs to a list in another order",
            )),
        }
    }
}

/// Returns tracks.
#[utoipa::path(get, path = "/api/music/v1/tracks", tag = "tracks",
    params(TrackListQuery),
    responses((status = 200, body = Page<Track>), (status = 304, description = "The client has it"),
        (status = "default", body = ProblemDocument)))]
async fn list_tracks(
    State(app): State<AppState>,
    Parameters(query): Parameters<TrackListQuery>,
) -> Result<Shared<Page<Track>>> {
    if let Some(ids) = query.ids()? {
        let records = app
            .store
            .list_tracks_by_id(&ids)
            .await
            .map_err(Error::from)?;
        let items = records.into_iter().map(Track::from).collect();
        return Ok(Shared(Page { items, next: None }));
    }
    let page = PageQuery {
        limit: query.limit,
        cursor: query.cursor.clone(),
    };
    let limit = page.limit()?;
    let from = query.start(&page)?;
    let asked = TrackQuery {
        artist_id: query.artist,
        album_id: query.album,
        genre_id: query.genre,
        from: from.clone(),
        limit: limit + 1,
    };
    let records = app.store.list_tracks(&asked).await.map_err(Error::from)?;
    let key = |record: &TrackRecord| from.after(&record.track);
    Ok(Shared(Page::from_rows(records, limit, key, Track::from)))
}

/// Returns one track.
#[utoipa::path(get, path = "/api/music/v1/tracks/{id}", tag = "tracks", params(("id" = String, Path)),
    responses((status = 200, body = Track), (status = 304, description = "The client has it"),
        (status = "default", body = ProblemDocument)))]
async fn get_track(State(app): State<AppState>, Path(id): Path<String>) -> Result<Shared<Track>> {
    let found = app.store.find_track(&id).await.map_err(Error::from)?;
    let record = found.ok_or(Error::TrackNotFound(id))?;
    Ok(Shared(record.into()))
}
