//! When hls.js gives a segment up for a lower quality (`_abandonRulesCheck` of its `abr-controller.ts`, as it is written).

use std::cell::{Cell, RefCell};
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use super::{Loaded, to_f64};
use crate::link_speed::LinkSpeed;
use crate::playlist::Variant;

/// How often it is looked whether a segment comes too slowly.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Looks whether a segment comes too slowly.
pub(super) struct Watch<'a> {
    pub(super) rates: &'a [Variant],
    /// Of each of them, whether its playlist has been read.
    pub(super) is_read: &'a [bool],
    /// How long the last playlist took to come.
    pub(super) playlist: Duration,
    pub(super) speed: LinkSpeed,
    pub(super) level: usize,
    pub(super) segment: Duration,
    pub(super) begun: Instant,
}

impl Watch<'_> {
    /// Comes back when the music would fall silent before the segment is there, with the quality that would be there sooner.
    pub(super) async fn until_too_slow(
        &self,
        bytes: &Cell<u64>,
        to_first_byte: &Cell<Option<Duration>>,
        loaded: &RefCell<Loaded>,
        epoch: Instant,
    ) -> usize {
        // From the lowest but one hls.js finds no lower one that would be there sooner: it does not look at the lowest.
        if self.level < 2 {
            return std::future::pending().await;
        }
        let first_look = (self.segment / 2).max(Duration::from_secs_f64(self.speed.first_byte_s()));
        sleep_until(self.begun + first_look).await;
        loop {
            let ahead = loaded.borrow_mut().playback.ahead(epoch.elapsed());
            if let Some(lower) = self.sooner(bytes.get(), to_first_byte.get(), ahead) {
                return lower;
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// The lower quality to load instead, if there is one that helps.
    fn sooner(
        &self,
        bytes: u64,
        to_first_byte: Option<Duration>,
        ahead: Duration,
    ) -> Option<usize> {
        let own = self.rates.get(self.level)?;
        let (segment_s, ahead_s) = (self.segment.as_secs_f64(), ahead.as_secs_f64());
        let loaded_bits = to_f64(bytes) * 8.0;
        let expected_bits = (to_f64(own.rate.average) * segment_s).max(loaded_bits);
        let first_byte_s = self.speed.first_byte_s();
        let (left_s, link) = match to_first_byte {
            Some(first) if 0 < bytes => {
                let streaming = self.begun.elapsed().saturating_sub(first).as_secs_f64();
                let link = loaded_bits / streaming.max(0.001);
                ((expected_bits - loaded_bits) / link, link)
            }
            _ => {
                let link = self.speed.bits_per_s();
                (expected_bits / link + first_byte_s, link)
            }
        };
        if left_s <= ahead_s {
            return None;
        }
        let load_s = |level: usize, link: f64| {
            let rate = self.rates.get(level).map_or(0, |variant| variant.rate.max);
            let playlist_s = match self.is_read.get(level) {
                Some(true) => 0.0,
                _ => first_byte_s + self.playlist.as_secs_f64(),
            };
            playlist_s + first_byte_s + segment_s * to_f64(rate) / link
        };
        // The lowest quality is taken for as slow as the lowest that was looked at, and where none was nothing helps.
        let mut lower_s = f64::INFINITY;
        let in_time = |level: &usize| {
            lower_s = load_s(*level, link);
            lower_s < ahead_s.min(segment_s + first_byte_s)
        };
        let lower = (1..self.level).rev().find(in_time).unwrap_or(0);
        if left_s <= lower_s || segment_s * 10.0 < lower_s {
            return None;
        }
        // Once more, as if the link carried just that.
        let carried = to_f64(self.rates.get(lower)?.rate.max);
        let best = (0..=lower)
            .rev()
            .find(|level| load_s(*level, carried) < ahead_s);
        Some(best.unwrap_or(lower))
    }
}
