//! What a run was like over time: a row for each second, for more in a run of hours.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::count::per_s;
use crate::tally::Second;
use crate::wire::Traffic;

/// More rows than this become half as many, each of twice the time.
pub(crate) const ROWS_MAX: usize = 3_600;

/// A run over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// How long each row is, in seconds.
    pub step_s: u32,
    /// From the beginning of the run on, without a gap.
    pub rows: Vec<Row>,
}

/// A stretch of time: what happened in it, and how many did what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Row {
    /// Sessions that were due.
    pub offered: u64,
    /// Sessions that started.
    pub starts: u64,
    /// First sounds.
    pub sounds: u64,
    /// Stalls that began.
    pub stalls: u64,
    /// Faults of every kind.
    pub faults: u64,
    /// Requests of every kind.
    pub requests: u64,
    /// Answers to visitors.
    pub responses: u64,
    /// What came over the network.
    pub bytes: u64,
    /// Sessions that had not ended, at its end.
    pub active: u64,
    /// The same, at most: of several threads the sum of what each had at most within a second.
    pub active_max: u64,
    /// Plays that were pressed and had not been heard yet, at its end.
    pub waiting: u64,
    /// The same, at most.
    pub waiting_max: u64,
    /// Plays that sounded, at its end.
    pub sounding: u64,
    /// Plays that had stalled, at its end.
    pub silent: u64,
    /// The same, at most.
    pub silent_max: u64,
    /// How long all plays together sounded.
    pub sounded_ms: u64,
    /// And the silence of all that had stalled.
    pub silent_ms: u64,
    /// From a due press to the first sound, of those that came: half waited no longer. Who left without one has waited as
    /// long as people wait, or until the run ended.
    pub startup_p50_ms: f64,
    /// 95 of 100 waited no longer.
    pub startup_p95_ms: f64,
    /// 99 of 100 waited no longer.
    pub startup_p99_ms: f64,
    /// From a due request of a visitor to the end of its answer, for 99 of 100.
    pub response_p99_ms: f64,
    /// Media that was loaded.
    pub media_bytes: u64,
    /// And how long it plays.
    pub media_s: f64,
    /// The first by the second; zero where nothing was loaded.
    pub kbit_per_s: f64,
    /// How late the generator was at most with a session, or with what a visitor asks.
    pub lag_ms: f64,
    /// How long what came from the server waited at most for the generator to come to it.
    pub backlog_ms: f64,
}

impl Default for Series {
    fn default() -> Self {
        Self {
            step_s: 1,
            rows: Vec::new(),
        }
    }
}

impl Series {
    /// Adds the next second.
    pub(crate) fn push(&mut self, row: Row, second: u32) {
        let index = usize::try_from(second / self.step_s).unwrap_or(usize::MAX);
        match self.rows.get_mut(index) {
            Some(last) => *last = last.then(&row),
            None => self.rows.push(row),
        }
        if ROWS_MAX < self.rows.len() {
            self.step_s *= 2;
            let pairs = self.rows.chunks(2).map(|pair| match pair {
                [first, second] => first.then(second),
                alone => alone.first().copied().unwrap_or_default(),
            });
            self.rows = pairs.collect();
        }
    }
}

impl Row {
    pub(crate) fn new(second: &Second, traffic: Traffic, offered: u64) -> Self {
        let media_s = second.media.as_secs_f64();
        Self {
            offered,
            starts: second.starts,
            sounds: second.sounds,
            stalls: second.stalls,
            faults: second.faults.values().sum(),
            requests: traffic.requests,
            responses: second.responses,
            bytes: traffic.bytes,
            active: second.now.active,
            active_max: second.most.active,
            waiting: second.now.waiting,
            waiting_max: second.most.waiting,
            sounding: second.now.sounding,
            silent: second.now.silent,
            silent_max: second.most.silent,
            sounded_ms: whole_ms(second.sounded),
            silent_ms: whole_ms(second.silent),
            startup_p50_ms: ms(second.startup.quantile(0.5)),
            startup_p95_ms: ms(second.startup.quantile(0.95)),
            startup_p99_ms: ms(second.startup.quantile(0.99)),
            response_p99_ms: ms(second.response.quantile(0.99)),
            media_bytes: second.media_bytes,
            media_s,
            kbit_per_s: kbit_per_s(second.media_bytes, media_s),
            lag_ms: ms(second.lag_max),
            backlog_ms: ms(second.backlog_max),
        }
    }

    /// Two stretches as one.
    fn then(&self, later: &Self) -> Self {
        let media_bytes = self.media_bytes + later.media_bytes;
        let media_s = self.media_s + later.media_s;
        Self {
            offered: self.offered + later.offered,
            starts: self.starts + later.starts,
            sounds: self.sounds + later.sounds,
            stalls: self.stalls + later.stalls,
            faults: self.faults + later.faults,
            requests: self.requests + later.requests,
            responses: self.responses + later.responses,
            bytes: self.bytes + later.bytes,
            active: later.active,
            active_max: self.active_max.max(later.active_max),
            waiting: later.waiting,
            waiting_max: self.waiting_max.max(later.waiting_max),
            sounding: later.sounding,
            silent: later.silent,
            silent_max: self.silent_max.max(later.silent_max),
            sounded_ms: self.sounded_ms + later.sounded_ms,
            silent_ms: self.silent_ms + later.silent_ms,
            startup_p50_ms: self.startup_p50_ms.max(later.startup_p50_ms),
            startup_p95_ms: self.startup_p95_ms.max(later.startup_p95_ms),
            startup_p99_ms: self.startup_p99_ms.max(later.startup_p99_ms),
            response_p99_ms: self.response_p99_ms.max(later.response_p99_ms),
            media_bytes,
            media_s,
            kbit_per_s: kbit_per_s(media_bytes, media_s),
            lag_ms: self.lag_ms.max(later.lag_ms),
            backlog_ms: self.backlog_ms.max(later.backlog_ms),
        }
    }
}

fn whole_ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn kbit_per_s(bytes: u64, seconds: f64) -> f64 {
    per_s(bytes, seconds) * 0.008
}

pub(crate) const fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_keeps_its_sums_in_fewer_rows() {
        let mut series = Series::default();
        let seconds = 10_000;
        for second in 0..seconds {
            let row = Row {
                starts: 1,
                active: u64::from(second),
                ..Row::default()
            };
            series.push(row, second);
        }
        assert_eq!(series.step_s, 4);
        assert_eq!(series.rows.len(), 2_500);
        assert_eq!(
            series.rows.iter().map(|row| row.starts).sum::<u64>(),
            10_000
        );
        assert_eq!(series.rows.last().unwrap().active, 9_999);
    }

    #[test]
    fn the_share_of_silence_is_of_all_seconds_of_a_row() {
        let second = |sounding, silent| {
            let mut second = Second {
                sounded: Duration::from_secs(sounding),
                silent: Duration::from_secs(silent),
                ..Second::default()
            };
            (second.now.sounding, second.now.silent) = (sounding, silent);
            second.most.silent = silent;
            Row::new(&second, Traffic::default(), 0)
        };
        let mut series = Series::default();
        // Many listen and some hear nothing; a second later few are left, and hear everything.
        for number in 0..7_200 {
            let row = if number % 2 == 0 {
                second(90, 10)
            } else {
                second(10, 0)
            };
            series.push(row, number);
        }
        assert_eq!((series.step_s, series.rows.len()), (2, 3_600));
        for row in &series.rows {
            assert_eq!((row.sounded_ms, row.silent_ms), (100_000, 10_000));
            assert_eq!((row.sounding, row.silent, row.silent_max), (10, 0, 10));
        }
    }

    #[test]
    fn a_bitrate_is_of_all_that_was_loaded() {
        let second = |media_bytes, media_s| {
            let second = Second {
                media_bytes,
                media: Duration::from_secs(media_s),
                ..Second::default()
            };
            Row::new(&second, Traffic::default(), 0)
        };
        // 128 kbit/s for 9 s, 512 kbit/s for 1 s, and then nothing.
        let both = second(144_000, 9).then(&second(64_000, 1));
        let all = both.then(&second(0, 0));
        assert!((all.kbit_per_s - 166.4).abs() < 1e-9, "{all:?}");
    }
}
