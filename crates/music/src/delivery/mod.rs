//! Delivery of audio and pictures: one way from an object's metadata over a bounded block cache to the connection.
//!
//! What does not belong here: what tracks are (`store`), who listens (`plays`), how files come to be (`ingest`).

mod answer;
mod asked;
mod blocks;
mod body;
mod cmcd;
mod conditions;
mod direct;
mod find;
mod hls;
mod media;
mod metrics;
mod playlists;
mod ranges;
mod remember;
#[cfg(test)]
pub(crate) mod tests;
mod text;

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use chassis::clock::Clock;
use chassis::http::ClientAddress;
use chassis::lifecycle::Tasks;
use chassis::objects::Objects;
use chassis::shares::{Share, Shares};
use prometheus_client::registry::Registry;

use crate::store::Store;
use crate::{Config, Error, Result};

pub(crate) use asked::Asked;
use blocks::Blocks;
pub(crate) use blocks::LoadError;
pub(crate) use direct::MediaDelivery;
pub use direct::NoSigner;
pub(crate) use find::Target;
use find::{FOUND_ITEMS_MAX, FOUND_SHARDS};
use hls::{PLAYLIST_BYTES_MAX, PLAYLIST_SHARDS, PLAYLISTS_EXPECTED};
pub(crate) use hls::{PLAYLIST_LIFETIME, Playlist};
use media::Media;
pub(crate) use metrics::Metrics;
use pages::Rendered;
pub(crate) use playlists::BrokenRendition;
use remember::Memory;
pub(crate) use text::{Kind, answer_text};

/// The bit rates renditions are made in, ascending.
pub(crate) const BIT_RATES_KBPS: [u32; 3] = [64, 128, 256];
/// Samples of one AAC frame.
pub(crate) const FRAME_SAMPLES: u64 = 1_024;

/// An answer longer than this holds one of the slots for long answers: a client may take minutes over it.
pub(crate) const LONG_ANSWER_BYTES_MIN: u64 = 1024 * 1024;

/// The limits of delivery in one process.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Blocks kept in memory for the next one who asks.
    pub cache_bytes: u64,
    /// On top of that, blocks that are being loaded, or are sent after they left the cache.
    pub in_flight_bytes: u64,
    /// Answers of more than 1 MiB (whole files) that may be sent at once, half of them to one network; the next gets
    /// 503.
    pub long_answers_max: usize,
    /// How long a read waits for memory before its request gets 503.
    pub memory_wait: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cache_bytes: 128 * 1024 * 1024,
            in_flight_bytes: 64 * 1024 * 1024,
            // Each may hold one block that nobody else wants: together what is allowed in flight.
            long_answers_max: 256,
            memory_wait: Duration::from_secs(5),
        }
    }
}

/// Delivers objects.
#[derive(Debug)]
pub(crate) struct Delivery {
    store: Store,
    objects: Objects,
    clock: Clock,
    direct: MediaDelivery,
    blocks: Blocks,
    found: Memory<Target, Arc<Media>>,
    playlists: Memory<(String, Playlist), Arc<Rendered>>,
    long_answers: Shares,
    pub(crate) metrics: Arc<Metrics>,
}

impl Delivery {
    pub(crate) fn new(
        config: &Config,
        store: Store,
        objects: Objects,
        clock: Clock,
        tasks: Tasks,
        registry: &mut Registry,
    ) -> Self {
        let (limits, direct) = (config.limits, config.media_delivery.clone());
        let metrics = Metrics::register(registry);
        let blocks = Blocks::new(limits, objects.clone(), tasks, Arc::clone(&metrics));
        Self {
            store,
            objects,
            clock: clock.clone(),
            direct,
            blocks,
            found: Memory::new(
                FOUND_ITEMS_MAX,
                FOUND_ITEMS_MAX as u64,
                FOUND_SHARDS,
                clock.clone(),
            ),
            playlists: Memory::new(
                PLAYLISTS_EXPECTED,
                PLAYLIST_BYTES_MAX,
                PLAYLIST_SHARDS,
                clock,
            ),
            long_answers: Shares::halved(limits.long_answers_max),
            metrics,
        }
    }

    /// Counts the CMCD keys of a media request (CTA-5004).
    pub(crate) fn count_cmcd(&self, query: Option<&str>, headers: &HeaderMap) {
        let Some(facts) = cmcd::read(query, headers) else {
            return;
        };
        self.metrics.cmcd_requests.inc();
        if facts.has_starved {
            self.metrics.cmcd_starvations.inc();
        }
    }

    /// Takes a slot for an answer that is long, or says that all are taken.
    fn slot(&self, length: u64, client: ClientAddress) -> Result<Option<Share>> {
        if length <= LONG_ANSWER_BYTES_MIN {
            return Ok(None);
        }
        let slot = self.long_answers.take(client.network());
        if slot.is_none() {
            self.metrics.long_answers_refused.inc();
            return Err(Error::LongAnswersBusy.into());
        }
        Ok(slot)
    }
}
