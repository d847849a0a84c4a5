//! Runs stages one after the other, or some beside another; a failing one does not hide the others.

use std::fs::{File, OpenOptions};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::thread;
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
    started: Instant,
    total: Counts,
    results: Vec<Ended>,
}

/// A stage that ran.
struct Ended {
    name: String,
    counts: Counts,
    time: Duration,
    said: String,
    /// What is repeated at the end, where it is looked for first.
    failures: Vec<String>,
}

/// A stage with its name.
pub(crate) type Named = (&'static str, fn(&Workspace, &Log) -> Result<Verdict>);

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
            started: Instant::now(),
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

    /// Runs those stages of a group that were asked for: the first as any other, and beside it the rest, one after the
    /// other, at the lowest priority.
    pub(crate) fn group(&mut self, stages: &[Named]) {
        let mut wanted = stages.iter().filter(|(name, _)| self.wants(name));
        let Some((name, work)) = wanted.next() else {
            return;
        };
        let beside: Vec<&Named> = wanted.collect();
        let workspace = self.workspace;
        thread::scope(|scope| {
            let others = scope.spawn(move || {
                let stages = beside.into_iter().map(|(name, work)| {
                    run(workspace, name, |log| {
                        give_way()?;
                        work(workspace, log)
                    })
                });
                stages.collect::<Vec<_>>()
            });
            self.close(run(workspace, name, |log| work(workspace, log)));
            let others = others
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            for ended in others {
                self.close(ended);
            }
        });
    }

    /// Runs a stage that others need, prints its name and time, and tells whether nothing failed in it.
    pub(crate) fn needed(
        &mut self,
        name: &str,
        work: impl FnOnce(&Log) -> Result<Verdict>,
    ) -> bool {
        self.close(run(self.workspace, name, work))
    }

    fn close(&mut self, ended: Ended) -> bool {
        let Ended {
            name, counts, time, ..
        } = &ended;
        self.was_wanted |= self.wants(name);
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
        if !ended.said.is_empty() {
            screen::say(&ended.said);
        }
        self.total += *counts;
        let holds = counts.failed == 0;
        self.results.push(ended);
        holds
    }

    /// Repeats what failed and what was skipped, and closes with the counts.
    pub(crate) fn finish(self) -> ExitCode {
        let minutes = self.started.elapsed().as_secs_f64() / 60.0;
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
}

fn run(workspace: &Workspace, name: &str, work: impl FnOnce(&Log) -> Result<Verdict>) -> Ended {
    let started = Instant::now();
    screen::say(&format!("{} {name}", paint("36", "▸")));
    let verdict = Log::new(workspace, name).and_then(|log| work(&log));
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
    Ended {
        name: name.to_owned(),
        counts,
        time: started.elapsed(),
        said,
        failures,
    }
}

/// Gives this thread, and every program and thread it starts from now on, the lowest priority: `SCHED_IDLE`.
fn give_way() -> Result<()> {
    let work = "find the number of this thread";
    let thread = std::fs::read_link("/proc/thread-self").while_doing(work)?;
    let number = thread.file_name().ok_or_else(|| Failure::new(work))?;
    let mut chrt = Command::new("chrt");
    subprocess::read(chrt.args(["--idle", "--pid", "0"]).arg(number)).map(|_| ())
}

impl Log {
    fn new(workspace: &Workspace, name: &str) -> Result<Self> {
        let file = workspace.own(&format!("log/test/{}.log", name.replace(' ', "-")))?;
        File::create(&file).while_doing(format!("write {}", file.display()))?;
        Ok(Self { file })
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: &[Named] = &[
        ("first", |_, _| Ok(Verdict::Holds)),
        ("beside", |_, _| Err(Failure::new("it does not hold"))),
        ("later beside", |_, _| {
            Ok(Verdict::Missing("a program".to_owned()))
        }),
    ];

    fn names_of(only: &str) -> (Vec<(String, Counts)>, Vec<String>) {
        let root = std::env::temp_dir().join(format!("haas-suite-{}", std::process::id()));
        let workspace = Workspace { root };
        let mut suite = Suite::new(&workspace, only);
        suite.group(GROUP);
        let _ = std::fs::remove_dir_all(&workspace.root);
        let failures = suite
            .results
            .iter()
            .flat_map(|stage| stage.failures.clone())
            .collect();
        let stages = suite
            .results
            .into_iter()
            .map(|stage| (stage.name, stage.counts));
        (stages.collect(), failures)
    }

    #[test]
    fn a_group_runs_what_is_asked_for_and_keeps_what_each_found() {
        let all = [
            ("first".to_owned(), Counts::ONE_PASSED),
            ("beside".to_owned(), Counts::ONE_FAILED),
            ("later beside".to_owned(), Counts::ONE_SKIPPED),
        ];
        assert_eq!(
            names_of(""),
            (all.to_vec(), vec!["it does not hold".to_owned()])
        );
        assert_eq!(names_of("later"), (all[2..].to_vec(), Vec::new()));
        assert_eq!(names_of("elsewhere"), (Vec::new(), Vec::new()));
    }

    #[test]
    fn programs_started_by_a_thread_that_gives_way_give_way_too() {
        const POLICY_FIELD: usize = 40;
        const IDLE: &str = "5";
        let started = thread::spawn(|| {
            give_way().unwrap();
            subprocess::read(Command::new("cat").arg("/proc/self/stat")).unwrap()
        });
        let stat = started.join().unwrap();
        let fields: Vec<&str> = stat.split(' ').collect();
        assert_eq!(fields.get(POLICY_FIELD), Some(&IDLE), "{stat}");
    }
}
