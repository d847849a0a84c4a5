//! What a listener believes its link can carry, as hls.js 1.7 measures it (`ewma-bandwidth-estimator.ts`) with its settings
//! for music on demand, which our player keeps.

use std::time::Duration;

use crate::count::to_f64;

/// In seconds of loading: how long a measurement keeps half its weight.
const FAST_HALF_LIFE_S: f64 = 3.0;
const SLOW_HALF_LIFE_S: f64 = 9.0;
/// Less loading than this says nothing, in seconds.
const WEIGHT_MIN_S: f64 = 0.001;
/// What arrives in a burst is taken to have come at 100 MB/s, small things excepted.
const BURST_BYTES_PER_S: f64 = 100_000_000.0;
const BURST_MAX_S: f64 = 0.050;
/// Until a first byte was waited for.
const FIRST_BYTE_UNKNOWN_S: f64 = 0.100;
const FIRST_BYTE_MIN_S: f64 = 0.005;

/// A mean that forgets.
#[derive(Clone, Copy, Debug)]
struct Ewma {
    alpha: f64,
    estimate: f64,
    weight: f64,
}

impl Ewma {
    fn new(half_life: f64) -> Self {
        Self {
            alpha: 0.5_f64.powf(1.0 / half_life),
            estimate: 0.0,
            weight: 0.0,
        }
    }

    fn sample(&mut self, weight: f64, value: f64) {
        let kept = self.alpha.powf(weight);
        self.estimate = value * (1.0 - kept) + kept * self.estimate;
        self.weight += weight;
    }

    /// The mean, without the zero that it began with.
    fn mean(&self) -> f64 {
        self.estimate / (1.0 - self.alpha.powf(self.weight))
    }
}

/// The link as one listener has seen it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LinkSpeed {
    fast: Ewma,
    slow: Ewma,
    first_byte: Ewma,
    /// Bits a second, until something was measured.
    believed: f64,
}

impl LinkSpeed {
    /// Begins with a belief, in bits a second.
    pub(crate) fn new(believed_bits_per_s: f64) -> Self {
        Self {
            fast: Ewma::new(FAST_HALF_LIFE_S),
            slow: Ewma::new(SLOW_HALF_LIFE_S),
            first_byte: Ewma::new(SLOW_HALF_LIFE_S),
            believed: believed_bits_per_s,
        }
    }

    /// A segment of so many bytes was loaded, or a part of one: how long it took, and how much of that to its first byte.
    pub(crate) fn loaded(&mut self, bytes: u64, took: Duration, to_first_byte: Duration) {
        if bytes == 0 {
            return;
        }
        let bytes = to_f64(bytes);
        let waited = to_first_byte.as_secs_f64().min(self.first_byte_s());
        let burst = (bytes / BURST_BYTES_PER_S).min(BURST_MAX_S);
        let seconds = (took.as_secs_f64() - waited).max(burst);
        self.fast.sample(seconds, bytes * 8.0 / seconds);
        self.slow.sample(seconds, bytes * 8.0 / seconds);
    }

    /// So long passed before a first byte. The longer, the less it says of the next one.
    pub(crate) fn waited(&mut self, to_first_byte: Duration) {
        let seconds = to_first_byte.as_secs_f64();
        let weight = std::f64::consts::SQRT_2 * (-seconds.powi(2) / 2.0).exp();
        self.first_byte
            .sample(weight, seconds.max(FIRST_BYTE_MIN_S));
    }

    /// Bits a second: the lower of a quick and a slow mean.
    pub(crate) fn bits_per_s(&self) -> f64 {
        if self.fast.weight < WEIGHT_MIN_S {
            return self.believed;
        }
        self.fast.mean().min(self.slow.mean())
    }

    /// How long a first byte is waited for, in seconds.
    pub(crate) fn first_byte_s(&self) -> f64 {
        if self.first_byte.weight < WEIGHT_MIN_S {
            return FIRST_BYTE_UNKNOWN_S;
        }
        self.first_byte.mean()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn measured(bits_per_s: u64) -> LinkSpeed {
        let mut link = LinkSpeed::new(500_000.0);
        for _ in 0..20 {
            link.loaded(bits_per_s / 8, SECOND, Duration::ZERO);
        }
        link
    }

    fn assert_near(found: f64, expected: f64) {
        assert!(
            (found - expected).abs() < expected / 100.0,
            "{found}, not {expected}"
        );
    }

    #[test]
    fn it_is_what_was_measured_and_before_that_what_was_believed() {
        assert_near(LinkSpeed::new(500_000.0).bits_per_s(), 500_000.0);
        assert_near(measured(200_000).bits_per_s(), 200_000.0);
    }

    #[test]
    fn the_wait_for_the_first_byte_does_not_count_as_far_as_it_was_expected() {
        let mut link = LinkSpeed::new(1.0);
        // 100 ms are expected: 25,000 bytes in 0.9 s.
        link.loaded(25_000, SECOND, Duration::from_millis(400));
        assert_near(link.bits_per_s(), 222_222.0);
        link.waited(Duration::from_millis(400));
        assert_near(link.first_byte_s(), 0.4);
    }

    #[test]
    fn a_burst_counts_as_a_fast_link_and_not_as_an_endless_one() {
        let mut link = LinkSpeed::new(1.0);
        link.loaded(200_000, Duration::ZERO, Duration::ZERO);
        assert_near(link.bits_per_s(), 800_000_000.0);
    }

    #[test]
    fn a_fall_is_believed_sooner_than_a_rise() {
        let mut rises = measured(200_000);
        rises.loaded(125_000, 3 * SECOND, Duration::ZERO);
        // 333,333 bit/s for the newest 3 of 23 s, by the slow mean, which is lower.
        let newest = (1.0 - 0.5_f64.powf(3.0 / 9.0)) / (1.0 - 0.5_f64.powf(23.0 / 9.0));
        assert_near(rises.bits_per_s(), 200_000.0 + 133_333.0 * newest);
        let mut falls = measured(200_000);
        falls.loaded(12_500, 3 * SECOND, Duration::ZERO);
        // 33,333 bit/s: the fast mean goes half the way.
        assert_near(falls.bits_per_s(), 116_667.0);
    }
}
