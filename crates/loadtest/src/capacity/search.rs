//! The search for the highest rate that holds: doubling until it does not, bisection between the two, then the rate that
//! was found again and again. No single run decides that a rate fails: what happens once by chance would bound the answer
//! for ever.

/// The lowest rate that is tried, in starts a second.
const RATE_MIN: f64 = 0.1;
/// A rate fails when it has missed so often; one that has missed once must hold twice.
const MISSES_TO_FAIL: u32 = 2;
/// Or when so many runs in a row said nothing, which a generator at its own limit does.
const INVALID_TO_FAIL: u32 = 3;

/// What came of a run at a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Held,
    Missed,
    /// It says nothing about the server.
    Invalid,
    /// Such a rate cannot be run here, now or later.
    Refused,
}

/// A search, from outcome to outcome. Rates are in starts a second.
#[derive(Clone, Debug)]
pub(super) struct Search {
    /// Ends when the rate that holds and the one that does not are no further apart than this factor.
    precision: f64,
    /// How often the rate that is found must hold.
    repeats: u32,
    /// What may not be passed.
    rate_max: f64,
    next: f64,
    /// Every rate that was tried.
    trials: Vec<Trial>,
}

/// What is known of a rate.
#[derive(Clone, Copy, Debug)]
struct Trial {
    rate: f64,
    held: u32,
    missed: u32,
    invalid_in_a_row: u32,
    is_refused: bool,
}

/// Why a rate is tried next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Why {
    /// Nothing was tried yet.
    First,
    /// Everything held so far.
    Doubling,
    /// Nothing held so far.
    Halving,
    /// One rate holds, the other does not.
    Between {
        /// The one that holds.
        holds: f64,
        /// The one that does not.
        fails: f64,
    },
    /// A single miss, or a run that said nothing, decides nothing.
    Undecided,
    /// The rate that is found must hold so often.
    Repeating {
        /// How often it did.
        held: u32,
        /// How often it must.
        repeats: u32,
    },
}

/// What is found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Found {
    /// None where not even the lowest rate held.
    pub(super) holds: Option<f64>,
    /// In how many runs.
    pub(super) times: u32,
    /// Of how many that said something.
    pub(super) of: u32,
    /// None where every rate held that may be tried.
    pub(super) fails: Option<f64>,
}

impl Trial {
    fn record(&mut self, outcome: Outcome) {
        self.invalid_in_a_row = match outcome {
            Outcome::Invalid => self.invalid_in_a_row + 1,
            _ => 0,
        };
        match outcome {
            Outcome::Held => self.held += 1,
            Outcome::Missed => self.missed += 1,
            Outcome::Refused => self.is_refused = true,
            Outcome::Invalid => {}
        }
    }

    fn fails(&self) -> bool {
        self.is_refused || MISSES_TO_FAIL <= self.missed || INVALID_TO_FAIL <= self.invalid_in_a_row
    }

    fn holds(&self) -> bool {
        !self.fails() && self.missed < self.held
    }
}

impl Search {
    pub(super) fn new(first: f64, rate_max: f64, precision: f64, repeats: u32) -> Self {
        Self {
            precision,
            repeats,
            rate_max,
            next: first.clamp(RATE_MIN, rate_max),
            trials: Vec::new(),
        }
    }

    /// The rate to try next; none when the search is over.
    pub(super) fn next(&self) -> Option<f64> {
        (!self.is_over()).then_some(self.next)
    }

    /// What came of the rate that was to be tried.
    pub(super) fn record(&mut self, outcome: Outcome) {
        let rate = self.next;
        let trial = self.trial(rate);
        trial.record(outcome);
        if !trial.fails() && !trial.holds() {
            // It is not decided yet.
            return;
        }
        self.next = match (self.holding().map(|trial| trial.rate), self.failing()) {
            (Some(holds), None) if holds < self.rate_max => (holds * 2.0).min(self.rate_max),
            (Some(holds), Some(fails)) if holds * self.precision < fails => (holds * fails).sqrt(),
            (Some(holds), _) => holds,
            (None, fails) => (fails.unwrap_or(rate) / 2.0).max(RATE_MIN),
        };
    }

    /// Why that is the rate to try next.
    pub(super) fn why(&self) -> Why {
        let mut trials = self.trials.iter();
        let known = trials.find(|trial| trial.rate.to_bits() == self.next.to_bits());
        match (known, self.holding(), self.failing()) {
            (Some(trial), ..) if trial.holds() => Why::Repeating {
                held: trial.held,
                repeats: self.repeats,
            },
            (Some(_), ..) => Why::Undecided,
            (None, Some(holding), Some(fails)) => Why::Between {
                holds: holding.rate,
                fails,
            },
            (None, Some(_), None) => Why::Doubling,
            (None, None, Some(_)) => Why::Halving,
            (None, None, None) => Why::First,
        }
    }

    pub(super) fn found(&self) -> Found {
        let holding = self.holding();
        Found {
            holds: holding.map(|trial| trial.rate),
            times: holding.map_or(0, |trial| trial.held),
            of: holding.map_or(0, |trial| trial.held + trial.missed),
            fails: self.failing(),
        }
    }

    fn trial(&mut self, rate: f64) -> &mut Trial {
        let known = self
            .trials
            .iter()
            .position(|trial| trial.rate.to_bits() == rate.to_bits());
        let place = known.unwrap_or(self.trials.len());
        if known.is_none() {
            self.trials.push(Trial {
                rate,
                held: 0,
                missed: 0,
                invalid_in_a_row: 0,
                is_refused: false,
            });
        }
        &mut self.trials[place]
    }

    /// The lowest rate that fails.
    fn failing(&self) -> Option<f64> {
        let failing = self.trials.iter().filter(|trial| trial.fails());
        failing.map(|trial| trial.rate).min_by(f64::total_cmp)
    }

    /// The highest rate that holds below it: what held above a rate that fails held by chance.
    fn holding(&self) -> Option<&Trial> {
        let fails = self.failing().unwrap_or(f64::INFINITY);
        let holding = self
            .trials
            .iter()
            .filter(|trial| trial.holds() && trial.rate < fails);
        holding.max_by(|one, other| one.rate.total_cmp(&other.rate))
    }

    fn is_over(&self) -> bool {
        match (self.holding(), self.failing()) {
            (None, Some(fails)) => fails <= RATE_MIN,
            (Some(trial), fails) => {
                let is_narrow = match fails {
                    Some(fails) => fails <= trial.rate * self.precision,
                    None => self.rate_max <= trial.rate,
                };
                is_narrow && self.repeats <= trial.held
            }
            (None, None) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Outcome::{Held, Invalid, Missed, Refused};
    use super::*;

    fn search(first: f64, outcome: impl Fn(f64, u32) -> Outcome) -> (Found, Vec<f64>) {
        let mut search = Search::new(first, 100_000.0, 1.1, 3);
        let mut tried = Vec::new();
        while let Some(rate) = search.next() {
            search.record(outcome(rate, u32::try_from(tried.len()).unwrap()));
            tried.push(rate);
            assert!(tried.len() < 300, "{tried:?}");
        }
        (search.found(), tried)
    }

    fn up_to(capacity: f64, rate: f64) -> Outcome {
        if rate <= capacity { Held } else { Missed }
    }

    #[test]
    fn it_doubles_then_halves_the_gap_then_makes_sure() {
        let (found, tried) = search(10.0, |rate, _| up_to(100.0, rate));
        assert_eq!(tried[..6], [10.0, 20.0, 40.0, 80.0, 160.0, 160.0]);
        let holds = found.holds.unwrap();
        assert!((90.0..=100.0).contains(&holds), "{found:?}");
        assert!(found.fails.unwrap() <= holds * 1.1);
        assert_eq!((found.times, found.of), (3, 3));
        assert_eq!(tried[tried.len() - 2..], [holds, holds]);
    }

    #[test]
    fn it_says_why_a_rate_is_next() {
        let mut search = Search::new(10.0, 100_000.0, 1.5, 2);
        let whys = [Missed, Missed, Held, Missed, Held, Held].map(|outcome| {
            let why = search.why();
            search.record(outcome);
            why
        });
        let between = Why::Between {
            holds: 5.0,
            fails: 10.0,
        };
        let tried = [Why::First, Why::Undecided, Why::Halving, between];
        assert_eq!(whys[..4], tried);
        assert_eq!(whys[4..], [Why::Undecided, Why::Undecided]);
        let (held, repeats) = (2, 2);
        assert_eq!(search.why(), Why::Repeating { held, repeats });
        let mut search = Search::new(10.0, 100_000.0, 1.5, 2);
        search.record(Held);
        assert_eq!(search.why(), Why::Doubling);
    }

    #[test]
    fn a_rate_that_holds_only_once_is_not_found() {
        // The first time everything up to 100 holds; later only what is below 50.
        let (found, _) = search(10.0, |rate, run| {
            up_to(if run < 9 { 100.0 } else { 50.0 }, rate)
        });
        let holds = found.holds.unwrap();
        assert!((40.0..=50.0).contains(&holds), "{found:?}");
    }

    #[test]
    fn a_single_false_failure_bounds_nothing_whenever_it_comes() {
        for odd in [Missed, Invalid] {
            for unlucky in 0..20 {
                let (found, tried) = search(100.0, |rate, run| {
                    if run == unlucky {
                        odd
                    } else {
                        up_to(10_000.0, rate)
                    }
                });
                let holds = found.holds.unwrap();
                assert!(
                    (9_000.0..=10_000.0).contains(&holds),
                    "{odd:?} in run {unlucky}: {found:?}, {tried:?}"
                );
                assert!(found.times == found.of || odd == Missed, "{found:?}");
            }
        }
    }

    #[test]
    fn a_rate_that_misses_and_holds_by_turns_fails_at_the_second_miss() {
        let mut search = Search::new(100.0, 100_000.0, 1.1, 5);
        for outcome in [Missed, Held, Missed] {
            assert_eq!(search.next(), Some(100.0));
            search.record(outcome);
        }
        assert_eq!(
            (search.next(), search.found().fails),
            (Some(50.0), Some(100.0))
        );
    }

    #[test]
    fn a_generator_at_its_limit_is_asked_three_times_and_a_refusal_is_believed_at_once() {
        let mut search = Search::new(100.0, 100_000.0, 1.1, 5);
        for _ in 0..3 {
            assert_eq!(search.next(), Some(100.0));
            search.record(Invalid);
        }
        assert_eq!(search.next(), Some(50.0));
        search.record(Refused);
        assert_eq!(
            (search.next(), search.found().fails),
            (Some(25.0), Some(50.0))
        );
    }

    #[test]
    fn what_held_below_a_rate_that_is_disproved_is_still_known() {
        let mut search = Search::new(100.0, 200.0, 1.1, 3);
        for outcome in [Held, Held, Missed, Missed] {
            search.record(outcome);
        }
        let found = search.found();
        assert_eq!((found.holds, found.fails), (Some(100.0), Some(200.0)));
    }

    #[test]
    fn nothing_and_everything_may_hold() {
        let (found, _) = search(10.0, |_, _| Missed);
        assert_eq!((found.holds, found.times), (None, 0));
        let (found, _) = search(10.0, |_, _| Held);
        assert_eq!((found.holds, found.fails), (Some(100_000.0), None));
    }

    proptest! {
        #[test]
        fn what_is_found_lies_below_what_the_server_can(capacity in 0.2_f64..50_000.0, first in 0.2_f64..5_000.0) {
            let (found, _) = search(first, |rate, _| up_to(capacity, rate));
            let holds = found.holds.unwrap();
            prop_assert!(holds <= capacity && capacity <= holds * 1.1);
        }

        #[test]
        fn the_search_ends_whatever_happens(outcomes in prop::collection::vec(
            prop::sample::select(vec![Held, Missed, Invalid, Refused]), 600)) {
            let mut search = Search::new(10.0, 1_000.0, 1.2, 2);
            let tried = outcomes.iter().take_while(|outcome| {
                let is_on = search.next().is_some();
                if is_on {
                    search.record(**outcome);
                }
                is_on
            });
            prop_assert!(tried.count() < 600);
        }
    }
}
