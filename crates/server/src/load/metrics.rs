//! A run as metrics for Prometheus, served while it lasts.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use chassis::http::{self, BindError};
use chassis::lifecycle::Tasks;
use chassis::problem::Problem;
use loadtest::Progress;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use tokio::runtime::Builder;

/// From a sound that is there at once to one that nobody waits for; 0.2, 0.5 and 2 are in the rules of the verdict.
const STARTUP_BUCKETS: [f64; 12] = [
    0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0,
];

/// Why a run cannot tell metrics.
#[derive(Debug, thiserror::Error)]
pub(super) enum MetricsError {
    /// Nobody can be answered at the address.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// This machine does not allow it.
    #[error(transparent)]
    Machine(#[from] std::io::Error),
}

/// Counts a run. Who asks is answered until this is gone.
pub(super) struct LoadMetrics {
    /// Where it is served.
    pub(super) address: SocketAddr,
    counted: Counted,
    serving: Tasks,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FaultLabels {
    kind: &'static str,
}

/// Cheap to clone: the registry has the same numbers.
#[derive(Clone, Debug)]
struct Counted {
    sessions_started: Counter,
    first_sounds: Counter,
    stalls: Counter,
    faults: Family<FaultLabels, Counter>,
    requests: Counter,
    responses: Counter,
    bytes: Counter,
    sessions_active: Gauge,
    plays_waiting: Gauge,
    plays_sounding: Gauge,
    plays_silent: Gauge,
    lag_seconds: Gauge<f64, std::sync::atomic::AtomicU64>,
    backlog_seconds: Gauge<f64, std::sync::atomic::AtomicU64>,
    response_p99_seconds: Gauge<f64, std::sync::atomic::AtomicU64>,
    startup_seconds: Histogram,
}

impl LoadMetrics {
    /// Serves metrics of a run that begins, from a thread of its own: the run's thread has better things to do.
    pub(super) fn serve(address: SocketAddr) -> Result<Self, MetricsError> {
        let mut registry = Registry::default();
        let counted = Counted::register(&mut registry);
        chassis::process::register(&mut registry);
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _entered = runtime.enter();
            http::bind(address)?
        };
        let address = listener.local_addr()?;
        let router = Router::new().route("/metrics", get(metrics));
        let router = router.with_state(Arc::new(registry));
        let serving = Tasks::default();
        let tasks = serving.clone();
        thread::spawn(move || runtime.block_on(http::serve(listener, router, tasks)));
        Ok(Self {
            address,
            counted,
            serving,
        })
    }

    /// Another second has passed.
    pub(super) fn count(&mut self, progress: &Progress<'_>) {
        self.counted.count(progress);
    }
}

impl Drop for LoadMetrics {
    fn drop(&mut self) {
        self.serving.stopping().cancel();
    }
}

impl Counted {
    fn new() -> Self {
        Self {
            sessions_started: Counter::default(),
            first_sounds: Counter::default(),
            stalls: Counter::default(),
            faults: Family::default(),
            requests: Counter::default(),
            responses: Counter::default(),
            bytes: Counter::default(),
            sessions_active: Gauge::default(),
            plays_waiting: Gauge::default(),
            plays_sounding: Gauge::default(),
            plays_silent: Gauge::default(),
            lag_seconds: Gauge::default(),
            backlog_seconds: Gauge::default(),
            response_p99_seconds: Gauge::default(),
            startup_seconds: Histogram::new(STARTUP_BUCKETS),
        }
    }

    fn register(registry: &mut Registry) -> Self {
        let counted = Self::new();
        let own = registry.sub_registry_with_prefix("haas_load");
        let mut counter = |name: &str, help: &str, counter: &Counter| {
            own.register(name, help, counter.clone());
        };
        counter(
            "sessions_started",
            "Sessions that began",
            &counted.sessions_started,
        );
        counter(
            "first_sounds",
            "Plays that began to sound",
            &counted.first_sounds,
        );
        counter(
            "stalls",
            "Silences that began in the middle of a play",
            &counted.stalls,
        );
        counter("requests", "Requests of every kind", &counted.requests);
        counter(
            "responses",
            "Requests of visitors that were answered, or were not within their patience",
            &counted.responses,
        );
        counter("bytes", "What came over the network", &counted.bytes);
        counted.register_gauges(own);
        own.register(
            "faults",
            "What ended a play, a report of one, or a request",
            counted.faults.clone(),
        );
        own.register_with_unit(
            "lag",
            "How late the generator was at most with what was due in the last second",
            Unit::Seconds,
            counted.lag_seconds.clone(),
        );
        own.register_with_unit(
            "backlog",
            "How long what came from the server waited at most for the generator in the last second",
            Unit::Seconds,
            counted.backlog_seconds.clone(),
        );
        own.register_with_unit(
            "response_p99",
            "From a due request of a visitor to the end of its answer, for 99 of 100 in the last second that had any",
            Unit::Seconds,
            counted.response_p99_seconds.clone(),
        );
        own.register_with_unit(
            "startup",
            "From a due press to the first sound; who left without one has waited as long as people wait",
            Unit::Seconds,
            counted.startup_seconds.clone(),
        );
        counted
    }

    fn register_gauges(&self, own: &mut Registry) {
        for (name, help, gauge) in [
            (
                "sessions_active",
                "Sessions that have not ended",
                &self.sessions_active,
            ),
            (
                "plays_waiting",
                "Plays that were pressed and have not been heard yet",
                &self.plays_waiting,
            ),
            ("plays_sounding", "Plays that sound", &self.plays_sounding),
            (
                "plays_silent",
                "Plays that have stalled",
                &self.plays_silent,
            ),
        ] {
            own.register(name, help, gauge.clone());
        }
    }

    fn count(&self, progress: &Progress<'_>) {
        let row = &progress.row;
        self.sessions_started.inc_by(row.starts);
        self.first_sounds.inc_by(row.sounds);
        self.stalls.inc_by(row.stalls);
        self.requests.inc_by(row.requests);
        self.responses.inc_by(row.responses);
        self.bytes.inc_by(row.bytes);
        for (kind, count) in progress.new_faults {
            let counter = self.faults.get_or_create(&FaultLabels { kind });
            counter.inc_by(*count);
        }
        let gauges = [
            (&self.sessions_active, row.active),
            (&self.plays_waiting, row.waiting),
            (&self.plays_sounding, row.sounding),
            (&self.plays_silent, row.silent),
        ];
        for (gauge, value) in gauges {
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        }
        self.lag_seconds.set(row.lag_ms / 1_000.0);
        self.backlog_seconds.set(row.backlog_ms / 1_000.0);
        // A second without an answer says nothing of how long one takes.
        if 0 < row.responses {
            self.response_p99_seconds.set(row.response_p99_ms / 1_000.0);
        }
        for (seconds, count) in progress.first_sounds {
            for _ in 0..*count {
                self.startup_seconds.observe(*seconds);
            }
        }
    }
}

async fn metrics(State(registry): State<Arc<Registry>>) -> Response {
    let mut text = String::new();
    match prometheus_client::encoding::text::encode(&mut text, &registry) {
        Ok(()) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(error) => Problem::internal(error).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use loadtest::Row;

    use super::*;
    use crate::load::view::tests::progress;

    fn text_of(registry: &Registry) -> String {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, registry).unwrap();
        text
    }

    #[test]
    fn what_a_run_does_is_counted_second_by_second() {
        let mut registry = Registry::default();
        let counted = Counted::register(&mut registry);
        for timeouts in [2, 3] {
            let faults = BTreeMap::from([("timeout", timeouts)]);
            counted.count(&Progress {
                first_sounds: &[(0.15, 2), (40.0, 1)],
                row: Row {
                    sounds: 3,
                    stalls: 1,
                    responses: timeouts - 2,
                    response_p99_ms: 250.0,
                    ..progress(&faults).row
                },
                ..progress(&faults)
            });
        }
        let text = text_of(&registry);
        for line in [
            "haas_load_sessions_started_total 198",
            "haas_load_first_sounds_total 6",
            "haas_load_stalls_total 2",
            "haas_load_faults_total{kind=\"timeout\"} 5",
            "haas_load_requests_total 8642",
            "haas_load_responses_total 1",
            "haas_load_response_p99_seconds 0.25",
            "haas_load_bytes_total 30850000",
            "haas_load_sessions_active 1234",
            "haas_load_plays_waiting 5",
            "haas_load_plays_sounding 1200",
            "haas_load_plays_silent 3",
            "haas_load_lag_seconds 0.0005",
            "haas_load_backlog_seconds 0.002",
            "haas_load_startup_seconds_bucket{le=\"0.1\"} 0",
            "haas_load_startup_seconds_bucket{le=\"0.2\"} 4",
            "haas_load_startup_seconds_bucket{le=\"+Inf\"} 6",
            "haas_load_startup_seconds_count 6",
        ] {
            assert!(text.lines().any(|own| own == line), "no {line} in {text}");
        }
    }

    #[test]
    fn every_number_belongs_to_a_metric_that_was_announced() {
        let mut registry = Registry::default();
        let counted = Counted::register(&mut registry);
        counted.count(&progress(&BTreeMap::from([("timeout", 1)])));
        let text = text_of(&registry);
        let (mut announced, mut explained) = (BTreeMap::new(), BTreeSet::new());
        for line in text.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            match words.as_slice() {
                ["#", "TYPE", name, kind] => {
                    assert_eq!(announced.insert(*name, *kind), None, "{line}");
                }
                ["#", "HELP", name, ..] => assert!(explained.insert(*name), "{line}"),
                ["#", "UNIT", name, unit] => assert!(name.ends_with(unit), "{line}"),
                ["#", "EOF"] => {}
                [name, number] => {
                    let name = name.split('{').next().unwrap();
                    let endings: &[&str] =
                        match announced.iter().find(|(own, _)| name.starts_with(**own)) {
                            Some((_, &"counter")) => &["_total"],
                            Some((_, &"histogram")) => &["_bucket", "_count", "_sum"],
                            Some((_, &"gauge")) => &[""],
                            other => panic!("{line}: {other:?}"),
                        };
                    assert!(
                        endings.iter().any(|ending| name.ends_with(ending)),
                        "{line}"
                    );
                    assert!(number.parse::<f64>().unwrap() >= 0.0, "{line}");
                }
                _ => panic!("{line}"),
            }
        }
        assert!(text.ends_with("# EOF\n"), "{text}");
        assert_eq!(announced.len(), 15);
        assert_eq!(explained, announced.keys().copied().collect());
    }
}
