//! The chart over HTTP.

use std::collections::HashMap;

use axum::extract::State;
use chassis::http::Json;
use chassis::problem::ProblemDocument;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::rules::{Entry, Movement};
use crate::api::tracks::{Track, rfc3339};
use crate::store::CURRENT;
use crate::{App, AppState, Error, Result};

/// How many of the newest tracks are shown while there are no ranks.
const FALLBACK_TRACKS: u64 = 50;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get_chart))
}

/// A chart.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Chart {
    /// The moment it stands for: RFC 3339, UTC.
    pub(crate) at: String,
    /// The full hour of a past chart; null for the current one.
    pub(crate) hour: Option<String>,
    /// Whether it is the current one, which changes every minute.
    pub(crate) is_live: bool,
    pub(crate) entries: Vec<ChartEntry>,
    /// The newest tracks, only while there are no entries.
    pub(crate) fallback: Vec<Track>,
}

/// One rank.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct ChartEntry {
    /// From 1.
    pub(crate) rank: i64,
    /// Against the last hourly chart.
    pub(crate) movement: Movement,
    /// The best rank so far.
    pub(crate) peak_rank: i64,
    /// How many hourly charts it was in.
    pub(crate) hours_on_chart: i64,
    pub(crate) listeners_5min: i64,
    pub(crate) listeners_1h: i64,
    pub(crate) listeners_24h: i64,
    pub(crate) track: Track,
}

/// Returns the current chart.
#[utoipa::path(get, path = "/chart", tag = "chart",
    responses((status = 200, body = Chart), (status = "default", body = ProblemDocument)))]
async fn get_chart(State(app): State<AppState>) -> Result<Json<Chart>> {
    Ok(Json(current_chart(&app).await?))
}

/// Reads the current chart, or the newest music while there is none.
pub(crate) async fn current_chart(app: &App) -> std::result::Result<Chart, Error> {
    let stored = app.store.find_chart(CURRENT).await?;
    let (at_ms, entries) = match stored {
        Some(stored) => (stored.at_ms, super::read_entries(&stored.entries)?),
        None => (app.clock.now_ms(), Vec::new()),
    };
    let entries = with_tracks(app, entries).await?;
    let fallback = if entries.is_empty() {
        let newest = app.store.list_newest_tracks(FALLBACK_TRACKS).await?;
        newest.into_iter().map(Track::from).collect()
    } else {
        Vec::new()
    };
    Ok(Chart {
        at: rfc3339(at_ms),
        hour: None,
        is_live: true,
        entries,
        fallback,
    })
}

/// Adds the tracks; a track that was deleted since leaves its rank empty.
async fn with_tracks(
    app: &App,
    entries: Vec<Entry>,
) -> std::result::Result<Vec<ChartEntry>, Error> {
    let ids: Vec<String> = entries.iter().map(|entry| entry.track_id.clone()).collect();
    let records = app.store.list_tracks_by_id(&ids).await?;
    let mut tracks: HashMap<String, Track> = records
        .into_iter()
        .map(|record| (record.track.id.clone(), Track::from(record)))
        .collect();
    let ranked = entries.into_iter().filter_map(|entry| {
        let track = tracks.remove(&entry.track_id)?;
        Some(ChartEntry {
            rank: entry.rank,
            movement: entry.movement,
            peak_rank: entry.peak_rank,
            hours_on_chart: entry.hours_on_chart,
            listeners_5min: entry.listeners_5min,
            listeners_1h: entry.listeners_1h,
            listeners_24h: entry.listeners_24h,
            track,
        })
    });
    Ok(ranked.collect())
}
