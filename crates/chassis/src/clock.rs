//! Time as a parameter.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Tells the time in UTC milliseconds since 1970; cheap to clone.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(Arc<AtomicI64>),
    Following(Arc<Following>),
}

/// A clock that is set by another one, so that all who are set by the same one agree, however wrong their machines are.
#[derive(Debug)]
struct Following {
    machine: Clock,
    /// When it was made. It goes on from there by a hand that nobody moves: between two settings it matters as little
    /// what happens to the machine's clock as what that clock says.
    made: (Instant, i64),
    /// What it was set by since, in milliseconds.
    correction_ms: AtomicI64,
}

/// Another clock as it was seen from here: its time, and when the question left and the answer came, by our steady hand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sighting {
    pub(crate) asked_ms: i64,
    pub(crate) answered_ms: i64,
    pub(crate) seen_ms: i64,
}

impl Clock {
    /// The clock of the machine.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until [`Clock::advance`] moves it; clones share the hand.
    pub fn manual(start_ms: i64) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(start_ms))))
    }

    /// A clock that begins as this one and is then set by a database's; clones are set together.
    pub(crate) fn following(&self) -> Self {
        let machine = self.machine().clone();
        let made = (Instant::now(), machine.now_ms());
        Self(Source::Following(Arc::new(Following {
            machine,
            made,
            correction_ms: AtomicI64::new(0),
        })))
    }

    /// Now, in UTC milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        match &self.0 {
            Source::System => system_ms(),
            Source::Manual(now_ms) => now_ms.load(Ordering::SeqCst),
            Source::Following(following) => {
                following.steady_ms() + following.correction_ms.load(Ordering::Relaxed)
            }
        }
    }

    /// The clock of the machine itself, where this one is set by another.
    pub(crate) fn machine(&self) -> &Self {
        match &self.0 {
            Source::Following(following) => &following.machine,
            _ => self,
        }
    }

    /// The time as it would be had nobody set this clock: what [`Sighting`]s are measured by.
    pub(crate) fn steady_ms(&self) -> i64 {
        match &self.0 {
            Source::Following(following) => following.steady_ms(),
            _ => self.now_ms(),
        }
    }

    /// Sets this clock by another one if it follows: no further than the sighting shows it to be wrong, so that a slow
    /// answer, which shows little, moves it little, and a clock that is right stays as it is instead of trembling.
    pub(crate) fn set_by(&self, sighting: Sighting) {
        let Source::Following(following) = &self.0 else {
            return;
        };
        let (least, most) = sighting.bounds();
        let before = following.correction_ms.load(Ordering::Relaxed);
        let now = before.clamp(least, most);
        following.correction_ms.store(now, Ordering::Relaxed);
    }

    /// Sets this clock for the first time if it follows: half of the way is taken off.
    pub(crate) fn begin_with(&self, sighting: Sighting) {
        if let Source::Following(following) = &self.0 {
            let (least, most) = sighting.bounds();
            let middle = least + (most - least) / 2;
            following.correction_ms.store(middle, Ordering::Relaxed);
        }
    }

    /// Moves a manual clock on, or that of the machine below one that follows; the system clock cannot be moved and stays
    /// as it is.
    pub fn advance(&self, by: Duration) {
        if let Source::Manual(now_ms) = &self.machine().0 {
            let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
            now_ms.fetch_add(by_ms, Ordering::SeqCst);
        }
    }
}

impl Following {
    fn steady_ms(&self) -> i64 {
        match &self.machine.0 {
            Source::System => {
                let (since, at_ms) = self.made;
                let passed_ms = i64::try_from(since.elapsed().as_millis());
                at_ms.saturating_add(passed_ms.unwrap_or(i64::MAX))
            }
            _ => self.machine.now_ms(),
        }
    }
}

impl Sighting {
    /// Between which the other clock is ahead of our steady hand: it was read after the question and before the answer.
    /// A millisecond more on either side, because each time is a whole number of them.
    fn bounds(self) -> (i64, i64) {
        let least = self.seen_ms - self.answered_ms.max(self.asked_ms) - 1;
        (least, self.seen_ms - self.asked_ms + 1)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the machine's clock"
)]
fn system_ms() -> i64 {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: i64 = 86_400_000;

    fn seen(seen_ms: i64, asked_ms: i64, answered_ms: i64) -> Sighting {
        Sighting {
            asked_ms,
            answered_ms,
            seen_ms,
        }
    }

    #[test]
    fn a_manual_clock_moves_only_when_told_and_for_every_clone() {
        let clock = Clock::manual(1_000);
        let other = clock.clone();
        clock.advance(Duration::from_secs(2));
        assert_eq!(other.now_ms(), 3_000);
    }

    #[test]
    fn a_clock_that_follows_begins_with_half_of_the_way_taken_off() {
        let machine = Clock::manual(DAY_MS);
        let clock = machine.following();
        assert_eq!(clock.now_ms(), DAY_MS);
        clock.begin_with(seen(1_000, DAY_MS, DAY_MS + 40));
        // The server read its clock in the middle, 20 ms after we asked.
        assert_eq!(clock.now_ms(), 980);
        machine.advance(Duration::from_secs(1));
        assert_eq!(clock.now_ms(), 1_980);
        assert_eq!(clock.machine().now_ms(), DAY_MS + 1_000);
    }

    #[test]
    fn it_is_set_no_further_than_it_is_shown_to_be_wrong() {
        let clock = Clock::manual(0).following();
        let correction = |sighting| {
            clock.set_by(sighting);
            clock.now_ms()
        };
        // An answer of a second says that the other is between 400 and 1,402 ahead.
        assert_eq!(correction(seen(1_401, 0, 1_000)), 400);
        // What agrees with where it is moves nothing.
        assert_eq!(correction(seen(900, 0, 1_000)), 400);
        assert_eq!(correction(seen(410, 0, 20)), 400);
        // A quick one moves it back, by what it shows and no more.
        assert_eq!(correction(seen(390, 0, 2)), 391);
        // And another clock altogether is followed at once.
        assert_eq!(correction(seen(-DAY_MS, 0, 2)), 1 - DAY_MS);
    }

    #[test]
    fn a_clock_that_does_not_follow_is_not_set() {
        let clock = Clock::manual(5);
        clock.begin_with(seen(1_000, 5, 5));
        clock.set_by(seen(1_000, 5, 5));
        assert_eq!((clock.now_ms(), clock.steady_ms()), (5, 5));
        let system = Clock::system();
        system.advance(Duration::from_hours(24));
        assert!(system.now_ms().abs_diff(Clock::system().now_ms()) < 3_600_000);
    }

    #[test]
    fn below_a_clock_that_follows_the_machines_own_hand_goes_on() {
        let clock = Clock::system().following();
        clock.begin_with(seen(1_000, clock.steady_ms(), clock.steady_ms()));
        let started = clock.now_ms();
        assert!((990..60_000).contains(&started), "{started}");
        while clock.now_ms() == started {
            std::thread::yield_now();
        }
        assert!(clock.now_ms() > started);
    }
}
