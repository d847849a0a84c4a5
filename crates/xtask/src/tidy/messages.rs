//! The law of languages: what can be said in one can be said in the other.

use std::collections::BTreeMap;

use super::facts::Facts;

const LANGUAGES: [&str; 2] = ["messages/ko.json", "messages/en.json"];

/// The same keys with the same placeholders, and no empty text.
pub(super) fn complete(facts: &Facts) -> Vec<String> {
    let mut tables = Vec::new();
    for path in LANGUAGES {
        match serde_json::from_str::<BTreeMap<String, String>>(facts.text(path)) {
            Ok(table) => tables.push((path, table)),
            Err(error) => {
                return vec![format!("{path}: make it one flat object of texts: {error}")];
            }
        }
    }
    let [(korean, ko), (english, en)] = tables.as_slice() else {
        return Vec::new();
    };
    let mut findings = missing(korean, ko, en);
    findings.extend(missing(english, en, ko));
    for (key, text) in ko {
        let Some(other) = en.get(key) else { continue };
        // Languages count differently: `_one` may leave the number out.
        if !key.ends_with("_one") && placeholders(text) != placeholders(other) {
            findings.push(format!(
                "{key}: use the same {{placeholders}} in both languages"
            ));
        }
        if text.is_empty() || other.is_empty() {
            findings.push(format!("{key}: write the text"));
        }
    }
    findings
}

fn missing(
    path: &str,
    table: &BTreeMap<String, String>,
    other: &BTreeMap<String, String>,
) -> Vec<String> {
    let absent = other.keys().filter(|key| !table.contains_key(*key));
    absent.map(|key| format!("{path}: add {key:?}")).collect()
}

fn placeholders(text: &str) -> Vec<&str> {
    let mut names: Vec<_> = text
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::facts::File;

    fn findings(ko: &str, en: &str) -> Vec<String> {
        let file = |path: &str, text: &str| File {
            path: path.into(),
            bytes: 0,
            text: text.into(),
        };
        let files = vec![file(LANGUAGES[0], ko), file(LANGUAGES[1], en)];
        complete(&Facts {
            files,
            packages: vec![],
        })
    }

    #[test]
    fn a_key_in_one_language_only_is_found() {
        assert_eq!(
            findings(r#"{"a":"가"}"#, r#"{"a":"a","b":"b"}"#),
            [r#"messages/ko.json: add "b""#]
        );
    }

    #[test]
    fn a_lost_placeholder_is_found() {
        assert_eq!(
            findings(r#"{"a":"{count}곡"}"#, r#"{"a":"tracks"}"#).len(),
            1
        );
        assert_eq!(
            findings(r#"{"a":"{b} {a}"}"#, r#"{"a":"{a} {b}"}"#).len(),
            0
        );
    }

    #[test]
    fn a_nested_object_is_refused() {
        assert_eq!(findings(r#"{"a":{"b":"c"}}"#, "{}").len(), 1);
    }
}
