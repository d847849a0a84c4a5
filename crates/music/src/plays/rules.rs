//! When a play counts: pure rules.

/// How long somebody must listen before a play counts.
pub(crate) const QUALIFY_MS: i64 = 30_000;
/// Of a track shorter than this, half is enough.
pub(crate) const SHORT_TRACK_MS: i64 = 60_000;
/// How often a player reports while it plays.
pub(crate) const REPORT_EVERY_MS: i64 = 30_000;
/// How far a claim may run ahead of the server's clock: the way of the first request, and clocks of replicas that
/// differ. It is forgiven, never credited.
pub(crate) const CLAIM_AHEAD_MS_MAX: i64 = 5_000;
/// After this a play takes no reports any more.
pub(crate) const PLAY_MS_MAX: i64 = 24 * HOUR_MS;
/// A clock hour.
pub(crate) const HOUR_MS: i64 = 3_600_000;

/// What is recorded, and of it what charts, at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PlayLimits {
    /// Plays that begin from one network in a minute and are recorded, per process; more are refused.
    pub(crate) network_starts_per_minute_max: u64,
    /// Tracks that one listener counts for in a clock hour.
    pub(crate) listener_plays_per_hour_max: u64,
    /// Counted plays from one network in a clock hour.
    pub(crate) network_plays_per_hour_max: u64,
    /// Counted plays of one track from one network in a clock hour.
    pub(crate) network_track_plays_per_hour_max: u64,
}

impl Default for PlayLimits {
    fn default() -> Self {
        Self {
            network_starts_per_minute_max: 1_200,
            listener_plays_per_hour_max: 60,
            network_plays_per_hour_max: 600,
            network_track_plays_per_hour_max: 20,
        }
    }
}

/// How much of a track must be heard for the play to count. A track of unknown length counts as a long one.
pub(crate) fn qualifies_after_ms(duration_ms: i64) -> i64 {
    if 0 < duration_ms && duration_ms < SHORT_TRACK_MS {
        duration_ms / 2
    } else {
        QUALIFY_MS
    }
}

/// The clock hour of a time, in hours since 1970.
pub(crate) fn hour_of(at_ms: i64) -> i64 {
    at_ms.div_euclid(HOUR_MS)
}

/// How much of what a report claims is credited: no more than wall time has passed since the play began.
/// None when the claim is more than that.
pub(crate) fn credited_ms(started_at_ms: i64, now_ms: i64, claimed_ms: i64) -> Option<i64> {
    // Another replica's clock may be behind the one that began the play.
    let passed_ms = (now_ms - started_at_ms).max(0);
    (claimed_ms <= passed_ms + CLAIM_AHEAD_MS_MAX).then(|| claimed_ms.min(passed_ms))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn half_of_a_short_track_is_enough() {
        assert_eq!(qualifies_after_ms(0), 30_000);
        assert_eq!(qualifies_after_ms(10_000), 5_000);
        assert_eq!(qualifies_after_ms(59_999), 29_999);
        assert_eq!(qualifies_after_ms(60_000), 30_000);
        assert_eq!(qualifies_after_ms(3_600_000), 30_000);
    }

    #[test]
    fn a_claim_of_more_than_time_passed_is_refused() {
        assert_eq!(credited_ms(1_000, 1_000, 30_000), None);
        assert_eq!(credited_ms(1_000, 25_999, 30_000), None);
        assert_eq!(credited_ms(1_000, 26_000, 30_000), Some(25_000));
        assert_eq!(credited_ms(1_000, 31_000, 30_000), Some(30_000));
    }

    proptest! {
        #[test]
        fn credit_is_never_more_than_the_claim_nor_than_wall_time(
            started_at_ms in 0..2_000_000_000_000_i64,
            passed_ms in -10_000..200_000_000_i64,
            claimed_ms in 0..200_000_000_i64,
        ) {
            if let Some(credited_ms) = credited_ms(started_at_ms, started_at_ms + passed_ms, claimed_ms) {
                prop_assert!(0 <= credited_ms && credited_ms <= claimed_ms);
                prop_assert!(credited_ms <= passed_ms.max(0));
            }
        }
    }
}
