//! What a run says about a server, in the words of the original experiment.

#[cfg(test)]
mod tests;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::count::ratio;
use crate::series::ms;

/// How late the generator may be with what is due for its figures to be the server's.
pub(crate) const LAG_P99_MAX: Duration = Duration::from_millis(10);
/// How long what came from the server may wait in it, which counts as the server's: a tenth of what is felt to be at once.
pub(crate) const BACKLOG_P99_MAX: Duration = Duration::from_millis(50);
/// The share of the planned starts that must have happened.
pub(crate) const REACHED_MIN: f64 = 0.99;
/// Of more plays or requests than this a few failures do not count: such a share.
pub(crate) const LARGE_RUN: u64 = 100_000;
pub(crate) const LARGE_RUN_FAILURES: f64 = 0.0001;
/// Otherwise a stable run has none, and a fair one at most this share.
pub(crate) const FAILURES_FAIR: f64 = 0.01;
/// Of fewer plays, or requests, a percentile says nothing, however many sessions there are.
const PERCENTILE_MIN: u64 = 100;
/// What is felt to be at once, and what people wait for: the first sound, or an answer.
pub(crate) const SOON: Duration = Duration::from_millis(500);
pub(crate) const BEARABLE: Duration = Duration::from_secs(2);
/// Silence in the share of silence and sound.
pub(crate) const SILENCE_STABLE: f64 = 0.001;
pub(crate) const SILENCE_FAIR: f64 = 0.01;
/// Plays with a stall, as a share of all.
pub(crate) const STALLED_STABLE: f64 = 0.01;

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
    pub(crate) is_interrupted: bool,
    pub(crate) planned_sessions: u64,
    pub(crate) started_sessions: u64,
    /// Those of them that started when all were to have started.
    pub(crate) late_sessions: u64,
    /// What the scenario wants for its percentiles to mean something.
    pub(crate) sessions_min: u64,
    pub(crate) lag_p99: Duration,
    pub(crate) backlog_p99: Duration,
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
    /// What visitors asked for.
    pub(crate) requests: u64,
    pub(crate) failed_requests: u64,
    pub(crate) response_p95: Duration,
    pub(crate) response_p99: Duration,
}

/// Why a run says nothing about the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// Somebody ended it before its time.
    Interrupted,
    /// Too few of the planned sessions started in the time that the scenario has for them.
    NotReached {
        /// How many of a hundred did.
        percent: f64,
    },
    /// The generator started sessions too late.
    Late {
        /// How late 99 of 100 were at most, in milliseconds.
        lag_ms: f64,
    },
    /// What came from the server waited too long for the generator to come to it.
    Backlog {
        /// How long 99 of 100 waited at most, in milliseconds.
        backlog_ms: f64,
    },
    /// The machine of the generator had no port, descriptor or memory left for a connection.
    Exhausted {
        /// How often.
        count: u64,
    },
    /// Too few sessions for percentiles to mean something.
    Few {
        /// How many there were.
        sessions: u64,
        /// How many the scenario wants.
        least: u64,
    },
    /// Enough sessions, but too few plays or requests of theirs were seen to an end.
    FewTries {
        /// How many there were, of whichever there were fewer of.
        tries: u64,
        /// How many percentiles need.
        least: u64,
    },
}

/// A limit of a stable run that was missed, with what was found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Miss {
    /// One of a hundred waited longer for the first sound than 500 ms.
    Startup {
        /// How long, in milliseconds.
        p99_ms: f64,
    },
    /// One of a hundred answers to visitors took longer than 500 ms.
    Response {
        /// How long, in milliseconds.
        p99_ms: f64,
    },
    /// More silence than 0.1 % of silence and sound.
    Rebuffering {
        /// Its share.
        ratio: f64,
    },
    /// More than 1 % of the plays stalled.
    Stalls {
        /// Their share.
        share: f64,
    },
    /// Plays or requests failed.
    Failures {
        /// How many.
        count: u64,
    },
}

impl std::fmt::Display for Miss {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let soon_ms = SOON.as_millis();
        match self {
            Self::Startup { p99_ms } => write!(
                f,
                "one of a hundred waited {p99_ms:.0} ms or more for the first sound (p99), {soon_ms} ms are stable"
            ),
            Self::Response { p99_ms } => write!(
                f,
                "one of a hundred waited {p99_ms:.0} ms or more for an answer (p99), {soon_ms} ms are stable"
            ),
            Self::Rebuffering { ratio } => {
                let [found, most] = [ratio * 100.0, SILENCE_STABLE * 100.0];
                write!(f, "{found:.2} % of the time was silence, {most} % may be")
            }
            Self::Stalls { share } => {
                let [found, most] = [share * 100.0, STALLED_STABLE * 100.0];
                write!(f, "{found:.1} % of the plays stalled, {most} % may")
            }
            Self::Failures { count } => write!(f, "{count} plays or requests failed"),
        }
    }
}

impl Reason {
    /// In Korean.
    pub fn korean(&self) -> String {
        match self {
            Self::Interrupted => "끝나기 전에 중단되었습니다".to_owned(),
            Self::NotReached { percent } => {
                format!(
                    "계획한 세션의 {percent:.1} %만 제때 시작되었습니다({} % 이상이어야 합니다)",
                    REACHED_MIN * 100.0
                )
            }
            Self::Late { lag_ms } => format!(
                "부하 생성기가 {lag_ms:.1} ms 늦었습니다(p99, {} ms 이하여야 합니다)",
                LAG_P99_MAX.as_millis()
            ),
            Self::Backlog { backlog_ms } => format!(
                "부하 생성기의 처리가 {backlog_ms:.1} ms 밀렸습니다(p99, {} ms 이하여야 합니다)",
                BACKLOG_P99_MAX.as_millis()
            ),
            Self::Exhausted { count } => {
                format!(
                    "부하를 만든 컴퓨터에 남은 포트, 파일 서술자나 메모리가 없었습니다({count}번)"
                )
            }
            Self::Few { sessions, least } => {
                format!("세션이 {sessions}개로, 이 시나리오에 필요한 {least}개보다 적습니다")
            }
            Self::FewTries { tries, least } => {
                format!(
                    "재생 또는 요청이 {tries}번으로, 각각 필요한 {least}번보다 적습니다. 단계를 더 길게 하세요"
                )
            }
        }
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Interrupted => f.write_str("it was interrupted before its end"),
            Self::NotReached { percent } => {
                write!(
                    f,
                    "{percent:.1} % of the planned sessions started in time, {} % must",
                    REACHED_MIN * 100.0
                )
            }
            Self::Late { lag_ms } => {
                let most = LAG_P99_MAX.as_millis();
                write!(
                    f,
                    "the generator was {lag_ms:.1} ms late (p99), it may be {most} ms"
                )
            }
            Self::Backlog { backlog_ms } => {
                let most = BACKLOG_P99_MAX.as_millis();
                write!(
                    f,
                    "the generator had a backlog of {backlog_ms:.1} ms (p99), it may have {most} ms"
                )
            }
            Self::Exhausted { count } => {
                write!(
                    f,
                    "{count} times this machine had no port, descriptor or memory left"
                )
            }
            Self::Few { sessions, least } => {
                write!(
                    f,
                    "{sessions} sessions are fewer than the {least} this scenario wants"
                )
            }
            Self::FewTries { tries, least } => {
                write!(
                    f,
                    "{tries} plays, or requests, are fewer than the {least} of each that must be: longer phases have more"
                )
            }
        }
    }
}

/// Plays or requests, whichever there were fewer of: what nobody came for is not missing.
pub(crate) fn fewest_tries(plays: u64, requests: u64) -> u64 {
    let tried = [plays, requests].into_iter().filter(|count| 0 < *count);
    tried.min().unwrap_or_default()
}

/// How many of them percentiles need; where a scenario is content with fewer sessions, no more than those.
pub(crate) fn tries_min(sessions_min: u64) -> u64 {
    sessions_min.min(PERCENTILE_MIN)
}

impl Figures {
    pub(crate) fn verdict(&self) -> Verdict {
        if !self.reasons_against().is_empty() {
            return Verdict::Invalid;
        }
        let is_stable = self.misses().is_empty();
        let is_fair = self.rebuffer_ratio <= SILENCE_FAIR
            && self.startup_p95.max(self.response_p95) <= BEARABLE
            && self.failures_are_at_most(FAILURES_FAIR, FAILURES_FAIR);
        match (is_stable, is_fair) {
            (true, _) => Verdict::Stable,
            (false, true) => Verdict::Fair,
            (false, false) => Verdict::Poor,
        }
    }

    /// Sessions that started while the scenario lets people come.
    pub(crate) fn in_time(&self) -> u64 {
        self.started_sessions.saturating_sub(self.late_sessions)
    }

    /// The limits of a stable run that were missed.
    pub(crate) fn misses(&self) -> Vec<Miss> {
        let stalled = ratio(self.stalled_plays, self.plays);
        let all = [
            (SOON < self.startup_p99).then_some(Miss::Startup {
                p99_ms: ms(self.startup_p99),
            }),
            (SOON < self.response_p99).then_some(Miss::Response {
                p99_ms: ms(self.response_p99),
            }),
            (SILENCE_STABLE < self.rebuffer_ratio).then_some(Miss::Rebuffering {
                ratio: self.rebuffer_ratio,
            }),
            (STALLED_STABLE < stalled).then_some(Miss::Stalls { share: stalled }),
            (!self.failures_are_at_most(0.0, LARGE_RUN_FAILURES)).then_some(Miss::Failures {
                count: self.failed_plays + self.failed_requests,
            }),
        ];
        all.into_iter().flatten().collect()
    }

    /// Whether no more than a share of plays failed, and of requests: another share where there are very many.
    fn failures_are_at_most(&self, share: f64, share_of_many: f64) -> bool {
        let all = [
            (self.failed_plays, self.plays),
            (self.failed_requests, self.requests),
        ];
        all.into_iter().all(|(failed, whole)| {
            let most = if LARGE_RUN < whole {
                share_of_many
            } else {
                share
            };
            ratio(failed, whole) <= most
        })
    }

    /// Why the run says nothing about the server; empty where it does.
    pub(crate) fn reasons_against(&self) -> Vec<Reason> {
        let reached = ratio(self.in_time(), self.planned_sessions);
        let [lag_ms, backlog_ms] = [self.lag_p99, self.backlog_p99].map(ms);
        let tries = fewest_tries(self.plays, self.requests);
        let least = tries_min(self.sessions_min);
        let all = [
            self.is_interrupted.then_some(Reason::Interrupted),
            (reached < REACHED_MIN).then_some(Reason::NotReached {
                percent: reached * 100.0,
            }),
            (LAG_P99_MAX < self.lag_p99).then_some(Reason::Late { lag_ms }),
            (BACKLOG_P99_MAX < self.backlog_p99).then_some(Reason::Backlog { backlog_ms }),
            (0 < self.own_faults).then_some(Reason::Exhausted {
                count: self.own_faults,
            }),
            (self.started_sessions < self.sessions_min).then_some(Reason::Few {
                sessions: self.started_sessions,
                least: self.sessions_min,
            }),
            (self.sessions_min <= self.started_sessions && tries < least)
                .then_some(Reason::FewTries { tries, least }),
        ];
        all.into_iter().flatten().collect()
    }
}
