//! The stages that are npm's.

use std::process::Command;

use super::counts::Runner;
use super::suite::{Suite, Verdict};

/// Lint, types and unit tests of the web part.
pub(super) fn tests(suite: &mut Suite<'_>) {
    let mut check = npm(suite, &["run", "--silent", "check"]);
    suite.stage("web check", |log| {
        log.run(&mut check).map(|_| Verdict::Holds)
    });
    let mut test = npm(suite, &["run", "--silent", "test"]);
    suite.stage("web unit tests", |log| log.tests(&mut test, Runner::Vitest));
}

/// Journeys in a real browser against the release binary.
pub(super) fn browser(suite: &mut Suite<'_>) {
    let mut playwright = Command::new("npx");
    playwright.args(["--no-install", "playwright", "test", "--reporter=list"]);
    playwright.current_dir(suite.workspace.path("web/e2e"));
    suite.stage("browser tests", |log| {
        log.tests(&mut playwright, Runner::Playwright)
    });
}

fn npm(suite: &Suite<'_>, words: &[&str]) -> Command {
    let mut npm = Command::new("npm");
    npm.args(words).current_dir(suite.workspace.path("web"));
    npm
}
