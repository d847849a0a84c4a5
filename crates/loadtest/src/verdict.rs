//! What a run says about a server, in the words of the original experiment.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The lag of the generator up to which its figures are the server's.
const LAG_P99_MAX: Duration = Duration::from_millis(10);
/// The share of the planned starts that must have happened.
const REACHED_MIN: f64 = 0.99;
/// In so large a run a few failures do not count.
const LARGE_RUN_SESSIONS: u64 = 100_000;

/// How listeners were served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 안정: music starts at once and does not stop.
    Stable,
    /// 보통: people notice, and most stay.
    Fair,
    /// 나쁨: people leave.
    Poor,
    /// 무효: the run says nothing about the server.
    Invalid,
}

impl Verdict {
    /// As the original experiment wrote it.
    pub fn korean(self) -> &'static str {
        match self {
            Self::Stable => "안정",
            Self::Fair => "보통",
            Self::Poor => "나쁨",
            Self::Invalid => "무효",
        }
    }

    /// For everybody else.
    pub fn english(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::Fair => "fair",
            Self::Poor => "poor",
            Self::Invalid => "invalid",
        }
    }
}

/// What a verdict is made from. Times are from when something was due.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figures {
    pub(crate) planned_sessions: u64,
    pub(crate) started_sessions: u64,
    /// What the scenario wants for its percentiles to mean something.
    pub(crate) sessions_min: u64,
    pub(crate) lag_p99: Duration,
    /// Sessions that this machine and not the server let down.
    pub(crate) own_faults: u64,
    pub(crate) plays: u64,
    /// Plays without a start in time, or with a fault.
    pub(crate) failed_plays: u64,
    pub(crate) stalled_plays: u64,
    pub(crate) startup_p95: Duration,
    pub(crate) startup_p99: Duration,
    /// Silence in the share of silence and sound.
    pub(crate) rebuffer_ratio: f64,
}

impl Figures {
    pub(crate) fn verdict(&self) -> Verdict {
        if !self.reasons_against().is_empty() {
            return Verdict::Invalid;
        }
        let failures_allowed = if LARGE_RUN_SESSIONS < self.plays {
            0.0001
        } else {
            0.0
        };
        let is_stable = self.startup_p99 <= Duration::from_millis(500)
            && self.rebuffer_ratio <= 0.001
            && self.share(self.stalled_plays) <= 0.01
            && self.share(self.failed_plays) <= failures_allowed;
        let is_fair = self.startup_p95 <= Duration::from_secs(2)
            && self.rebuffer_ratio <= 0.01
            && self.share(self.failed_plays) <= 0.01;
        match (is_stable, is_fair) {
            (true, _) => Verdict::Stable,
            (false, true) => Verdict::Fair,
            (false, false) => Verdict::Poor,
        }
    }

    /// Why the run says nothing about the server; empty where it does.
    pub(crate) fn reasons_against(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        let reached = ratio(self.started_sessions, self.planned_sessions);
        if reached < REACHED_MIN {
            let percent = reached * 100.0;
            reasons.push(format!(
                "{percent:.1} % of the planned sessions started, 99 % must"
            ));
        }
        if LAG_P99_MAX < self.lag_p99 {
            let lag_ms = self.lag_p99.as_millis();
            reasons.push(format!(
                "the generator was {lag_ms} ms late (p99), it may be {} ms",
                LAG_P99_MAX.as_millis()
            ));
        }
        if 0 < self.own_faults {
            let count = self.own_faults;
            reasons.push(format!(
                "{count} times this machine had no port or descriptor left"
            ));
        }
        if self.started_sessions < self.sessions_min {
            let (count, least) = (self.started_sessions, self.sessions_min);
            reasons.push(format!(
                "{count} sessions are fewer than the {least} this scenario wants"
            ));
        }
        reasons
    }

    fn share(&self, plays: u64) -> f64 {
        ratio(plays, self.plays)
    }
}

/// A share of nothing is nothing.
#[expect(clippy::cast_precision_loss, reason = "counts of sessions are small")]
pub(crate) fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    part as f64 / whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Figures = Figures {
        planned_sessions: 2_000,
        started_sessions: 2_000,
        sessions_min: 1_000,
        lag_p99: Duration::from_millis(10),
        own_faults: 0,
        plays: 2_000,
        failed_plays: 0,
        stalled_plays: 20,
        startup_p95: Duration::from_millis(400),
        startup_p99: Duration::from_millis(500),
        rebuffer_ratio: 0.001,
    };

    #[test]
    fn each_limit_of_a_stable_run_counts() {
        assert_eq!(GOOD.verdict(), Verdict::Stable);
        let fair = [
            Figures {
                startup_p99: Duration::from_millis(501),
                ..GOOD
            },
            Figures {
                rebuffer_ratio: 0.0011,
                ..GOOD
            },
            Figures {
                stalled_plays: 21,
                ..GOOD
            },
            Figures {
                failed_plays: 1,
                ..GOOD
            },
        ];
        for figures in fair {
            assert_eq!(figures.verdict(), Verdict::Fair, "{figures:?}");
        }
        let large = Figures {
            plays: 200_000,
            failed_plays: 20,
            ..GOOD
        };
        assert_eq!(large.verdict(), Verdict::Stable);
        assert_eq!(
            Figures {
                failed_plays: 21,
                ..large
            }
            .verdict(),
            Verdict::Fair
        );
    }

    #[test]
    fn each_limit_of_a_fair_run_counts() {
        let poor = [
            Figures {
                startup_p95: Duration::from_millis(2001),
                startup_p99: Duration::from_secs(3),
                ..GOOD
            },
            Figures {
                rebuffer_ratio: 0.011,
                ..GOOD
            },
            Figures {
                failed_plays: 21,
                ..GOOD
            },
        ];
        for figures in poor {
            assert_eq!(figures.verdict(), Verdict::Poor, "{figures:?}");
        }
    }

    #[test]
    fn a_run_that_the_generator_limited_says_nothing() {
        let invalid = [
            Figures {
                started_sessions: 1_979,
                ..GOOD
            },
            Figures {
                lag_p99: Duration::from_millis(11),
                ..GOOD
            },
            Figures {
                own_faults: 1,
                ..GOOD
            },
            Figures {
                planned_sessions: 999,
                started_sessions: 999,
                ..GOOD
            },
        ];
        for figures in invalid {
            assert_eq!(figures.verdict(), Verdict::Invalid, "{figures:?}");
            assert_eq!(figures.reasons_against().len(), 1, "{figures:?}");
        }
    }
}
