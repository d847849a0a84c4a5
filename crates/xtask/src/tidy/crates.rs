//! Laws about crates: who depends on whom, and what each must have.

use super::facts::{Facts, Package};

/// Crates that depend on no crate of ours, outside tests.
const ALONE: [&str; 5] = ["autoscale", "chassis", "loadtest", "pages", "xtask"];
/// What a service may depend on.
const SHARED: [&str; 2] = ["chassis", "pages"];

/// Services never depend on each other; only `server` depends on services; `testkit` is for tests only.
pub(super) fn dependencies(facts: &Facts) -> Vec<String> {
    let edges = facts.packages.iter().flat_map(|package| {
        package
            .dependencies
            .iter()
            .map(move |(to, kind)| (package.name.as_str(), to.as_str(), kind.as_str()))
    });
    edges
        .filter_map(|(from, to, kind)| forbidden(from, to, kind))
        .collect()
}

fn forbidden(from: &str, to: &str, kind: &str) -> Option<String> {
    let reason = match (from, to, kind) {
        (_, "testkit", "dev") | ("testkit", "chassis", _) => return None,
        (_, "testkit", _) => "make it a dev-dependency: testkit is for tests only",
        (_, "xtask" | "server", _) => "nothing may depend on it: move what is needed to chassis",
        ("testkit", ..) => "testkit serves every service and so knows none",
        (from, ..) if ALONE.contains(&from) => {
            "this crate depends on none of ours: pass in what it needs"
        }
        (from, to, _) if from == "server" || SHARED.contains(&to) => return None,
        _ => "services never depend on each other: only server knows which exist",
    };
    Some(format!("crates/{from}/Cargo.toml: {to} ({kind}): {reason}"))
}

/// Every crate has the workspace's lints, a description and a mention in `ARCHITECTURE.md`, which names no other.
pub(super) fn manifests(facts: &Facts) -> Vec<String> {
    let map = facts.text("ARCHITECTURE.md");
    let mut findings: Vec<_> = facts
        .packages
        .iter()
        .flat_map(|package| manifest(facts, package, map))
        .collect();
    for word in map.split(['`', ' ', '(', ')', '\n']) {
        let Some(name) = word.strip_prefix("crates/") else {
            continue;
        };
        let name = name.split('/').next().unwrap_or_default();
        let exists = facts.packages.iter().any(|package| package.name == name);
        if !exists && name.chars().all(|character| character.is_ascii_lowercase()) {
            findings.push(format!(
                "ARCHITECTURE.md names crates/{name}, which is not there: remove it"
            ));
        }
    }
    findings
}

fn manifest(facts: &Facts, package: &Package, map: &str) -> Vec<String> {
    let name = &package.name;
    let path = format!("crates/{name}/Cargo.toml");
    let table: toml::Table = facts.text(&path).parse().unwrap_or_default();
    let has_lints = table
        .get("lints")
        .and_then(|lints| lints.get("workspace"))
        .and_then(toml::Value::as_bool)
        .unwrap_or(false);
    let mut findings = Vec::new();
    if !has_lints {
        findings.push(format!("{path}: add `[lints]` with `workspace = true`"));
    }
    if package.description.is_empty() {
        findings.push(format!("{path}: add a description of one line"));
    }
    if !map.contains(&format!("crates/{name}")) && !map.contains(&format!("`{name}`")) {
        findings.push(format!("ARCHITECTURE.md: say what crates/{name} is for"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::facts::File;

    #[test]
    fn a_service_must_not_depend_on_another() {
        assert!(forbidden("music", "board", "normal").is_some());
        assert!(forbidden("music", "chassis", "normal").is_none());
        assert!(forbidden("server", "music", "normal").is_none());
    }

    #[test]
    fn testkit_is_for_tests_only() {
        assert!(forbidden("music", "testkit", "normal").is_some());
        assert!(forbidden("chassis", "testkit", "dev").is_none());
    }

    #[test]
    fn the_foundation_stands_alone() {
        assert!(forbidden("chassis", "pages", "normal").is_some());
        assert!(forbidden("xtask", "chassis", "normal").is_some());
        assert!(forbidden("music", "server", "dev").is_some());
    }

    #[test]
    fn a_crate_without_lints_description_or_place_is_found() {
        let package = Package {
            name: "board".into(),
            description: String::new(),
            dependencies: vec![],
        };
        let manifest = File {
            path: "crates/board/Cargo.toml".into(),
            bytes: 0,
            text: String::new(),
        };
        let facts = Facts {
            files: vec![manifest],
            packages: vec![package],
        };
        assert_eq!(manifests(&facts).len(), 3);
    }

    #[test]
    fn the_map_names_only_crates_that_are_there() {
        let map = File {
            path: "ARCHITECTURE.md".into(),
            bytes: 0,
            text: "`crates/gone/`".into(),
        };
        let facts = Facts {
            files: vec![map],
            packages: vec![],
        };
        assert_eq!(manifests(&facts).len(), 1);
    }
}
