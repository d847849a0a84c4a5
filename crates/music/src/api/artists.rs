//! Artists.

#![expect(
    unused_qualifications,
    reason = "the macro that describes an operation qualifies the type of its parameters"
)]

use axum::extract::State;
use chassis::http::{Path, Query as Parameters, Shared};
use chassis::paging::{Page, PageQuery};
use chassis::problem::ProblemDocument;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::tracks::CoverUrls;
use crate::store::{ArtistQuery, ArtistRecord, NameKey};
use crate::{AppState, Error, Result};

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_artists))
        .routes(routes!(get_artist))
}

/// An artist; the albums are at `/albums?artist=`, the tracks at `/tracks?artist=`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Artist {
    /// UUIDv7.
    pub(crate) id: String,
    /// As first tagged.
    pub(crate) name: String,
    /// Albums under the artist's own name.
    pub(crate) album_count: i64,
    /// Tracks that name the artist.
    pub(crate) track_count: i64,
    /// The newest cover among the albums, else the tracks, drawn ones last; WebP, 320 px wide.
    pub(crate) cover_url: Option<String>,
    /// The same cover in each width.
    pub(crate) cover_urls: Option<CoverUrls>,
    /// The page for people.
    pub(crate) page_url: String,
}

impl From<ArtistRecord> for Artist {
    fn from(record: ArtistRecord) -> Self {
        let cover_urls = record.cover_id.as_deref().map(CoverUrls::new);
        Self {
            cover_url: cover_urls.as_ref().map(|urls| urls.px_320.clone()),
            cover_urls,
            page_url: format!("/music/artists/{}", record.artist.id),
            id: record.artist.id,
            name: record.artist.name,
            album_count: record.album_count,
            track_count: record.track_count,
        }
    }
}

/// Which artists, by name.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ArtistListQuery {
    /// Id of a genre that one of the artist's tracks has.
    genre: Option<String>,
    /// How many items, 1 to 200; 50 unless given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Returns artists by name.
#[utoipa::path(get, path = "/api/music/v1/artists", tag = "artists",
    params(ArtistListQuery),
    responses((status = 200, body = Page<Artist>), (status = 304, description = "The client has it"),
        (status = "default", body = ProblemDocument)))]
async fn list_artists(
    State(app): State<AppState>,
    Parameters(query): Parameters<ArtistListQuery>,
) -> Result<Shared<Page<Artist>>> {
    let page = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = page.limit()?;
    let asked = ArtistQuery {
        genre_id: query.genre,
        after: page.after()?,
        limit: limit + 1,
    };
    let records = app.store.list_artists(&asked).await.map_err(Error::from)?;
    let key =
        |record: &ArtistRecord| NameKey(record.artist.sort_key.clone(), record.artist.id.clone());
    Ok(Shared(Page::from_rows(records, limit, key, Artist::from)))
}

/// Returns one artist.
#[utoipa::path(get, path = "/api/music/v1/artists/{id}", tag = "artists", params(("id" = String, Path)),
    responses((status = 200, body = Artist), (status = 304, description = "The client has it"),
        (status = "default", body = ProblemDocument)))]
async fn get_artist(State(app): State<AppState>, Path(id): Path<String>) -> Result<Shared<Artist>> {
    let found = app.store.find_artist(&id).await.map_err(Error::from)?;
    let record = found.ok_or(Error::ArtistNotFound(id))?;
    Ok(Shared(record.into()))
}
