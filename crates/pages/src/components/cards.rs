//! Albums, artists and genres as cards and chips.

use maud::{Markup, html};

use super::{Link, cover, icon, links};
use crate::Lang;

/// The side of a cover on a card, in CSS pixels.
const CARD_COVER_PX: u32 = 160;

/// One album.
#[derive(Clone, Debug)]
pub struct AlbumCard {
    /// Its title and page.
    pub title: Link,
    /// Whose it is.
    pub artists: Vec<Link>,
    /// Its year or date, as tagged.
    pub released_on: Option<String>,
    /// Its cover, 320 px.
    pub cover_src: String,
}

/// One artist.
#[derive(Clone, Debug)]
pub struct ArtistCard {
    /// The name and page.
    pub name: Link,
    /// The cover of an album, 320 px.
    pub cover_src: Option<String>,
    /// How many tracks there are.
    pub track_count: u64,
}

/// A grid of cards.
pub fn card_grid(cards: &[Markup]) -> Markup {
    html! {
        ul.card-grid role="list" { @for card in cards { li { (card) } } }
    }
}

/// One album: the cover and the title lead to its page.
pub fn album_card(card: &AlbumCard) -> Markup {
    html! {
        article.card {
            a.card-cover href=(card.title.href) tabindex="-1" aria-hidden="true" { (cover(&card.cover_src, CARD_COVER_PX)) }
            a.card-title href=(card.title.href) { (card.title.text) }
            p.card-detail {
                (links(&card.artists))
                @if let Some(date) = &card.released_on { " · " (year(date)) }
            }
        }
    }
}

/// One artist, round where albums are square.
pub fn artist_card(lang: Lang, card: &ArtistCard) -> Markup {
    html! {
        article.card.card-artist {
            a.card-cover href=(card.name.href) tabindex="-1" aria-hidden="true" {
                @if let Some(src) = &card.cover_src { (cover(src, CARD_COVER_PX)) } @else { (icon("user-round")) }
            }
            a.card-title href=(card.name.href) { (card.name.text) }
            p.card-detail { (lang.t_count("count.tracks", card.track_count)) }
        }
    }
}

/// A row of small links, one of which may be the current one.
pub fn chips(label: &str, items: &[Link], current: Option<&str>) -> Markup {
    html! {
        nav.chips aria-label=(label) {
            ul role="list" {
                @for item in items {
                    @let is_current = current == Some(item.href.as_str());
                    li { a.chip href=(item.href) aria-current=[is_current.then_some("page")] { (item.text) } }
                }
            }
        }
    }
}

/// `2012-12-15` → `2012`; what does not begin with a year stays as tagged.
fn year(date: &str) -> &str {
    match date.split_once('-') {
        Some((year, _)) if year.len() == 4 => year,
        _ => date,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_shows_the_year_and_one_tab_stop_for_the_album() {
        let card = AlbumCard {
            title: Link {
                text: "Album".into(),
                href: "/a/1".into(),
            },
            artists: vec![Link {
                text: "Artist".into(),
                href: "/r/1".into(),
            }],
            released_on: Some("2012-12-15".into()),
            cover_src: "/c/1".into(),
        };
        let text = album_card(&card).into_string();
        assert!(text.contains(" · 2012</p>"));
        assert_eq!(text.matches("tabindex=\"-1\"").count(), 1);
        assert_eq!(year("ca. 1900"), "ca. 1900");
    }

    #[test]
    fn the_current_chip_is_marked() {
        let items = [
            Link {
                text: "A".into(),
                href: "/a".into(),
            },
            Link {
                text: "B".into(),
                href: "/b".into(),
            },
        ];
        let text = chips("Label", &items, Some("/b")).into_string();
        assert!(text.contains(r#"href="/b" aria-current="page""#));
        assert_eq!(text.matches("aria-current").count(), 1);
    }
}
