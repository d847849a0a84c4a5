//! What an operator sees of a database: readiness does not follow it, because every replica would leave at once.

use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::Database;
use crate::lifecycle::Tasks;

/// How often a database is asked for a sign of life.
const PING_EVERY: Duration = Duration::from_secs(5);
/// How long the answer may take; a line that swallows everything would keep it for minutes.
const PING_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Clone, Debug, Default)]
struct Metrics {
    up: Gauge,
    failures: Counter,
}

impl Database {
    /// Asks the database for a sign of life again and again, until the stop, and shows the answers as
    /// `<service>_database_up` and `<service>_database_failures_total`.
    pub fn watch(&self, tasks: &Tasks, registry: &mut Registry) {
        let metrics = Metrics::register(registry);
        let (database, tasks_of_watch) = (self.clone(), tasks.clone());
        tasks.spawn(async move {
            loop {
                let answered = tokio::select! {
                    answered = database.answers() => answered,
                    () = tasks_of_watch.stopping().cancelled() => break,
                };
                metrics.observe(answered);
                if !tasks_of_watch.pause(PING_EVERY).await {
                    break;
                }
            }
        });
    }

    async fn answers(&self) -> bool {
        let ping = tokio::time::timeout(PING_TIMEOUT, self.connection().ping());
        matches!(ping.await, Ok(Ok(())))
    }
}

impl Metrics {
    fn register(registry: &mut Registry) -> Self {
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
}
