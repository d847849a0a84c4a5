//! Whose the music is and what may be done with it, as the tags say.

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use pages::components::{empty_state, links as link_list, more_link};
use pages::{Lang, Page, PageRequest};

use super::PagesState;
use super::errors::respond;
use super::lists::{Parameters, TrackFilter, read_tracks};
use super::rows::links;
use super::tracks::licence;
use crate::api::Track;
use crate::store::TrackStart;
use crate::{Result, Store};

const PATH: &str = "/music/credits";

pub(super) async fn show_credits(
    State(pages): State<PagesState>,
    request: PageRequest,
    parameters: Parameters,
) -> Response {
    let page = credits_page(&pages.app.store, request.lang(), &parameters).await;
    respond(&pages, &request, page).await
}

async fn credits_page(store: &Store, lang: Lang, parameters: &Parameters) -> Result<Page> {
    let list = read_tracks(
        store,
        PATH,
        parameters,
        TrackStart::Title(None),
        TrackFilter::default(),
    )
    .await?;
    let tracks: Vec<Track> = list.records.into_iter().map(Track::from).collect();
    let main = html! {
        header.page-header {
            div {
                h1 { (lang.t("nav.credits")) }
                p.page-detail { (lang.t("credits.detail")) }
            }
        }
        @if tracks.is_empty() {
            (empty_state("info", lang.t("chart.no_music"), lang.t("chart.no_music_hint"), &[]))
        } @else {
            ul.credit-list role="list" { @for track in &tracks { (credit(lang, track)) } }
            (more_link(lang, list.next.as_deref()))
        }
    };
    let page = Page::new("credits", PATH, lang.t("nav.credits"), main)
        .description(lang.t("credits.detail"));
    Ok(if list.is_first { page } else { page.unlisted() })
}

fn credit(lang: Lang, track: &Track) -> Markup {
    html! {
        li.credit {
            p { a href=(track.page_url) { (track.title) } " · " (link_list(&links(lang, &track.artists))) }
            @if let Some(composer) = &track.composer { p { (lang.t("track.composer")) " " (composer) } }
            @match (&track.licence, &track.copyright) {
                (None, None) => { p { (lang.t("credits.untagged")) } }
                (text, copyright) => {
                    @if let Some(copyright) = copyright { p { (copyright) } }
                    @if let Some(text) = text { p { (licence(text)) } }
                }
            }
        }
    }
}
