//! What a page names that a browser loads with it.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{StartTag, Token, Tokenizer};
use url::Url;

/// Styles, scripts, pictures and what is loaded beforehand, from the page's own server, in the order of the page.
pub(super) fn named_in(page: &[u8], address: &Url) -> Vec<Url> {
    let mut found = Vec::new();
    let mut emitter = DefaultEmitter::<()>::default();
    // What stands in a script is no tag.
    emitter.naively_switch_states(true);
    for Ok(token) in Tokenizer::new_with_emitter(page, emitter) {
        let Token::StartTag(tag) = token else {
            continue;
        };
        let Some(url) = address_of(&tag).and_then(|link| address.join(&link).ok()) else {
            continue;
        };
        if url.origin() == address.origin() && !found.contains(&url) {
            found.push(url);
        }
    }
    found
}

fn address_of(tag: &StartTag<()>) -> Option<String> {
    let value = |name: &[u8]| {
        let value = tag.attributes.get(name)?;
        Some(String::from_utf8_lossy(&value.value).into_owned())
    };
    match tag.name.as_slice() {
        b"script" => value(b"src"),
        // Below the fold a browser waits.
        b"img" if value(b"loading").is_none_or(|when| when != "lazy") => value(b"src"),
        b"link" => {
            let relation = value(b"rel")?.to_ascii_lowercase();
            let mut words = relation.split_ascii_whitespace();
            let is_loaded = words.any(|word| {
                matches!(
                    word,
                    "stylesheet" | "icon" | "manifest" | "preload" | "modulepreload"
                )
            });
            is_loaded.then(|| value(b"href"))?
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn named(page: &str) -> Vec<String> {
        let address = Url::parse("http://a.test/music/").unwrap();
        let urls = named_in(page.as_bytes(), &address);
        urls.iter().map(|url| url.path().to_owned()).collect()
    }

    #[test]
    fn what_a_browser_loads_is_found_once_and_what_it_does_not_is_not() {
        let page = "<!doctype html><link rel=stylesheet href=/a.css><link rel='modulepreload' href='/b.js'>\
            <link rel=canonical href=/music><link rel=alternate href=/x><script src=/b.js></script>\
            <script>'<img src=/no.png>'</script><!-- <img src=/no.png> --><img src=cover.webp>\
            <img loading=lazy src=/later.webp><img src=//other.test/x.png><img src='data:image/png,x'>";
        assert_eq!(named(page), ["/a.css", "/b.js", "/music/cover.webp"]);
    }

    proptest! {
        #[test]
        fn no_page_breaks_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = named_in(&bytes, &Url::parse("http://a.test/").unwrap());
        }
    }
}
