//! Which quality the next segment is asked for in: the rules of hls.js 1.7 (`abr-controller.ts`) with our player's settings.

use std::time::Duration;

use crate::count::to_f64;
use crate::link_speed::LinkSpeed;

/// How much of the link a quality may take that is not higher than the present one, and one that is.
const STAY_FACTOR: f64 = 0.95;
pub(crate) const RISE_FACTOR: f64 = 0.7;
/// How long a silence may be accepted where no quality comes without one.
const SILENCE_MAX: Duration = Duration::from_secs(4);

/// A quality, in bits a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) average: u64,
    pub(crate) max: u64,
}

/// What the choice depends on besides the link.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice<'a> {
    /// Ascending, with whether their playlists have been read.
    pub(crate) rates: &'a [(Rate, bool)],
    /// The quality of the segment before.
    pub(crate) current: usize,
    /// How long the next segment plays.
    pub(crate) segment: Duration,
    /// How long what is loaded plays.
    pub(crate) ahead: Duration,
    /// How long the last playlist of a quality took to come.
    pub(crate) playlist: Duration,
}

impl Choice<'_> {
    /// The highest quality that comes before the music falls silent, else one that is soon there, else the lowest.
    pub(crate) fn make(&self, link: &LinkSpeed) -> usize {
        let in_time = || {
            let has_some = !self.ahead.is_zero();
            has_some.then(|| self.best(link, Duration::ZERO)).flatten()
        };
        in_time()
            .or_else(|| self.best(link, self.segment.min(SILENCE_MAX)))
            .unwrap_or_default()
    }

    fn best(&self, link: &LinkSpeed, silence: Duration) -> Option<usize> {
        (0..self.rates.len())
            .rev()
            .find(|index| self.fits(*index, link, silence))
    }

    fn fits(&self, index: usize, link: &LinkSpeed, silence: Duration) -> bool {
        let Some((rate, is_known)) = self.rates.get(index) else {
            return false;
        };
        let factor = if index <= self.current {
            STAY_FACTOR
        } else {
            RISE_FACTOR
        };
        let link_bits_per_s = link.bits_per_s() * factor;
        let is_far_ahead = self.segment * 2 <= self.ahead && silence.is_zero();
        let bits_per_s = to_f64(if is_far_ahead { rate.average } else { rate.max });
        let segment_s = bits_per_s * self.segment.as_secs_f64() / link_bits_per_s;
        let mut load_s = link.first_byte_s() + segment_s;
        if !is_known {
            load_s += link.first_byte_s() + self.playlist.as_secs_f64();
        }
        bits_per_s <= link_bits_per_s && load_s < (self.ahead + silence).as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn rate(kbps: u64) -> (Rate, bool) {
        let rate = Rate {
            average: kbps * 1_000,
            max: kbps * 1_100,
        };
        (rate, true)
    }

    const RATES: [(Rate, bool); 3] = [rate(64), rate(128), rate(256)];
    const FAR_AHEAD: Duration = Duration::from_secs(20);

    fn choice(link_bits_per_s: f64, current: usize, ahead: Duration) -> usize {
        let choice = Choice {
            rates: &RATES,
            current,
            segment: Duration::from_millis(2048),
            ahead,
            playlist: Duration::from_millis(100),
        };
        choice.make(&LinkSpeed::new(link_bits_per_s))
    }

    #[test]
    fn a_higher_quality_needs_more_room_than_the_present_one() {
        assert_eq!(choice(135_000.0, 1, FAR_AHEAD), 1);
        assert_eq!(choice(134_000.0, 1, FAR_AHEAD), 0);
        assert_eq!(choice(182_000.0, 0, FAR_AHEAD), 0);
        assert_eq!(choice(183_000.0, 0, FAR_AHEAD), 1);
        assert_eq!(choice(10_000.0, 2, FAR_AHEAD), 0);
    }

    #[test]
    fn with_little_ahead_the_most_that_a_quality_takes_counts_and_the_segment_must_come_in_time() {
        let seconds = Duration::from_secs_f64;
        // 281.6 kbit/s of 2.048 s over 95 % of 400 kbit/s take 1.52 s, and 0.1 s pass before.
        assert_eq!(choice(400_000.0, 2, seconds(1.7)), 2);
        assert_eq!(choice(400_000.0, 2, seconds(1.6)), 1);
        // Nothing is ahead: 2.048 s of silence are accepted.
        assert_eq!(choice(400_000.0, 2, Duration::ZERO), 2);
        // 95 % of 290 kbit/s carry its average but not its most.
        assert_eq!(choice(290_000.0, 2, FAR_AHEAD), 2);
        assert_eq!(choice(290_000.0, 2, seconds(4.0)), 1);
    }

    #[test]
    fn a_quality_whose_playlist_has_not_been_read_takes_longer() {
        let mut rates = RATES;
        rates[1].1 = false;
        let choice = Choice {
            rates: &rates[..2],
            current: 1,
            segment: Duration::from_secs(2),
            ahead: Duration::from_secs(1),
            playlist: Duration::from_millis(800),
        };
        // 281.6 kbit over 95 % of 600 kbit/s take 0.49 s; 1.0 s more for the playlist is too long, and both come soon.
        assert_eq!(choice.make(&LinkSpeed::new(600_000.0)), 0);
    }

    proptest! {
        #[test]
        fn a_faster_link_never_means_a_lower_quality(
            slow in 1_000.0..1_000_000.0, more in 0.0..1_000_000.0, current in 0_usize..3, ahead_ms in 0_u64..30_000,
        ) {
            let ahead = Duration::from_millis(ahead_ms);
            // Where nothing comes in time, a silence is accepted for a higher quality.
            let in_time = |bits| choice(bits, current, ahead.max(Duration::from_secs(5)));
            prop_assert!(in_time(slow) <= in_time(slow + more));
        }
    }
}
