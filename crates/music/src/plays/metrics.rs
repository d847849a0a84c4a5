//! What plays tell the operator. No label ever holds an id, an address or what a client sent.

use std::fmt::Write as _;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::summaries::{DeliveryLabels, FailureLabels, RungLabels};

/// Upper limits of start-up times: fine around what listeners notice.
const START_UP_SECONDS: [f64; 12] = [
    0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0,
];

/// Seconds that are only added to.
type Seconds = Counter<f64, AtomicU64>;

/// Metrics of plays; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    /// Plays begun.
    pub(super) plays_started: Counter,
    /// Reports by what became of them.
    pub(super) reports: Family<ReportLabels, Counter>,
    /// Times from the wish to the first sound.
    pub(super) start_up_seconds: Family<DeliveryLabels, Histogram, fn() -> Histogram>,
    /// Summaries.
    pub(super) playbacks: Family<DeliveryLabels, Counter>,
    /// Of them those with a stall.
    pub(super) stalled_playbacks: Family<DeliveryLabels, Counter>,
    /// Stalls.
    pub(super) stalls: Family<DeliveryLabels, Counter>,
    /// Time without the sound that was wanted.
    pub(super) stalled_seconds: Family<DeliveryLabels, Seconds>,
    /// Time with sound.
    pub(super) played_seconds: Family<DeliveryLabels, Seconds>,
    /// Time with sound by bit rate.
    pub(super) bit_rate_seconds: Family<RungLabels, Seconds>,
    /// Plays that ended before they should have.
    pub(super) failures: Family<FailureLabels, Counter>,
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum ReportOutcome {
    /// Recorded; it does not count (yet).
    Recorded,
    /// Recorded, and its listener counts now.
    Counted,
    /// Recorded, and its listener counted before.
    CountedBefore,
    /// Recorded, and would count but for a limit.
    Limited,
    /// Refused: no play can have gone like this.
    Refused,
    /// Not recorded, because something was away or full.
    Unavailable,
}

impl EncodeLabelValue for ReportOutcome {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> std::fmt::Result {
        encoder.write_str(match self {
            Self::Recorded => "recorded",
            Self::Counted => "counted",
            Self::CountedBefore => "counted_before",
            Self::Limited => "limited",
            Self::Refused => "refused",
            Self::Unavailable => "unavailable",
        })
    }
}

/// Reports told apart by what became of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ReportLabels {
    pub(super) outcome: ReportOutcome,
}

impl Metrics {
    /// Makes the metrics known to a registry under the service's prefix.
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            plays_started: Counter::default(),
            reports: Family::default(),
            start_up_seconds: Family::new_with_constructor(|| Histogram::new(START_UP_SECONDS)),
            playbacks: Family::default(),
            stalled_playbacks: Family::default(),
            stalls: Family::default(),
            stalled_seconds: Family::default(),
            played_seconds: Family::default(),
            bit_rate_seconds: Family::default(),
            failures: Family::default(),
        };
        metrics.register_plays(registry);
        metrics.register_playbacks(registry);
        metrics
    }

    fn register_plays(&self, registry: &mut Registry) {
        registry.register(
            "plays_started",
            "Starts of plays, those sent again included",
            self.plays_started.clone(),
        );
        registry.register(
            "play_reports",
            "Reports of plays, by what became of them",
            self.reports.clone(),
        );
    }

    fn register_playbacks(&self, registry: &mut Registry) {
        registry.register(
            "playbacks",
            "Plays whose player told how it went",
            self.playbacks.clone(),
        );
        registry.register(
            "playbacks_stalled",
            "Of them those whose sound stopped at least once",
            self.stalled_playbacks.clone(),
        );
        registry.register_with_unit(
            "playback_start_up",
            "Time from the wish to the first sound",
            Unit::Seconds,
            self.start_up_seconds.clone(),
        );
        registry.register(
            "playback_stalls",
            "Times the sound stopped without being asked to",
            self.stalls.clone(),
        );
        registry.register_with_unit(
            "playback_stalled",
            "Time without the sound that was wanted",
            Unit::Seconds,
            self.stalled_seconds.clone(),
        );
        registry.register_with_unit(
            "playback_played",
            "Time with sound",
            Unit::Seconds,
            self.played_seconds.clone(),
        );
        registry.register_with_unit(
            "playback_bit_rate",
            "Time with sound by bit rate in kbit/s",
            Unit::Seconds,
            self.bit_rate_seconds.clone(),
        );
        registry.register(
            "playback_failures",
            "Plays that ended before they should have, by kind",
            self.failures.clone(),
        );
    }
}
