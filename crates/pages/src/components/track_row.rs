//! One track in a list, and the list.

use maud::{Markup, html};

use super::{Link, cover, duration_clock, icon, links};
use crate::Lang;

/// The side of a cover in a row, in CSS pixels.
const ROW_COVER_PX: u32 = 48;

/// One track in a list.
#[derive(Clone, Debug)]
pub struct TrackRow {
    /// The track's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its page.
    pub href: String,
    /// Who plays it.
    pub artists: Vec<Link>,
    /// Where it comes from; shown where there is room.
    pub album: Option<Link>,
    /// A small cover (96 px); none in the list of one album, where all would be the same.
    pub cover_src: Option<String>,
    /// How long it is; 0 where nobody knows.
    pub duration_ms: u64,
    /// What the player needs and the row does not show (the `data-track` contract), as JSON.
    pub data: String,
    /// What stands before it.
    pub lead: Lead,
}

/// What stands before a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lead {
    /// Nothing.
    None,
    /// Its number on the album.
    Number(u32),
    /// Its rank on a chart, and how it moved.
    Rank(u32, Movement),
}

/// How a track moved since the last hour's chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Movement {
    /// Ranks gained.
    Up(u32),
    /// Ranks lost.
    Down(u32),
    /// The same rank.
    Same,
    /// On the chart for the first time.
    New,
    /// Back on the chart.
    Re,
}

/// An ordered list of tracks. `source` names it for the player's queue: `chart`, `album:…`.
pub fn track_list(lang: Lang, source: &str, rows: &[TrackRow]) -> Markup {
    html! {
        ol.track-list role="list" data-source=(source) { @for row in rows { (track_row(lang, row)) } }
    }
}

/// Play all and shuffle all, for the first list of the page.
pub fn list_actions(lang: Lang) -> Markup {
    html! {
        div.actions.needs-script {
            button.button.button-primary type="button" data-act="play-all" {
                (icon("play")) span { (lang.t("track.play_all")) }
            }
            button.button type="button" data-act="shuffle-all" {
                (icon("shuffle")) span { (lang.t("track.shuffle_all")) }
            }
        }
    }
}

/// One track. Its title leads to its page, which plays without script.
pub fn track_row(lang: Lang, row: &TrackRow) -> Markup {
    let title = [("title", row.title.as_str())];
    html! {
        li.track-row data-id=(row.id) data-track=(row.data) {
            @if let Lead::Rank(rank, moved) = row.lead {
                div.track-rank { b { (rank) } (movement(lang, moved)) }
            }
            div.track-art {
                @if let Some(src) = &row.cover_src { (cover(src, ROW_COVER_PX)) }
                @if let Lead::Number(number) = row.lead { span.track-number { (number) } }
                button.track-play.needs-script type="button" data-act="play" aria-label=(lang.t_with("track.play", &title)) {
                    (icon("play"))
                }
            }
            div.track-names {
                a.track-title href=(row.href) { (row.title) }
                div.track-artists { (links(&row.artists)) }
            }
            @if let Some(album) = &row.album { a.track-album href=(album.href) { (album.text) } }
            span.track-duration { (duration_clock(row.duration_ms)) }
            button.icon-button.track-like.needs-script type="button" data-act="like" aria-pressed="false"
                aria-label=(lang.t_with("track.like", &title)) { (icon("heart")) }
            button.icon-button.needs-script type="button" data-act="menu" aria-haspopup="menu"
                aria-label=(lang.t_with("track.menu", &title)) { (icon("ellipsis")) }
        }
    }
}

/// Movement as colour, shape and words, so that none of the three is needed to understand it.
pub fn movement(lang: Lang, movement: Movement) -> Markup {
    let (class, shown, spoken) = match movement {
        Movement::Up(by) => ("up", Some(by), lang.t_count("movement.up", by.into())),
        Movement::Down(by) => ("down", Some(by), lang.t_count("movement.down", by.into())),
        Movement::Same => ("same", None, lang.t("movement.same").to_owned()),
        Movement::New => ("new", None, lang.t("movement.new").to_owned()),
        Movement::Re => ("re", None, lang.t("movement.re").to_owned()),
    };
    html! {
        span class={ "movement movement-" (class) } {
            span.visually-hidden { (spoken) }
            @if let Some(by) = shown { span aria-hidden="true" { (by) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(lead: Lead) -> TrackRow {
        TrackRow {
            id: "1".into(),
            title: "\"Q\" & A".into(),
            href: "/t/1".into(),
            artists: vec![Link {
                text: "Artist".into(),
                href: "/r/1".into(),
            }],
            album: None,
            cover_src: None,
            duration_ms: 61_000,
            data: r#"{"id":"1"}"#.into(),
            lead,
        }
    }

    #[test]
    fn a_row_carries_what_the_player_needs_and_escapes_it() {
        let text = track_row(Lang::En, &row(Lead::None)).into_string();
        assert!(text.contains(r#"data-id="1" data-track="{&quot;id&quot;:&quot;1&quot;}""#));
        assert!(text.contains(r#"aria-label="Play &quot;Q&quot; &amp; A""#));
        assert!(text.contains(r#"<a class="track-title" href="/t/1">&quot;Q&quot; &amp; A</a>"#));
        for action in ["play", "like", "menu"] {
            assert!(text.contains(&format!("data-act=\"{action}\"")));
        }
        assert!(text.contains(">1:01<") && !text.contains("track-rank"));
    }

    #[test]
    fn a_length_that_nobody_knows_is_not_said() {
        let unknown = TrackRow {
            duration_ms: 0,
            ..row(Lead::None)
        };
        let text = track_row(Lang::En, &unknown).into_string();
        assert!(text.contains("<span class=\"track-duration\"></span>"));
    }

    #[test]
    fn movement_is_spoken_in_both_languages() {
        let spoken = |lang, moved| movement(lang, moved).into_string();
        assert!(spoken(Lang::Ko, Movement::Up(3)).contains("3계단 상승"));
        assert!(spoken(Lang::En, Movement::Up(1)).contains("up 1 place<"));
        assert!(spoken(Lang::En, Movement::Down(12)).contains("down 12 places"));
        assert!(spoken(Lang::En, Movement::Same).contains("movement-same"));
        assert!(!spoken(Lang::En, Movement::New).contains("aria-hidden"));
    }
}
