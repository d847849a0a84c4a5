//! What the chart tells the operator.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Upper limits of how long computing takes, in seconds.
const COMPUTE_SECONDS: [f64; 9] = [0.005, 0.02, 0.05, 0.1, 0.5, 1.0, 2.5, 10.0, 30.0];

/// Metrics of the chart; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    /// How long computing the current chart took.
    pub(crate) compute_seconds: Histogram,
    /// Times it could not be computed.
    pub(crate) compute_failures: Counter,
    /// Hourly charts frozen.
    pub(crate) hours_frozen: Counter,
    /// The moment of the last chart this process computed, in seconds since 1970.
    pub(crate) computed_at_seconds: Gauge,
    /// Who listens to the events of this process.
    pub(crate) subscribers: Gauge,
    /// Subscribers dropped because they were too slow.
    pub(crate) subscribers_dropped: Counter,
}

impl Metrics {
    /// Makes the metrics known to a registry under the service's prefix.
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            compute_seconds: Histogram::new(COMPUTE_SECONDS),
            compute_failures: Counter::default(),
            hours_frozen: Counter::default(),
            computed_at_seconds: Gauge::default(),
            subscribers: Gauge::default(),
            subscribers_dropped: Counter::default(),
        };
        let registry = registry.sub_registry_with_prefix("chart");
        registry.register_with_unit(
            "compute",
            "How long computing the current chart took",
            Unit::Seconds,
            metrics.compute_seconds.clone(),
        );
        registry.register(
            "compute_failures",
            "Times the chart could not be computed",
            metrics.compute_failures.clone(),
        );
        registry.register(
            "hours_frozen",
            "Hourly charts frozen by this process",
            metrics.hours_frozen.clone(),
        );
        registry.register_with_unit(
            "computed_at",
            "The moment of the last chart this process computed, since 1970",
            Unit::Seconds,
            metrics.computed_at_seconds.clone(),
        );
        registry.register(
            "subscribers",
            "Clients that listen to chart events",
            metrics.subscribers.clone(),
        );
        registry.register(
            "subscribers_dropped",
            "Clients dropped because they did not read chart events fast enough",
            metrics.subscribers_dropped.clone(),
        );
        metrics
    }
}
