//! The document around a report: its head, and the switches for language and light. It loads nothing: what it needs is
//! in it, and its policy forbids the rest.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::words::words;

pub(super) const STYLE: &str = concat!(
    include_str!("style/page.css"),
    include_str!("style/table.css"),
    include_str!("style/plot.css"),
    include_str!("style/print.css"),
);
/// An enhancement: the reader's language at the start, and the figures below a pointer.
const SCRIPT: &str = include_str!("script.js");
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                      base-uri 'none'; form-action 'none'";

pub(in crate::report) fn document(title: &str, main: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="ko" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width,initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (header())
                main { (main) }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

fn header() -> Markup {
    html! {
        header.frame {
            b.brand { "HaaS load" }
            fieldset.switch {
                legend { "언어 · Language" }
                (choice("language", "ko", true, &html! { "한국어" }))
                (choice("language", "en", false, &html! { "English" }))
            }
            fieldset.switch {
                legend { (words("밝기", "Light")) }
                (choice("light", "auto", true, &html! { (words("자동", "auto")) }))
                (choice("light", "light", false, &html! { (words("밝게", "light")) }))
                (choice("light", "dark", false, &html! { (words("어둡게", "dark")) }))
            }
        }
    }
}

fn choice(of: &str, value: &str, is_first: bool, name: &Markup) -> Markup {
    let id = format!("{of}-{value}");
    html! {
        input type="radio" name=(of) id=(id) value=(value) checked[is_first];
        label for=(id) { (name) }
    }
}
