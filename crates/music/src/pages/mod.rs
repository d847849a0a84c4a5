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
mod sitemap;
#[cfg(test)]
mod tests;
mod times;
mod tracks;

use std::sync::Arc;

use axum::extract::RawQuery;
use axum::response::Redirect;
use axum::routing::get;
use chassis::http::Routes;
pub(crate) use errors::error_pages;
use pages::PageCache;

use crate::AppState;

/// What page handlers share.
pub(crate) struct Pages {
    app: AppState,
    cache: PageCache,
    sitemap: sitemap::Sitemap,
}

type PagesState = Arc<Pages>;

impl Pages {
    pub(crate) fn new(app: AppState) -> PagesState {
        Arc::new(Self {
            app,
            cache: PageCache::new(),
            sitemap: sitemap::Sitemap::default(),
        })
    }
}

/// Routes of every page below `/music`, and the way to them from `/`.
pub(crate) fn routes(pages: &PagesState) -> Routes {
    Routes::default()
        .route("/", get(go_home))
        .route("/sitemap.xml", get(sitemap::show_sitemap))
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
        .route("/music/", get(errors::show_not_found))
        .route("/music/{*path}", get(errors::show_not_found))
        .with_state(PagesState::clone(pages))
}

/// The product is the page of its chart; a language that was asked for goes along.
async fn go_home(RawQuery(query): RawQuery) -> Redirect {
    match query {
        Some(query) => Redirect::temporary(&format!("{}?{query}", site::HOME)),
        None => Redirect::temporary(site::HOME),
    }
}
