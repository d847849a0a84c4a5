//! One artist: albums, then tracks.

use axum::extract::State;
use axum::response::Response;
use chassis::http::Path;
use maud::{Markup, html};
use pages::components::{Lead, glow, icon, lead_cover, list_actions, more_link, track_list};
use pages::{Lang, Page, PageRequest};
use serde_json::json;

use super::PagesState;
use super::errors::respond;
use super::lists::{AlbumPage, Parameters, TrackFilter, TrackPage, read_albums, read_tracks};
use super::rows::{NO_COVER, NO_PREVIEW, record_row, shown_name, whole_ms};
use crate::api::Artist;
use crate::store::{AlbumStart, TrackStart};
use crate::{Error, Result, Store};

/// The side of the large cover, in CSS pixels.
const LEAD_COVER_PX: u32 = 320;

pub(super) async fn show_artist(
    State(pages): State<PagesState>,
    Path(id): Path<String>,
    request: PageRequest,
    parameters: Parameters,
) -> Response {
    let page = artist_page(
        &pages.app.store,
        request.lang(),
        request.origin(),
        id,
        &parameters,
    )
    .await;
    respond(&pages, &request, page).await
}

async fn artist_page(
    store: &Store,
    lang: Lang,
    origin: &str,
    id: String,
    parameters: &Parameters,
) -> Result<Page> {
    let found = store.find_artist(&id).await.map_err(Error::from)?;
    let artist = Artist::from(found.ok_or(Error::ArtistNotFound(id))?);
    let (albums, list) = if parameters.get("list") == Some("albums") {
        (
            Some(albums_of(store, &artist, parameters.cursor()?).await?),
            None,
        )
    } else {
        let list = tracks_of(store, &artist, parameters).await?;
        let albums = if list.is_first {
            Some(albums_of(store, &artist, None).await?)
        } else {
            None
        };
        (albums, Some(list))
    };
    let is_first = albums.is_some() && list.is_some();
    let main = html! {
        (hero(lang, &artist, list.is_some()))
        @if let Some(page) = albums { (albums_section(lang, &page)) }
        @if let Some(page) = list { (tracks_section(lang, &artist, page)) }
    };
    let name = shown_name(lang, &artist.name);
    let description = lang.t_with("artist.description", &[("name", name)]);
    let image = artist
        .cover_urls
        .as_ref()
        .map_or(NO_PREVIEW, |urls| &urls.px_640);
    let page = Page::new("artist", artist.page_url.as_str(), name, main)
        .description(description)
        .social("profile", image)
        .json_ld(json!({
            "@context": "https://schema.org",
            "@type": "MusicGroup",
            "name": artist.name,
            "url": format!("{origin}{}", artist.page_url),
        }));
    Ok(if is_first { page } else { page.unlisted() })
}

/// The albums have an address of their own to go on at; the tracks go on at the artist's.
async fn albums_of(store: &Store, artist: &Artist, after: Option<AlbumStart>) -> Result<AlbumPage> {
    let path = format!("{}?list=albums", artist.page_url);
    let first = AlbumStart::Released(None);
    read_albums(store, &path, after, first, Some(&artist.id)).await
}

async fn tracks_of(store: &Store, artist: &Artist, parameters: &Parameters) -> Result<TrackPage> {
    let filter = TrackFilter {
        artist_id: Some(&artist.id),
        ..TrackFilter::default()
    };
    let first = TrackStart::Released(None);
    read_tracks(store, &artist.page_url, parameters, first, filter).await
}

fn albums_section(lang: Lang, page: &AlbumPage) -> Markup {
    html! {
        @if !page.albums.is_empty() {
            section.section {
                div.section-header { h2 { (lang.t("artist.albums")) } }
                (super::albums::cards(lang, &page.albums))
                (more_link(lang, page.next.as_deref()))
            }
        }
    }
}

fn tracks_section(lang: Lang, artist: &Artist, page: TrackPage) -> Markup {
    let row = |record| record_row(lang, record, Lead::None);
    let rows: Vec<_> = page.records.into_iter().map(row).collect();
    html! {
        @if !rows.is_empty() {
            section.section {
                div.section-header { h2 { (lang.t("artist.tracks")) } }
                (track_list(lang, &format!("artist:{}", artist.id), &rows))
                (more_link(lang, page.next.as_deref()))
            }
        }
    }
}

fn hero(lang: Lang, artist: &Artist, has_tracks: bool) -> Markup {
    let cover = artist.cover_urls.as_ref();
    let (px_320, px_640) = cover.map_or((NO_COVER, NO_COVER), |urls| (&urls.px_320, &urls.px_640));
    let px_96 = cover.map_or(NO_COVER, |urls| &urls.px_96);
    html! {
        header.hero.hero-round {
            (glow(px_96))
            @if cover.is_some() { (lead_cover(px_320, px_640, LEAD_COVER_PX)) } @else {
                span.cover.hero-icon { (icon("user-round")) }
            }
            div {
                p.page-kicker { (lang.t("artist.kicker")) }
                h1 { (shown_name(lang, &artist.name)) }
                p.page-detail {
                    @if artist.album_count > 0 {
                        (lang.t_count("count.albums", whole_ms(artist.album_count))) " · "
                    }
                    (lang.t_count("count.tracks", whole_ms(artist.track_count)))
                }
                @if has_tracks && artist.track_count > 0 { (list_actions(lang)) }
            }
        }
    }
}
