//! The frame around every page of one service: name, navigation, search.

use crate::Lang;

/// What is the same on every page of a service in one language.
#[derive(Clone, Debug)]
pub struct Site {
    /// The product's name, as it stands behind every title.
    pub name: &'static str,
    /// Where the name in the header leads.
    pub home: &'static str,
    /// The main navigation.
    pub nav: Vec<NavItem>,
    /// The search form in the header.
    pub search: SearchForm,
    /// Links at the foot of every page.
    pub footer: Vec<NavItem>,
    /// The sentence at the foot of every page.
    pub footnote: &'static str,
}

/// One link of the navigation.
#[derive(Clone, Copy, Debug)]
pub struct NavItem {
    /// The page it leads to, compared with [`crate::Page::kind`] to mark the current one.
    pub kind: &'static str,
    /// Where it leads.
    pub href: &'static str,
    /// What it says.
    pub label: &'static str,
    /// The icon beside it.
    pub icon: &'static str,
}

/// The search form: GET with `q`.
#[derive(Clone, Copy, Debug)]
pub struct SearchForm {
    /// Where it is sent.
    pub action: &'static str,
    /// What it asks for, also its accessible name.
    pub label: &'static str,
}

impl Site {
    /// The title as the browser shows it: `Chart · HaaS Music`.
    pub(crate) fn title(&self, page: &str) -> String {
        format!("{page} · {}", self.name)
    }
}

/// The address of a page in one language.
pub(crate) fn in_lang(path: &str, lang: Lang) -> String {
    let joint = if path.contains('?') { '&' } else { '?' };
    format!("{path}{joint}lang={}", lang.code())
}
