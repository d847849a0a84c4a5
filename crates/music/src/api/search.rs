//! Search.

#![expect(
    unused_qualifications,
    reason = "the macro that describes an operation qualifies the type of its parameters"
)]

use axum::extract::State;
use chassis::Problem;
use chassis::http::{Query as Parameters, Shared};
use chassis::problem::ProblemDocument;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::albums::Album;
use super::artists::Artist;
use super::tracks::Track;
use crate::search::{self, QUERY_CHARS_MAX};
use crate::store::{Rank, SearchHits, SearchKind, Store};
use crate::{AppState, Error, Result};

/// How many of each kind are found when the caller does not say.
const SEARCH_ITEMS_DEFAULT: u64 = 20;
/// How many of each kind are found at most.
const SEARCH_ITEMS_MAX: u64 = 50;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(search_catalogue))
}

/// What was found, of each kind the best first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub(crate) struct SearchResult {
    /// As asked.
    pub(crate) query: String,
    /// The best of all; null when nothing was found.
    pub(crate) top: Option<Top>,
    /// Titles that fit, then tracks whose artists or album do.
    pub(crate) tracks: Vec<Track>,
    /// Titles that fit, then albums whose artists do.
    pub(crate) albums: Vec<Album>,
    /// Names that fit.
    pub(crate) artists: Vec<Artist>,
}

/// The best of everything that was found.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Top {
    /// A track fits best.
    Track {
        /// The first of `tracks`.
        track: Box<Track>,
    },
    /// An album fits best.
    Album {
        /// The first of `albums`.
        album: Box<Album>,
    },
    /// An artist fits best.
    Artist {
        /// The first of `artists`.
        artist: Box<Artist>,
    },
}

/// What to look for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchQuery {
    /// Any part of a title or name in Korean or Latin letters, or the initial consonants of Korean ones (`ㅇㅇㅇ`);
    /// one misspelling is forgiven. At most 100 characters; nothing to look for finds nothing.
    #[serde(default)]
    q: String,
    /// How many of each kind, 1 to 50; 20 unless given.
    #[param(minimum = 1, maximum = 50)]
    limit: Option<u64>,
}

/// Finds tracks, albums and artists.
#[utoipa::path(get, path = "/api/music/v1/search", tag = "search",
    params(SearchQuery),
    responses((status = 200, body = SearchResult), (status = 304, description = "The client has it"),
        (status = "default", body = ProblemDocument)))]
async fn search_catalogue(
    State(app): State<AppState>,
    Parameters(query): Parameters<SearchQuery>,
) -> Result<Shared<SearchResult>> {
    let limit = match query.limit {
        None => SEARCH_ITEMS_DEFAULT,
        Some(limit) if (1..=SEARCH_ITEMS_MAX).contains(&limit) => limit,
        Some(_) => {
            let accepted = format!("limit must be 1 to {SEARCH_ITEMS_MAX}");
            return Err(Problem::invalid(accepted));
        }
    };
    Ok(Shared(find(&app.store, &query.q, limit).await?))
}

/// Finds at most `limit` of each kind; a problem when the query is too long.
pub(crate) async fn find(store: &Store, text: &str, limit: u64) -> Result<SearchResult> {
    if QUERY_CHARS_MAX < text.chars().count() {
        let accepted = format!("q may have {QUERY_CHARS_MAX} characters at most");
        return Err(Problem::invalid(accepted));
    }
    let result = SearchResult {
        query: text.to_owned(),
        ..SearchResult::default()
    };
    let Some(query) = search::Query::parse(text) else {
        return Ok(result);
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let hits = store.search(&query, limit).await.map_err(Error::from)?;
    let [artist_ids, track_ids, album_ids] = SearchKind::ALL.map(|kind| hits.ids(kind));
    let (tracks, albums, artists) = tokio::try_join!(
        store.list_tracks_by_id(&track_ids),
        store.list_albums_by_id(&album_ids),
        store.list_artists_by_id(&artist_ids),
    )
    .map_err(Error::from)?;
    let mut result = SearchResult {
        tracks: tracks.into_iter().map(Track::from).collect(),
        albums: albums.into_iter().map(Album::from).collect(),
        artists: artists.into_iter().map(Artist::from).collect(),
        ..result
    };
    result.top = top(&hits, &result);
    Ok(result)
}

/// The best rank wins; an artist before a track before an album.
fn top(hits: &SearchHits, result: &SearchResult) -> Option<Top> {
    let track = || {
        let track = result.tracks.first().cloned()?;
        Some(Top::Track {
            track: Box::new(track),
        })
    };
    let album = || {
        let album = result.albums.first().cloned()?;
        Some(Top::Album {
            album: Box::new(album),
        })
    };
    let artist = || {
        let artist = result.artists.first().cloned()?;
        Some(Top::Artist {
            artist: Box::new(artist),
        })
    };
    let of_kind = |kind| match kind {
        SearchKind::Artist => artist(),
        SearchKind::Track => track(),
        SearchKind::Album => album(),
    };
    let mut ranked: Vec<(Rank, SearchKind)> = SearchKind::ALL
        .into_iter()
        .filter_map(|kind| Some((hits.best(kind)?, kind)))
        .collect();
    ranked.sort();
    ranked.into_iter().find_map(|(_, kind)| of_kind(kind))
}
