//! What a thread group asks for: the requests of one of its users, in their order.

use std::collections::HashMap;

use super::JmxError;
use super::notes::Notes;
use crate::count::to_f64;
use crate::scenario::VisitorPlan;

/// As many as a scenario may have.
const REQUESTS_MAX: usize = 1_000_000;
/// As many paths as a scenario may have.
const KINDS_MAX: usize = 1_000;
/// Pauses are whole microseconds: a throughput that was written comes back as the pause it was made of.
const PACES_PER_S: f64 = 1_000_000.0;

/// A thread group that is understood.
#[derive(Debug)]
pub(super) struct Group {
    /// Its name, with its line.
    pub(super) place: String,
    pub(super) users: u32,
    pub(super) delay_s: f64,
    /// More than 0 once all groups are read.
    pub(super) ramp_s: f64,
    pub(super) visitor: VisitorPlan,
}

/// How often a user goes through a thread group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rounds {
    Times(usize),
    /// Again and again for so long, in seconds and on average.
    For(f64),
    /// So many times, but no longer than that.
    TimesWithin(usize, f64),
}

impl Rounds {
    /// How often a visitor goes through so many requests.
    fn in_all(self, pace_s: Option<f64>, requests: usize, place: &str, notes: &mut Notes) -> usize {
        match self {
            Self::Times(times) => times,
            Self::For(seconds) => {
                let pace_s = pace_s.unwrap_or(VisitorPlan::default().pace_s);
                let times = rounds_within(seconds, pace_s, requests);
                notes.say(format!(
                    "{place}: its users go on until its duration is over; here each goes {times} times through it, which takes \
                     as long on average"
                ));
                times
            }
            Self::TimesWithin(times, seconds) => {
                let Some(pace_s) = pace_s else {
                    if 1 < requests.saturating_mul(times) {
                        notes.say(format!(
                            "{place}: its duration ends users who have not made all their requests by then; here all are made"
                        ));
                    }
                    return times;
                };
                let within = rounds_within(seconds, pace_s, requests);
                if within < times {
                    notes.say(format!(
                        "{place}: its duration ends before its {times} loops do; here each user goes {within} times through it, \
                         which takes as long on average"
                    ));
                }
                times.min(within)
            }
        }
    }
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Request {
    pub(super) path: String,
    pub(super) with_assets: bool,
    /// How long its answer may take, in milliseconds.
    pub(super) patience_ms: Option<u64>,
    /// The sum of what its timers wait, in microseconds.
    pub(super) pause_us: Option<u64>,
}

/// Requests in their order, each kept once.
#[derive(Debug, Default)]
pub(super) struct Steps {
    requests: Vec<Request>,
    known: HashMap<Request, usize>,
    pub(super) order: Vec<usize>,
}

impl Steps {
    pub(super) fn push(&mut self, request: Request, place: &str) -> Result<(), JmxError> {
        if self.order.len() == REQUESTS_MAX {
            return Err(too_many(place));
        }
        let next = self.requests.len();
        let index = *self.known.entry(request.clone()).or_insert(next);
        if index == next {
            self.requests.push(request);
        }
        if KINDS_MAX < self.requests.len() {
            return Err(JmxError::Meaning(format!(
                "{place}: more than {KINDS_MAX} different requests for each user"
            )));
        }
        self.order.push(index);
        Ok(())
    }

    /// Does what was added since a length so many times in all.
    pub(super) fn repeat(
        &mut self,
        since: usize,
        times: usize,
        place: &str,
    ) -> Result<(), JmxError> {
        let round = self.order.get(since..).unwrap_or_default().to_vec();
        let most = REQUESTS_MAX.saturating_sub(since);
        if round.len().saturating_mul(times) > most {
            return Err(too_many(place));
        }
        self.order.truncate(since);
        for _ in 0..times {
            if round.is_empty() {
                break;
            }
            self.order.extend_from_slice(&round);
        }
        Ok(())
    }

    /// A visitor who asks for all of it.
    pub(super) fn visitor(
        &self,
        rounds: Rounds,
        place: &str,
        notes: &mut Notes,
    ) -> Result<VisitorPlan, JmxError> {
        let usual = VisitorPlan::default();
        let requests: Vec<&Request> = self
            .order
            .iter()
            .filter_map(|index| self.requests.get(*index))
            .collect();
        let pace_s = pace(&requests);
        let is_one =
            requests.len() == 1 && matches!(rounds, Rounds::Times(1) | Rounds::TimesWithin(1, _));
        if pace_s.is_none() && !is_one {
            notes.say(format!(
                "{place}: it has no timer, so JMeter asks again as soon as it has an answer, and asks a slow server less. Here each \
                 request has a time when it is due: pace_s = {} was chosen",
                usual.pace_s
            ));
        }
        let rounds = rounds.in_all(pace_s, requests.len(), place, notes);
        let pace_s = pace_s.unwrap_or(usual.pace_s);
        let count = requests.len().saturating_mul(rounds);
        if REQUESTS_MAX < count {
            return Err(too_many(place));
        }
        let with_assets = requests.iter().filter(|it| it.with_assets).count();
        if 0 < with_assets && with_assets < requests.len() {
            notes.say(format!(
                "{place}: some requests load what their pages name and some do not; here all do"
            ));
        }
        let longest = requests.iter().filter_map(|it| it.patience_ms).max();
        if longest.is_none() {
            notes.say(format!(
                "{place}: no request has a response timeout, so JMeter waits without end; here patience_s = {}",
                usual.patience_s
            ));
        } else if requests.iter().any(|it| it.patience_ms != longest) {
            notes.say(format!(
                "{place}: its requests have different response timeouts; here the longest counts"
            ));
        }
        let paths: Vec<&str> = self.requests.iter().map(|it| it.path.as_str()).collect();
        // Numbers are compared so often, not paths.
        let first = |path: &str| paths.iter().position(|known| *known == path);
        let numbers: Vec<_> = paths.iter().map(|path| first(path)).collect();
        let order: Vec<_> = self.order.iter().map(|index| numbers.get(*index)).collect();
        let period = period(&order, 1 < rounds);
        let paths = requests.iter().take(period).map(|it| it.path.clone());
        Ok(VisitorPlan {
            paths: paths.collect(),
            requests: u32::try_from(count).unwrap_or(u32::MAX),
            pace_s,
            loads_assets: 0 < with_assets,
            patience_s: longest.map_or(usual.patience_s, |ms| to_f64(ms) / 1_000.0),
            ..usual
        })
    }
}

fn too_many(place: &str) -> JmxError {
    JmxError::Meaning(format!(
        "{place}: more than {REQUESTS_MAX} requests for each user"
    ))
}

/// From one request to the next, in seconds, where there is a timer: the mean of all.
fn pace(requests: &[&Request]) -> Option<f64> {
    let pauses: Vec<u64> = requests.iter().filter_map(|it| it.pause_us).collect();
    let sum: u64 = pauses
        .iter()
        .fold(0, |sum, pause| sum.saturating_add(*pause));
    let count = u64::try_from(requests.len()).ok()?;
    (0 < sum).then(|| to_f64(sum.div_ceil(count)) / PACES_PER_S)
}

/// A pause as whole microseconds.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what is negative or no number is 0, what is too large the largest"
)]
pub(super) fn microseconds(seconds: f64) -> u64 {
    (seconds * PACES_PER_S).round() as u64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what is negative or no number is 0, what is too large the largest"
)]
fn rounds_within(seconds: f64, pace_s: f64, requests: usize) -> usize {
    let round_s = pace_s * to_f64(requests as u64);
    ((seconds / round_s).round() as usize).max(1)
}

/// The shortest beginning that is all of it when it is said again and again; of what is repeated it must be a whole part.
fn period<T: PartialEq>(paths: &[T], is_repeated: bool) -> usize {
    // How long an end of each beginning is its beginning as well (Knuth, Morris and Pratt).
    let mut borders = vec![0; paths.len()];
    let mut border = 0;
    for (at, path) in paths.iter().enumerate().skip(1) {
        while 0 < border && paths.get(border) != Some(path) {
            border = borders.get(border - 1).copied().unwrap_or_default();
        }
        if paths.get(border) == Some(path) {
            border += 1;
        }
        if let Some(slot) = borders.get_mut(at) {
            *slot = border;
        }
    }
    let shortest = paths.len() - borders.last().copied().unwrap_or_default();
    if is_repeated && !paths.len().is_multiple_of(shortest.max(1)) {
        return paths.len();
    }
    shortest
}

#[cfg(test)]
mod period_tests {
    use super::period;

    #[test]
    fn paths_that_come_again_are_named_once() {
        assert_eq!(period(&["a"], false), 1);
        assert_eq!(period(&["a", "b", "a", "b", "a"], false), 2);
        assert_eq!(period(&["a", "b", "a", "b", "a"], true), 5);
        assert_eq!(period(&["a", "a", "b", "a"], false), 3);
        assert_eq!(period(&["a", "a"], true), 1);
    }
}
