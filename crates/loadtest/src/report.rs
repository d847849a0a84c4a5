//! What a run found, as JSON with a version.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::scenario::Scenario;
use crate::tally::{Durations, Tally};
use crate::verdict::Verdict;

/// Goes up when a field changes its meaning or goes away.
const SCHEMA: u32 = 1;

/// What a run found.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    schema: u32,
    /// What the run says about the server.
    pub verdict: Verdict,
    /// Why it says nothing, where it does not.
    pub reasons: Vec<String>,
    target: String,
    seconds: f64,
    sessions: Sessions,
    plays: Plays,
    /// From a due press to the first sound.
    startup_ms: Percentiles,
    /// Silence in the share of silence and sound, all plays together.
    rebuffer_ratio: f64,
    mean_kbit_per_s: f64,
    /// How often each kind of fault ended a play or a report of one.
    faults: BTreeMap<&'static str, u64>,
    /// How late the generator itself was.
    lag_ms: Percentiles,
    scenario: Scenario,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Sessions {
    planned: u64,
    started: u64,
    ended: u64,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Plays {
    all: u64,
    /// Without a sound in time, or ended by a fault.
    failed: u64,
    /// A person had waited long enough.
    abandoned: u64,
    /// With at least one silence.
    stalled: u64,
    stalls: u64,
    stalled_s: f64,
    played_s: f64,
    quality_switches: u64,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Percentiles {
    p50: f64,
    p95: f64,
    p99: f64,
    max: f64,
}

impl Percentiles {
    fn of(durations: &Durations) -> Self {
        let ms = |duration: Duration| duration.as_secs_f64() * 1_000.0;
        Self {
            p50: ms(durations.quantile(0.50)),
            p95: ms(durations.quantile(0.95)),
            p99: ms(durations.quantile(0.99)),
            max: ms(durations.max()),
        }
    }
}

impl Report {
    pub(crate) fn new(
        scenario: &Scenario,
        target: &str,
        planned: u64,
        took: Duration,
        tally: &Tally,
    ) -> Self {
        let figures = tally.figures(planned, scenario.sessions_min);
        Self {
            schema: SCHEMA,
            verdict: figures.verdict(),
            reasons: figures.reasons_against(),
            target: target.to_owned(),
            seconds: took.as_secs_f64(),
            sessions: Sessions {
                planned,
                started: tally.started_sessions,
                ended: tally.ended_sessions,
            },
            plays: Plays {
                all: tally.plays,
                failed: tally.failed_plays,
                abandoned: tally.abandoned_plays,
                stalled: tally.stalled_plays,
                stalls: tally.stall_count,
                stalled_s: tally.stalled.as_secs_f64(),
                played_s: tally.played.as_secs_f64(),
                quality_switches: tally.switch_count,
            },
            startup_ms: Percentiles::of(&tally.startup),
            rebuffer_ratio: tally.rebuffer_ratio(),
            mean_kbit_per_s: tally.mean_bits_per_s() / 1_000.0,
            faults: tally.faults.clone(),
            lag_ms: Percentiles::of(&tally.lag),
            scenario: scenario.clone(),
        }
    }

    /// For files and programs.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("numbers, texts and maps of them")
    }
}

impl std::fmt::Display for Report {
    /// For people, in a few lines.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            verdict,
            sessions,
            plays,
            startup_ms: startup,
            ..
        } = self;
        writeln!(f, "{} ({})", verdict.korean(), verdict.english())?;
        for reason in &self.reasons {
            writeln!(f, "  {reason}")?;
        }
        writeln!(
            f,
            "  sessions     {} of {} started, {} ended",
            sessions.started, sessions.planned, sessions.ended
        )?;
        writeln!(
            f,
            "  plays        {}: {} failed, {} given up, {} with a stall",
            plays.all, plays.failed, plays.abandoned, plays.stalled
        )?;
        writeln!(
            f,
            "  first sound  p50 {:.0} ms, p95 {:.0} ms, p99 {:.0} ms, max {:.0} ms",
            startup.p50, startup.p95, startup.p99, startup.max
        )?;
        writeln!(
            f,
            "  silence      {} times, {:.1} s; {:.3} % of silence and sound",
            plays.stalls,
            plays.stalled_s,
            self.rebuffer_ratio * 100.0
        )?;
        writeln!(
            f,
            "  quality      {:.0} kbit/s on average",
            self.mean_kbit_per_s
        )?;
        for (kind, count) in &self.faults {
            writeln!(f, "  fault        {kind}: {count}")?;
        }
        write!(
            f,
            "  generator    p50 {:.1} ms, p99 {:.1} ms late",
            self.lag_ms.p50, self.lag_ms.p99
        )
    }
}
