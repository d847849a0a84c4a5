//! Runs stages one after the other; a failing one does not hide the others.

use std::fs::{File, OpenOptions};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use super::counts::{self, Counts, Runner};
use crate::failure::{Failure, Result, While};
use crate::screen::{self, paint};
use crate::subprocess;
use crate::workspace::Workspace;

/// How much of a failed stage's output is shown; the whole is in its log.
const TAIL_LINES: usize = 120;

/// How a stage ended, if nothing went wrong.
pub(crate) enum Verdict {
    /// It is one check, and it holds.
    Holds,
    /// It ran tests; the text is what they found.
    Tests(Counts, String),
    /// Some tests of a runner failed: the end of its output, and the lines that name them.
    Failed(Counts, String, Vec<String>),
    /// It could not run; the text names what is missing.
    Missing(String),
}

/// The stages that ran and what they found.
pub(crate) struct Suite<'a> {
    pub(crate) workspace: &'a Workspace,
    /// Stages whose names do not hold this are left out.
    only: &'a str,
    /// Whether anything was asked for that there is.
    was_wanted: bool,
    total: Counts,
    results: Vec<Ended>,
}

/// A stage that ran.
struct Ended {
    name: String,
    counts: Counts,
    time: Duration,
    /// What is repeated at the end, where it is looked for first.
    failures: Vec<String>,
}

/// Where one stage writes what its programs print.
pub(crate) struct Log {
    file: PathBuf,
}

impl<'a> Suite<'a> {
    pub(crate) fn new(workspace: &'a Workspace, only: &'a str) -> Self {
        Self {
            workspace,
            only,
            was_wanted: false,
            total: Counts::default(),
            results: Vec::new(),
        }
    }

    /// Whether a stage of this name was asked for.
    pub(crate) fn wants(&self, name: &str) -> bool {
        name.contains(self.only)
    }

    /// Runs a stage if it was asked for.
    pub(crate) fn stage(&mut self, name: &str, work: impl FnOnce(&Log) -> Result<Verdict>) {
        if self.wants(name) {
            self.needed(name, work);
        }
    }

    /// Runs a stage that others need, prints its name and time, and tells whether nothing failed in it.
    pub(crate) fn needed(
        &mut self,
        name: &str,
        work: impl FnOnce(&Log) -> Result<Verdict>,
    ) -> bool {
        self.was_wanted |= self.wants(name);
        let started = Instant::now();
        screen::say(&format!("{} {name}", paint("36", "▸")));
        let verdict = self.log(name).and_then(|log| work(&log));
        let mut failures = Vec::new();
        let (counts, said) = match verdict {
            Ok(Verdict::Holds) => (Counts::ONE_PASSED, String::new()),
            Ok(Verdict::Missing(what)) => (Counts::ONE_SKIPPED, format!("missing: {what}")),
            Ok(Verdict::Tests(counts, said)) => (counts, said),
            Ok(Verdict::Failed(counts, said, names)) => {
                failures = names;
                (counts, said)
            }
            Err(failure) => {
                failures.extend(failure.what.lines().next().map(str::to_owned));
                (Counts::ONE_FAILED, failure.to_string())
            }
        };
        let time = started.elapsed();
        let minutes = paint("2", &format!("{:.1} min", time.as_secs_f64() / 60.0));
        let mark = match counts {
            Counts { failed: 1.., .. } => paint("31", "✗"),
            Counts {
                passed: 0,
                skipped: 1..,
                ..
            } => paint("33", "–"),
            _ => paint("32", "✓"),
        };
        screen::say(&format!("{mark} {name}: {counts}  {minutes}"));
        if !said.is_empty() {
            screen::say(&said);
        }
        self.total += counts;
        self.results.push(Ended {
            name: name.to_owned(),
            counts,
            time,
            failures,
        });
        counts.failed == 0
    }

    /// Repeats what failed and what was skipped, and closes with the counts.
    pub(crate) fn finish(self) -> ExitCode {
        let minutes: f64 = self
            .results
            .iter()
            .map(|stage| stage.time.as_secs_f64() / 60.0)
            .sum();
        screen::say(&format!("\n{minutes:.1} minutes in all. The longest:"));
        let mut longest: Vec<_> = self.results.iter().collect();
        longest.sort_by_key(|stage| std::cmp::Reverse(stage.time));
        for Ended { name, time, .. } in longest.into_iter().take(5) {
            screen::say(&format!("  {:5.1} min  {name}", time.as_secs_f64() / 60.0));
        }
        for stage in self.results.iter().filter(|stage| stage.counts.failed > 0) {
            let (mark, failed) = (paint("31", "✗"), stage.counts.failed);
            screen::say(&format!("{mark} {}: {failed} failed", stage.name));
            for line in &stage.failures {
                screen::say(&format!("    {line}"));
            }
        }
        if !self.was_wanted {
            let name = self.only;
            screen::say(&format!(
                "no stage has {name:?} in its name (`make test` says all names)"
            ));
        }
        screen::say(&self.total.to_string());
        if self.was_wanted && self.total.failed == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    fn log(&self, name: &str) -> Result<Log> {
        let file = self
            .workspace
            .own(&format!("log/test/{}.log", name.replace(' ', "-")))?;
        File::create(&file).while_doing(format!("write {}", file.display()))?;
        Ok(Log { file })
    }
}

impl Log {
    /// Runs a program to its end; a failure carries the end of its output.
    pub(crate) fn run(&self, command: &mut Command) -> Result<String> {
        let (succeeded, output) = self.capture(command)?;
        if succeeded {
            Ok(output)
        } else {
            Err(self.failed(command, &output))
        }
    }

    /// Runs a test runner and counts its tests.
    pub(crate) fn tests(&self, command: &mut Command, runner: Runner) -> Result<Verdict> {
        let (succeeded, output) = self.capture(command)?;
        let mut counts = counts::read(runner, &output);
        if succeeded && counts == Counts::default() {
            return Err(Failure::new(format!(
                "`{}` ran no test",
                subprocess::shown(command)
            )));
        }
        if succeeded {
            return Ok(Verdict::Tests(counts, String::new()));
        }
        // A runner that failed without a failed test did not even get to its tests.
        counts.failed = counts.failed.max(1);
        Ok(Verdict::Failed(
            counts,
            self.failed(command, &output).to_string(),
            counts::failures(runner, &output),
        ))
    }

    fn capture(&self, command: &mut Command) -> Result<(bool, String)> {
        let work = format!("write {}", self.file.display());
        let out = OpenOptions::new()
            .append(true)
            .open(&self.file)
            .while_doing(&work)?;
        let start = out.metadata().while_doing(&work)?.len();
        let err = out.try_clone().while_doing(&work)?;
        command
            .env("NO_COLOR", "1")
            .env("CARGO_TERM_COLOR", "never")
            .env_remove("FORCE_COLOR");
        let status = command
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .status();
        let status = status.map_err(|error| subprocess::not_started(command, &error))?;
        let bytes = std::fs::read(&self.file).while_doing(&work)?;
        let start = usize::try_from(start).unwrap_or(0);
        Ok((
            status.success(),
            subprocess::lossy(bytes.get(start..).unwrap_or_default()),
        ))
    }

    fn failed(&self, command: &Command, output: &str) -> Failure {
        let end = subprocess::tail(output, TAIL_LINES);
        let command = subprocess::shown(command);
        Failure::new(format!(
            "`{command}` failed; all of its output is in {}\n{end}",
            self.file.display()
        ))
    }
}
