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
    /// It ran tests; the text is shown when some failed.
    Tests(Counts, String),
    /// It could not run; the text names what is missing.
    Missing(String),
}

/// The stages that ran and what they found.
pub(crate) struct Suite<'a> {
    pub(crate) workspace: &'a Workspace,
    /// Stages whose names do not hold this are left out.
    only: &'a str,
    total: Counts,
    results: Vec<(String, Counts, Duration)>,
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
            total: Counts::default(),
            results: Vec::new(),
        }
    }

    /// Runs a stage, prints its name and time, and tells whether nothing failed in it.
    pub(crate) fn stage(&mut self, name: &str, work: impl FnOnce(&Log) -> Result<Verdict>) -> bool {
        if !name.contains(self.only) {
            return true;
        }
        let started = Instant::now();
        screen::say(&format!("{} {name}", paint("36", "▸")));
        let verdict = self
            .log(name)
            .and_then(|log| work(&log).map(|verdict| (verdict, log.file)));
        let (counts, said) = match verdict {
            Ok((Verdict::Holds, _)) => (Counts::ONE_PASSED, String::new()),
            Ok((Verdict::Missing(what), _)) => (Counts::ONE_SKIPPED, format!("missing: {what}")),
            Ok((Verdict::Tests(counts, said), _)) => (counts, said),
            Err(failure) => (Counts::ONE_FAILED, failure.to_string()),
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
        self.results.push((name.to_owned(), counts, time));
        counts.failed == 0
    }

    /// Repeats what failed and what was skipped, and closes with the counts.
    pub(crate) fn finish(self) -> ExitCode {
        let minutes: f64 = self
            .results
            .iter()
            .map(|(_, _, time)| time.as_secs_f64() / 60.0)
            .sum();
        screen::say(&format!("\n{minutes:.1} minutes in all. The longest:"));
        let mut longest: Vec<_> = self.results.iter().collect();
        longest.sort_by_key(|(_, _, time)| std::cmp::Reverse(*time));
        for (name, _, time) in longest.into_iter().take(5) {
            screen::say(&format!("  {:5.1} min  {name}", time.as_secs_f64() / 60.0));
        }
        for (name, counts, _) in &self.results {
            if counts.failed > 0 {
                screen::say(&format!(
                    "{} {name}: {} failed",
                    paint("31", "✗"),
                    counts.failed
                ));
            }
        }
        screen::say(&self.total.to_string());
        if self.total.failed == 0 {
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
        Ok(Verdict::Tests(
            counts,
            self.failed(command, &output).to_string(),
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
