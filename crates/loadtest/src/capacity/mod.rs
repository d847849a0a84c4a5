//! How many users a server can take: the highest rate at which a scenario stays stable.

mod search;

use serde::Serialize;

use crate::gathering::Progress;
use crate::report::Report;
use crate::run::{Options, RunError, run};
use crate::scenario::{Scenario, ScenarioError};
use crate::verdict::{Miss, Reason, Verdict};
use search::{Search, share_at_least};

/// More starts a second than this are not tried.
const RATE_MAX: f64 = 50_000.0;
/// A percentile of fewer sessions says little.
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
    /// How many such runs are stable at least, as a share, with 95 % confidence.
    share_at_least: f64,
    /// The lowest rate that did not stay stable.
    fails_at_starts_per_s: Option<f64>,
    /// What was the limit there.
    bound: Bound,
    /// Every run: rate and verdict.
    tried: Vec<Tried>,
}

/// What was the limit.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Nothing up to the highest rate that is tried.
    None,
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

/// Searches for the highest rate at which a scenario stays stable. Tells each run's rate before it begins, and how it goes.
pub fn find_capacity(
    scenario: &Scenario,
    options: &Options,
    how: CapacityOptions,
    tell_run: &mut dyn FnMut(u32, f64),
    tell: &mut dyn FnMut(&Progress<'_>),
) -> Result<Capacity, CapacityError> {
    let first = scenario.peak_starts_per_s();
    let mut search = Search::new(first, RATE_MAX, how.precision, how.repeats);
    let mut tried = Vec::new();
    let (mut at_once, mut bound) = (0, Bound::None);
    while let Some(rate) = search.next() {
        let number = u32::try_from(tried.len()).unwrap_or(u32::MAX) + 1;
        tell_run(number, rate);
        let at_rate = at_rate(scenario, rate / first).checked()?;
        let verdict = match run(&at_rate, options, tell) {
            Ok(report) if report.is_interrupted => return Err(RunError::GivenUp.into()),
            Ok(report) if report.verdict == Verdict::Stable => {
                at_once = report.sessions.active_max;
                Verdict::Stable
            }
            Ok(report) => {
                bound = Bound::of(&report);
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
    Ok(Capacity {
        scenario: scenario.name.clone(),
        target: options.target.clone(),
        starts_per_s: found.holds,
        at_once,
        runs: found.times,
        share_at_least: share_at_least(found.times),
        fails_at_starts_per_s: found.fails,
        bound,
        tried,
    })
}

/// The same people at another pace. Of fewer fewer are enough.
fn at_rate(scenario: &Scenario, factor: f64) -> Scenario {
    let fewer = scenario.sessions_min.min(SESSIONS_MIN);
    Scenario {
        sessions_min: if factor < 1.0 {
            fewer
        } else {
            scenario.sessions_min
        },
        ..scenario.at_rate(factor)
    }
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
}

impl std::fmt::Display for Capacity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
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
        if let Some(rate) = self.fails_at_starts_per_s {
            writeln!(f, "  not stable at {rate:.1} starts a second:")?;
        }
        match &self.bound {
            Bound::None => write!(f, "  no limit was found up to {RATE_MAX} starts a second"),
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
