//! What every replica shows: read from the database, kept as bytes, looked at again every second at most.

use std::collections::HashMap;
use std::sync::Arc;

use pages::Document;
use serde::Serialize;
use utoipa::ToSchema;

use super::api::{Chart, ChartEntry};
use super::kept::Kept;
use super::read_entries;
use super::rules::Entry;
use crate::api::{Track, tracks::rfc3339};
use crate::store::CURRENT;
use crate::{App, Error};

/// How long the current chart is shown before the database is asked whether there is a newer one.
const CHART_LOOK_MS: u64 = 1_000;
/// How long the numbers of those who listen now are shown.
const LISTENING_LOOK_MS: u64 = 5_000;
/// A listener is there for this long after the last sign of life: three reports.
pub(crate) const PRESENT_MS: i64 = 90_000;
/// A chart with fewer ranks does not fill a page: the newest tracks are shown below,
const FEW_RANKS: usize = 10;
/// so many at most.
const FALLBACK_TRACKS: u64 = 100;
/// How many tracks the list of those who listen now has.
const LISTENING_TRACKS: u64 = 20;
/// Caches may keep what we keep for a second; after that they ask.
const CACHE_CONTROL: &str = "public, max-age=1";

/// The chart and the numbers as this process shows them.
#[derive(Debug, Default)]
pub(crate) struct Live {
    chart: Kept<Shown<Chart>>,
    listening: Kept<Shown<Listening>>,
}

/// A value with the bytes it is sent as.
#[derive(Debug)]
pub(crate) struct Shown<T> {
    pub(crate) value: T,
    pub(crate) document: Document,
}

impl<T: Serialize> Shown<T> {
    fn new(value: T) -> Self {
        let json = serde_json::to_string(&value).expect("an answer is plain data");
        Self {
            document: Document::new(json, "application/json", CACHE_CONTROL),
            value,
        }
    }
}

/// How many listen now, and to what most do.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Listening {
    pub(crate) listener_count: u64,
    /// Most listeners first, at most 20.
    pub(crate) tracks: Vec<ListenedTrack>,
}

/// A track that somebody hears now.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct ListenedTrack {
    pub(crate) track: Track,
    pub(crate) listener_count: i64,
}

impl Live {
    /// The current chart, with the newest music while it has few ranks.
    pub(crate) async fn chart(&self, app: &App) -> Result<Arc<Shown<Chart>>, Error> {
        let read = async |before: Option<Arc<Shown<Chart>>>| {
            let at_ms = app.store.find_current_chart_time().await?;
            if let (Some(before), Some(at_ms)) = (before, at_ms)
                && FEW_RANKS <= before.value.entries.len()
                && before.value.at == rfc3339(at_ms)
            {
                return Ok(before);
            }
            Ok(Arc::new(Shown::new(read_current(app).await?)))
        };
        self.chart.get(&app.clock, CHART_LOOK_MS, read).await
    }

    /// Who listens now.
    pub(crate) async fn listening(&self, app: &App) -> Result<Arc<Shown<Listening>>, Error> {
        let read = async |_before| {
            let after_ms = app.clock.now_ms() - PRESENT_MS;
            let listening = read_listening(app, after_ms).await?;
            Ok(Arc::new(Shown::new(listening)))
        };
        self.listening
            .get(&app.clock, LISTENING_LOOK_MS, read)
            .await
    }
}

/// Reads an hour's chart; none when none was kept for it.
pub(crate) async fn read_hourly(app: &App, hour_ms: i64) -> Result<Option<Shown<Chart>>, Error> {
    let Some(stored) = app.store.find_chart(&super::hour_name(hour_ms)).await? else {
        return Ok(None);
    };
    Ok(Some(Shown::new(Chart {
        at: rfc3339(stored.at_ms),
        hour: Some(rfc3339(hour_ms)),
        is_live: false,
        entries: with_tracks(app, read_entries(&stored.entries)?).await?,
        fallback: Vec::new(),
    })))
}

/// Whether a chart was kept for an hour.
pub(crate) async fn has_hourly(app: &App, hour_ms: i64) -> Result<bool, Error> {
    Ok(app.store.has_chart(&super::hour_name(hour_ms)).await?)
}

async fn read_current(app: &App) -> Result<Chart, Error> {
    let (at_ms, entries) = match app.store.find_chart(CURRENT).await? {
        Some(stored) => (stored.at_ms, read_entries(&stored.entries)?),
        None => (app.clock.now_ms(), Vec::new()),
    };
    let entries = with_tracks(app, entries).await?;
    let fallback = if entries.len() < FEW_RANKS {
        let newest = app.store.list_newest_tracks(FALLBACK_TRACKS).await?;
        let has_rank = |track: &Track| entries.iter().any(|entry| entry.track.id == track.id);
        let newest = newest.into_iter().map(Track::from);
        newest.filter(|track| !has_rank(track)).collect()
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

async fn read_listening(app: &App, after_ms: i64) -> Result<Listening, Error> {
    let listener_count = app.store.count_presences(after_ms).await?;
    let counts = app
        .store
        .list_present_tracks(after_ms, LISTENING_TRACKS)
        .await?;
    let mut tracks = tracks_by_id(app, counts.iter().map(|(id, _)| id.clone()).collect()).await?;
    let listened = counts.into_iter().filter_map(|(id, listener_count)| {
        let track = tracks.remove(&id)?;
        Some(ListenedTrack {
            track,
            listener_count,
        })
    });
    Ok(Listening {
        listener_count,
        tracks: listened.collect(),
    })
}

/// Adds the tracks; a track that was deleted since leaves its rank empty.
async fn with_tracks(app: &App, entries: Vec<Entry>) -> Result<Vec<ChartEntry>, Error> {
    let ids = entries.iter().map(|entry| entry.track_id.clone()).collect();
    let mut tracks = tracks_by_id(app, ids).await?;
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

async fn tracks_by_id(app: &App, ids: Vec<String>) -> Result<HashMap<String, Track>, Error> {
    let records = app.store.list_tracks_by_id(&ids).await?;
    let tracks = records.into_iter().map(Track::from);
    Ok(tracks.map(|track| (track.id.clone(), track)).collect())
}
