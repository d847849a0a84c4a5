//! The chart: what many listeners hear, ranked by rules that anybody may read.
//!
//! Invariants:
//! * rules are pure: the same plays give the same chart on every machine;
//! * one process computes at a time, under a lease with a fence; every replica reads the result and computes none;
//! * an hourly chart never changes once it is frozen;
//! * without plays there are no ranks: the newest music is shown as what it is.

pub(crate) mod api;
mod computer;
mod events;
mod kept;
mod live;
mod metrics;
pub(crate) mod rules;
mod settings;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use chassis::ids::new_id;
use chassis::service::Context;
use jiff::tz::TimeZone;

use crate::{App, Error, Store};
use computer::Computer;
use events::Events;
use live::Live;
pub(crate) use live::{has_hourly, read_hourly};
use metrics::Metrics;
pub(crate) use settings::Settings;

/// What the handlers of the chart share.
#[derive(Debug)]
pub(crate) struct ChartState {
    pub(crate) live: Live,
    events: Events,
    settings: Arc<Settings>,
}

impl ChartState {
    /// Starts computing the chart in the background.
    pub(crate) fn start(
        store: &Store,
        context: &mut Context<'_>,
        settings: &Arc<Settings>,
    ) -> Self {
        let metrics = Metrics::register(context.metrics);
        let computer = Computer {
            store: store.clone(),
            clock: context.clock.clone(),
            settings: Arc::clone(settings),
            holder: new_id(&context.clock).to_string(),
            metrics: metrics.clone(),
            pruned_hour: AtomicI64::default(),
        };
        let compute = computer.run(context.tasks.clone());
        context.tasks.spawn_essential("chart", compute);
        Self {
            live: Live::default(),
            events: Events::new(context.tasks.clone(), metrics),
            settings: Arc::clone(settings),
        }
    }

    /// Where the chart's clock hangs: its night is there, and pages show its times so.
    pub(crate) fn time_zone(&self) -> &TimeZone {
        &self.settings.time_zone
    }

    /// Starts telling subscribers what is new.
    pub(crate) fn watch(app: &Arc<App>, tasks: &chassis::lifecycle::Tasks) {
        let tell = app.chart.events.clone().run(Arc::clone(app));
        tasks.spawn_essential("chart events", tell);
    }
}

/// Reads stored entries.
fn read_entries(json: &str) -> Result<Vec<rules::Entry>, Error> {
    serde_json::from_str(json).map_err(Error::StoredChart)
}

/// The name an hourly chart is stored under: `2026-11-23T05`.
fn hour_name(at_ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H").to_string()
}
