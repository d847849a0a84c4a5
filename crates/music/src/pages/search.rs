//! Search: the best hit, tracks, albums, artists; genres to begin with where nothing was asked.

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use pages::components::{
    ArtistCard, Lead, Link, artist_card, card_grid, chips, empty_state, track_list,
};
use pages::{Lang, Page, PageRequest};

use super::PagesState;
use super::errors::respond;
use super::genres::genre_links;
use super::lists::Parameters;
use super::rows::{shown_name, track_row, whole_ms};
use crate::api::Artist;
use crate::api::search::{SearchResult, Top, find};
use crate::search::QUERY_CHARS_MAX;
use crate::{Result, Store};

pub(super) const PATH: &str = "/music/search";
/// How many of each kind the page shows.
const ITEMS_PER_KIND: u64 = 30;

pub(super) async fn show_search(
    State(pages): State<PagesState>,
    request: PageRequest,
    parameters: Parameters,
) -> Response {
    let text = parameters.get("q").unwrap_or_default().trim();
    // A pasted page of text is searched by its beginning rather than refused; what no page may hold is left out.
    let shown = text.chars().filter(|letter| !letter.is_control());
    let text: String = shown.take(QUERY_CHARS_MAX).collect();
    let page = search_page(&pages.app.store, request.lang(), text).await;
    respond(&pages, &request, page).await
}

async fn search_page(store: &Store, lang: Lang, text: String) -> Result<Page> {
    if text.is_empty() {
        let genres = genre_links(store).await?;
        let main = start(lang, &genres);
        return Ok(Page::new("search", PATH, lang.t("nav.search"), main)
            .description(lang.t("search.description")));
    }
    let result = find(store, &text, ITEMS_PER_KIND).await?;
    let quoted = [("query", text.as_str())];
    let main = html! {
        header.page-header {
            h1 { (lang.t_with("search.results", &quoted)) }
        }
        @if result.top.is_none() {
            (empty_state("search", &lang.t_with("search.nothing", &quoted), lang.t("search.tips"), &[]))
        } @else {
            (found(lang, &result))
        }
    };
    let path = href(&text);
    let title = lang.t_with("search.results", &quoted);
    let mut page = Page::new("search", path, title, main)
        .description(lang.t("search.description"))
        .unlisted();
    page.query = text;
    Ok(page)
}

/// The address of what is found for a text.
pub(super) fn href(text: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    format!("{PATH}?q={encoded}")
}

fn start(lang: Lang, genres: &[Link]) -> Markup {
    html! {
        header.page-header {
            div {
                h1 { (lang.t("nav.search")) }
                p.page-detail { (lang.t("search.description")) }
            }
        }
        @if !genres.is_empty() {
            section {
                div.section-header { h2 { (lang.t("search.genres")) } }
                (chips(lang.t("search.genres"), genres, None))
            }
        }
    }
}

fn found(lang: Lang, result: &SearchResult) -> Markup {
    let tracks: Vec<_> = result
        .tracks
        .iter()
        .map(|track| track_row(lang, track, Lead::None))
        .collect();
    let album_card = |album| super::albums::card(lang, album);
    let albums: Vec<_> = result.albums.iter().map(album_card).collect();
    let artists: Vec<_> = result
        .artists
        .iter()
        .map(|artist| card(lang, artist))
        .collect();
    html! {
        @if let Some(Top::Artist { artist }) = &result.top {
            section.top-hit {
                h2 { (lang.t("search.top")) }
                (card(lang, artist))
            }
        } @else if let Some(Top::Album { album }) = &result.top {
            section.top-hit {
                h2 { (lang.t("search.top")) }
                (super::albums::card(lang, album))
            }
        }
        (section(lang.t("search.tracks"), !tracks.is_empty(), &track_list(lang, "search", &tracks)))
        (section(lang.t("search.albums"), !albums.is_empty(), &card_grid(&albums)))
        (section(lang.t("search.artists"), !artists.is_empty(), &card_grid(&artists)))
    }
}

fn section(title: &str, is_shown: bool, content: &Markup) -> Markup {
    html! {
        @if is_shown {
            section.section {
                div.section-header { h2 { (title) } }
                (content)
            }
        }
    }
}

fn card(lang: Lang, artist: &Artist) -> Markup {
    artist_card(
        lang,
        &ArtistCard {
            name: Link {
                text: shown_name(lang, &artist.name).to_owned(),
                href: artist.page_url.clone(),
            },
            cover_src: artist.cover_url.clone(),
            track_count: whole_ms(artist.track_count),
        },
    )
}
