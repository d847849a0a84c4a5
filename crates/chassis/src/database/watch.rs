//! What an operator sees of a database: readiness does not follow it, because every replica would leave at once.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::Database;
use crate::clock::Clock;
use crate::lifecycle::Tasks;

/// How often a database is asked for a sign of life.
const PING_EVERY: Duration = Duration::from_secs(5);
/// How long the answer may take; a line that swallows everything would keep it for minutes.
const PING_TIMEOUT: Duration = Duration::from_secs(5);
/// From which difference between the machine's clock and the server's on somebody should set the machine's.
const OFFSET_TOLD_MS: i64 = 1_000;

#[derive(Clone, Debug, Default)]
struct Metrics {
    up: Gauge,
    failures: Counter,
    clock_offset_seconds: Gauge<f64, AtomicU64>,
}

impl Database {
    /// Asks the database for a sign of life again and again, until the stop, and shows the answers as
    /// `<service>_database_up` and `<service>_database_failures_total`. A server is asked for its time: a clock of
    /// [`Database::clock`] is set by it, and `<service>_database_clock_offset_seconds` shows how wrong the machine is.
    pub fn watch(&self, clock: &Clock, tasks: &Tasks, registry: &mut Registry) {
        let metrics = Metrics::register(registry, !self.config.is_embedded());
        let (database, clock) = (self.clone(), clock.clone());
        let tasks_of_watch = tasks.clone();
        tasks.spawn(async move {
            let mut is_told = false;
            loop {
                let answer = tokio::select! {
                    answer = database.answer(&clock) => answer,
                    () = tasks_of_watch.stopping().cancelled() => break,
                };
                metrics.observe(answer.is_some());
                if let Some(Answer {
                    offset_ms: Some(offset_ms),
                }) = answer
                {
                    metrics.observe_offset(offset_ms, &mut is_told);
                }
                if !tasks_of_watch.pause(PING_EVERY).await {
                    break;
                }
            }
        });
    }

    async fn answer(&self, clock: &Clock) -> Option<Answer> {
        let asking = async {
            let Some(sighting) = self.see_time(clock).await? else {
                self.connection().ping().await?;
                return Ok::<_, sea_orm::DbErr>(Answer { offset_ms: None });
            };
            clock.set_by(sighting);
            let of_machine = clock.machine().now_ms() - clock.steady_ms();
            let passed_ms = (sighting.answered_ms - sighting.asked_ms) / 2;
            let offset_ms = sighting.seen_ms - sighting.asked_ms - passed_ms - of_machine;
            Ok(Answer {
                offset_ms: Some(offset_ms),
            })
        };
        tokio::time::timeout(PING_TIMEOUT, asking).await.ok()?.ok()
    }
}

/// A sign of life.
struct Answer {
    /// How far the machine's clock is behind the server's; less than nothing when it is ahead.
    offset_ms: Option<i64>,
}

impl Metrics {
    fn register(registry: &mut Registry, has_time: bool) -> Self {
        let metrics = Self::default();
        // It was opened before anybody could ask.
        metrics.up.set(1);
        let registry = registry.sub_registry_with_prefix("database");
        registry.register(
            "up",
            "1 while the database gives a connection that answers, 0 while it does not",
            metrics.up.clone(),
        );
        registry.register(
            "failures",
            "Times it was asked for a sign of life and gave none",
            metrics.failures.clone(),
        );
        if has_time {
            registry.register(
                "clock_offset_seconds",
                "How far the clock of this machine is behind that of the database server, which is followed; negative \
                 when it is ahead",
                metrics.clock_offset_seconds.clone(),
            );
        }
        metrics
    }

    fn observe(&self, answered: bool) {
        let was_up = self.up.set(i64::from(answered)) == 1;
        if !answered {
            self.failures.inc();
        }
        match (was_up, answered) {
            (true, false) => tracing::error!("the database does not answer"),
            (false, true) => tracing::info!("the database answers again"),
            _ => {}
        }
    }

    /// Warns once, and again only when it was right meanwhile.
    fn observe_offset(&self, offset_ms: i64, is_told: &mut bool) {
        let seconds = Duration::from_millis(offset_ms.unsigned_abs()).as_secs_f64();
        let seconds = if offset_ms < 0 { -seconds } else { seconds };
        self.clock_offset_seconds.set(seconds);
        let is_off = OFFSET_TOLD_MS < offset_ms.abs();
        if is_off && !*is_told {
            tracing::warn!(
                clock_offset_seconds = seconds,
                "the clock of this machine is not that of the database server: the server's is followed; set this \
                 machine's, so that the times in its log are right"
            );
        }
        *is_told = is_off;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_clock_is_told_once_until_it_has_been_right() {
        let metrics = Metrics::default();
        let mut is_told = false;
        for (offset_ms, seconds, told) in [
            (1_000, 1.0, false),
            (-1_500, -1.5, true),
            (-86_400_000, -86_400.0, true),
            (0, 0.0, false),
        ] {
            metrics.observe_offset(offset_ms, &mut is_told);
            assert_eq!(
                (metrics.clock_offset_seconds.get(), is_told),
                (seconds, told)
            );
        }
    }
}
