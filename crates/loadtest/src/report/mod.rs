//! What a run found, as JSON with a version.

mod compare;
mod html;
mod reading;
#[cfg(test)]
mod sample;
mod text;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use compare::Comparison;
pub use reading::ReportError;

use crate::count::{per_s, ratio};
use crate::environment::Environment;
use crate::original;
use crate::scenario::{Scenario, Thresholds};
use crate::series::{Series, ms};
use crate::server_figures::ServerFigures;
use crate::tally::{Backlog, Durations, Tally};
use crate::verdict::{Figures, Miss, Reason, Verdict};
use crate::wire::Traffic;

/// Goes up when a field changes its meaning or goes away; reports of another schema are not read. A field that is new does
/// not count where it has a default: the reports that were written before it are read with that.
const SCHEMA: u32 = 2;
/// Half of the first sounds within this are excellent.
const EXCELLENT: Duration = Duration::from_millis(200);

/// What a run found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub(crate) schema: u32,
    /// What the run says about the server.
    pub verdict: Verdict,
    /// Whether it is stable and half of the first sounds came within 200 ms.
    pub(crate) is_excellent: bool,
    /// Why it says nothing, where it does not.
    pub reasons: Vec<Reason>,
    /// The limits of a stable run that were missed; none where it says nothing.
    pub misses: Vec<Miss>,
    /// What the scenario asked for besides; none where it says nothing.
    pub thresholds: Vec<Threshold>,
    /// What the rule of the original experiment says of this load, where the scenario is a row of its table.
    pub(crate) legacy_verdict: Option<Verdict>,
    pub(crate) target: String,
    /// RFC 3339, UTC.
    pub(crate) begun_at: String,
    pub(crate) seconds: f64,
    /// Whether somebody ended it before its time.
    pub(crate) is_interrupted: bool,
    pub(crate) sessions: Sessions,
    /// Where there were listeners.
    pub(crate) listening: Option<Listening>,
    /// Where there were visitors.
    pub(crate) visiting: Option<Visiting>,
    /// How often each kind of fault ended a play, a report of one, or a request.
    pub(crate) faults: BTreeMap<String, u64>,
    /// One of each kind, with its address and what was wrong; none of a kind where nothing was asked (somebody left).
    #[serde(default)]
    pub(crate) fault_examples: BTreeMap<String, String>,
    pub(crate) generator: Generator,
    pub(crate) environment: Environment,
    pub(crate) series: Series,
    /// Where the server was asked about itself.
    pub(crate) server: Option<ServerFigures>,
    pub(crate) scenario: Scenario,
}

/// Who came.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sessions {
    pub(crate) planned: u64,
    pub(crate) started: u64,
    /// Those of them that started when all were to have started.
    pub(crate) late: u64,
    pub(crate) ended: u64,
    /// How many were there at once, at most.
    pub(crate) active_max: u64,
    /// Starts a second in the time that the scenario has for them: what was asked, and what was reached.
    pub(crate) offered_per_s: f64,
    pub(crate) reached_per_s: f64,
}

/// What listeners heard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Listening {
    pub(crate) plays: u64,
    /// Without a sound in time, or ended by a fault.
    pub(crate) failed: u64,
    /// A person had waited long enough.
    pub(crate) abandoned: u64,
    /// Left for the next one, as planned.
    pub(crate) skipped: u64,
    /// With at least one stall.
    pub(crate) stalled: u64,
    pub(crate) stalls: u64,
    /// The silence of all stalls together.
    pub(crate) stalled_s: f64,
    pub(crate) played_s: f64,
    /// Silence in the share of silence and sound, all plays together.
    pub(crate) rebuffer_ratio: f64,
    pub(crate) quality_switches: u64,
    pub(crate) mean_kbit_per_s: f64,
    /// From a due press to the first sound.
    pub(crate) startup_ms: Percentiles,
    /// Milliseconds with the share of all sounds that came within them, ascending.
    pub(crate) startup_cdf: Vec<[f64; 2]>,
}

/// What visitors were answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Visiting {
    pub(crate) requests: u64,
    pub(crate) failed: u64,
    /// From a due request to the end of its answer, with what its page names.
    pub(crate) response_ms: Percentiles,
    /// Milliseconds with the share of all answers that came within them, ascending.
    pub(crate) response_cdf: Vec<[f64; 2]>,
}

/// How the generator itself did.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Generator {
    pub(crate) threads: u32,
    /// How late it was with each session, and with each request that a visitor did not have to wait for.
    pub(crate) lag_ms: Percentiles,
    /// How long what came from the server waited for it: of all looks, or of all that was measured, whichever is longer.
    pub(crate) backlog_ms: Percentiles,
    /// Of its whole process, while the run lasted.
    pub(crate) cpu_s: f64,
    /// The most memory it held.
    pub(crate) memory_bytes: u64,
    /// Of every kind.
    pub(crate) requests: u64,
    /// Answers to them that came whole and were what was asked for.
    pub(crate) answers: u64,
    pub(crate) bytes: u64,
    /// Bodies of music that were compared by their digests, and how many of them were wrong: the server's fault.
    pub(crate) checked_bodies: u64,
    pub(crate) wrong_bodies: u64,
}

/// Of durations, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Percentiles {
    /// Half were not above it.
    pub p50: f64,
    /// 95 of 100 were not above it.
    pub p95: f64,
    /// 99 of 100 were not above it.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}

/// Something that a scenario asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Threshold {
    /// As the scenario calls it.
    pub name: String,
    /// The most that is accepted.
    pub limit: f64,
    /// What was found.
    pub found: f64,
    /// Whether it was kept.
    pub is_kept: bool,
}

/// What a run has left besides its tally.
pub(crate) struct Run<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) target: &'a str,
    pub(crate) begun_at: String,
    pub(crate) took: Duration,
    pub(crate) is_interrupted: bool,
    pub(crate) planned: u64,
    pub(crate) active_max: u64,
    pub(crate) threads: u32,
    pub(crate) cpu: Duration,
    pub(crate) memory_bytes: u64,
    pub(crate) traffic: Traffic,
    pub(crate) environment: Environment,
    pub(crate) series: Series,
    pub(crate) server: Option<ServerFigures>,
}

impl Percentiles {
    pub(crate) fn of(durations: &Durations) -> Self {
        Self::new(|share| durations.quantile(share), durations.max())
    }

    fn of_backlog(backlog: &Backlog) -> Self {
        Self::new(|share| backlog.quantile(share), backlog.max())
    }

    fn new(quantile: impl Fn(f64) -> Duration, max: Duration) -> Self {
        Self {
            p50: ms(quantile(0.50)),
            p95: ms(quantile(0.95)),
            p99: ms(quantile(0.99)),
            max: ms(max),
        }
    }
}

impl Report {
    pub(crate) fn new(run: Run<'_>, tally: &Tally) -> Self {
        let Run { scenario, .. } = run;
        let figures = figures(tally, &run);
        let verdict = figures.verdict();
        let row = scenario.original.as_deref().and_then(original::find);
        let offered_per_s = per_s(run.planned, scenario.seconds());
        let reached_per_s = reached_per_s(&run, &figures);
        let reasons = figures.reasons_against();
        let (mut misses, mut thresholds) = Default::default();
        if reasons.is_empty() {
            misses = figures.misses();
            thresholds = compare_thresholds(&scenario.thresholds, &figures);
        }
        Self {
            schema: SCHEMA,
            verdict,
            is_excellent: verdict == Verdict::Stable
                && tally
                    .startup
                    .quantile(0.5)
                    .max(tally.response.quantile(0.5))
                    <= EXCELLENT,
            reasons,
            misses,
            thresholds,
            legacy_verdict: row.map(|row| row.legacy_verdict(offered_per_s)),
            target: run.target.to_owned(),
            begun_at: run.begun_at,
            seconds: run.took.as_secs_f64(),
            is_interrupted: run.is_interrupted,
            sessions: Sessions {
                planned: run.planned,
                started: tally.started_sessions,
                late: tally.late_sessions,
                ended: tally.ended_sessions,
                active_max: run.active_max,
                offered_per_s,
                reached_per_s,
            },
            listening: (!scenario.listeners.is_empty()).then(|| Listening::new(tally)),
            visiting: (!scenario.visitors.is_empty()).then(|| Visiting::new(tally)),
            faults: tally
                .faults
                .iter()
                .map(|(kind, count)| ((*kind).to_owned(), *count))
                .collect(),
            fault_examples: tally
                .fault_examples
                .iter()
                .map(|(kind, example)| ((*kind).to_owned(), example.clone()))
                .collect(),
            generator: Generator {
                threads: run.threads,
                lag_ms: Percentiles::of(&tally.lag),
                backlog_ms: Percentiles::of_backlog(&tally.backlog),
                cpu_s: run.cpu.as_secs_f64(),
                memory_bytes: run.memory_bytes,
                requests: run.traffic.requests,
                answers: run.traffic.answers,
                bytes: run.traffic.bytes,
                checked_bodies: run.traffic.checked_bodies,
                wrong_bodies: run.traffic.wrong_bodies,
            },
            environment: run.environment,
            series: run.series,
            server: run.server,
            scenario: scenario.clone(),
        }
    }

    /// For files and programs.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("numbers, texts and maps of them")
    }

    /// Whether everything was kept that the scenario asks for besides the verdict.
    pub fn keeps_thresholds(&self) -> bool {
        self.thresholds.iter().all(|threshold| threshold.is_kept)
    }
}

impl Listening {
    fn new(tally: &Tally) -> Self {
        Self {
            plays: tally.plays,
            failed: tally.failed_plays,
            abandoned: tally.abandoned_plays,
            skipped: tally.skipped_plays,
            stalled: tally.stalled_plays,
            stalls: tally.stall_count,
            stalled_s: tally.stalled.as_secs_f64(),
            played_s: tally.played.as_secs_f64(),
            rebuffer_ratio: tally.rebuffer_ratio(),
            quality_switches: tally.switch_count,
            mean_kbit_per_s: tally.mean_bits_per_s() / 1_000.0,
            startup_ms: Percentiles::of(&tally.startup),
            startup_cdf: tally.startup.cdf(),
        }
    }
}

impl Visiting {
    fn new(tally: &Tally) -> Self {
        Self {
            requests: tally.visitor_requests,
            failed: tally.failed_visitor_requests,
            response_ms: Percentiles::of(&tally.response),
            response_cdf: tally.response.cdf(),
        }
    }
}

impl Sessions {
    /// Those that started while the scenario lets people come.
    pub(crate) fn in_time(&self) -> u64 {
        self.started.saturating_sub(self.late)
    }
}

fn reached_per_s(run: &Run<'_>, figures: &Figures) -> f64 {
    let planned_s = run.scenario.seconds();
    let seconds = if run.is_interrupted {
        planned_s.min(run.took.as_secs_f64())
    } else {
        planned_s
    };
    per_s(figures.in_time(), seconds)
}

fn figures(tally: &Tally, run: &Run<'_>) -> Figures {
    Figures {
        is_interrupted: run.is_interrupted,
        planned_sessions: run.planned,
        started_sessions: tally.started_sessions,
        late_sessions: tally.late_sessions,
        sessions_min: run.scenario.sessions_min,
        lag_p99: tally.lag.quantile(0.99),
        backlog_p99: tally.backlog.quantile(0.99),
        own_faults: tally.own_faults,
        plays: tally.plays,
        failed_plays: tally.failed_plays,
        stalled_plays: tally.stalled_plays,
        startup_p95: tally.startup.quantile(0.95),
        startup_p99: tally.startup.quantile(0.99),
        rebuffer_ratio: tally.rebuffer_ratio(),
        requests: tally.visitor_requests,
        failed_requests: tally.failed_visitor_requests,
        response_p95: tally.response.quantile(0.95),
        response_p99: tally.response.quantile(0.99),
    }
}

fn compare_thresholds(asked: &Thresholds, found: &Figures) -> Vec<Threshold> {
    let failed = found.failed_plays + found.failed_requests;
    let all = [
        (
            "startup_p95_ms",
            asked.startup_p95_ms,
            ms(found.startup_p95),
        ),
        (
            "startup_p99_ms",
            asked.startup_p99_ms,
            ms(found.startup_p99),
        ),
        ("rebuffer_ratio", asked.rebuffer_ratio, found.rebuffer_ratio),
        (
            "failed_share",
            asked.failed_share,
            ratio(failed, found.plays + found.requests),
        ),
        (
            "response_p95_ms",
            asked.response_p95_ms,
            ms(found.response_p95),
        ),
        (
            "response_p99_ms",
            asked.response_p99_ms,
            ms(found.response_p99),
        ),
    ];
    let asked = all.into_iter().filter_map(|(name, limit, found)| {
        let limit = limit?;
        Some(Threshold {
            name: name.to_owned(),
            limit,
            found,
            is_kept: found <= limit,
        })
    });
    asked.collect()
}
