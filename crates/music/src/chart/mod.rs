//! The chart: what many listeners hear, ranked by rules that anybody may read.
//!
//! Invariants:
//! * rules are pure: the same plays give the same chart on every machine;
//! * one process computes at a time, under a lease with a fence; every replica reads the result and computes none;
//! * an hourly chart never changes once it is frozen;
//! * without plays there are no ranks: the newest music is shown as what it is.

pub(crate) mod api;
mod computer;
pub(crate) mod rules;
mod settings;

use std::sync::Arc;

use chassis::clock::Clock;
use chassis::ids::new_id;
use chassis::lifecycle::Tasks;

use crate::Store;
use computer::Computer;
pub(crate) use settings::Settings;

/// Starts what computes the chart.
pub(crate) fn start(store: &Store, clock: &Clock, tasks: &Tasks, settings: &Arc<Settings>) {
    let computer = Computer {
        store: store.clone(),
        clock: clock.clone(),
        settings: Arc::clone(settings),
        holder: new_id(clock).to_string(),
    };
    tasks.spawn(computer.run(tasks.clone()));
}

/// Reads stored entries.
fn read_entries(json: &str) -> Result<Vec<rules::Entry>, crate::Error> {
    serde_json::from_str(json).map_err(crate::Error::StoredChart)
}

/// The name an hourly chart is stored under: `2026-11-23T05`.
fn hour_name(at_ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H").to_string()
}

#[cfg(test)]
mod tests;
