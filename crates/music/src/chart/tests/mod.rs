//! The chart on databases and over HTTP.

mod clocks;
mod computing;
mod counting;
mod http;
mod week;

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use chassis::clock::Clock;
use chassis::database::Database;
use prometheus_client::registry::Registry;
use sea_orm::EntityTrait as _;

use super::computer::Computer;
use super::metrics::Metrics;
use super::rules::Entry;
use super::{Settings, hour_name, read_entries};
use crate::Store;
use crate::store::entities::chart_play;
use crate::store::{CURRENT, count_play};

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
        pruned_hour: AtomicI64::default(),
    }
}

/// Writes plays that counted: track, listener, time.
async fn count_plays(database: &Database, plays: &[(&str, &str, i64)]) {
    let transaction = database.begin_write().await.unwrap();
    for (track_id, listener_tag, at_ms) in plays {
        let play = chart_play::Model {
            track_id: (*track_id).to_owned(),
            listener_tag: (*listener_tag).to_owned(),
            hour: at_ms.div_euclid(HOUR_MS),
            network_tag: None,
            counted_at_ms: *at_ms,
        };
        let key = (play.track_id.clone(), play.listener_tag.clone(), play.hour);
        let known = chart_play::Entity::find_by_id(key).one(&transaction).await;
        if known.unwrap().is_none() {
            count_play(&transaction, play).await.unwrap();
        }
    }
    transaction.commit().await.unwrap();
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
