//! Albums.

#![expect(
    unused_qualifications,
    reason = "the macro that describes an operation qualifies the type of its parameters"
)]

use axum::extract::State;
use chassis::Problem;
use chassis::http::{Path, Query as Parameters, Shared};
use chassis::paging::{Page, PageQuery};
use chassis::problem::ProblemDocument;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::tracks::{CoverUrls, Named, rfc3339};
use crate::store::{AlbumQuery, AlbumRecord, AlbumStart};
use crate::{AppState, Error, Result};

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_albums))
        .routes(routes!(get_album))
}

/// An album; its tracks are at `/tracks?album=`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Album {
    /// UUIDv7.
    pub(crate) id: String,
    /// As tagged.
    pub(crate) title: String,
    /// In the order of the tags.
    pub(crate) artists: Vec<Named>,
    /// As tagged: `2012`, `2012-12` or `2012-12-15`.
    pub(crate) released_on: Option<String>,
    /// How many tracks it has, at least one.
    pub(crate) track_count: i64,
    /// Of all its tracks.
    pub(crate) duration_ms: i64,
    /// Of its tracks, by name.
    pub(crate) genres: Vec<Named>,
    /// WebP, 320 px wide.
    pub(crate) cover_url: Option<String>,
    /// The cover in each width.
    pub(crate) cover_urls: Option<CoverUrls>,
    /// The page for people.
    pub(crate) page_url: String,
    /// RFC 3339, UTC.
    pub(crate) added_at: String,
}

impl From<AlbumRecord> for Album {
    fn from(record: AlbumRecord) -> Self {
        let album = record.album;
        let cover_urls = album.cover_id.as_deref().map(CoverUrls::new);
        Self {
            artists: record.artists.into_iter().map(Named::from).collect(),
            genres: record.genres.into_iter().map(Named::from).collect(),
            track_count: record.track_count,
            duration_ms: record.duration_ms,
            cover_url: cover_urls.as_ref().map(|urls| urls.px_320.clone()),
            cover_urls,
            page_url: format!("/music/albums/{}", album.id),
            added_at: rfc3339(album.created_at_ms),
            id: album.id,
            title: album.title,
            released_on: album.released_on,
        }
    }
}

/// The order of a list of albums.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AlbumSort {
    /// Newest in the library first.
    Added,
    /// By title.
    Title,
    /// Newest release first; what has no date comes last.
    Released,
}

/// Which albums, in which order. Filters combine.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AlbumListQuery {
    /// Id of an artist under whose name the album is.
    artist: Option<String>,
    /// Id of a genre that one of its tracks has.
    genre: Option<String>,
    /// `added` unless given.
    #[param(inline)]
    sort: Option<AlbumSort>,
    /// How many items, 1 to 200; 50 unless given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

impl AlbumListQuery {
    fn start(&self, page: &PageQuery) -> Result<AlbumStart> {
        let first = match self.sort.unwrap_or(AlbumSort::Added) {
            AlbumSort::Added => AlbumStart::Added(None),
            AlbumSort::Title => AlbumStart::Title(None),
            AlbumSort::Released => AlbumStart::Released(None),
        };
        match page.after::<AlbumStart>()? {
            None => Ok(first),
            Some(after) if after.has_order_of(&first) => Ok(after),
            Some(_) => Err(Problem::invalid(
                "cursor belongs to a list in another order",
            )),
        }
    }
}

/// Returns albums.
#[utoipa::path(get, path = "/api/music/v1/albums", tag = "albums",
    params(AlbumListQuery),
    responses((status = 200, body = Page<Album>), (status = 304, description = "The client has it"),
        (status = "default", body = ProblemDocument)))]
async fn list_albums(
    State(app): State<AppState>,
    Parameters(query): Parameters<AlbumListQuery>,
) -> Result<Shared<Page<Album>>> {
    let page = PageQuery {
        limit: query.limit,
        cursor: query.cursor.clone(),
    };
    let limit = page.limit()?;
    let from = query.start(&page)?;
    let asked = AlbumQuery {
        artist_id: query.artist,
        genre_id: query.genre,
        from: from.clone(),
        limit: limit + 1,
    };
    let records = app.store.list_albums(&asked).await.map_err(Error::from)?;
    let key = |record: &AlbumRecord| from.after(&record.album);
    Ok(Shared(Page::from_rows(records, limit, key, Album::from)))
}

/// Returns one album.
#[utoipa::path(get, path = "/api/music/v1/albums/{id}", tag = "albums", params(("id" = String, Path)),
    responses((status = 200, body = Album), (status = 304, description = "The client has it"),
        (status = "default", body = ProblemDocument)))]
async fn get_album(State(app): State<AppState>, Path(id): Path<String>) -> Result<Shared<Album>> {
    let found = app.store.find_album(&id).await.map_err(Error::from)?;
    let record = found.ok_or(Error::AlbumNotFound(id))?;
    Ok(Shared(record.into()))
}
