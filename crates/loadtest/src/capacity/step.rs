//! The steps of a search, a line each: what is tried and why, and what came of it.

use std::fmt::{Display, Formatter, Result};

use super::search::Why;
use crate::report::Report;
use crate::run::RunError;

/// What a search does.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// Waits until the server has done what the last run left it.
    Settling,
    /// Begins a run.
    Begins {
        /// Its number, from 1.
        run: u32,
        /// Its rate.
        starts_per_s: f64,
        /// Why this one.
        why: Why,
    },
    /// A run has ended, or could not begin.
    Ended {
        /// Its number, from 1.
        run: u32,
        /// Its rate.
        starts_per_s: f64,
        /// What it found.
        ended: std::result::Result<&'a Report, &'a RunError>,
    },
}

impl Display for Step<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Settling => {
                f.write_str("waiting until the server answers promptly again, a minute at most")
            }
            Self::Begins {
                run,
                starts_per_s,
                why,
            } => write!(
                f,
                "run {run}: trying {starts_per_s:.1} starts a second, {why}"
            ),
            Self::Ended {
                run,
                starts_per_s,
                ended: Ok(report),
            } => {
                let (korean, english) = (report.verdict.korean(), report.verdict.english());
                write!(
                    f,
                    "run {run}: {korean} ({english}) at {starts_per_s:.1} starts a second"
                )?;
                write_why(f, report)
            }
            Self::Ended {
                run,
                starts_per_s,
                ended: Err(error),
            } => write!(
                f,
                "run {run}: no result at {starts_per_s:.1} starts a second: {error}"
            ),
        }
    }
}

fn write_why(f: &mut Formatter<'_>, report: &Report) -> Result {
    let reasons = report.reasons.iter().map(ToString::to_string);
    let misses = report.misses.iter().map(ToString::to_string);
    let causes: Vec<String> = reasons.chain(misses).collect();
    if causes.is_empty() {
        return Ok(());
    }
    write!(f, ": {}", causes.join("; "))
}

impl Display for Why {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::First => f.write_str("as in the scenario"),
            Self::Doubling => f.write_str("twice what held"),
            Self::Halving => f.write_str("half of what failed"),
            Self::Between { holds, fails } => {
                write!(f, "between {holds:.1} that hold and {fails:.1} that do not")
            }
            Self::Undecided => f.write_str("once more: it is not decided yet"),
            Self::Repeating { held, repeats } => {
                write!(
                    f,
                    "once more to make sure: {held} of {repeats} runs have held"
                )
            }
        }
    }
}
