//! What people read: the pages of the music service, rendered whole on the server, readable without script.

mod chart;
mod errors;
mod rows;
mod site;
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
        .route("/music/tracks/{id}", get(tracks::show_track))
        .route("/music/{*path}", get(errors::show_not_found))
        .with_state(pages)
}
