//! The messages of `messages/{ko,en}.json`, embedded. TypeScript imports the same files.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::Lang;

type Texts = HashMap<String, String>;

static KOREAN: LazyLock<Texts> = LazyLock::new(|| parse(include_str!("../../../messages/ko.json")));
static ENGLISH: LazyLock<Texts> =
    LazyLock::new(|| parse(include_str!("../../../messages/en.json")));

fn parse(json: &str) -> Texts {
    serde_json::from_str(json).expect("messages are flat JSON of strings, which a test proves")
}

/// The message of a key. An unknown key shows itself; a test finds it before a reader does.
pub(crate) fn text(lang: Lang, key: &'static str) -> &'static str {
    find(lang, key).unwrap_or(key)
}

/// The form of a counted message that fits the number. Korean has one form only.
pub(crate) fn plural(lang: Lang, key: &'static str, count: u64) -> &'static str {
    let form = if count == 1 && lang == Lang::En {
        "one"
    } else {
        "other"
    };
    find(lang, &format!("{key}_{form}")).unwrap_or(key)
}

/// Puts values in the place of `{name}`. A name without a value stays as it is.
pub(crate) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let value = after.split_once('}').and_then(|(name, tail)| {
            values
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (value, tail))
        });
        if let Some((value, tail)) = value {
            filled.push_str(value);
            rest = tail;
        } else {
            filled.push('{');
            rest = after;
        }
    }
    filled.push_str(rest);
    filled
}

fn find(lang: Lang, key: &str) -> Option<&'static str> {
    let texts: &'static Texts = match lang {
        Lang::Ko => &KOREAN,
        Lang::En => &ENGLISH,
    };
    texts.get(key).map(String::as_str)
}

#[cfg(test)]
mod completeness;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_once_and_values_are_not_read_again() {
        assert_eq!(fill("{a} of {b}", &[("a", "{b}"), ("b", "2")]), "{b} of 2");
        assert_eq!(fill("{unknown} {", &[("a", "1")]), "{unknown} {");
        assert_eq!(fill("no placeholder", &[]), "no placeholder");
    }

    #[test]
    fn english_has_a_singular_and_korean_has_one_form() {
        assert_eq!(Lang::En.t_count("count.tracks", 1), "1 track");
        assert_eq!(Lang::En.t_count("count.tracks", 0), "0 tracks");
        assert_eq!(Lang::En.t_count("count.tracks", 1_200), "1,200 tracks");
        assert_eq!(Lang::Ko.t_count("count.tracks", 1), "1곡");
        assert_eq!(Lang::Ko.t_count("count.tracks", 1_200), "1,200곡");
    }
}
