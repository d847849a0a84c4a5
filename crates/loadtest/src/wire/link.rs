//! The link of one listener: a token bucket on what it reads, and a delay before what it asks.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep_until};

use crate::count::to_f64;

/// What a link lets through at once after a pause: what a router's queue holds.
const BURST: Duration = Duration::from_millis(20);
/// Less than a packet does not come alone.
const PIECE_BYTES: f64 = 1_460.0;

/// What a link can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// How much comes through, in kbit/s.
    pub kbit_per_s: u64,
    /// From a question to the first byte of an answer that needs no time, in milliseconds.
    #[serde(default)]
    pub round_trip_ms: u64,
}

/// A link that lets through what its shape allows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    shape: Option<Shape>,
    /// Bytes that may be read now.
    tokens: f64,
    filled_at: Instant,
}

impl Link {
    /// Without a shape everything comes as it comes.
    pub(crate) fn new(shape: Option<Shape>) -> Self {
        Self {
            shape,
            tokens: 0.0,
            filled_at: Instant::now(),
        }
    }

    /// The way of a question to the server and of the first byte back.
    pub(super) async fn round_trip(&self) {
        if let Some(shape) = self.shape.filter(|shape| 0 < shape.round_trip_ms) {
            sleep_until(Instant::now() + Duration::from_millis(shape.round_trip_ms)).await;
        }
    }

    /// How many of the wanted bytes may be read now: a packet of them, or all. Otherwise when to come again.
    pub(super) fn permit(&mut self, wanted: usize) -> Result<usize, Instant> {
        let Some(shape) = self.shape else {
            return Ok(wanted);
        };
        let bytes_per_s = to_f64(shape.kbit_per_s) * 125.0;
        // Half of its burst at once: what is left of a body comes when it must, whatever the size of the pieces before.
        let piece = (bytes_per_s * BURST.as_secs_f64() / 2.0).max(PIECE_BYTES);
        let enough = to_f64(wanted as u64).min(piece);
        self.fill(bytes_per_s);
        // What was waited for may lack a part of a byte.
        if self.tokens + 0.5 < enough {
            let wait = Duration::from_secs_f64((enough - self.tokens) / bytes_per_s);
            // A timer rings at a whole millisecond.
            return Err(self.filled_at + wait + Duration::from_micros(1));
        }
        Ok(wanted.min(whole(self.tokens.max(enough))))
    }

    /// So many bytes were read.
    pub(super) fn spend(&mut self, bytes: usize) {
        if self.shape.is_some() {
            self.tokens -= to_f64(bytes as u64);
        }
    }

    fn fill(&mut self, bytes_per_s: f64) {
        let now = Instant::now();
        let passed = now.saturating_duration_since(self.filled_at);
        let most = (bytes_per_s * BURST.as_secs_f64()).max(PIECE_BYTES);
        self.tokens = (self.tokens + bytes_per_s * passed.as_secs_f64()).min(most);
        self.filled_at = now;
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "tokens are positive where they are spent, and a bucket is small"
)]
fn whole(tokens: f64) -> usize {
    tokens.max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn time_to_read(link: &mut Link, mut bytes: usize) -> Duration {
        let begun = Instant::now();
        while 0 < bytes {
            match link.permit(bytes) {
                Ok(may) => {
                    link.spend(may);
                    bytes -= may;
                }
                Err(then) => sleep_until(then).await,
            }
        }
        begun.elapsed()
    }

    fn shaped(kbit_per_s: u64) -> Link {
        Link::new(Some(Shape {
            kbit_per_s,
            round_trip_ms: 0,
        }))
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_take_the_time_that_the_rate_says() {
        // 100,000 bytes at 100 kbit/s.
        let took = time_to_read(&mut shaped(100), 100_000).await;
        assert!(
            took.abs_diff(Duration::from_secs(8)) < Duration::from_millis(20),
            "{took:?}"
        );
        let took = time_to_read(&mut shaped(8_000), 1_000_000).await;
        assert!(
            took.abs_diff(Duration::from_secs(1)) < Duration::from_millis(20),
            "{took:?}"
        );
        assert_eq!(
            time_to_read(&mut Link::new(None), 1 << 30).await,
            Duration::ZERO
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_saves_no_more_than_a_short_burst() {
        let mut link = shaped(8_000);
        tokio::time::advance(Duration::from_mins(1)).await;
        // 1 MB/s: 20 ms of it lie ready.
        let took = time_to_read(&mut link, 1_000_000).await;
        assert!(
            took.abs_diff(Duration::from_millis(980)) < Duration::from_millis(5),
            "{took:?}"
        );
    }
}
