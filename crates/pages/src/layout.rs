//! The frame of every page: head, header, player mount, footer.

use std::sync::LazyLock;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::assets::{self, Source, site_styles};
use crate::components::icon;
use crate::site::in_lang;
use crate::{Lang, NavItem, Page, Robots, Site, loader};

/// The name of the current site style sheet, as a visitor's cookie `css` remembers it.
pub(crate) fn styles_name() -> Option<&'static str> {
    let url = assets::url(Source::SiteStyles)?;
    url.rsplit('/').next()
}

/// `<title>` and `<main>` only, for the swap navigation of the islands.
pub(crate) fn partial(site: &Site, page: &Page) -> Markup {
    html! {
        title { (site.title(&page.title)) }
        (main(page))
    }
}

/// What a visit makes of a page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visit<'a> {
    pub(crate) lang: Lang,
    /// Whether the address names the language.
    pub(crate) names_lang: bool,
    pub(crate) origin: &'a str,
    pub(crate) holds_styles: bool,
}

/// The whole document.
pub(crate) fn whole(site: &Site, page: &Page, visit: &Visit<'_>) -> Markup {
    let lang = visit.lang;
    html! {
        (DOCTYPE)
        html lang=(lang.code()) data-page=(page.kind) {
            head { (head(site, page, visit)) }
            body {
                a.skip-link href="#main" { (lang.t("site.skip")) }
                @if !assets::are_built() { p.build-notice { (lang.t("site.not_built")) } }
                (header(site, page, lang))
                (main(page))
                (footer(site))
                div #player data-island="player" {}
                div #announcer.visually-hidden aria-live="polite" {}
                script #boot type="application/json" { (boot(lang)) }
            }
        }
    }
}

fn main(page: &Page) -> Markup {
    html! {
        main #main tabindex="-1" data-page=(page.kind) { (page.main) }
    }
}

fn head(site: &Site, page: &Page, visit: &Visit<'_>) -> Markup {
    let origin = visit.origin;
    // One of the alternates below: the address of a language is its own, and so is the one that leaves it open.
    let canonical = if visit.names_lang {
        format!("{origin}{}", in_lang(&page.path, visit.lang))
    } else {
        format!("{origin}{}", page.path)
    };
    let title = site.title(&page.title);
    let image = page.social.image.as_deref().unwrap_or("/icon-512.png");
    html! {
        meta charset="utf-8";
        meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover";
        title { (title) }
        meta name="description" content=(page.description);
        @if page.robots == Robots::NoIndex { meta name="robots" content="noindex"; }
        link rel="canonical" href=(canonical);
        @for lang in Lang::ALL {
            link rel="alternate" hreflang=(lang.code()) href={ (origin) (in_lang(&page.path, lang)) };
        }
        link rel="alternate" hreflang="x-default" href={ (origin) (page.path) };
        meta property="og:site_name" content=(site.name);
        meta property="og:type" content=(page.social.kind);
        meta property="og:title" content=(page.title);
        meta property="og:description" content=(page.description);
        meta property="og:url" content=(canonical);
        meta property="og:image" content={ (origin) (image) };
        meta name="theme-color" content="#faf9f6" media="(prefers-color-scheme:light)" data-for="light";
        meta name="theme-color" content="#0f1413" media="(prefers-color-scheme:dark)" data-for="dark";
        link rel="icon" href="/favicon.svg" type="image/svg+xml";
        link rel="apple-touch-icon" href="/icon-180.png";
        link rel="manifest" href="/site.webmanifest";
        (styles(visit.holds_styles))
        script { (PreEscaped(loader::SCRIPT.as_str())) }
        @if let Some(data) = &page.json_ld {
            script type="application/ld+json" { (json(data)) }
        }
    }
}

/// Inlined on a first visit, so that nothing delays the first paint; linked once the file is in the cache.
fn styles(holds_styles: bool) -> Markup {
    html! {
        @if let (true, Some(url)) = (holds_styles, assets::url(Source::SiteStyles)) {
            link rel="stylesheet" href=(url);
        } @else {
            style { (PreEscaped(site_styles())) }
        }
    }
}

fn header(site: &Site, page: &Page, lang: Lang) -> Markup {
    html! {
        header.site-header {
            a.brand href=(site.home) { (brand_mark()) span { (site.name) } }
            form.search-form role="search" action=(site.search.action) {
                (icon("search"))
                input type="search" name="q" value=(page.query) placeholder=(site.search.label)
                    aria-label=(site.search.label) autocomplete="off" enterkeyhint="search" maxlength="100";
                button.visually-hidden type="submit" { (lang.t("site.search")) }
            }
            nav.site-nav aria-label=(lang.t("site.nav")) {
                ul role="list" { @for item in &site.nav { li { (nav_link(item, page)) } } }
            }
            div.site-tools {
                a.tool data-lang=(lang.other().code()) hreflang=(lang.other().code())
                    lang=(lang.other().code()) href=(same_page_in(page, lang.other())) aria-label=(lang.other().name()) {
                    (icon("languages")) span { (lang.other().name()) }
                }
                (theme_button(lang))
            }
        }
    }
}

/// Relative, because the header stays when the islands swap the page below it.
fn same_page_in(page: &Page, lang: Lang) -> String {
    let query = page.path.find('?').and_then(|at| page.path.get(at..));
    in_lang(query.unwrap_or_default(), lang)
}

/// Goes from the system's theme to light, to dark and back; the styles show the words of the state that stands.
fn theme_button(lang: Lang) -> Markup {
    html! {
        button.tool.needs-script type="button" data-act="theme" {
            span.visually-hidden { (lang.t("site.theme")) ": " }
            @for (theme, sign, words) in [
                ("system", "sun-moon", lang.t("site.theme_system")),
                ("light", "sun", lang.t("site.theme_light")),
                ("dark", "moon", lang.t("site.theme_dark")),
            ] {
                span.theme-state data-state=(theme) { (icon(sign)) span { (words) } }
            }
        }
    }
}

fn nav_link(item: &NavItem, page: &Page) -> Markup {
    let current = (item.kind == page.kind).then_some("page");
    html! {
        a href=(item.href) data-kind=(item.kind) aria-current=[current] { (icon(item.icon)) span { (item.label) } }
    }
}

/// A moon jar seen from above, with a sound in it.
fn brand_mark() -> Markup {
    html! {
        svg.brand-mark viewBox="0 0 32 32" aria-hidden="true" {
            circle cx="16" cy="16" r="16" {}
            path d="M9 13v6M14 9v14M19 12v8M24 14.5v3" {}
        }
    }
}

fn footer(site: &Site) -> Markup {
    html! {
        footer.site-footer {
            ul role="list" { @for item in &site.footer { li { a href=(item.href) { (item.label) } } } }
            p { (site.footnote) }
        }
    }
}

/// What the loader and the islands need to start.
fn boot(lang: Lang) -> Markup {
    static BY_LANG: LazyLock<[Markup; 2]> = LazyLock::new(|| {
        Lang::ALL.map(|lang| {
            let styles = assets::url(Source::SiteStyles);
            json(&serde_json::json!({
                "lang": lang.code(),
                "app": assets::url(Source::App),
                "scripts": assets::starting_scripts(lang),
                "hls": assets::url(Source::Hls),
                "styles": assets::url(Source::PlayerStyles),
                "sprite": assets::url(Source::Icons),
                "css": [styles, styles_name()],
            }))
        })
    });
    match lang {
        Lang::Ko => BY_LANG[0].clone(),
        Lang::En => BY_LANG[1].clone(),
    }
}

/// JSON that cannot end the script element it stands in.
fn json(data: &serde_json::Value) -> Markup {
    PreEscaped(data.to_string().replace('<', "\\u003c"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SearchForm;

    const VISIT: Visit<'_> = Visit {
        lang: Lang::En,
        names_lang: false,
        origin: "http://host",
        holds_styles: false,
    };

    fn site() -> Site {
        Site {
            name: "Name",
            home: "/home",
            nav: vec![NavItem {
                kind: "a",
                href: "/a",
                label: "A",
                icon: "house",
            }],
            search: SearchForm {
                action: "/search",
                label: "Search",
            },
            footer: Vec::new(),
            footnote: "",
        }
    }

    #[test]
    fn a_part_is_the_title_and_main_of_the_whole() {
        let page = Page::new("a", "/a", "Tom & Jerry", html! { p { "text" } });
        let part = partial(&site(), &page).into_string();
        assert_eq!(
            part,
            "<title>Tom &amp; Jerry · Name</title>\
             <main id=\"main\" tabindex=\"-1\" data-page=\"a\"><p>text</p></main>"
        );
        let whole = whole(&site(), &page, &VISIT).into_string();
        assert!(whole.contains(part.split_once("<main").unwrap().1));
    }

    #[test]
    fn the_canonical_address_is_the_one_visited_and_one_of_the_alternates() {
        let page = Page::new("b", "/s?q=x", "T", html! {});
        let text = |names_lang| {
            let visit = Visit {
                names_lang,
                ..VISIT
            };
            whole(&site(), &page, &visit).into_string()
        };
        let (open, named) = (text(false), text(true));
        assert!(open.contains("rel=\"canonical\" href=\"http://host/s?q=x\""));
        assert!(named.contains("rel=\"canonical\" href=\"http://host/s?q=x&amp;lang=en\""));
        for link in [
            "hreflang=\"en\" href=\"http://host/s?q=x&amp;lang=en\"",
            "hreflang=\"ko\" href=\"http://host/s?q=x&amp;lang=ko\"",
            "hreflang=\"x-default\" href=\"http://host/s?q=x\"",
        ] {
            assert!(open.contains(link) && named.contains(link), "{link}");
        }
        assert!(!open.contains("aria-current="));
        assert!(!open.contains("noindex"));
    }

    #[test]
    fn the_other_language_shows_the_same_search() {
        let text = |path| {
            let page = Page::new("b", path, "T", html! {});
            whole(&site(), &page, &VISIT).into_string()
        };
        assert!(text("/s?q=x%26y").contains("href=\"?q=x%26y&amp;lang=ko\""));
        assert!(text("/s").contains("href=\"?lang=ko\""));
    }

    #[test]
    fn data_cannot_leave_its_script_element() {
        let data = serde_json::json!({ "name": "</script><b>" });
        assert_eq!(
            json(&data).into_string(),
            r#"{"name":"\u003c/script>\u003cb>"}"#
        );
    }

    #[test]
    fn styles_are_linked_only_where_the_visitor_holds_them() {
        assert!(styles(false).into_string().starts_with("<style>"));
        assert!(
            styles(true)
                .into_string()
                .starts_with("<link rel=\"stylesheet\" href=\"/assets/site-")
        );
    }
}
