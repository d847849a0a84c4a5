//! One artist: albums, then tracks.

use axum::extract::State;
use axum::response::Response;
use chassis::http::Path;
use maud::{Markup, html};
use pages::components::{
    Lead, card_grid, glow, icon, lead_cover, list_actions, more_link, track_list,
};
use pages::{Lang, Page, PageRequest};
use serde_json::json;

use super::PagesState;
use super::errors::respond;
use super::lists::{CARDS_PER_PAGE, Parameters, TrackFilter, read_tracks};
use super::rows::{NO_COVER, record_row, shown_name, whole_ms};
use crate::api::{Album, Artist};
use crate::store::{AlbumQuery, AlbumStart, TrackStart};
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
    let filter = TrackFilter {
        artist_id: Some(&artist.id),
        ..TrackFilter::default()
    };
    let list = read_tracks(
        store,
        &artist.page_url,
        parameters,
        TrackStart::Released(None),
        filter,
    )
    .await?;
    let albums = if list.is_first {
        albums_of(store, lang, &artist.id).await?
    } else {
        Vec::new()
    };
    let rows: Vec<_> = list
        .records
        .into_iter()
        .map(|record| record_row(lang, record, Lead::None))
        .collect();
    let main = html! {
        (hero(lang, &artist))
        @if !albums.is_empty() {
            section.section {
                div.section-header { h2 { (lang.t("artist.albums")) } }
                (card_grid(&albums))
            }
        }
        @if !rows.is_empty() {
            section.section {
                div.section-header { h2 { (lang.t("artist.tracks")) } }
                (track_list(lang, &format!("artist:{}", artist.id), &rows))
                (more_link(lang, list.next.as_deref()))
            }
        }
    };
    let name = shown_name(lang, &artist.name);
    let description = lang.t_with("artist.description", &[("name", name)]);
    let image = artist
        .cover_urls
        .as_ref()
        .map_or("/icon-512.png", |urls| &urls.px_640);
    let page = Page::new("artist", artist.page_url.as_str(), name, main)
        .description(description)
        .social("profile", image)
        .json_ld(json!({
            "@context": "https://schema.org",
            "@type": "MusicGroup",
            "name": artist.name,
            "url": format!("{origin}{}", artist.page_url),
        }));
    Ok(if list.is_first { page } else { page.unlisted() })
}

async fn albums_of(store: &Store, lang: Lang, artist_id: &str) -> Result<Vec<Markup>> {
    let query = AlbumQuery {
        artist_id: Some(artist_id.to_owned()),
        genre_id: None,
        from: AlbumStart::Released(None),
        limit: CARDS_PER_PAGE,
    };
    let records = store.list_albums(&query).await.map_err(Error::from)?;
    Ok(records
        .into_iter()
        .map(|record| super::albums::card(lang, &Album::from(record)))
        .collect())
}

fn hero(lang: Lang, artist: &Artist) -> Markup {
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
                @if artist.track_count > 0 { (list_actions(lang)) }
            }
        }
    }
}
