//! The newest tracks, as far back as the library goes.

use axum::extract::State;
use axum::response::Response;
use maud::html;
use pages::components::{Lead, empty_state, list_actions, more_link, track_list};
use pages::{Lang, Page, PageRequest};

use super::PagesState;
use super::errors::respond;
use super::lists::{Parameters, TrackFilter, read_tracks};
use super::rows::record_row;
use crate::store::TrackStart;
use crate::{Result, Store};

const PATH: &str = "/music/new";

pub(super) async fn show_new(
    State(pages): State<PagesState>,
    request: PageRequest,
    parameters: Parameters,
) -> Response {
    let page = new_page(&pages.app.store, request.lang(), &parameters).await;
    respond(&pages, &request, page).await
}

async fn new_page(store: &Store, lang: Lang, parameters: &Parameters) -> Result<Page> {
    let list = read_tracks(
        store,
        PATH,
        parameters,
        TrackStart::Added(None),
        TrackFilter::default(),
    )
    .await?;
    let rows: Vec<_> = list
        .records
        .into_iter()
        .map(|record| record_row(lang, record, Lead::None))
        .collect();
    let main = html! {
        header.page-header {
            div {
                h1 { (lang.t("new.title")) }
                p.page-detail { (lang.t("new.detail")) }
            }
            @if !rows.is_empty() { (list_actions(lang)) }
        }
        @if rows.is_empty() {
            (empty_state("music", lang.t("chart.no_music"), lang.t("chart.no_music_hint"), &[]))
        } @else {
            (track_list(lang, "new", &rows))
            (more_link(lang, list.next.as_deref()))
        }
    };
    let page = Page::new("new", PATH, lang.t("new.title"), main).description(lang.t("new.detail"));
    Ok(if list.is_first { page } else { page.unlisted() })
}
