//! What preparation tells the operator.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::prepare::PrepareOutcome;

/// Counters and gauges of preparation; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Metrics {
    /// Tracks that wait to be prepared, as this process saw it last.
    pub(super) waiting: Gauge,
    tries: Family<TryLabels, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TryLabels {
    outcome: &'static str,
}

impl Metrics {
    /// Makes the metrics known to a registry under the service's prefix.
    pub(super) fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        let registry = registry.sub_registry_with_prefix("preparation");
        registry.register(
            "waiting",
            "Tracks that wait to be measured and transcoded",
            metrics.waiting.clone(),
        );
        registry.register(
            "tries",
            "Tracks this process measured and transcoded, by what came of it: outage is what the machine lacked, dropped \
             what somebody else took over or a stop gave back",
            metrics.tries.clone(),
        );
        metrics
    }

    pub(super) fn count(&self, outcome: &PrepareOutcome) {
        let outcome = match outcome {
            PrepareOutcome::Ready => "ready",
            PrepareOutcome::Failed {
                is_outage: true, ..
            } => "outage",
            PrepareOutcome::Failed { .. } => "failed",
            PrepareOutcome::Dropped => "dropped",
        };
        self.tries.get_or_create(&TryLabels { outcome }).inc();
    }
}
