//! The chart on databases and over HTTP.

mod computing;
mod http;
mod week;

use std::sync::Arc;

use chassis::clock::Clock;
use chassis::database::Database;
use prometheus_client::registry::Registry;
use sea_orm::{EntityTrait as _, Set};

use super::computer::Computer;
use super::metrics::Metrics;
use super::rules::Entry;
use super::{Settings, hour_name, read_entries};
use crate::Store;
use crate::store::CURRENT;
use crate::store::entities::chart_play;

/// Monday 2026-11-23 12:00:00 in Seoul.
const NOON_MS: i64 = 1_795_402_800_000;
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 3_600_000;

fn computer(database: &Database, clock: &Clock, holder: &str) -> Computer {
    Computer {
        store: Store::new(database.clone()),
        clock: clock.clone(),
        settings: Arc::new(Settings::default()),
        holder: holder.to_owned(),
        metrics: Metrics::register(&mut Registry::default()),
    }
}

/// Writes plays that counted: track, listener, time.
async fn count_plays(database: &Database, plays: &[(&str, &str, i64)]) {
    let rows = plays
        .iter()
        .map(|(track_id, listener_tag, at_ms)| chart_play::ActiveModel {
            track_id: Set((*track_id).to_owned()),
            listener_tag: Set((*listener_tag).to_owned()),
            hour: Set(at_ms.div_euclid(HOUR_MS)),
            network_tag: Set(None),
            counted_at_ms: Set(*at_ms),
        });
    chart_play::Entity::insert_many(rows)
        .on_conflict_do_nothing()
        .exec_without_returning(database.connection())
        .await
        .unwrap();
}

async fn chart(database: &Database, name: &str) -> Option<Vec<Entry>> {
    let found = Store::new(database.clone()).find_chart(name).await.unwrap();
    found.map(|chart| read_entries(&chart.entries).unwrap())
}

async fn current(database: &Database) -> Vec<(String, i64)> {
    let entries = chart(database, CURRENT).await.unwrap();
    entries
        .into_iter()
        .map(|entry| (entry.track_id, entry.rank))
        .collect()
}

async fn hourly(database: &Database, at_ms: i64) -> Option<Vec<Entry>> {
    chart(database, &hour_name(at_ms)).await
}
