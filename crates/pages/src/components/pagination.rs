//! The way to the next page of a list.

use maud::{Markup, html};

use super::icon;
use crate::Lang;

/// A link to what follows in a list; nothing at the end. It works without script, as it is a plain link.
pub fn more_link(lang: Lang, next_href: Option<&str>) -> Markup {
    html! {
        @if let Some(href) = next_href {
            p.more { a.button href=(href) rel="next" { span { (lang.t("list.more")) } (icon("chevron-right")) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_leads_nowhere() {
        assert_eq!(more_link(Lang::Ko, None).into_string(), "");
        assert!(
            more_link(Lang::En, Some("/a?cursor=x"))
                .into_string()
                .contains("href=\"/a?cursor=x\"")
        );
    }
}
