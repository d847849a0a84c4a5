//! Several runs of one scenario: how far their figures may lie from what more runs would give, and what that leaves of the
//! verdict (percentile bootstrap: Efron, Annals of Statistics 7, 1979).

use std::fmt::{Display, Formatter};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::count::{ratio, to_f64};
use crate::report::Report;
use crate::report::html::{Unit, Words, words};
use crate::verdict::{Figures, Verdict};

/// Of fewer runs an interval would say too little.
const RUNS_MIN: usize = 5;
const RESAMPLES: usize = 2_000;
/// The middle 95 % of the resamples.
const TAIL: usize = RESAMPLES / 40;

/// Runs of one scenario on one server.
pub(super) struct Repeats<'a> {
    pub(super) scenario: &'a str,
    pub(super) runs: usize,
    pub(super) intervals: Vec<(Words, Unit, Interval)>,
    /// Where the figures lie at the lower ends of their intervals, and at the upper ones.
    best: Verdict,
    worst: Verdict,
}

/// The mean of some runs, and where the mean of more would lie with 95 % confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Interval {
    pub(super) mean: f64,
    pub(super) from: f64,
    pub(super) to: f64,
}

/// What a verdict is made from, one value for each run.
type Column = (Words, Unit, fn(&Report) -> Option<f64>);

fn columns() -> [Column; 7] {
    [
        (
            words("첫 소리 p95", "first sound p95"),
            Unit::Ms,
            |report| Some(report.listening.as_ref()?.startup_ms.p95),
        ),
        (
            words("첫 소리 p99", "first sound p99"),
            Unit::Ms,
            |report| Some(report.listening.as_ref()?.startup_ms.p99),
        ),
        (words("끊긴 시간", "silence"), Unit::Share, |report| {
            Some(report.listening.as_ref()?.rebuffer_ratio)
        }),
        (words("끊긴 재생", "stalled"), Unit::Share, |report| {
            let heard = report.listening.as_ref()?;
            Some(ratio(heard.stalled, heard.plays))
        }),
        (words("실패", "failed"), Unit::Share, |report| {
            Some(ratio(report.failed(), report.tried()))
        }),
        (words("응답 p95", "answer p95"), Unit::Ms, |report| {
            Some(report.visiting.as_ref()?.response_ms.p95)
        }),
        (words("응답 p99", "answer p99"), Unit::Ms, |report| {
            Some(report.visiting.as_ref()?.response_ms.p99)
        }),
    ]
}

/// The scenarios that were run often enough. Runs that say nothing about the server are left out.
pub(super) fn find(reports: &[(String, Report)]) -> Vec<Repeats<'_>> {
    let valid = || {
        let reports = reports.iter().map(|(_, report)| report);
        reports.filter(|report| report.verdict != Verdict::Invalid)
    };
    let alike =
        |one: &Report, other: &Report| one.scenario == other.scenario && one.target == other.target;
    let mut found: Vec<Vec<&Report>> = Vec::new();
    for report in valid() {
        let group = found
            .iter_mut()
            .find(|group| group.first().is_some_and(|first| alike(first, report)));
        match group {
            Some(group) => group.push(report),
            None => found.push(vec![report]),
        }
    }
    let often = found.into_iter().filter(|group| RUNS_MIN <= group.len());
    often.filter_map(|group| Repeats::of(&group)).collect()
}

impl Report {
    /// Plays and requests.
    fn tried(&self) -> u64 {
        let heard = self.listening.as_ref().map_or(0, |heard| heard.plays);
        heard + self.visiting.as_ref().map_or(0, |read| read.requests)
    }

    /// Those of them that failed.
    fn failed(&self) -> u64 {
        let heard = self.listening.as_ref().map_or(0, |heard| heard.failed);
        heard + self.visiting.as_ref().map_or(0, |read| read.failed)
    }
}

impl<'a> Repeats<'a> {
    fn of(reports: &[&'a Report]) -> Option<Self> {
        let intervals = columns().into_iter().filter_map(|(name, unit, read)| {
            let values: Option<Vec<f64>> = reports.iter().map(|report| read(report)).collect();
            Some((name, unit, Interval::of(&values?)))
        });
        let intervals: Vec<_> = intervals.collect();
        let many = reports
            .iter()
            .map(|report| report.tried())
            .max()
            .unwrap_or_default();
        let at = |end: fn(&Interval) -> f64| {
            let value = |name: &str| {
                let own = intervals.iter().find(|(words, ..)| words.english() == name);
                own.map_or(0.0, |(_, _, interval)| end(interval))
            };
            verdict(&value, many)
        };
        Some(Self {
            scenario: &reports.first()?.scenario.name,
            runs: reports.len(),
            best: at(|interval| interval.from),
            worst: at(|interval| interval.to),
            intervals,
        })
    }

    /// The verdict; two where the runs leave it open.
    pub(super) fn verdict(&self) -> String {
        if self.best == self.worst {
            return self.best.korean().to_owned();
        }
        format!("{}/{}", self.best.korean(), self.worst.korean())
    }
}

/// What the rule says of these figures, of so many plays or requests.
fn verdict(value: &dyn Fn(&str) -> f64, many: u64) -> Verdict {
    // A report from a file has no figures that are too large; one that is must not end the program.
    let ms = |name| Duration::try_from_secs_f64(value(name) / 1_000.0).unwrap_or(Duration::MAX);
    let count = |name| whole(value(name) * to_f64(many));
    let figures = Figures {
        is_interrupted: false,
        planned_sessions: many,
        started_sessions: many,
        sessions_min: 0,
        lag_p99: Duration::ZERO,
        backlog_p99: Duration::ZERO,
        own_faults: 0,
        plays: many,
        failed_plays: count("failed"),
        stalled_plays: count("stalled"),
        startup_p95: ms("first sound p95"),
        startup_p99: ms("first sound p99"),
        rebuffer_ratio: value("silence"),
        requests: many,
        failed_requests: count("failed"),
        response_p95: ms("answer p95"),
        response_p99: ms("answer p99"),
    };
    figures.verdict()
}

impl Interval {
    fn of(values: &[f64]) -> Self {
        let mut random = StdRng::seed_from_u64(0);
        let mut means: Vec<f64> = (0..RESAMPLES)
            .map(|_| {
                let drawn = values
                    .iter()
                    .filter_map(|_| values.get(random.random_range(0..values.len())));
                mean(drawn)
            })
            .collect();
        means.sort_by(f64::total_cmp);
        let at = |index: usize| means.get(index).copied().unwrap_or_default();
        Self {
            mean: mean(values.iter()),
            from: at(TAIL),
            to: at(RESAMPLES - 1 - TAIL),
        }
    }
}

fn mean<'a>(values: impl Iterator<Item = &'a f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0_u64), |(sum, count), value| (sum + value, count + 1));
    if count == 0 { 0.0 } else { sum / to_f64(count) }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count that is not negative, rounded up: one failure is a failure"
)]
fn whole(count: f64) -> u64 {
    count.ceil() as u64
}

impl Display for Repeats<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} runs of {}: {}",
            self.runs,
            self.scenario,
            self.verdict()
        )?;
        for (name, unit, Interval { mean, from, to }) in &self.intervals {
            let [mean, from, to] = [mean, from, to].map(|value| unit.text(*value));
            write!(f, "; {} {mean} ({from} to {to})", name.english())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn an_interval_holds_the_mean_and_is_a_point_where_all_runs_are_alike() {
        let interval = Interval::of(&[100.0, 110.0, 90.0, 105.0, 95.0]);
        assert!((interval.mean - 100.0).abs() < 1e-9);
        assert!(90.0 < interval.from && interval.from < 97.0, "{interval:?}");
        assert!(103.0 < interval.to && interval.to < 110.0, "{interval:?}");
        let alike = Interval::of(&[3.0; 5]);
        assert!(alike.from.total_cmp(&alike.to).is_eq());
    }

    fn runs(p99s_ms: [f64; 5]) -> Vec<(String, Report)> {
        let run = |p99_ms| {
            let mut report = sample::original("A1");
            report.verdict = Verdict::Stable;
            let visiting = report.visiting.as_mut().unwrap();
            visiting.response_ms.p99 = p99_ms;
            (String::new(), report)
        };
        p99s_ms.map(run).into()
    }

    #[test]
    fn a_verdict_that_the_runs_leave_open_is_two() {
        let verdict = |p99s_ms| find(&runs(p99s_ms))[0].verdict();
        assert_eq!(verdict([450.0, 480.0, 520.0, 490.0, 540.0]), "안정/보통");
        assert_eq!(verdict([300.0, 310.0, 290.0, 305.0, 300.0]), "안정");
        assert_eq!(verdict([700.0, 710.0, 690.0, 705.0, 700.0]), "보통");
    }

    #[test]
    fn a_time_that_no_clock_holds_is_too_long_and_no_panic() {
        assert_eq!(find(&runs([1e300; 5]))[0].verdict(), "보통");
    }

    #[test]
    fn fewer_runs_runs_that_say_nothing_and_other_scenarios_are_no_repeats() {
        assert!(find(&runs([1.0; 5])[..4]).is_empty());
        let mut one_invalid = runs([1.0; 5]);
        one_invalid[0].1.verdict = Verdict::Invalid;
        assert!(find(&one_invalid).is_empty());
        let mut another = runs([1.0; 5]);
        another[0].1.scenario.seed = 7;
        assert!(find(&another).is_empty());
    }
}
