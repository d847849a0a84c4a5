//! Property tests again and again, each time with new random cases, for a given time.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::failure::{Failure, Result, While};
use crate::workspace::{Settings, Workspace};
use crate::{screen, subprocess};

/// More than proptest's 256, so that starting the test binaries costs little beside the tests.
const CASES_PER_ROUND: &str = "1000";
const DEFAULT_TIME: Duration = Duration::from_mins(10);

/// `cargo xtask fuzz [SECONDS=…]`
pub(crate) fn run(workspace: &Workspace, settings: &Settings) -> Result<()> {
    let time = match settings.get("SECONDS") {
        None => DEFAULT_TIME,
        Some(text) => {
            Duration::from_secs(text.parse().while_doing(format!("read SECONDS={text}"))?)
        }
    };
    let started = Instant::now();
    let mut round = command(workspace)?;
    let mut rounds = 0;
    while rounds == 0 || started.elapsed() < time {
        rounds += 1;
        let step = screen::step(&format!("Round {rounds}"), "");
        subprocess::log(&mut round, &workspace.own("log/fuzz.log")?).map_err(|failure| {
            failure.how("mend it; the case is kept in a proptest-regressions file: commit that too")
        })?;
        step.done(&format!("{CASES_PER_ROUND} cases for each property"));
    }
    Ok(())
}

/// One round over all property tests.
pub(crate) fn command(workspace: &Workspace) -> Result<Command> {
    let names = properties(workspace)?;
    if names.is_empty() {
        return Err(Failure::new("there is no property test"));
    }
    let words = [
        "test",
        "--workspace",
        "--lib",
        "--bins",
        "--tests",
        "--no-default-features",
        "--locked",
        "--",
    ];
    let mut cargo = subprocess::cargo(workspace, &words);
    cargo.args(names).env("PROPTEST_CASES", CASES_PER_ROUND);
    Ok(cargo)
}

/// The names of the tests in `proptest!` blocks.
fn properties(workspace: &Workspace) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    let mut waiting = vec![workspace.path("crates")];
    while let Some(folder) = waiting.pop() {
        let work = format!("read {}", folder.display());
        for entry in std::fs::read_dir(&folder).while_doing(&work)? {
            let path = entry.while_doing(&work)?.path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                names.extend(in_source(
                    &std::fs::read_to_string(&path).unwrap_or_default(),
                ));
            }
        }
    }
    Ok(names)
}

/// A block begins with `proptest! {` and ends with a brace in the same column.
fn in_source(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut block_ends_with: Option<String> = None;
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        if line.trim() == "proptest! {" {
            block_ends_with = Some(format!("{}}}", " ".repeat(indent)));
        } else if block_ends_with.as_deref() == Some(line) {
            block_ends_with = None;
        } else if block_ends_with.is_some()
            && let Some(rest) = line.trim().strip_prefix("fn ")
        {
            names.extend(rest.split('(').next().map(str::to_owned));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn property_tests_are_found_by_their_block() {
        let text = "\
fn not_this() {}
    proptest! {
        #[test]
        fn a_round_trip(x in 0..9) {
            assert_eq!(x, x);
        }
    }
    #[test]
    fn nor_this() {}
";
        assert_eq!(in_source(text), ["a_round_trip"]);
    }
}
