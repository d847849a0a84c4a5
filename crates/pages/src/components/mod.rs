//! The pieces that pages are made of. Props are plain structs; a service fills them.

mod cards;
mod pagination;
mod states;
mod text;
mod track_row;

use maud::{Markup, html};

pub use cards::{AlbumCard, ArtistCard, album_card, artist_card, card_grid, chips};
pub use pagination::more_link;
pub use states::{Action, empty_state, error_page};
pub use text::{duration_clock, duration_words, duration_xml, links};
pub use track_row::{Lead, Movement, TrackRow, list_actions, movement, track_list, track_row};

use crate::assets::{self, Source};

/// A link with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What it says.
    pub text: String,
    /// Where it leads.
    pub href: String,
}

/// An icon of the sprite. Decoration: what it means stands beside it or in a label.
pub fn icon(name: &'static str) -> Markup {
    let sprite = assets::url(Source::Icons).unwrap_or_default();
    html! {
        svg.icon aria-hidden="true" { use href={ (sprite) "#" (name) } {} }
    }
}

/// A square cover. The title stands beside it, so its alternative text is empty.
pub fn cover(src: &str, size_px: u32) -> Markup {
    html! {
        img.cover src=(src) width=(size_px) height=(size_px) alt="" loading="lazy" decoding="async";
    }
}

/// The cover's own colours behind the head of its page. They are blurred beyond recognition, so that the smallest copy
/// does, and it must never be what a visitor waits for.
pub fn glow(src: &str) -> Markup {
    html! { img.hero-glow src=(src) alt="" aria-hidden="true" decoding="async" fetchpriority="low"; }
}

/// The cover that a page is about: the largest thing above the fold, so fetched first.
pub fn lead_cover(src: &str, src_2x: &str, size_px: u32) -> Markup {
    html! {
        img.cover src=(src) srcset={ (src_2x) " 2x" } width=(size_px) height=(size_px) alt=""
            fetchpriority="high";
    }
}
