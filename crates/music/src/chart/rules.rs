//! How the chart is counted: pure rules over what was counted.
//!
//! The score of a track is half its share of the last hour's listeners and half its share of the last 24 hours'.
//! A share is the track's listeners among the listeners of all tracks, so that the small number of the last hour is
//! not drowned. From 01:00 to 07:00 local time the last hour is left out: few listen then, and few could push a track.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::plays::HOUR_MS;

/// How many ranks the chart has.
pub(crate) const RANKS_MAX: usize = 100;
/// The local hours in which only the last 24 hours count: from the first to before the last.
pub(crate) const NIGHT_HOURS: std::ops::Range<i8> = 1..7;
/// The windows listeners are counted in.
pub(crate) const WINDOW_5MIN_MS: i64 = 5 * 60_000;
pub(crate) const WINDOW_1H_MS: i64 = HOUR_MS;
pub(crate) const WINDOW_24H_MS: i64 = 24 * HOUR_MS;

/// How many different listeners a track had, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) track_id: String,
    pub(crate) listeners_5min: i64,
    pub(crate) listeners_1h: i64,
    pub(crate) listeners_24h: i64,
    /// The first play that ever counted.
    pub(crate) first_play_at_ms: i64,
}

/// What the hourly charts so far say about a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Past {
    pub(crate) peak_rank: i64,
    pub(crate) hours_on_chart: i64,
}

/// How a rank came about since the last hourly chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MovementKind {
    /// Higher than before.
    Up,
    /// Lower than before.
    Down,
    /// Where it was.
    Same,
    /// Never in an hourly chart before.
    New,
    /// In an earlier hourly chart, not in the last.
    Re,
}

/// How a rank came about since the last hourly chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Movement {
    pub(crate) kind: MovementKind,
    /// By how many ranks; 0 unless it is up or down.
    pub(crate) by: i64,
}

/// One rank of a chart, as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) track_id: String,
    /// From 1.
    pub(crate) rank: i64,
    /// 0 to 1.
    pub(crate) score: f64,
    pub(crate) movement: Movement,
    /// The best rank in any hourly chart and this one.
    pub(crate) peak_rank: i64,
    /// How many hourly charts it was in, this one included when it is one.
    pub(crate) hours_on_chart: i64,
    pub(crate) listeners_5min: i64,
    pub(crate) listeners_1h: i64,
    pub(crate) listeners_24h: i64,
}

/// Whether only the last 24 hours count at this time.
pub(crate) fn is_night(at_ms: i64, time_zone: &TimeZone) -> bool {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
    NIGHT_HOURS.contains(&at.to_zoned(time_zone.clone()).hour())
}

/// Ranks tracks. `before` is the last hourly chart, `past` what all of them say.
pub(crate) fn rank(
    counts: Vec<Count>,
    is_night: bool,
    before: &[Entry],
    past: &HashMap<String, Past>,
) -> Vec<Entry> {
    let scores = Scores::new(&counts, is_night);
    let mut scored: Vec<(f64, Count)> = counts
        .into_iter()
        .filter(|count| 0 < count.listeners_24h)
        .map(|count| (scores.of(&count), count))
        .collect();
    scored.sort_by(|(left_score, left), (right_score, right)| {
        right_score
            .total_cmp(left_score)
            .then(right.listeners_1h.cmp(&left.listeners_1h))
            .then(left.first_play_at_ms.cmp(&right.first_play_at_ms))
            .then(left.track_id.cmp(&right.track_id))
    });
    let ranks_before: HashMap<&str, i64> = before
        .iter()
        .map(|entry| (entry.track_id.as_str(), entry.rank))
        .collect();
    (1..)
        .zip(scored.into_iter().take(RANKS_MAX))
        .map(|(rank, (score, count))| {
            let past = past.get(&count.track_id);
            let rank_before = ranks_before.get(count.track_id.as_str()).copied();
            Entry {
                rank,
                score,
                movement: movement(rank, rank_before, past.is_some()),
                peak_rank: past.map_or(rank, |past| past.peak_rank.min(rank)),
                hours_on_chart: past.map_or(0, |past| past.hours_on_chart),
                listeners_5min: count.listeners_5min,
                listeners_1h: count.listeners_1h,
                listeners_24h: count.listeners_24h,
                track_id: count.track_id,
            }
        })
        .collect()
}

/// What becomes of the entries when they are frozen as an hourly chart: this hour counts too.
pub(crate) fn freeze(mut entries: Vec<Entry>) -> Vec<Entry> {
    for entry in &mut entries {
        entry.hours_on_chart += 1;
    }
    entries
}

fn movement(rank: i64, before: Option<i64>, was_ever_on_chart: bool) -> Movement {
    let (kind, by) = match before {
        Some(before) if rank < before => (MovementKind::Up, before - rank),
        Some(before) if before < rank => (MovementKind::Down, rank - before),
        Some(_) => (MovementKind::Same, 0),
        None if was_ever_on_chart => (MovementKind::Re, 0),
        None => (MovementKind::New, 0),
    };
    Movement { kind, by }
}

/// Turns listeners into scores.
struct Scores {
    all_1h: i64,
    all_24h: i64,
    is_night: bool,
}

impl Scores {
    fn new(counts: &[Count], is_night: bool) -> Self {
        Self {
            all_1h: counts.iter().map(|count| count.listeners_1h).sum(),
            all_24h: counts.iter().map(|count| count.listeners_24h).sum(),
            is_night,
        }
    }

    fn of(&self, count: &Count) -> f64 {
        let share_24h = share(count.listeners_24h, self.all_24h);
        // When nobody listened for an hour, by day as by night, there is no last hour to weigh.
        if self.is_night || self.all_1h == 0 {
            return share_24h;
        }
        f64::midpoint(share(count.listeners_1h, self.all_1h), share_24h)
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "listeners are far fewer than 2^52"
)]
fn share(part: i64, whole: i64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

#[cfg(test)]
mod tests;
