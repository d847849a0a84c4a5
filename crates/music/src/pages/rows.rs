//! From what the API answers to what the pages show.

use pages::Lang;
use pages::components::{Lead, Link, TrackRow};
use serde::Serialize;

use crate::api::{AlbumName, Named, Track};
use crate::ingest::UNKNOWN_ARTIST;
use crate::store::TrackRecord;

/// Shown where there is neither a tagged nor a generated cover yet.
pub(crate) const NO_COVER: &str = "/favicon.svg";
/// What a preview of a link shows for it: those who make previews draw no SVG.
pub(crate) const NO_PREVIEW: &str = "/icon-512.png";

/// What the player needs that a row of a list does not show: a part of [`Track`], under the same names.
#[derive(Serialize)]
struct UnshownTrack<'a> {
    duration_ms: i64,
    track_gain_db: Option<f64>,
    album_gain_db: Option<f64>,
    hls_url: Option<&'a str>,
    stream_url: &'a str,
    cover_url: &'a str,
}

/// All that the player needs, for where the row does not show it.
#[derive(Serialize)]
struct PlayerTrack<'a> {
    id: &'a str,
    title: &'a str,
    artists: &'a [Named],
    album: Option<&'a AlbumName>,
    page_url: &'a str,
    #[serde(flatten)]
    unshown: UnshownTrack<'a>,
}

/// The `data-track` attribute where the element does not show the names itself.
pub(crate) fn player_data(track: &Track) -> String {
    let data = PlayerTrack {
        id: &track.id,
        title: &track.title,
        artists: &track.artists,
        album: track.album.as_ref(),
        page_url: &track.page_url,
        unshown: unshown(track),
    };
    serde_json::to_string(&data).expect("a track is plain data")
}

/// The `data-track` attribute of a row that shows title, artists and album: they are not said twice, because a
/// chart of 100 rows must fit into what a server sends before the first answer.
fn row_data(track: &Track) -> String {
    serde_json::to_string(&unshown(track)).expect("a track is plain data")
}

fn unshown(track: &Track) -> UnshownTrack<'_> {
    UnshownTrack {
        duration_ms: track.duration_ms,
        track_gain_db: track.track_gain_db,
        album_gain_db: track.album_gain_db,
        hls_url: track.hls_url.as_deref(),
        stream_url: &track.stream_url,
        cover_url: track.cover_url.as_deref().unwrap_or(NO_COVER),
    }
}

/// A track as a row with its cover and album.
pub(crate) fn track_row(lang: Lang, track: &Track, lead: Lead) -> TrackRow {
    TrackRow {
        id: track.id.clone(),
        title: track.title.clone(),
        href: track.page_url.clone(),
        artists: links(lang, &track.artists),
        album: track.album.as_ref().map(|album| Link {
            text: album.title.clone(),
            href: album.page_url.clone(),
        }),
        cover_src: Some(small_cover(track)),
        duration_ms: whole_ms(track.duration_ms),
        data: row_data(track),
        lead,
    }
}

/// A track as it was read, as a row.
pub(crate) fn record_row(lang: Lang, record: TrackRecord, lead: Lead) -> TrackRow {
    track_row(lang, &Track::from(record), lead)
}

/// The cover for rows, 96 px wide.
pub(crate) fn small_cover(track: &Track) -> String {
    track
        .cover_urls
        .as_ref()
        .map_or(NO_COVER, |urls| &urls.px_96)
        .to_owned()
}

/// Artists or genres as links to their pages.
pub(crate) fn links(lang: Lang, named: &[Named]) -> Vec<Link> {
    let link = |named: &Named| Link {
        text: shown_name(lang, &named.name).to_owned(),
        href: named.page_url.clone(),
    };
    named.iter().map(link).collect()
}

/// A name as people read it: who made what names nobody is said in their language.
pub(crate) fn shown_name(lang: Lang, name: &str) -> &str {
    if name == UNKNOWN_ARTIST {
        lang.t("artist.unknown")
    } else {
        name
    }
}

/// Names in one line.
pub(crate) fn names(lang: Lang, named: &[Named]) -> String {
    named
        .iter()
        .map(|named| shown_name(lang, &named.name))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A duration as components want it; the database keeps signed numbers.
pub(crate) fn whole_ms(duration_ms: i64) -> u64 {
    u64::try_from(duration_ms).unwrap_or(0)
}
