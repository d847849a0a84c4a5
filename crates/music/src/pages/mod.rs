//! What people read: the pages of the music service, rendered whole on the server, readable without script.

mod albums;
mod artists;
mod chart;
mod credits;
mod errors;
mod genres;
mod library;
mod lists;
mod new;
mod rows;
mod rules;
mod search;
mod site;
#[cfg(test)]
mod tests;
mod times;
mod tracks;

use std::sync::Arc;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use pages::PageCache;

use crate::AppState;

/// What page handlers share.
pub(crate) struct Pages {
    app: AppState,
    cache: PageCache,
}

type PagesState = Arc<Pages>;

/// Routes of every page below `/music`, and the way to them from `/`.
pub(crate) fn router(app: AppState) -> Router {
    let pages = Arc::new(Pages {
        app,
        cache: PageCache::new(),
    });
    Router::new()
        .route("/", get(|| async { Redirect::temporary(site::HOME) }))
        .route("/music", get(chart::show_chart))
        .route("/music/new", get(new::show_new))
        .route("/music/albums", get(albums::show_albums))
        .route("/music/albums/{id}", get(albums::show_album))
        .route("/music/artists/{id}", get(artists::show_artist))
        .route("/music/genres/{id}", get(genres::show_genre))
        .route("/music/library", get(library::show_library))
        .route("/music/credits", get(credits::show_credits))
        .route("/music/charts/{hour}", get(chart::show_past_chart))
        .route("/music/search", get(search::show_search))
        .route("/music/chart/rules", get(rules::show_rules))
        .route("/music/tracks/{id}", get(tracks::show_track))
        .route("/music/{*path}", get(errors::show_not_found))
        .with_state(pages)
}
