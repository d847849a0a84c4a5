//! Plays: who heard what for how long, without knowing anybody.
//!
//! Invariants:
//! * a listener is a random cookie; only its keyed tag is stored, no address ever is;
//! * a play is a signed token, so that any replica takes any report of it;
//! * a start sent again with its key is the same play, for the same listener;
//! * an answered report is durable, and repeating or reordering reports changes nothing;
//! * what is heard is bounded by wall time, and what may chart by limits; raw plays are kept apart from charting ones.

pub(crate) mod api;
mod keys;
mod listener;
mod metrics;
mod recorder;
mod rules;
mod starts;
mod summaries;
mod token;

use std::sync::Arc;

use chassis::service::Context;

use crate::Store;
use crate::chart::Settings;
use keys::Keys;
pub(crate) use keys::forget_networks;
use metrics::Metrics;
use recorder::Recorder;
pub(crate) use rules::{HOUR_MS, PlayLimits, hour_of};
use starts::Starts;

/// What the handlers of plays share.
#[derive(Debug)]
pub(crate) struct Plays {
    settings: Arc<Settings>,
    keys: Keys,
    recorder: Recorder,
    starts: Starts,
    metrics: Metrics,
}

impl Plays {
    pub(crate) fn new(store: &Store, context: &mut Context<'_>, settings: Arc<Settings>) -> Self {
        Self {
            recorder: Recorder::new(store.clone(), context.tasks.clone(), settings.limits),
            starts: Starts::new(settings.limits.network_starts_per_minute_max),
            metrics: Metrics::register(context.metrics),
            keys: Keys::default(),
            settings,
        }
    }
}

#[cfg(test)]
mod tests;
