//! How many tests passed, read from what the test runners print.

use std::fmt;
use std::ops::AddAssign;

/// Passed, failed and skipped tests.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    pub(crate) skipped: u32,
}

impl Counts {
    pub(crate) const ONE_PASSED: Self = Self {
        passed: 1,
        failed: 0,
        skipped: 0,
    };
    pub(crate) const ONE_FAILED: Self = Self {
        passed: 0,
        failed: 1,
        skipped: 0,
    };
    pub(crate) const ONE_SKIPPED: Self = Self {
        passed: 0,
        failed: 0,
        skipped: 1,
    };
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }
}

/// Which program's output is read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Runner {
    /// `test result: ok. 3 passed; 0 failed; 0 ignored; …`, once per test binary; and `skipped: NAME (no MariaDB)`
    /// for each test that could not run on a database.
    Cargo,
    /// `      Tests  1 failed | 12 passed (13)`
    Vitest,
    /// `  12 passed (20.1s)`, each kind on a line of its own. A flaky pass is a failure.
    Playwright,
}

/// Sums the tests in the output of a runner.
pub(crate) fn read(runner: Runner, output: &str) -> Counts {
    let mut counts = Counts::default();
    for line in output.lines().map(plain) {
        let line = line.trim();
        let relevant = match runner {
            Runner::Cargo => line.strip_prefix("test result: "),
            Runner::Vitest => line.strip_prefix("Tests ").filter(|_| line.ends_with(')')),
            Runner::Playwright => Some(line).filter(|line| is_playwright_summary(line)),
        };
        counts += relevant.map(numbers).unwrap_or_default();
        if matches!(runner, Runner::Cargo) && line.starts_with("skipped: ") {
            counts.skipped += 1;
        }
    }
    counts
}

/// At most this many lines say what failed.
const FAILURE_LINES: usize = 24;

/// The lines that name each failed test and what it saw.
pub(crate) fn failures(runner: Runner, output: &str) -> Vec<String> {
    let marks: &[&str] = match runner {
        Runner::Cargo => &["thread '", "left: ", "right: ", "error: "],
        Runner::Vitest => &["FAIL ", "AssertionError: ", "Error: "],
        Runner::Playwright => &[
            "Error: ",
            "Expected",
            "Received",
            "Test timeout",
            "Locator: ",
            "> ",
        ],
    };
    let mut found = Vec::new();
    let mut message_follows = false;
    for line in output.lines().map(plain) {
        let line = line.trim();
        let numbered = line.split_once(") ").is_some_and(|(number, _)| {
            matches!(runner, Runner::Playwright) && number.parse::<u32>().is_ok()
        });
        if message_follows || numbered || marks.iter().any(|mark| line.starts_with(mark)) {
            found.push(line.to_owned());
        }
        message_follows = line.contains(" panicked at ");
    }
    found.truncate(FAILURE_LINES);
    found
}

/// Each number counts for the word after it.
fn numbers(line: &str) -> Counts {
    let mut counts = Counts::default();
    let words: Vec<_> = line.split_whitespace().collect();
    for pair in words.windows(2) {
        let [number, kind] = pair else { continue };
        let Ok(number) = number.parse::<u32>() else {
            continue;
        };
        match kind.trim_end_matches([';', ',']) {
            "passed" => counts.passed += number,
            "failed" | "flaky" | "interrupted" => counts.failed += number,
            "ignored" | "skipped" | "todo" | "did" => counts.skipped += number,
            _ => {}
        }
    }
    counts
}

fn is_playwright_summary(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let number = words.next().is_some_and(|word| word.parse::<u32>().is_ok());
    let kind = words.next().unwrap_or_default();
    let rest = words.next();
    let known = ["passed", "failed", "flaky", "skipped", "interrupted"].contains(&kind);
    number
        && ((known && rest.is_none_or(|rest| rest.starts_with('(')))
            || line.ends_with("did not run"))
}

/// A line without colours.
fn plain(line: &str) -> String {
    let mut text = String::new();
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            text.push(character);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_results_of_several_test_binaries_are_summed() {
        let output = "\
running 3 tests
skipped: tracks::a_track_is_found (no MariaDB)
test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.01s
test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s
";
        assert_eq!(
            read(Runner::Cargo, output),
            Counts {
                passed: 4,
                failed: 2,
                skipped: 2
            }
        );
    }

    #[test]
    fn vitest_reports_tests_and_not_files() {
        let output = "\u{1b}[2m Test Files \u{1b}[22m 1 failed | 4 passed (5)\n      \u{1b}[2m Tests \u{1b}[22m 1 failed | 12 passed | 2 skipped (15)\n";
        assert_eq!(
            read(Runner::Vitest, output),
            Counts {
                passed: 12,
                failed: 1,
                skipped: 2
            }
        );
    }

    #[test]
    fn a_flaky_browser_test_is_a_failed_one() {
        let output = "  1 flaky\n    player.spec.ts:3:1 › plays 12 passed songs\n  2 skipped\n  3 did not run\n  12 passed (20.1s)\n";
        assert_eq!(
            read(Runner::Playwright, output),
            Counts {
                passed: 12,
                failed: 1,
                skipped: 5
            }
        );
    }

    #[test]
    fn a_failed_test_is_named_with_what_it_saw() {
        let browser = "\
  ✓  1 m01.spec.ts:3:1 › M1 plays (1.2s)
  1) m03.spec.ts:62:5 › M3 a tap sounds ────

    Error: expect(received).toBeLessThan(expected)

    Expected: < 0.3
    Received:   1.5

      61 |     await throttle(page, 1_000);
    > 62 |     expect(await silentSeconds(page, 12)).toBeLessThan(0.3);

  1 failed
";
        assert_eq!(
            failures(Runner::Playwright, browser),
            [
                "1) m03.spec.ts:62:5 › M3 a tap sounds ────",
                "Error: expect(received).toBeLessThan(expected)",
                "Expected: < 0.3",
                "Received:   1.5",
                "> 62 |     expect(await silentSeconds(page, 12)).toBeLessThan(0.3);",
            ]
        );
        let cargo = "\
test store::finds ... FAILED
thread 'store::finds' (7) panicked at crates/music/src/store.rs:3:5:
assertion `left == right` failed: one track
  left: 1
 right: 2
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
";
        assert_eq!(failures(Runner::Cargo, cargo).len(), 4);
    }
}
