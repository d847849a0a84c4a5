//! Other people's code: its licences, its sources, and what is banned. `deny.toml` says what may be.
//!
//! cargo-deny reads the same file, but building it costs more than all other checks together.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::failure::{Result, While};
use crate::subprocess;
use crate::workspace::Workspace;

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// What `deny.toml` says.
#[derive(Debug, Default)]
struct Rules {
    licences: BTreeSet<String>,
    banned: BTreeSet<String>,
}

/// What breaks the rules; each finding says what to do.
pub(crate) fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let file = workspace.path("deny.toml");
    let text = std::fs::read_to_string(file).while_doing("read deny.toml")?;
    let rules = rules(&text.parse().while_doing("read deny.toml")?);
    let mut cargo = subprocess::cargo(workspace, &["metadata", "--format-version=1", "--locked"]);
    let metadata = parse(&subprocess::read(&mut cargo)?, "cargo metadata")?;
    let lock = workspace.path("web/package-lock.json");
    let lock = std::fs::read_to_string(lock).while_doing("read web/package-lock.json")?;
    let mut findings = crates(&metadata, &rules);
    findings.extend(npm_packages(
        &parse(&lock, "web/package-lock.json")?,
        &rules,
    ));
    Ok(findings)
}

fn parse(text: &str, name: &str) -> Result<Value> {
    serde_json::from_str(text).while_doing(format!("read {name}"))
}

fn rules(table: &toml::Table) -> Rules {
    let list = |section: &str, key: &str| {
        let entries = table.get(section).and_then(|section| section.get(key));
        entries
            .and_then(toml::Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let text = |value: &toml::Value| value.as_str().map(str::to_owned);
    let licences = list("licenses", "allow").iter().filter_map(text).collect();
    let names = list("bans", "deny")
        .into_iter()
        .filter_map(|ban| ban.get("crate").and_then(text));
    Rules {
        licences,
        banned: names.collect(),
    }
}

fn crates(metadata: &Value, rules: &Rules) -> Vec<String> {
    let mut findings = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        let Some(source) = package["source"].as_str() else {
            continue;
        };
        if source != CRATES_IO {
            findings.push(format!(
                "{name} comes from {source}: take it from crates.io"
            ));
        }
        if rules.banned.contains(name) {
            findings.push(format!(
                "{name} is banned: deny.toml says why (cargo tree -i {name})"
            ));
        }
        let licence = package["license"].as_str().unwrap_or_default();
        if !is_allowed(licence, &rules.licences) {
            findings.push(format!(
                "{name} is under {licence:?}: leave it out, or allow it in deny.toml"
            ));
        }
    }
    findings
}

/// npm packages that reach the browser; those of the build do not.
fn npm_packages(lock: &Value, rules: &Rules) -> Vec<String> {
    let mut findings = Vec::new();
    for (path, package) in lock["packages"].as_object().into_iter().flatten() {
        let is_ours =
            path.is_empty() || !path.starts_with("node_modules/") || package["link"] == true;
        if is_ours || package["dev"] == true {
            continue;
        }
        let licence = package["license"].as_str().unwrap_or_default();
        if !is_allowed(licence, &rules.licences) {
            findings.push(format!(
                "{path} is under {licence:?}: leave it out, or allow it in deny.toml"
            ));
        }
    }
    findings
}

/// Whether an SPDX expression can be met. `AND` binds closer than `OR`; an old `/` means `OR`.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    !words.is_empty() && either(&mut rest, allowed) && rest.is_empty()
}

fn either(words: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    let mut met = both(words, allowed);
    while take(words, "OR") {
        met |= both(words, allowed);
    }
    met
}

fn both(words: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    let mut met = one(words, allowed);
    while take(words, "AND") {
        met &= one(words, allowed);
    }
    met
}

fn one(words: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    if take(words, "(") {
        let met = either(words, allowed);
        return take(words, ")") && met;
    }
    let Some((name, rest)) = words.split_first() else {
        return false;
    };
    *words = rest;
    if take(words, "WITH") {
        let Some((exception, rest)) = words.split_first() else {
            return false;
        };
        *words = rest;
        return allowed.contains(&format!("{name} WITH {exception}"));
    }
    allowed.contains(*name)
}

fn take(words: &mut &[&str], word: &str) -> bool {
    let Some((first, rest)) = words.split_first() else {
        return false;
    };
    let found = *first == word;
    if found {
        *words = rest;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn allowed() -> Rules {
        let text =
            "[licenses]\nallow = [\"MIT\", \"ISC\"]\n[bans]\ndeny = [{ crate = \"openssl\" }]";
        rules(&text.parse().unwrap())
    }

    #[test]
    fn one_allowed_alternative_is_enough_and_every_part_is_needed() {
        let licences = allowed().licences;
        assert!(is_allowed("GPL-3.0 OR MIT", &licences));
        assert!(is_allowed("GPL-3.0/MIT", &licences));
        assert!(is_allowed("(GPL-3.0 OR MIT) AND ISC", &licences));
        assert!(is_allowed("GPL-3.0 AND X OR MIT", &licences));
        assert!(!is_allowed("GPL-3.0 AND MIT", &licences));
        assert!(!is_allowed("MIT WITH some-exception", &licences));
        assert!(!is_allowed("", &licences));
        assert!(!is_allowed("(MIT", &licences));
    }

    #[test]
    fn a_crate_is_found_for_its_licence_its_source_and_its_name() {
        let package = |name: &str, licence: &str, source: &str| json!({ "name": name, "license": licence, "source": source });
        let metadata = json!({ "packages": [
            package("fine", "MIT", CRATES_IO),
            package("copyleft", "GPL-3.0-only", CRATES_IO),
            package("elsewhere", "MIT", "git+https://example.org/x"),
            package("openssl", "MIT", CRATES_IO),
            json!({ "name": "ours", "license": "Apache-2.0", "source": null }),
        ] });
        assert_eq!(crates(&metadata, &allowed()).len(), 3);
    }

    #[test]
    fn only_npm_packages_that_reach_the_browser_count() {
        let lock = json!({ "packages": {
            "": { "license": "none" },
            "islands/music": {},
            "node_modules/react": { "license": "MIT" },
            "node_modules/tool": { "license": "GPL-2.0", "dev": true },
            "node_modules/copyleft": { "license": "GPL-2.0" },
        } });
        assert_eq!(npm_packages(&lock, &allowed()).len(), 1);
    }
}
