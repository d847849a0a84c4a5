//! The link of one listener: a token bucket on what it reads, and a delay before what it asks.

use std::cell::Cell;
use std::rc::Rc;
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

/// A link that lets through what its shape allows. All connections of a person share one: so does each copy.
#[derive(Clone, Debug)]
pub(crate) struct Link(Option<Rc<Shaping>>);

#[derive(Debug)]
struct Shaping {
    shape: Shape,
    bucket: Cell<Bucket>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// Bytes that may be read now; fewer than none where some are reserved that are still to come.
    tokens: f64,
    filled_at: Instant,
}

impl Link {
    /// Without a shape everything comes as it comes.
    pub(crate) fn new(shape: Option<Shape>) -> Self {
        Self(shape.map(|shape| {
            Rc::new(Shaping {
                shape,
                bucket: Cell::new(Bucket {
                    tokens: 0.0,
                    filled_at: Instant::now(),
                }),
            })
        }))
    }

    /// The way of a question to the server and of the first byte back.
    pub(super) async fn round_trip(&self) {
        let shape = self.0.as_ref().map(|shaping| shaping.shape);
        if let Some(shape) = shape.filter(|shape| 0 < shape.round_trip_ms) {
            sleep_until(Instant::now() + Duration::from_millis(shape.round_trip_ms)).await;
        }
    }

    /// Takes as many of the wanted bytes as may be read at once: a packet of them, or all. They may be read now, or from a time
    /// on: who comes meanwhile gets what comes after, so that everybody has their turn.
    pub(super) fn reserve(&self, wanted: usize) -> (usize, Option<Instant>) {
        let Some(shaping) = &self.0 else {
            return (wanted, None);
        };
        let bytes_per_s = to_f64(shaping.shape.kbit_per_s) * 125.0;
        // Half of its burst at once: what is left of a body comes when it must, whatever the size of the pieces before.
        let piece = (bytes_per_s * BURST.as_secs_f64() / 2.0).max(PIECE_BYTES);
        let enough = to_f64(wanted as u64).min(piece);
        let mut bucket = shaping.bucket.get();
        bucket.fill(bytes_per_s);
        let reserved = wanted.min(whole(bucket.tokens.max(enough)));
        // What was waited for may lack a part of a byte.
        let when = (bucket.tokens + 0.5 < enough).then(|| {
            let wait = Duration::from_secs_f64((enough - bucket.tokens) / bytes_per_s);
            // A timer rings at a whole millisecond.
            bucket.filled_at + wait + Duration::from_micros(1)
        });
        bucket.tokens -= to_f64(reserved as u64);
        shaping.bucket.set(bucket);
        (reserved, when)
    }

    /// So many of the reserved bytes were not there.
    pub(super) fn give_back(&self, bytes: usize) {
        if let Some(shaping) = &self.0 {
            let mut bucket = shaping.bucket.get();
            bucket.tokens += to_f64(bytes as u64);
            shaping.bucket.set(bucket);
        }
    }
}

impl Bucket {
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

    async fn time_to_read(link: &Link, mut bytes: usize) -> Duration {
        let begun = Instant::now();
        while 0 < bytes {
            let (may, when) = link.reserve(bytes);
            if let Some(when) = when {
                sleep_until(when).await;
            }
            bytes -= may;
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
        let took = time_to_read(&shaped(100), 100_000).await;
        assert!(
            took.abs_diff(Duration::from_secs(8)) < Duration::from_millis(20),
            "{took:?}"
        );
        let took = time_to_read(&shaped(8_000), 1_000_000).await;
        assert!(
            took.abs_diff(Duration::from_secs(1)) < Duration::from_millis(20),
            "{took:?}"
        );
        assert_eq!(
            time_to_read(&Link::new(None), 1 << 30).await,
            Duration::ZERO
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_saves_no_more_than_a_short_burst() {
        let link = shaped(8_000);
        tokio::time::advance(Duration::from_mins(1)).await;
        // 1 MB/s: 20 ms of it lie ready.
        let took = time_to_read(&link, 1_000_000).await;
        assert!(
            took.abs_diff(Duration::from_millis(980)) < Duration::from_millis(5),
            "{took:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_reserved_and_not_read_is_there_for_others() {
        let link = shaped(100);
        for _ in 0..1_000 {
            let (reserved, _) = link.reserve(10_000);
            link.give_back(reserved);
        }
        let took = time_to_read(&link, 12_500).await;
        assert!(
            took.abs_diff(Duration::from_secs(1)) < Duration::from_millis(20),
            "{took:?}"
        );
    }
}
