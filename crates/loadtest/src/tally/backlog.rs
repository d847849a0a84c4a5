//! How long what came from a server waited until the generator came to it.

use std::time::Duration;

use super::Durations;

/// What looks have found, counted in two ways: a second of waiting is little of a run of an hour, and much where everybody came
/// in that second; and where nobody comes it is what those who listen wait for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Backlog {
    /// Each look once.
    over_time: Durations,
    /// Each look as often as something was measured since the one before.
    over_figures: Durations,
    /// What was measured since the last look.
    measured: u64,
}

impl Backlog {
    /// Something is timed: the next look says by how much too long.
    pub(super) fn measure(&mut self) {
        self.measured += 1;
    }

    pub(super) fn look(&mut self, waited: Duration) {
        self.over_time.record(waited);
        let measured = std::mem::take(&mut self.measured);
        if 0 < measured {
            self.over_figures.record_times(waited, measured);
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.over_time.add(&other.over_time);
        self.over_figures.add(&other.over_figures);
    }

    /// The duration that such a share of all is not above, in the way of counting that has the longer one.
    pub(crate) fn quantile(&self, share: f64) -> Duration {
        let both = [&self.over_time, &self.over_figures];
        let [one, other] = both.map(|all| all.quantile(share));
        one.max(other)
    }

    pub(crate) fn max(&self) -> Duration {
        self.over_time.max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_burst_is_not_hidden_by_the_time_in_which_nobody_came() {
        let mut backlog = Backlog::default();
        for _ in 0..600 {
            backlog.measure();
        }
        backlog.look(SECOND);
        for _ in 0..120_000 {
            backlog.look(Duration::ZERO);
        }
        assert!(backlog.quantile(0.99) >= SECOND);
    }

    #[test]
    fn a_long_wait_of_listeners_is_not_hidden_by_many_who_came_before() {
        let mut backlog = Backlog::default();
        for _ in 0..100_000 {
            backlog.measure();
        }
        backlog.look(Duration::ZERO);
        for _ in 0..100 {
            backlog.look(SECOND);
        }
        let mut both = Backlog::default();
        both.add(&backlog);
        for backlog in [backlog, both] {
            assert!(backlog.quantile(0.99) >= SECOND && backlog.max() >= SECOND);
        }
    }
}
