//! Both languages say the same things, and only what somebody asks for.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{ENGLISH, KOREAN, Texts};

const ASKING: [&str; 4] = ["t(", "t_with(", "t_count(", "tCount("];

/// A key without its plural form.
fn stem(key: &str) -> &str {
    key.strip_suffix("_one")
        .or_else(|| key.strip_suffix("_other"))
        .unwrap_or(key)
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|part| Some(part.split_once('}')?.0))
        .collect()
}

/// The text of every source below a folder, tests of this module left out.
fn sources(folder: &Path, ends: &[&str], found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["node_modules", "dist", "target", "out"].contains(&name.as_str()) {
                sources(&path, ends, found);
            }
        } else if ends.iter().any(|end| name.ends_with(end)) && name != "completeness.rs" {
            found.push((
                path.display().to_string(),
                fs::read_to_string(&path).unwrap(),
            ));
        }
    }
}

fn all_sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    sources(&root.join("crates"), &[".rs"], &mut found);
    sources(&root.join("web"), &[".ts", ".tsx"], &mut found);
    found
}

/// The literal keys given to the functions that look a message up.
fn asked(source: &str) -> Vec<&str> {
    let mut keys = Vec::new();
    for function in ASKING {
        for (at, _) in source.match_indices(function) {
            let before = source.get(..at).and_then(|text| text.chars().next_back());
            let is_longer_name = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
            let rest = source
                .get(at + function.len()..)
                .unwrap_or_default()
                .trim_start();
            if let (false, Some(rest)) = (is_longer_name, rest.strip_prefix('"')) {
                keys.extend(rest.split_once('"').map(|(key, _)| key));
            }
        }
    }
    keys
}

fn lacking(of: &Texts, against: &Texts) -> Vec<String> {
    against
        .keys()
        .filter(|key| !of.contains_key(*key))
        .cloned()
        .collect()
}

#[test]
fn both_languages_have_the_same_keys_and_placeholders_and_no_empty_text() {
    assert_eq!(
        lacking(&KOREAN, &ENGLISH),
        Vec::<String>::new(),
        "ko.json lacks these"
    );
    assert_eq!(
        lacking(&ENGLISH, &KOREAN),
        Vec::<String>::new(),
        "en.json lacks these"
    );
    for (key, korean) in KOREAN.iter() {
        let english = &ENGLISH[key];
        assert_eq!(
            placeholders(korean),
            placeholders(english),
            "placeholders of {key}"
        );
        assert!(
            !korean.trim().is_empty() && !english.trim().is_empty(),
            "{key} is empty"
        );
    }
}

#[test]
fn counted_messages_have_both_forms() {
    for key in KOREAN.keys().filter(|key| stem(key) != key.as_str()) {
        for form in ["one", "other"] {
            let name = format!("{}_{form}", stem(key));
            assert!(KOREAN.contains_key(&name), "{name} is missing");
        }
    }
}

#[test]
fn every_message_is_used_and_every_asked_key_exists() {
    let sources = all_sources();
    let known: BTreeSet<&str> = KOREAN.keys().map(|key| stem(key)).collect();
    for (path, text) in &sources {
        for key in asked(text) {
            assert!(
                known.contains(key),
                "{path} asks for {key:?}, which no language has"
            );
        }
    }
    for key in known {
        let literal = format!("\"{key}\"");
        assert!(
            sources.iter().any(|(_, text)| text.contains(&literal)),
            "nothing uses the message {key:?}"
        );
    }
}

#[test]
fn keys_are_found_where_they_are_asked_for() {
    let source =
        "lang.t(\"a.b\"); x.t_with(\n    \"c.d\", &[]); at(\"e.f\"); t(key); tCount(\"g.h\", 1)";
    assert_eq!(asked(source), ["a.b", "c.d", "g.h"]);
}
