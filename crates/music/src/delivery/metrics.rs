//! What delivery tells the operator. No label ever holds an id, a path or what a client sent.

use std::sync::Arc;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

/// Counters and gauges of media delivery.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// Bytes of media handed to connections.
    pub(crate) sent_bytes: Counter,
    /// Answers with media that are being sent now.
    pub(crate) active_streams: Gauge,
    /// Of them those that hold a slot for long answers.
    pub(crate) active_long_answers: Gauge,
    /// Long answers refused because all slots were taken.
    pub(crate) long_answers_refused: Counter,
    /// Media requests with CMCD keys.
    pub(crate) cmcd_requests: Counter,
    /// Of them those that said the player's buffer had run dry (`bs`).
    pub(crate) cmcd_starvations: Counter,
    /// Blocks in memory, cached or being sent.
    pub(crate) memory_bytes: Gauge,
    blocks: Family<BlockLabels, Counter>,
    /// Its members, which take as long to find as all else that is counted of an answer.
    blocks_hit: Counter,
    blocks_missed: Counter,
    /// Reads of the object store that failed.
    pub(crate) object_failures: Counter,
    object_reads: Counter,
    object_read_bytes: Counter,
}

/// Whether a block was in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was.
    Hit,
    /// It was not: loaded, or waited for with others.
    Miss,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BlockLabels {
    outcome: &'static str,
}

impl Metrics {
    /// Makes the metrics known to a registry under the service's prefix.
    pub(crate) fn register(registry: &mut Registry) -> Arc<Self> {
        let blocks = Family::<BlockLabels, Counter>::default();
        let of = |outcome| blocks.get_or_create_owned(&BlockLabels { outcome });
        let metrics = Self {
            blocks_hit: of("hit"),
            blocks_missed: of("miss"),
            blocks,
            ..Self::default()
        };
        let registry = registry.sub_registry_with_prefix("media");
        registry.register(
            "active_streams",
            "Answers with media that are being sent now",
            metrics.active_streams.clone(),
        );
        registry.register(
            "active_long_answers",
            "Long answers with media that are being sent now",
            metrics.active_long_answers.clone(),
        );
        registry.register_with_unit(
            "memory",
            "Blocks of media in memory, cached or being sent",
            Unit::Bytes,
            metrics.memory_bytes.clone(),
        );
        registry.register_with_unit(
            "sent",
            "Media handed to connections",
            Unit::Bytes,
            metrics.sent_bytes.clone(),
        );
        registry.register(
            "long_answers_refused",
            "Long answers refused with 503 because all slots were taken",
            metrics.long_answers_refused.clone(),
        );
        registry.register(
            "cache_blocks",
            "Blocks asked for, by whether they were in memory",
            metrics.blocks.clone(),
        );
        registry.register(
            "object_reads",
            "Ranges read from the object store",
            metrics.object_reads.clone(),
        );
        registry.register(
            "object_failures",
            "Ranges that the object store did not give, however often it was asked",
            metrics.object_failures.clone(),
        );
        registry.register_with_unit(
            "object_read",
            "Media read from the object store",
            Unit::Bytes,
            metrics.object_read_bytes.clone(),
        );
        registry.register(
            "cmcd_requests",
            "Media requests with CMCD keys",
            metrics.cmcd_requests.clone(),
        );
        registry.register(
            "cmcd_starvations",
            "Media requests whose CMCD keys say that the player had run dry",
            metrics.cmcd_starvations.clone(),
        );
        Arc::new(metrics)
    }

    pub(crate) fn count_block(&self, outcome: Outcome) {
        match outcome {
            Outcome::Hit => self.blocks_hit.inc(),
            Outcome::Miss => self.blocks_missed.inc(),
        };
    }

    pub(crate) fn count_object_read(&self, length: usize) {
        self.object_reads.inc();
        self.object_read_bytes.inc_by(length as u64);
    }
}
