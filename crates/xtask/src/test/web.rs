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

/// Known holes in npm packages that reach the browser.
pub(super) fn advisories(suite: &mut Suite<'_>) {
    let mut audit = npm(suite, &["audit", "--omit=dev", "--audit-level=high"]);
    suite.stage("advisories (npm)", |log| match log.run(&mut audit) {
        Err(failure) if failure.what.contains("audit endpoint returned an error") => Ok(
            Verdict::Missing("an npm registry that answers `npm audit`".to_owned()),
        ),
        result => result.map(|_| Verdict::Holds),
    });
}

fn npm(suite: &Suite<'_>, words: &[&str]) -> Command {
    let mut npm = Command::new("npm");
    npm.args(words).current_dir(suite.workspace.path("web"));
    npm
}
