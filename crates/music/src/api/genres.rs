//! Genres.

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

use crate::store::{GenreQuery, GenreRecord, NameKey};
use crate::{AppState, Error, Result};

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_genres))
        .routes(routes!(get_genre))
}

/// A genre; its tracks are at `/tracks?genre=`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Genre {
    /// UUIDv7.
    pub(crate) id: String,
    /// As first tagged.
    pub(crate) name: String,
    /// How many tracks have it, at least one.
    pub(crate) track_count: i64,
    /// The page for people.
    pub(crate) page_url: String,
}

impl From<GenreRecord> for Genre {
    fn from(record: GenreRecord) -> Self {
        Self {
            page_url: format!("/music/genres/{}", record.genre.id),
            id: record.genre.id,
            name: record.genre.name,
            track_count: record.track_count,
        }
    }
}

/// Which genres, by name.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct GenreListQuery {
    /// How many items, 1 to 200; 50 unless given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Returns genres by name.
#[utoipa::path(get, path = "/api/music/v1/genres", tag = "genres",
    params(GenreListQuery),
    responses((status = 200, body = Page<Genre>), (status = 304, description = "The client has it"),
        (status = "default", body = ProblemDocument)))]
async fn list_genres(
    State(app): State<AppState>,
    Parameters(query): Parameters<GenreListQuery>,
) -> Result<Shared<Page<Genre>>> {
    let page = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = page.limit()?;
    let asked = GenreQuery {
        after: page.after()?,
        limit: limit + 1,
    };
    let records = app.store.list_genres(&asked).await.map_err(Error::from)?;
    let key =
        |record: &GenreRecord| NameKey(record.genre.name_key.clone(), record.genre.id.clone());
    Ok(Shared(Page::from_rows(records, limit, key, Genre::from)))
}

/// Returns one genre.
#[utoipa::path(get, path = "/api/music/v1/genres/{id}", tag = "genres", params(("id" = String, Path)),
    responses((status = 200, body = Genre), (status = 304, description = "The client has it"),
        (status = "default", body = ProblemDocument)))]
async fn get_genre(State(app): State<AppState>, Path(id): Path<String>) -> Result<Shared<Genre>> {
    let found = app.store.find_genre(&id).await.map_err(Error::from)?;
    let record = found.ok_or(Error::GenreNotFound(id))?;
    Ok(Shared(record.into()))
}
