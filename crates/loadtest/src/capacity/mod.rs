//! How many users a server can take: the highest rate at which a scenario stays stable.

mod confidence;
mod search;
mod settle;
mod step;
#[cfg(test)]
mod tests;
mod words;

use jiff::Timestamp;
use serde::Serialize;
use tokio::time::Instant;

use crate::arrivals::Starts;
use crate::environment::Environment;
use crate::gathering::Progress;
use crate::report::Report;
use crate::run::{Options, RunError, run};
use crate::scenario::{Scenario, ScenarioError};
use crate::verdict::{Miss, Reason, Verdict};
use confidence::share_at_least;
use search::{Outcome, Search};

pub use search::Why;
pub use step::Step;

/// More starts a second than this are not tried.
const RATE_MAX: f64 = 50_000.0;
/// A run that cannot begin is tried so often, each time after the server was waited for: one that was overloaded, or is
/// started again, is back by then.
const BEGINNINGS_MAX: u32 = 3;
/// Goes up when a field changes its meaning or goes away, as that of a report does.
const SCHEMA: u32 = 1;
/// What tells a file of a search from the report of a run.
pub(crate) const KIND: &str = "capacity";

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
    /// The first run could not begin.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The scenario cannot be run.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
}

/// What a server can take.
#[derive(Clone, Debug, Serialize)]
pub struct Capacity {
    schema: u32,
    kind: &'static str,
    /// Its name.
    scenario: String,
    target: String,
    /// RFC 3339, UTC.
    begun_at: String,
    /// How long the search took.
    seconds: f64,
    environment: Environment,
    /// The highest rate that stayed stable; none where no rate did.
    starts_per_s: Option<f64>,
    /// How many were there at once at this rate.
    at_once: u64,
    /// In how many runs it stayed stable.
    runs: u32,
    /// Of how many that said something about the server.
    of_runs: u32,
    /// How many sessions began in the last of them; where no rate was found, in the last run of all.
    sessions: u64,
    /// How many the scenario wants for a verdict. A run of a search is judged with fewer too, which is said.
    sessions_min: u64,
    /// How many such runs are stable at least, as a share, with 95 % confidence.
    share_at_least: f64,
    /// The lowest rate that did not stay stable, or could not be tried.
    fails_at_starts_per_s: Option<f64>,
    /// What was the limit there.
    bound: Bound,
    /// Why the search ended before its time, unless somebody ended it: what holds may be higher, and hold less often.
    broken_by: Option<String>,
    /// Whether somebody ended the search before its time: what holds may be higher, and hold less often.
    is_interrupted: bool,
    /// Every run that was not interrupted.
    tried: Vec<Tried>,
}

/// What was the limit.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Nothing up to the highest rate that is tried.
    None,
    /// Not known yet: somebody ended the search before any rate had failed.
    Interrupted,
    /// Not known yet: no further run could begin, and why.
    Broken(String),
    /// The server: what it missed.
    Server(Vec<Miss>),
    /// The generator: whether the server takes more is not known.
    Generator(Vec<Reason>),
    /// What this machine allows: whether the server takes more is not known.
    Machine(String),
    /// What a scenario may ask for: whether the server takes more is not known.
    Scenario(String),
}

/// A run: its rate, its verdict, and what it had.
#[derive(Clone, Copy, Debug, Serialize)]
struct Tried {
    starts_per_s: f64,
    verdict: Verdict,
    at_once: u64,
    sessions: u64,
}

/// Searches for the highest rate at which a scenario stays stable; who interrupts it has what was found so far, and so has
/// who meets an error after the first run. Each run waits until the server has settled. Tells each step, and how each run
/// goes.
pub fn find_capacity(
    scenario: &Scenario,
    options: &Options,
    how: CapacityOptions,
    tell_step: &mut dyn FnMut(&Step<'_>),
    tell: &mut dyn FnMut(&Progress<'_>),
) -> Result<Capacity, CapacityError> {
    let begun = Begun::now(&options.target);
    let mut number = 0;
    let (seen, search) = find(scenario, how, &mut |at_rate, starts_per_s, why| {
        if 0 < number {
            tell_step(&Step::Settling);
            settle::wait(options)?;
        }
        number += 1;
        tell_step(&Step::Begins {
            run: number,
            starts_per_s,
            why,
        });
        let ended = run(at_rate, options, tell);
        // Why the first has no result is the answer, and ends the search.
        if ended.is_ok() || 1 < number {
            tell_step(&Step::Ended {
                run: number,
                starts_per_s,
                ended: ended.as_ref(),
            });
        }
        ended
    })?;
    Ok(seen.capacity(scenario, &search, begun))
}

/// Where and when a search began.
struct Begun {
    target: String,
    at: Timestamp,
    clock: Instant,
}

impl Begun {
    fn now(target: &str) -> Self {
        Self {
            target: target.to_owned(),
            at: Timestamp::now(),
            clock: Instant::now(),
        }
    }
}

/// The same, whatever runs a scenario at a rate.
fn find(
    scenario: &Scenario,
    how: CapacityOptions,
    run: &mut dyn FnMut(&Scenario, f64, Why) -> Result<Report, RunError>,
) -> Result<(Seen, Search), CapacityError> {
    let first = scenario.peak_starts_per_s();
    let mut search = Search::new(first, RATE_MAX, how.precision, how.repeats);
    let mut seen = Seen::default();
    let mut beginnings = 0;
    while let Some(rate) = search.next() {
        let at_rate = match at_rate(scenario, rate / first).checked() {
            Ok(at_rate) => at_rate,
            Err(error) if seen.tried.is_empty() => return Err(error.into()),
            Err(error) => {
                let ScenarioError(wrong) = error;
                seen.limits.push((rate, Bound::Scenario(wrong.join(", "))));
                search.record(Outcome::Refused);
                continue;
            }
        };
        // So low a rate that by chance nobody comes, and lower ones, say nothing.
        if has_nobody(&at_rate) {
            break;
        }
        beginnings += 1;
        match run(&at_rate, rate, search.why()) {
            Ok(report) if report.is_interrupted => {
                seen.is_interrupted = true;
                break;
            }
            Err(RunError::GivenUp) => {
                seen.is_interrupted = true;
                break;
            }
            Ok(report) => {
                beginnings = 0;
                search.record(seen.take(rate, &report));
            }
            Err(error) if seen.tried.is_empty() => return Err(error.into()),
            // Less has run: what this machine does not allow is a limit like another.
            Err(RunError::Preflight(error)) => {
                seen.limits.push((rate, Bound::Machine(error.to_string())));
                search.record(Outcome::Refused);
            }
            Err(_) if beginnings < BEGINNINGS_MAX => {}
            Err(error) => {
                seen.broken_by = Some(error.to_string());
                break;
            }
        }
    }
    Ok((seen, search))
}

/// What a search has seen.
#[derive(Default)]
struct Seen {
    tried: Vec<Tried>,
    /// What was the limit of each run that was not stable, and of each rate that could not be tried.
    limits: Vec<(f64, Bound)>,
    broken_by: Option<String>,
    is_interrupted: bool,
}

impl Seen {
    fn take(&mut self, rate: f64, report: &Report) -> Outcome {
        self.tried.push(Tried {
            starts_per_s: rate,
            verdict: report.verdict,
            at_once: report.sessions.active_max,
            sessions: report.sessions.started,
        });
        match report.verdict {
            Verdict::Stable => Outcome::Held,
            Verdict::Invalid => {
                let reasons = report.reasons.clone();
                self.limits.push((rate, Bound::Generator(reasons)));
                Outcome::Invalid
            }
            Verdict::Fair | Verdict::Poor => {
                let misses = report.misses.clone();
                self.limits.push((rate, Bound::Server(misses)));
                Outcome::Missed
            }
        }
    }

    /// Figures are those of the rate that was found, and limits those of the rate that failed: what was seen elsewhere was
    /// disproved later, or says nothing of them.
    fn capacity(self, scenario: &Scenario, search: &Search, begun: Begun) -> Capacity {
        let found = search.found();
        let mut stable = self.tried.iter().rev().filter(|tried| {
            let is_there = found
                .holds
                .is_some_and(|holds| is_same(holds, tried.starts_per_s));
            is_there && tried.verdict == Verdict::Stable
        });
        let last_stable = stable.next();
        let shown = last_stable.or(self.tried.last());
        let limits = self.limits.into_iter().rev();
        let mut there =
            limits.filter(|(rate, _)| found.fails.is_some_and(|fails| is_same(fails, *rate)));
        let bound = match (there.next(), &self.broken_by) {
            (Some((_, bound)), _) => bound,
            (None, Some(why)) => Bound::Broken(why.clone()),
            (None, None) if self.is_interrupted => Bound::Interrupted,
            (None, None) => Bound::None,
        };
        Capacity {
            schema: SCHEMA,
            kind: KIND,
            scenario: scenario.name.clone(),
            target: begun.target,
            begun_at: begun.at.strftime("%FT%TZ").to_string(),
            seconds: begun.clock.elapsed().as_secs_f64(),
            environment: Environment::read(),
            starts_per_s: found.holds,
            at_once: last_stable.map_or(0, |tried| tried.at_once),
            runs: found.times,
            of_runs: found.of,
            sessions: shown.map_or(0, |tried| tried.sessions),
            sessions_min: scenario.sessions_min,
            share_at_least: share_at_least(found.times, found.of),
            fails_at_starts_per_s: found.fails,
            bound,
            broken_by: self.broken_by,
            is_interrupted: self.is_interrupted,
            tried: self.tried,
        }
    }
}

/// Rates are the same when they come of the same step of a search.
fn is_same(one: f64, other: f64) -> bool {
    one.to_bits() == other.to_bits()
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

impl Capacity {
    /// For files and programs.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("numbers, texts and lists of them")
    }

    /// Whether any rate stayed stable.
    pub fn is_found(&self) -> bool {
        self.starts_per_s.is_some()
    }

    /// What was the limit.
    pub fn bound(&self) -> &Bound {
        &self.bound
    }

    /// Why the search ended before its time, unless somebody ended it.
    pub fn broken_by(&self) -> Option<&str> {
        self.broken_by.as_deref()
    }

    /// Whether somebody ended the search before its time.
    pub fn is_interrupted(&self) -> bool {
        self.is_interrupted
    }
}
