//! How playing went, as players tell it at the end: numbers without a listener.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::StatusCode;
use chassis::Problem;
use chassis::http::Json;
use chassis::problem::ProblemDocument;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{AppState, Error, Result};

/// Waiting longer than this for the first sound is no start-up.
const START_UP_MS_MAX: i64 = 10 * 60_000;
/// No play is longer.
const PLAYED_MS_MAX: i64 = 24 * 3_600_000;
/// More stalls than this nobody sits through.
const STALL_COUNT_MAX: i64 = 10_000;
/// How much the times of the bit rates together may exceed what was played: each is rounded.
const BIT_RATES_AHEAD_MS_MAX: i64 = 1_000;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(create_playback_summary))
}

/// How one play went.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PlaybackSummary {
    delivery: Delivery,
    /// From the wish to the first sound; null when there was none. At most 10 minutes.
    #[schema(minimum = 0, maximum = 600_000)]
    start_up_ms: Option<i64>,
    /// Media time played. At most a day.
    #[schema(minimum = 0, maximum = 86_400_000)]
    played_ms: i64,
    /// How often the sound stopped without being asked to.
    #[schema(minimum = 0, maximum = 10_000)]
    stall_count: i64,
    /// For how long altogether.
    #[schema(minimum = 0, maximum = 86_400_000)]
    stall_ms: i64,
    /// Of the time played, how much in which bit rate.
    bit_rate_ms: BitRateMs,
    /// Why it ended before it should have; null when it did not.
    failure: Option<Failure>,
}

/// Time played in each bit rate.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct BitRateMs {
    #[serde(rename = "64")]
    kbps_64: i64,
    #[serde(rename = "128")]
    kbps_128: i64,
    #[serde(rename = "256")]
    kbps_256: i64,
    original: i64,
}

/// How the media came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Delivery {
    /// HLS.
    Hls,
    /// One file.
    Progressive,
}

impl EncodeLabelValue for Delivery {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> std::fmt::Result {
        encoder.write_str(match self {
            Self::Hls => "hls",
            Self::Progressive => "progressive",
        })
    }
}

/// Why a play ended before it should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Failure {
    /// The media did not come.
    Network,
    /// The browser could not play it.
    Decode,
    /// There was no such media.
    NotFound,
    /// The browser did not allow sound.
    Blocked,
}

impl EncodeLabelValue for Failure {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> std::fmt::Result {
        encoder.write_str(match self {
            Self::Network => "network",
            Self::Decode => "decode",
            Self::NotFound => "not_found",
            Self::Blocked => "blocked",
        })
    }
}

/// The bit rates that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Rung {
    /// 64 kbit/s.
    Kbps64,
    /// 128 kbit/s.
    Kbps128,
    /// 256 kbit/s.
    Kbps256,
    /// The file as it was imported.
    Original,
}

impl EncodeLabelValue for Rung {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> std::fmt::Result {
        encoder.write_str(match self {
            Self::Kbps64 => "64",
            Self::Kbps128 => "128",
            Self::Kbps256 => "256",
            Self::Original => "original",
        })
    }
}

/// Plays told apart by how the media came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct DeliveryLabels {
    pub(super) delivery: Delivery,
}

/// Time told apart by bit rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RungLabels {
    pub(super) delivery: Delivery,
    pub(super) bit_rate_kbps: Rung,
}

/// Failures told apart by their kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct FailureLabels {
    pub(super) delivery: Delivery,
    pub(super) kind: Failure,
}

impl PlaybackSummary {
    /// What no play can have been is refused, field by field, so that nobody can spoil the figures with one request.
    fn check(&self) -> std::result::Result<(), Problem> {
        let rates = self.bit_rate_ms.times();
        let start_up_ms = self.start_up_ms.unwrap_or_default();
        let mut wrong: Vec<(&str, String)> = Vec::new();
        for (pointer, value, max) in [
            ("#/start_up_ms", start_up_ms, START_UP_MS_MAX),
            ("#/played_ms", self.played_ms, PLAYED_MS_MAX),
            ("#/stall_count", self.stall_count, STALL_COUNT_MAX),
            ("#/stall_ms", self.stall_ms, PLAYED_MS_MAX),
            ("#/bit_rate_ms/64", rates[0].1, PLAYED_MS_MAX),
            ("#/bit_rate_ms/128", rates[1].1, PLAYED_MS_MAX),
            ("#/bit_rate_ms/256", rates[2].1, PLAYED_MS_MAX),
            ("#/bit_rate_ms/original", rates[3].1, PLAYED_MS_MAX),
        ] {
            if !(0..=max).contains(&value) {
                wrong.push((pointer, format!("must be 0 to {max}")));
            }
        }
        if wrong.is_empty() {
            let sum_ms: i64 = rates.iter().map(|(_, ms)| ms).sum();
            if self.played_ms + BIT_RATES_AHEAD_MS_MAX < sum_ms {
                wrong.push(("#/bit_rate_ms", "is more than played_ms".to_owned()));
            }
        }
        if wrong.is_empty() {
            return Ok(());
        }
        let problem = Problem::from(Error::SummaryRefused);
        Err(wrong
            .into_iter()
            .fold(problem, |problem, (pointer, detail)| {
                problem.field(pointer, detail)
            }))
    }
}

impl BitRateMs {
    fn times(&self) -> [(Rung, i64); 4] {
        [
            (Rung::Kbps64, self.kbps_64),
            (Rung::Kbps128, self.kbps_128),
            (Rung::Kbps256, self.kbps_256),
            (Rung::Original, self.original),
        ]
    }
}

/// Takes the summary of a play into the figures. It says nothing about who listened to what, and nothing is kept.
#[utoipa::path(post, path = "/api/music/v1/playback-summaries", tag = "plays", request_body = PlaybackSummary,
    responses((status = 204, description = "Counted"), (status = "default", body = ProblemDocument)))]
async fn create_playback_summary(
    State(app): State<AppState>,
    Json(summary): Json<PlaybackSummary>,
) -> Result<StatusCode> {
    summary.check()?;
    let metrics = &app.plays.metrics;
    let delivery = summary.delivery;
    let labels = DeliveryLabels { delivery };
    metrics.playbacks.get_or_create(&labels).inc();
    metrics
        .played_seconds
        .get_or_create(&labels)
        .inc_by(seconds(summary.played_ms));
    metrics
        .stalls
        .get_or_create(&labels)
        .inc_by(summary.stall_count.unsigned_abs());
    if 0 < summary.stall_count {
        metrics.stalled_playbacks.get_or_create(&labels).inc();
    }
    metrics
        .stalled_seconds
        .get_or_create(&labels)
        .inc_by(seconds(summary.stall_ms));
    if let Some(start_up_ms) = summary.start_up_ms {
        let start_up = metrics.start_up_seconds.get_or_create(&labels);
        start_up.observe(seconds(start_up_ms));
    }
    for (bit_rate_kbps, ms) in summary.bit_rate_ms.times() {
        if 0 < ms {
            let labels = RungLabels {
                delivery,
                bit_rate_kbps,
            };
            metrics
                .bit_rate_seconds
                .get_or_create(&labels)
                .inc_by(seconds(ms));
        }
    }
    if let Some(kind) = summary.failure {
        let labels = FailureLabels { delivery, kind };
        metrics.failures.get_or_create(&labels).inc();
    }
    Ok(StatusCode::NO_CONTENT)
}

fn seconds(ms: i64) -> f64 {
    std::time::Duration::from_millis(ms.unsigned_abs()).as_secs_f64()
}
