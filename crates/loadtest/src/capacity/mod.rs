//! How many users a server can take: the highest rate at which a scenario stays stable.

mod search;

use serde::Serialize;

use crate::arrivals::Starts;
use crate::gathering::Progress;
use crate::report::Report;
use crate::run::{Options, RunError, run};
use crate::scenario::{Scenario, ScenarioError};
use crate::verdict::{Miss, Reason, Verdict};
use search::{Search, share_at_least};

/// More starts a second than this are not tried.
const RATE_MAX: f64 = 50_000.0;
/// Of fewer sessions there is no slowest of a hundred: a rate is found by them all the same, and that is said.
const SESSIONS_MIN: u64 = 100;

/// How a capacity is searched for.
#[derive(Clone, Copy, Debug)]
pub struct CapacityOptions {
    /// How far the rate that holds and the one that does not may be apart: a factor above 1.
    pub precision: f64,
    /// In how many runs the rate that is found must hold.
    pub repeats: u32,
}

/// Why there is no capacity.
#[derive(Debug, thiserror::Error)]
pub enum CapacityError {
    /// A run could not begin.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The scenario cannot be run at another rate.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
}

/// What a server can take.
#[derive(Clone, Debug, Serialize)]
pub struct Capacity {
    scenario: String,
    target: String,
    /// The highest rate that stayed stable; none where no rate did.
    starts_per_s: Option<f64>,
    /// How many were there at once at this rate.
    at_once: u64,
    /// In how many runs it stayed stable: in all.
    runs: u32,
    /// How many sessions began in the last of them; where no rate was found, in the last run of all.
    sessions: u64,
    /// How many such runs are stable at least, as a share, with 95 % confidence.
    share_at_least: f64,
    /// The lowest rate that did not stay stable.
    fails_at_starts_per_s: Option<f64>,
    /// What was the limit there.
    bound: Bound,
    /// Whether somebody ended the search before its time: what holds may be higher, and hold less often.
    is_interrupted: bool,
    /// Every run that was not interrupted: rate and verdict.
    tried: Vec<Tried>,
}

/// What was the limit.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Nothing up to the highest rate that is tried.
    None,
    /// Not known yet: somebody ended the search before any run had missed a limit.
    Interrupted,
    /// The server: what it missed.
    Server(Vec<Miss>),
    /// The generator: the server can take more.
    Generator(Vec<Reason>),
    /// What this machine allows: the server can take more.
    Machine(String),
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Tried {
    starts_per_s: f64,
    verdict: Verdict,
}

/// Searches for the highest rate at which a scenario stays stable; who interrupts it has what was found so far. Tells each run's rate before it begins, and how it goes.
pub fn find_capacity(
    scenario: &Scenario,
    options: &Options,
    how: CapacityOptions,
    tell_run: &mut dyn FnMut(u32, f64),
    tell: &mut dyn FnMut(&Progress<'_>),
) -> Result<Capacity, CapacityError> {
    let mut number = 0;
    let found = find(scenario, how, &mut |at_rate, rate| {
        number += 1;
        tell_run(number, rate);
        run(at_rate, options, tell)
    })?;
    Ok(Capacity {
        target: options.target.clone(),
        ..found
    })
}

/// The same, whatever runs a scenario at a rate.
fn find(
    scenario: &Scenario,
    how: CapacityOptions,
    run: &mut dyn FnMut(&Scenario, f64) -> Result<Report, RunError>,
) -> Result<Capacity, CapacityError> {
    let first = scenario.peak_starts_per_s();
    let mut search = Search::new(first, RATE_MAX, how.precision, how.repeats);
    let mut tried = Vec::new();
    let (mut at_once, mut bound) = (0, Bound::None);
    let (mut sessions, mut is_found, mut is_interrupted) = (0, false, false);
    while let Some(rate) = search.next() {
        let at_rate = at_rate(scenario, rate / first).checked()?;
        // So low a rate that by chance nobody comes, and lower ones, say nothing.
        if has_nobody(&at_rate) {
            break;
        }
        let verdict = match run(&at_rate, rate) {
            Ok(report) if report.is_interrupted => {
                is_interrupted = true;
                break;
            }
            Err(RunError::GivenUp) => {
                is_interrupted = true;
                break;
            }
            Ok(report) if report.verdict == Verdict::Stable => {
                at_once = report.sessions.active_max;
                (sessions, is_found) = (report.sessions.started, true);
                Verdict::Stable
            }
            Ok(report) => {
                bound = Bound::of(&report);
                if !is_found {
                    sessions = report.sessions.started;
                }
                report.verdict
            }
            // Less has run: what this machine does not allow is a limit like another.
            Err(RunError::Preflight(error)) if !tried.is_empty() => {
                bound = Bound::Machine(error.to_string());
                Verdict::Invalid
            }
            Err(error) => return Err(error.into()),
        };
        tried.push(Tried {
            starts_per_s: rate,
            verdict,
        });
        search.record(verdict == Verdict::Stable);
    }
    let found = search.found();
    if is_interrupted && found.fails.is_none() {
        bound = Bound::Interrupted;
    }
    Ok(Capacity {
        scenario: scenario.name.clone(),
        target: String::new(),
        starts_per_s: found.holds,
        at_once,
        runs: found.times,
        sessions,
        share_at_least: share_at_least(found.times),
        fails_at_starts_per_s: found.fails,
        bound,
        is_interrupted,
        tried,
    })
}

/// The same people at another pace. However few they are at a low rate: a run with what comes is no run that says nothing,
/// or the generator would be called the limit of every server that is slower than the scenario thought.
fn at_rate(scenario: &Scenario, factor: f64) -> Scenario {
    Scenario {
        sessions_min: 1,
        ..scenario.at_rate(factor)
    }
}

fn has_nobody(scenario: &Scenario) -> bool {
    let mut starts = Starts::new(scenario.lines(), scenario.arrivals, scenario.seed);
    starts.next().is_none()
}

impl Bound {
    fn of(report: &Report) -> Self {
        if report.verdict == Verdict::Invalid {
            Self::Generator(report.reasons.clone())
        } else {
            Self::Server(report.misses.clone())
        }
    }
}

impl Capacity {
    /// For files and programs.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("numbers, texts and lists of them")
    }

    /// Whether any rate stayed stable.
    pub fn is_found(&self) -> bool {
        self.starts_per_s.is_some()
    }

    /// Whether somebody ended the search before its time.
    pub fn is_interrupted(&self) -> bool {
        self.is_interrupted
    }
}

impl std::fmt::Display for Capacity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_interrupted {
            let runs = self.tried.len();
            writeln!(f, "interrupted: what {runs} runs have found so far")?;
        }
        match self.starts_per_s {
            Some(rate) => {
                let (at_once, runs) = (self.at_once, self.runs);
                let percent = self.share_at_least * 100.0;
                writeln!(
                    f,
                    "{at_once} at once, {rate:.1} starts a second on this server"
                )?;
                writeln!(
                    f,
                    "  stable in {runs} of {runs} runs: with 95 % confidence in {percent:.0} % of such runs or more"
                )?;
            }
            None => writeln!(f, "no rate stayed stable")?,
        }
        if !self.tried.is_empty() && self.sessions < SESSIONS_MIN {
            let sessions = self.sessions;
            writeln!(
                f,
                "  sessions in a run: {sessions}; fewer than {SESSIONS_MIN} say little of the slowest, longer phases have more"
            )?;
        }
        if let Some(rate) = self.fails_at_starts_per_s {
            writeln!(f, "  not stable at {rate:.1} starts a second:")?;
        }
        match &self.bound {
            Bound::None => write!(f, "  no limit was found up to {RATE_MAX} starts a second"),
            Bound::Interrupted => write!(f, "  no limit was found so far"),
            Bound::Server(misses) => write_lines(f, "the server was the limit", misses),
            Bound::Generator(reasons) => write_lines(
                f,
                "the generator was the limit, the server takes more",
                reasons,
            ),
            Bound::Machine(what) => write_lines(
                f,
                "the machine of the generator was the limit, the server takes more",
                std::slice::from_ref(what),
            ),
        }
    }
}

fn write_lines<T: std::fmt::Display>(
    f: &mut std::fmt::Formatter<'_>,
    what: &str,
    lines: &[T],
) -> std::fmt::Result {
    write!(f, "  {what}")?;
    for line in lines {
        write!(f, "\n    {line}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::environment::Environment;
    use crate::report::Run;
    use crate::series::Series;
    use crate::tally::Tally;
    use crate::wire::Traffic;

    const HOW: CapacityOptions = CapacityOptions {
        precision: 1.1,
        repeats: 2,
    };

    /// What a server says that answers at once up to a rate, and beyond it late.
    fn answered(scenario: &Scenario, is_late: bool) -> Report {
        let started =
            Starts::new(scenario.lines(), scenario.arrivals, scenario.seed).count() as u64;
        let mut tally = Tally::default();
        tally.started_sessions = started;
        tally.plays = started;
        tally
            .startup
            .record(Duration::from_secs(if is_late { 3 } else { 0 }));
        let run = Run {
            scenario,
            target: "http://server",
            begun_at: String::new(),
            took: Duration::from_secs(10),
            is_interrupted: false,
            planned: started,
            active_max: started,
            threads: 1,
            cpu: Duration::ZERO,
            memory_bytes: 0,
            traffic: Traffic::default(),
            environment: Environment::read(),
            series: Series::default(),
            server: None,
        };
        Report::new(run, &tally)
    }

    fn capacity_of(name: &str, takes_per_s: f64) -> Capacity {
        let scenario = Scenario::shipped(name).unwrap().unwrap();
        find(&scenario, HOW, &mut |scenario, rate| {
            Ok(answered(scenario, takes_per_s < rate))
        })
        .unwrap()
    }

    #[test]
    fn a_server_that_takes_less_than_the_scenario_thought_is_the_limit_itself() {
        for (name, takes_per_s) in [("starts", 8.0), ("at-once", 3.0), ("starts", 1_000.0)] {
            let capacity = capacity_of(name, takes_per_s);
            let found = capacity.starts_per_s.unwrap();
            assert!(
                found <= takes_per_s && takes_per_s <= found * 1.1,
                "{name}: {capacity}"
            );
            assert!(
                matches!(capacity.bound, Bound::Server(_)),
                "{name}: {capacity}"
            );
            let is_said = capacity.to_string().contains("fewer than 100");
            assert_eq!(is_said, takes_per_s < 100.0, "{name}: {capacity}");
        }
    }

    #[test]
    fn a_server_that_takes_nobody_is_the_limit_too() {
        let capacity = capacity_of("starts", 0.0);
        assert!(!capacity.is_found());
        assert!(matches!(capacity.bound, Bound::Server(_)), "{capacity}");
        assert!(
            capacity.to_string().contains("sessions in a run: 1;"),
            "{capacity}"
        );
    }

    #[test]
    fn where_nobody_comes_nothing_is_tried() {
        let text = "name = 'x'\narrivals = 'poisson'\n[[phase]]\nseconds = 1\nstarts_per_s = 10\n";
        let scenario = Scenario::read(text).unwrap();
        let capacity = find(&scenario, HOW, &mut |scenario, _| {
            assert!(!has_nobody(scenario));
            Ok(answered(scenario, true))
        })
        .unwrap();
        assert!(!capacity.is_found());
        assert!(matches!(capacity.bound, Bound::Server(_)), "{capacity}");
    }

    #[test]
    fn who_interrupts_a_search_has_what_was_found_so_far() {
        let scenario = Scenario::shipped("starts").unwrap().unwrap();
        let until = |runs: u32, is_given_up: bool| {
            let mut number = 0;
            let capacity = find(&scenario, HOW, &mut |scenario, rate| {
                number += 1;
                match (runs < number, is_given_up) {
                    (false, _) => Ok(answered(scenario, 250.0 < rate)),
                    (true, true) => Err(RunError::GivenUp),
                    (true, false) => Ok(Report {
                        is_interrupted: true,
                        ..answered(scenario, true)
                    }),
                }
            });
            capacity.unwrap()
        };
        // 100 and 200 a second hold, 400 do not.
        for is_given_up in [true, false] {
            let two = until(2, is_given_up);
            assert_eq!(
                (two.starts_per_s, two.bound.clone()),
                (Some(200.0), Bound::Interrupted)
            );
            assert!(
                two.is_interrupted() && two.to_string().contains("no limit was found so far"),
                "{two}"
            );
            let three = until(3, is_given_up);
            assert_eq!(three.fails_at_starts_per_s, Some(400.0));
            assert!(matches!(three.bound, Bound::Server(_)), "{three}");
            assert_eq!(three.tried.len(), 3);
        }
        let none = until(0, true);
        assert!(!none.is_found());
        assert!(
            none.to_string().starts_with("interrupted: what 0 runs"),
            "{none}"
        );
    }
}
