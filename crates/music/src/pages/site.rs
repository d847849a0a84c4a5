//! The frame of the music pages.

use std::sync::LazyLock;

use pages::{Lang, NavItem, SearchForm, Site};

pub(crate) const HOME: &str = "/music";

/// The frame in one language.
pub(crate) fn site(lang: Lang) -> &'static Site {
    static SITES: LazyLock<[Site; 2]> = LazyLock::new(|| Lang::ALL.map(build));
    match lang {
        Lang::Ko => &SITES[0],
        Lang::En => &SITES[1],
    }
}

fn build(lang: Lang) -> Site {
    let item = |kind, href, label, icon| NavItem {
        kind,
        href,
        label: lang.t(label),
        icon,
    };
    Site {
        name: lang.t("music.name"),
        home: HOME,
        nav: vec![
            item("chart", HOME, "nav.chart", "chart-no-axes-column"),
            item("new", "/music/new", "nav.new", "sparkles"),
            item("albums", "/music/albums", "nav.albums", "disc-3"),
            item("search", "/music/search", "nav.search", "search"),
            item("library", "/music/library", "nav.library", "library"),
        ],
        search: SearchForm {
            action: "/music/search",
            label: lang.t("search.placeholder"),
        },
        footer: vec![
            item(
                "chart-rules",
                "/music/chart/rules",
                "nav.chart_rules",
                "info",
            ),
            item("credits", "/music/credits", "nav.credits", "info"),
        ],
        footnote: lang.t("music.footnote"),
    }
}
