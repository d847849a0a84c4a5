//! The page of one track: plays without script, and says what is known of it.

use axum::extract::State;
use axum::response::Response;
use chassis::http::Path;
use maud::{Markup, html};
use pages::components::{duration_clock, duration_xml, glow, icon, lead_cover, links as link_list};
use pages::{Lang, Page, PageRequest};
use serde_json::json;

use super::PagesState;
use super::errors::respond;
use super::lists::Parameters;
use super::rows::{NO_COVER, NO_PREVIEW, links, names, player_data, whole_ms};
use crate::api::{Licence, Track};
use crate::ingest::lyrics::parse_lrc;
use crate::{App, Error, Result};

/// The side of the large cover, in CSS pixels.
const LEAD_COVER_PX: u32 = 320;

pub(crate) async fn show_track(
    State(pages): State<PagesState>,
    Path(id): Path<String>,
    request: PageRequest,
    parameters: Parameters,
) -> Response {
    let start_s = parameters.get("t").and_then(|start| start.parse().ok());
    let page = track_page(&pages.app, request.lang(), request.origin(), id, start_s).await;
    respond(&pages, &request, page).await
}

async fn track_page(
    app: &App,
    lang: Lang,
    origin: &str,
    id: String,
    start_s: Option<u32>,
) -> Result<Page> {
    let record = app
        .store
        .find_track(&id)
        .await
        .map_err(Error::from)?
        .ok_or(Error::TrackNotFound(id))?;
    let lyrics = record
        .track
        .lyrics_plain
        .clone()
        .or_else(|| record.track.lyrics_synced.as_deref().map(words));
    let track = Track::from(record);
    let chart = app.chart.live.chart(app).await?;
    let by = names(lang, &track.artists);
    let main = html! {
        (hero(lang, &track, start_s))
        (super::chart::report(lang, &chart.value, &track.id))
        section.section {
            h2.visually-hidden { (lang.t("track.about")) }
            (facts(lang, &track))
        }
        section.section {
            h2 { (lang.t("track.lyrics")) }
            @match &lyrics {
                Some(text) => { p.lyrics-text { (text) } }
                None => { p.page-detail { (lang.t("track.no_lyrics")) } }
            }
        }
    };
    let title = format!("{} - {by}", track.title);
    let description = lang.t_with(
        "track.description",
        &[("title", &track.title), ("artists", &by)],
    );
    let cover = track
        .cover_urls
        .as_ref()
        .map_or(NO_PREVIEW, |urls| &urls.px_640);
    Ok(Page::new("track", track.page_url.as_str(), title, main)
        .description(description)
        .social("music.song", cover)
        .json_ld(recording(&track, origin)))
}

fn hero(lang: Lang, track: &Track, start_s: Option<u32>) -> Markup {
    // A media fragment: a shared link starts where it says, without script too.
    let start = start_s
        .map(|start_s| format!("#t={start_s}"))
        .unwrap_or_default();
    let cover = track.cover_urls.as_ref();
    let (px_320, px_640) = cover.map_or((NO_COVER, NO_COVER), |urls| (&urls.px_320, &urls.px_640));
    let px_96 = cover.map_or(NO_COVER, |urls| &urls.px_96);
    let title = [("title", track.title.as_str())];
    html! {
        header.hero data-id=(track.id) data-track=(player_data(track)) {
            (glow(px_96))
            (lead_cover(px_320, px_640, LEAD_COVER_PX))
            div {
                p.page-kicker { (lang.t("track.kicker")) }
                h1 { (track.title) }
                p.hero-artists { (link_list(&links(lang, &track.artists))) }
                audio.audio-plain controls preload="none" src={ (track.stream_url) (start) } {}
                div.actions.needs-script {
                    button.button.button-primary type="button" data-act="play" {
                        (icon("play")) span { (lang.t("track.listen")) }
                    }
                    button.icon-button.track-like type="button" data-act="like" aria-pressed="false"
                        aria-label=(lang.t_with("track.like", &title)) { (icon("heart")) }
                    button.icon-button type="button" data-act="menu" aria-haspopup="menu"
                        aria-label=(lang.t_with("track.menu", &title)) { (icon("ellipsis")) }
                }
            }
        }
    }
}

fn facts(lang: Lang, track: &Track) -> Markup {
    let text = |value: &Option<String>| value.as_ref().map(|value| html! { (value) });
    let album = track
        .album
        .as_ref()
        .map(|album| html! { a href=(album.page_url) { (album.title) } });
    let genres = (!track.genres.is_empty()).then(|| link_list(&links(lang, &track.genres)));
    let rows = [
        (lang.t("track.album"), album),
        (lang.t("track.genres"), genres),
        (lang.t("track.released"), text(&track.released_on)),
        (
            lang.t("track.duration"),
            (track.duration_ms > 0)
                .then(|| html! { (duration_clock(whole_ms(track.duration_ms))) }),
        ),
        (lang.t("track.composer"), text(&track.composer)),
        (
            lang.t("track.licence"),
            track.licence.as_deref().map(licence),
        ),
        (lang.t("track.copyright"), text(&track.copyright)),
        (lang.t("track.original"), Some(original(track))),
    ];
    html! {
        dl.facts {
            @for (name, value) in rows {
                @if let Some(value) = value { dt { (name) } dd { (value) } }
            }
        }
    }
}

/// A licence, as a link where its text is known.
pub(crate) fn licence(tagged: &str) -> Markup {
    let licence = Licence::read(tagged);
    html! {
        @if let Some(url) = licence.url {
            // Beside this page: in its place the music would end.
            a rel="license noopener" target="_blank" href=(url) { (licence.name) }
        } @else { (licence.name) }
    }
}

fn original(track: &Track) -> Markup {
    let khz = f64::from(i32::try_from(track.sample_rate_hz).unwrap_or(0)) / 1_000.0;
    html! { (track.codec.to_uppercase()) " · " (track.bit_rate_kbps) " kbit/s · " (khz) " kHz" }
}

/// The words of synced lyrics, a line each as it is sung.
fn words(synced: &str) -> String {
    let lines = parse_lrc(synced).into_iter();
    let words: Vec<String> = lines.map(|line| line.text).collect();
    words.join("\n").trim().to_owned()
}

fn recording(track: &Track, origin: &str) -> serde_json::Value {
    let address = |path: &str| format!("{origin}{path}");
    let artists: Vec<_> = track
        .artists
        .iter()
        .map(|artist| json!({ "@type": "MusicGroup", "name": artist.name, "url": address(&artist.page_url) }))
        .collect();
    let mut data = json!({
        "@context": "https://schema.org",
        "@type": "MusicRecording",
        "name": track.title,
        "url": address(&track.page_url),
        "byArtist": artists,
    });
    if track.duration_ms > 0 {
        data["duration"] = json!(duration_xml(whole_ms(track.duration_ms)));
    }
    if let Some(album) = &track.album {
        data["inAlbum"] =
            json!({ "@type": "MusicAlbum", "name": album.title, "url": address(&album.page_url) });
    }
    if let Some(date) = &track.released_on {
        data["datePublished"] = json!(date);
    }
    if let Some(licence) = track
        .licence
        .as_ref()
        .filter(|licence| licence.starts_with("http"))
    {
        data["license"] = json!(licence);
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn synced_lyrics_are_read_without_their_times() {
        assert_eq!(
            words("[ar:A]\n[00:01.00]one\n[00:02.00][00:04.00] two\n"),
            "one\ntwo\ntwo"
        );
        assert_eq!(
            words("[00:01.000][1절]\n[00:10.000][Chorus] la la\n"),
            "[1절]\n[Chorus] la la"
        );
    }
}
