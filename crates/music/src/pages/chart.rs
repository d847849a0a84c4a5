//! The chart: TOP 100, or the newest music while nobody has played anything.

use axum::extract::State;
use axum::response::Response;
use maud::html;
use pages::components::{Action, Lead, empty_state, list_actions, track_list};
use pages::{Lang, Page, PageRequest};

use super::PagesState;
use super::errors::respond;
use super::rows::track_row;
use super::site::HOME;
use crate::api::Track;
use crate::{Error, Result, Store};

/// How many of the newest tracks stand in for a chart without entries.
const FALLBACK_TRACKS: u64 = 100;

pub(crate) async fn show_chart(State(pages): State<PagesState>, request: PageRequest) -> Response {
    respond(&request, chart_page(&pages.app.store, request.lang()).await)
}

async fn chart_page(store: &Store, lang: Lang) -> Result<Page> {
    let newest: Vec<Track> = store
        .list_newest_tracks(FALLBACK_TRACKS)
        .await
        .map_err(Error::from)?
        .into_iter()
        .map(Track::from)
        .collect();
    let rows: Vec<_> = newest
        .iter()
        .map(|track| track_row(track, Lead::None))
        .collect();
    let main = html! {
        header.page-header {
            div {
                h1 { (lang.t("chart.title")) }
                p.page-detail { (lang.t("chart.not_yet")) }
            }
            @if !rows.is_empty() { (list_actions(lang)) }
        }
        @if rows.is_empty() {
            (empty_state("music", lang.t("chart.no_music"), lang.t("chart.no_music_hint"), &[
                Action { label: lang.t("nav.chart_rules"), href: "/music/chart/rules" },
            ]))
        } @else {
            h2.visually-hidden { (lang.t("chart.newest")) }
            (track_list(lang, "chart", &rows))
        }
    };
    let description = lang.t("chart.description");
    Ok(Page::new("chart", HOME, lang.t("chart.title"), main).description(description))
}
