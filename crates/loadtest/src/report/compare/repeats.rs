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
    pub(super) intervals: Vec<(Figure, Interval)>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Figure {
    StartupP95,
    StartupP99,
    Silence,
    StalledPlays,
    FailedPlays,
    ResponseP95,
    ResponseP99,
    FailedRequests,
}

impl Figure {
    const ALL: [Self; 8] = [
        Self::StartupP95,
        Self::StartupP99,
        Self::Silence,
        Self::StalledPlays,
        Self::FailedPlays,
        Self::ResponseP95,
        Self::ResponseP99,
        Self::FailedRequests,
    ];

    pub(super) fn name(self) -> Words {
        match self {
            Self::StartupP95 => words("첫 소리 p95", "first sound p95"),
            Self::StartupP99 => words("첫 소리 p99", "first sound p99"),
            Self::Silence => words("끊긴 시간", "silence"),
            Self::StalledPlays => words("끊긴 재생", "stalled plays"),
            Self::FailedPlays => words("실패한 재생", "failed plays"),
            Self::ResponseP95 => words("응답 p95", "answer p95"),
            Self::ResponseP99 => words("응답 p99", "answer p99"),
            Self::FailedRequests => words("실패한 요청", "failed requests"),
        }
    }

    pub(super) fn unit(self) -> Unit {
        match self {
            Self::StartupP95 | Self::StartupP99 | Self::ResponseP95 | Self::ResponseP99 => Unit::Ms,
            Self::Silence | Self::StalledPlays | Self::FailedPlays | Self::FailedRequests => {
                Unit::Share
            }
        }
    }

    /// None where a run had nobody of whom it is a figure.
    fn of(self, report: &Report) -> Option<f64> {
        let (heard, read) = (report.listening.as_ref(), report.visiting.as_ref());
        Some(match self {
            Self::StartupP95 => heard?.startup_ms.p95,
            Self::StartupP99 => heard?.startup_ms.p99,
            Self::Silence => heard?.rebuffer_ratio,
            Self::StalledPlays => ratio(heard?.stalled, heard?.plays),
            Self::FailedPlays => ratio(heard?.failed, heard?.plays),
            Self::ResponseP95 => read?.response_ms.p95,
            Self::ResponseP99 => read?.response_ms.p99,
            Self::FailedRequests => ratio(read?.failed, read?.requests),
        })
    }
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
            // The same file twice is no second run.
            Some(group) if group.contains(&report) => {}
            Some(group) => group.push(report),
            None => found.push(vec![report]),
        }
    }
    let often = found.into_iter().filter(|group| RUNS_MIN <= group.len());
    often.filter_map(|group| Repeats::of(&group)).collect()
}

impl<'a> Repeats<'a> {
    fn of(reports: &[&'a Report]) -> Option<Self> {
        let intervals = Figure::ALL.into_iter().filter_map(|figure| {
            let values: Option<Vec<f64>> = reports.iter().map(|report| figure.of(report)).collect();
            Some((figure, Interval::of(&values?)))
        });
        let intervals: Vec<_> = intervals.collect();
        let plays = |report: &&Report| report.listening.as_ref().map(|heard| heard.plays);
        let requests = |report: &&Report| report.visiting.as_ref().map(|read| read.requests);
        let most = Tried {
            plays: reports.iter().filter_map(plays).max().unwrap_or_default(),
            requests: reports
                .iter()
                .filter_map(requests)
                .max()
                .unwrap_or_default(),
        };
        let at = |end: fn(&Interval) -> f64| {
            let value = |figure| {
                let own = intervals.iter().find(|(known, _)| *known == figure);
                own.map_or(0.0, |(_, interval)| end(interval))
            };
            verdict(&value, most)
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

/// What a run tried: each kind is judged by its own failures.
#[derive(Clone, Copy, Debug)]
struct Tried {
    plays: u64,
    requests: u64,
}

/// What the rule says of these figures, of so many plays and requests.
fn verdict(value: &dyn Fn(Figure) -> f64, tried: Tried) -> Verdict {
    // A report from a file has no figures that are too large; one that is must not end the program.
    let ms = |figure| Duration::try_from_secs_f64(value(figure) / 1_000.0).unwrap_or(Duration::MAX);
    let count = |figure, of| whole(value(figure) * to_f64(of));
    let figures = Figures {
        is_interrupted: false,
        planned_sessions: 1,
        started_sessions: 1,
        late_sessions: 0,
        sessions_min: 0,
        lag_p99: Duration::ZERO,
        backlog_p99: Duration::ZERO,
        own_faults: 0,
        plays: tried.plays,
        failed_plays: count(Figure::FailedPlays, tried.plays),
        stalled_plays: count(Figure::StalledPlays, tried.plays),
        startup_p95: ms(Figure::StartupP95),
        startup_p99: ms(Figure::StartupP99),
        rebuffer_ratio: value(Figure::Silence),
        requests: tried.requests,
        failed_requests: count(Figure::FailedRequests, tried.requests),
        response_p95: ms(Figure::ResponseP95),
        response_p99: ms(Figure::ResponseP99),
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
        for (figure, Interval { mean, from, to }) in &self.intervals {
            let [mean, from, to] = [mean, from, to].map(|value| figure.unit().text(*value));
            write!(f, "; {} {mean} ({from} to {to})", figure.name().english())?;
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
        apart(p99s_ms.map(run).into())
    }

    /// Runs that began one after the other.
    fn apart(mut runs: Vec<(String, Report)>) -> Vec<(String, Report)> {
        for (number, (_, report)) in runs.iter_mut().enumerate() {
            report.begun_at = format!("2026-01-02T03:04:0{number}Z");
        }
        runs
    }

    #[test]
    fn a_verdict_that_the_runs_leave_open_is_two() {
        let verdict = |p99s_ms| find(&runs(p99s_ms))[0].verdict();
        assert_eq!(verdict([450.0, 480.0, 520.0, 490.0, 540.0]), "안정/보통");
        assert_eq!(verdict([300.0, 310.0, 290.0, 305.0, 300.0]), "안정");
        assert_eq!(verdict([700.0, 710.0, 690.0, 705.0, 700.0]), "보통");
    }

    #[test]
    fn failures_of_one_kind_are_no_smaller_for_what_another_kind_did_well() {
        let run = |(plays, failed), requests| {
            let mut report = sample::mixed("both");
            report.verdict = Verdict::Poor;
            let heard = report.listening.as_mut().unwrap();
            (heard.plays, heard.failed, heard.stalled) = (plays, failed, 0);
            heard.rebuffer_ratio = 0.0;
            heard.startup_ms.p99 = 100.0;
            let read = report.visiting.as_mut().unwrap();
            (read.requests, read.failed) = (requests, 0);
            (String::new(), report)
        };
        let verdict = |run: &dyn Fn() -> (String, Report)| {
            let runs = apart((0..5).map(|_| run()).collect());
            find(&runs)[0].verdict()
        };
        assert_eq!(verdict(&|| run((200, 3), 20_000)), "나쁨");
        assert_eq!(verdict(&|| run((60_000, 5), 60_000)), "보통");
        assert_eq!(verdict(&|| run((200_000, 5), 1_000)), "안정");
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
        let mut copied = runs([1.0; 5]);
        copied[1] = copied[0].clone();
        assert!(find(&copied).is_empty());
    }
}
