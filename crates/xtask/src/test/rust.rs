//! The stages that are cargo's.

use std::process::Command;

use super::counts::Runner;
use super::suite::{Suite, Verdict};
use crate::failure::Failure;
use crate::{dependencies, fuzz, subprocess};

pub(super) fn format(suite: &mut Suite<'_>) {
    let mut cargo = cargo(suite, &["fmt", "--all", "--check"]);
    suite.stage("format", |log| log.run(&mut cargo).map(|_| Verdict::Holds));
}

pub(super) fn clippy(suite: &mut Suite<'_>) {
    let words = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--no-default-features",
        "--locked",
        "--",
        "-D",
        "warnings",
    ];
    let mut cargo = cargo(suite, &words);
    suite.stage("clippy", |log| log.run(&mut cargo).map(|_| Verdict::Holds));
}

/// The tests that need the database servers.
pub(super) const TESTS: &str = "rust tests";

/// All Rust tests, on `SQLite` and on the database servers named in the environment.
pub(super) fn tests(suite: &mut Suite<'_>, environment: &[(&'static str, String)]) {
    let words = [
        "test",
        "--workspace",
        "--no-default-features",
        "--no-fail-fast",
        "--locked",
    ];
    let mut cargo = cargo(suite, &words);
    cargo.envs(environment.iter().cloned());
    suite.stage(TESTS, |log| log.tests(&mut cargo, Runner::Cargo));
}

pub(super) fn documentation(suite: &mut Suite<'_>) {
    let words = [
        "doc",
        "--workspace",
        "--no-default-features",
        "--no-deps",
        "--locked",
    ];
    let mut cargo = cargo(suite, &words);
    cargo.env("RUSTDOCFLAGS", "-D warnings");
    suite.stage("documentation", |log| {
        log.run(&mut cargo).map(|_| Verdict::Holds)
    });
}

/// The build that the stages on the product need.
pub(super) const RELEASE: &str = "release build";

pub(super) fn release(suite: &mut Suite<'_>) -> bool {
    let mut cargo = cargo(
        suite,
        &["build", "--release", "--locked", "--package", "server"],
    );
    suite.needed(RELEASE, |log| log.run(&mut cargo).map(|_| Verdict::Holds))
}

/// A short round of the property tests with many random cases.
pub(super) fn fuzz(suite: &mut Suite<'_>) {
    let workspace = suite.workspace;
    suite.stage("fuzz", |log| {
        log.tests(&mut fuzz::command(workspace)?, Runner::Cargo)
    });
}

/// Licences, sources and bans of other people's code.
pub(super) fn dependencies(suite: &mut Suite<'_>) {
    let workspace = suite.workspace;
    suite.stage("dependencies", |_| {
        let findings = dependencies::check(workspace)?;
        if findings.is_empty() {
            Ok(Verdict::Holds)
        } else {
            Err(Failure::new(findings.join("\n  ")))
        }
    });
}

/// Known holes, where a database of them can be reached.
pub(super) fn advisories(suite: &mut Suite<'_>) {
    let mut deny = cargo(suite, &["deny", "check", "advisories"]);
    suite.stage("advisories (crates)", |log| {
        if !subprocess::is_installed("cargo-deny") {
            return Ok(Verdict::Missing(
                "cargo-deny (cargo install cargo-deny)".to_owned(),
            ));
        }
        match log.run(&mut deny) {
            Err(failure) if failure.what.contains("failed to fetch advisory database") => Ok(
                Verdict::Missing("a network that reaches the advisories of crates".to_owned()),
            ),
            result => result.map(|_| Verdict::Holds),
        }
    });
}

fn cargo(suite: &Suite<'_>, words: &[&str]) -> Command {
    subprocess::cargo(suite.workspace, words)
}
