//! All albums, and one of them.

use axum::extract::State;
use axum::response::Response;
use chassis::http::Path;
use maud::{Markup, html};
use pages::components::{
    AlbumCard, Lead, Link, TrackRow, album_card, card_grid, chips, duration_words, duration_xml,
    empty_state, glow, icon, lead_cover, links as link_list, list_actions, more_link, track_row,
};
use pages::{Lang, Page, PageRequest};
use serde_json::json;

use super::PagesState;
use super::errors::respond;
use super::lists::{Parameters, TrackFilter, read_albums, read_tracks};
use super::rows::{NO_COVER, NO_PREVIEW, links, names, player_data, whole_ms};
use crate::api::{Album, Track};
use crate::store::{AlbumStart, TrackRecord, TrackStart};
use crate::{Error, Result, Store};

const PATH: &str = "/music/albums";
/// The side of the large cover, in CSS pixels.
const LEAD_COVER_PX: u32 = 320;

pub(super) async fn show_albums(
    State(pages): State<PagesState>,
    request: PageRequest,
    parameters: Parameters,
) -> Response {
    let page = albums_page(&pages.app.store, request.lang(), &parameters).await;
    respond(&pages, &request, page).await
}

pub(super) async fn show_album(
    State(pages): State<PagesState>,
    Path(id): Path<String>,
    request: PageRequest,
    parameters: Parameters,
) -> Response {
    let page = album_page(
        &pages.app.store,
        request.lang(),
        request.origin(),
        id,
        &parameters,
    )
    .await;
    respond(&pages, &request, page).await
}

async fn albums_page(store: &Store, lang: Lang, parameters: &Parameters) -> Result<Page> {
    let sort = parameters.get("sort").unwrap_or("added");
    let (path, first) = match sort {
        "title" => ("/music/albums?sort=title", AlbumStart::Title(None)),
        "released" => ("/music/albums?sort=released", AlbumStart::Released(None)),
        _ => (PATH, AlbumStart::Added(None)),
    };
    let list = read_albums(store, path, parameters.cursor()?, first, None).await?;
    let order = |text: &'static str, href: &str| Link {
        text: lang.t(text).into(),
        href: href.into(),
    };
    let orders = [
        order("albums.by_added", PATH),
        order("albums.by_released", "/music/albums?sort=released"),
        order("albums.by_title", "/music/albums?sort=title"),
    ];
    let main = html! {
        header.page-header {
            h1 { (lang.t("albums.title")) }
            (chips(lang.t("albums.order"), &orders, Some(path)))
        }
        @if list.albums.is_empty() {
            (empty_state("disc-3", lang.t("chart.no_music"), lang.t("chart.no_music_hint"), &[]))
        } @else {
            (cards(lang, &list.albums))
            (more_link(lang, list.next.as_deref()))
        }
    };
    let page = Page::new("albums", path, lang.t("albums.title"), main)
        .description(lang.t("albums.description"));
    Ok(if list.is_first { page } else { page.unlisted() })
}

/// A grid of albums.
pub(super) fn cards(lang: Lang, albums: &[Album]) -> Markup {
    let cards: Vec<_> = albums.iter().map(|album| card(lang, album)).collect();
    card_grid(&cards)
}

/// An album in a grid.
pub(super) fn card(lang: Lang, album: &Album) -> Markup {
    album_card(&AlbumCard {
        title: Link {
            text: album.title.clone(),
            href: album.page_url.clone(),
        },
        artists: links(lang, &album.artists),
        released_on: album.released_on.clone(),
        cover_src: album
            .cover_url
            .clone()
            .unwrap_or_else(|| NO_COVER.to_owned()),
    })
}

async fn album_page(
    store: &Store,
    lang: Lang,
    origin: &str,
    id: String,
    parameters: &Parameters,
) -> Result<Page> {
    let found = store.find_album(&id).await.map_err(Error::from)?;
    let album = Album::from(found.ok_or(Error::AlbumNotFound(id))?);
    let filter = TrackFilter {
        album_id: Some(&album.id),
        ..TrackFilter::default()
    };
    let first = TrackStart::Position(None);
    let list = read_tracks(store, &album.page_url, parameters, first, filter).await?;
    let tracks: Vec<Track> = list.records.iter().cloned().map(Track::from).collect();
    let by = names(lang, &album.artists);
    let main = html! {
        (hero(lang, &album))
        (track_listing(lang, &album, list.records))
        (more_link(lang, list.next.as_deref()))
        (about(&tracks))
    };
    let title = format!("{} - {by}", album.title);
    let description = lang.t_with(
        "album.description",
        &[
            ("title", &album.title),
            ("artists", &by),
            (
                "tracks",
                &lang.t_count("count.tracks", whole_ms(album.track_count)),
            ),
        ],
    );
    let cover = album
        .cover_urls
        .as_ref()
        .map_or(NO_PREVIEW, |urls| &urls.px_640);
    let page = Page::new("album", album.page_url.as_str(), title, main)
        .description(description)
        .social("music.album", cover)
        .json_ld(album_data(&album, &tracks, origin));
    Ok(if list.is_first { page } else { page.unlisted() })
}

fn hero(lang: Lang, album: &Album) -> Markup {
    let cover = album.cover_urls.as_ref();
    let (px_320, px_640) = cover.map_or((NO_COVER, NO_COVER), |urls| (&urls.px_320, &urls.px_640));
    let px_96 = cover.map_or(NO_COVER, |urls| &urls.px_96);
    html! {
        header.hero {
            (glow(px_96))
            (lead_cover(px_320, px_640, LEAD_COVER_PX))
            div {
                p.page-kicker { (lang.t("album.kicker")) }
                h1 { (album.title) }
                p.hero-artists { (link_list(&links(lang, &album.artists))) }
                p.page-detail {
                    @if let Some(date) = &album.released_on { (date) " · " }
                    (lang.t_count("count.tracks", whole_ms(album.track_count)))
                    @if album.duration_ms > 0 {
                        " · " (duration_words(lang, whole_ms(album.duration_ms)))
                    }
                }
                (list_actions(lang))
            }
        }
    }
}

/// One list, so that "play all" means the album; a line marks where a disc begins.
fn track_listing(lang: Lang, album: &Album, records: Vec<TrackRecord>) -> Markup {
    let discs: Vec<i64> = records
        .iter()
        .map(|record| record.track.disc_number.unwrap_or(1))
        .collect();
    let has_discs = discs.windows(2).any(|pair| pair[0] != pair[1]);
    let album_artists = links(lang, &album.artists);
    let mut last_disc = None;
    html! {
        ol.track-list role="list" data-source={ "album:" (album.id) } {
            @for (record, disc) in records.into_iter().zip(discs) {
                @if has_discs && last_disc.replace(disc) != Some(disc) {
                    li.track-disc {
                        (icon("disc-3")) (lang.t_with("album.disc", &[("number", &disc.to_string())]))
                    }
                }
                (track_row(lang, &album_row(lang, record, &album_artists)))
            }
        }
    }
}

/// On its own album a track needs neither the cover nor the album's name; a number stands before it.
fn album_row(lang: Lang, record: TrackRecord, album_artists: &[Link]) -> TrackRow {
    let number = record
        .track
        .track_number
        .and_then(|number| u32::try_from(number).ok());
    let track = Track::from(record);
    let row = super::rows::track_row(lang, &track, number.map_or(Lead::None, Lead::Number));
    let has_same_artists = row.artists == album_artists;
    TrackRow {
        album: None,
        cover_src: if number.is_some() {
            None
        } else {
            row.cover_src
        },
        artists: if has_same_artists {
            Vec::new()
        } else {
            row.artists
        },
        data: player_data(&track),
        ..row
    }
}

/// Licence and copyright as tagged, each said once.
fn about(tracks: &[Track]) -> Markup {
    let said_once = |texts: Vec<&String>| {
        let mut seen: Vec<String> = Vec::new();
        for text in texts {
            if !seen.contains(text) {
                seen.push(text.clone());
            }
        }
        seen
    };
    let licences = said_once(
        tracks
            .iter()
            .filter_map(|track| track.licence.as_ref())
            .collect(),
    );
    let copyrights = said_once(
        tracks
            .iter()
            .filter_map(|track| track.copyright.as_ref())
            .collect(),
    );
    html! {
        @if !licences.is_empty() || !copyrights.is_empty() {
            footer.section.page-detail {
                @for text in &copyrights { p { (text) } }
                @for licence in &licences { p { (super::tracks::licence(licence)) } }
            }
        }
    }
}

fn album_data(album: &Album, tracks: &[Track], origin: &str) -> serde_json::Value {
    let address = |path: &str| format!("{origin}{path}");
    let recordings: Vec<_> = tracks
        .iter()
        .map(|track| {
            let mut recording = json!({
                "@type": "MusicRecording",
                "name": track.title,
                "url": address(&track.page_url),
            });
            if track.duration_ms > 0 {
                recording["duration"] = json!(duration_xml(whole_ms(track.duration_ms)));
            }
            recording
        })
        .collect();
    let artists: Vec<_> = album
        .artists
        .iter()
        .map(|artist| json!({ "@type": "MusicGroup", "name": artist.name, "url": address(&artist.page_url) }))
        .collect();
    let mut data = json!({
        "@context": "https://schema.org",
        "@type": "MusicAlbum",
        "name": album.title,
        "url": address(&album.page_url),
        "byArtist": artists,
        "numTracks": album.track_count,
        "track": recordings,
    });
    if let Some(date) = &album.released_on {
        data["datePublished"] = json!(date);
    }
    if let Some(cover) = &album.cover_urls {
        data["image"] = json!(address(&cover.px_640));
    }
    data
}
