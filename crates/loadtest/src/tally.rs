//! What all sessions together have seen.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;

use crate::listener::{Ending, Patience, Play};
use crate::playback::Heard;
use crate::verdict::Figures;

/// Above everything that anybody waits for.
const LONGEST: Duration = Duration::from_hours(1);
const SIGNIFICANT_DIGITS: u8 = 3;

/// Durations, of which percentiles are asked.
#[derive(Clone, Debug)]
pub(crate) struct Durations(Histogram<u64>);

impl Durations {
    fn new() -> Self {
        let most = u64::try_from(LONGEST.as_micros()).unwrap_or(u64::MAX);
        let histogram = Histogram::new_with_bounds(1, most, SIGNIFICANT_DIGITS);
        Self(histogram.expect("bounds that are constants and in order"))
    }

    pub(crate) fn record(&mut self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.0.saturating_record(micros);
    }

    /// The duration that such a share of all is not above; zero where there are none.
    pub(crate) fn quantile(&self, share: f64) -> Duration {
        Duration::from_micros(self.0.value_at_quantile(share))
    }

    pub(crate) fn max(&self) -> Duration {
        Duration::from_micros(self.0.max())
    }
}

/// Counts and times of a run.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    /// From a due press to the first sound; who never hears one has waited as long as people wait.
    pub(crate) startup: Durations,
    /// From when a session was due to when the generator started it.
    pub(crate) lag: Durations,
    pub(crate) started_sessions: u64,
    pub(crate) ended_sessions: u64,
    pub(crate) plays: u64,
    pub(crate) failed_plays: u64,
    pub(crate) abandoned_plays: u64,
    pub(crate) stalled_plays: u64,
    pub(crate) stall_count: u64,
    pub(crate) stalled: Duration,
    pub(crate) played: Duration,
    pub(crate) switch_count: u64,
    /// Bits a second times seconds of what was heard: for a mean over time.
    bits: f64,
    /// How often each kind of fault ended a play or a report.
    pub(crate) faults: BTreeMap<&'static str, u64>,
    pub(crate) own_faults: u64,
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self {
            startup: Durations::new(),
            lag: Durations::new(),
            started_sessions: 0,
            ended_sessions: 0,
            plays: 0,
            failed_plays: 0,
            abandoned_plays: 0,
            stalled_plays: 0,
            stall_count: 0,
            stalled: Duration::ZERO,
            played: Duration::ZERO,
            switch_count: 0,
            bits: 0.0,
            faults: BTreeMap::new(),
            own_faults: 0,
        }
    }

    pub(crate) fn start(&mut self, lag: Duration) {
        self.started_sessions += 1;
        self.lag.record(lag);
    }

    pub(crate) fn fault(&mut self, fault: &crate::wire::Fault) {
        *self.faults.entry(fault.kind()).or_default() += 1;
        self.own_faults += u64::from(fault.is_own());
    }

    pub(crate) fn play(&mut self, play: &Play, patience: Patience) {
        let Heard {
            startup,
            stall_count,
            stalled,
            played,
        } = play.heard;
        self.plays += 1;
        self.startup.record(startup.unwrap_or(patience.start));
        let has_failed = startup.is_none() || matches!(play.ending, Ending::Failed(_));
        self.failed_plays += u64::from(has_failed);
        self.abandoned_plays += u64::from(play.ending == Ending::Abandoned);
        if let Ending::Failed(fault) = &play.ending {
            self.fault(fault);
        }
        self.stalled_plays += u64::from(0 < stall_count);
        self.stall_count += u64::from(stall_count);
        self.stalled += stalled;
        self.played += played;
        self.switch_count += u64::from(play.switch_count);
        self.bits += to_f64(play.bits_per_s) * played.as_secs_f64();
    }

    /// Silence in the share of silence and sound, of all plays together.
    pub(crate) fn rebuffer_ratio(&self) -> f64 {
        let silent_s = self.stalled.as_secs_f64();
        let all_s = silent_s + self.played.as_secs_f64();
        if all_s == 0.0 { 0.0 } else { silent_s / all_s }
    }

    /// Of what was heard, on average over time.
    pub(crate) fn mean_bits_per_s(&self) -> f64 {
        let played_s = self.played.as_secs_f64();
        if played_s == 0.0 {
            0.0
        } else {
            self.bits / played_s
        }
    }

    pub(crate) fn figures(&self, planned_sessions: u64, sessions_min: u64) -> Figures {
        Figures {
            planned_sessions,
            started_sessions: self.started_sessions,
            sessions_min,
            lag_p99: self.lag.quantile(0.99),
            own_faults: self.own_faults,
            plays: self.plays,
            failed_plays: self.failed_plays,
            stalled_plays: self.stalled_plays,
            startup_p95: self.startup.quantile(0.95),
            startup_p99: self.startup.quantile(0.99),
            rebuffer_ratio: self.rebuffer_ratio(),
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "bits a second of music are small numbers"
)]
fn to_f64(value: u64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Fault;

    const PATIENCE: Patience = Patience {
        start: Duration::from_secs(10),
        stall: Duration::from_secs(20),
    };

    fn play(ending: Ending, startup_ms: Option<u64>, stalled_s: u64, played_s: u64) -> Play {
        Play {
            ending,
            heard: Heard {
                startup: startup_ms.map(Duration::from_millis),
                stall_count: u32::from(0 < stalled_s),
                stalled: Duration::from_secs(stalled_s),
                played: Duration::from_secs(played_s),
            },
            bits_per_s: 128_000,
            switch_count: 0,
        }
    }

    #[test]
    fn plays_add_up_and_who_hears_nothing_has_waited_and_failed() {
        let mut tally = Tally::new();
        tally.play(&play(Ending::Finished, Some(200), 0, 97), PATIENCE);
        tally.play(&play(Ending::Finished, Some(300), 1, 0), PATIENCE);
        tally.play(&play(Ending::Abandoned, None, 0, 0), PATIENCE);
        tally.play(
            &play(Ending::Failed(Fault::Lost), Some(400), 0, 2),
            PATIENCE,
        );
        assert_eq!(
            (tally.plays, tally.failed_plays, tally.abandoned_plays),
            (4, 2, 1)
        );
        assert_eq!(tally.faults.get("lost"), Some(&1));
        assert!((tally.rebuffer_ratio() - 0.01).abs() < 1e-9);
        assert!((tally.mean_bits_per_s() - 128_000.0).abs() < 1.0);
        let near = |found: Duration, ms: u64| {
            found.abs_diff(Duration::from_millis(ms)) < Duration::from_millis(10)
        };
        assert!(near(tally.startup.quantile(0.25), 200));
        assert!(near(tally.startup.quantile(1.0), 10_000));
    }

    #[test]
    fn nothing_heard_is_no_division_by_zero() {
        let tally = Tally::new();
        assert_eq!(
            (tally.rebuffer_ratio(), tally.mean_bits_per_s()),
            (0.0, 0.0)
        );
        assert_eq!(tally.startup.quantile(0.99), Duration::ZERO);
    }
}
