//! The search for the highest rate that holds: doubling until it does not, bisection between the two, then the rate that
//! was found again and again.

/// The lowest rate that is tried, in starts a second.
const RATE_MIN: f64 = 0.1;

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
    /// The highest rate that has held, and how often.
    holds: Option<(f64, u32)>,
    /// The lowest rate that has not.
    fails: Option<f64>,
}

/// What is found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Found {
    /// None where not even the lowest rate held.
    pub(super) holds: Option<f64>,
    /// In how many runs, all of them.
    pub(super) times: u32,
    /// None where every rate held that may be tried.
    pub(super) fails: Option<f64>,
}

impl Search {
    pub(super) fn new(first: f64, rate_max: f64, precision: f64, repeats: u32) -> Self {
        Self {
            precision,
            repeats,
            rate_max,
            next: first.clamp(RATE_MIN, rate_max),
            holds: None,
            fails: None,
        }
    }

    /// The rate to try next; none when the search is over.
    pub(super) fn next(&self) -> Option<f64> {
        (!self.is_over()).then_some(self.next)
    }

    /// The rate that was to be tried held, or did not.
    pub(super) fn record(&mut self, holds: bool) {
        let rate = self.next;
        if holds {
            self.holds = match self.holds {
                Some((known, times)) if known.to_bits() == rate.to_bits() => {
                    Some((rate, times + 1))
                }
                _ => Some((rate, 1)),
            };
        } else {
            self.fails = Some(self.fails.map_or(rate, |known| known.min(rate)));
            // What held before and does not now does not hold.
            self.holds = self.holds.filter(|(known, _)| *known < rate);
        }
        self.next = match (self.holds, self.fails) {
            (Some((holds, _)), None) if holds < self.rate_max => (holds * 2.0).min(self.rate_max),
            (Some((holds, _)), Some(fails)) if holds * self.precision < fails => {
                (holds * fails).sqrt()
            }
            (Some((holds, _)), _) => holds,
            (None, _) => (rate / 2.0).max(RATE_MIN),
        };
    }

    pub(super) fn found(&self) -> Found {
        Found {
            holds: self.holds.map(|(rate, _)| rate),
            times: self.holds.map_or(0, |(_, times)| times),
            fails: self.fails,
        }
    }

    fn is_over(&self) -> bool {
        match (self.holds, self.fails) {
            (None, Some(fails)) => fails <= RATE_MIN,
            (Some((holds, times)), fails) => {
                let is_narrow = match fails {
                    Some(fails) => fails <= holds * self.precision,
                    None => self.rate_max <= holds,
                };
                is_narrow && self.repeats <= times
            }
            (None, None) => false,
        }
    }
}

/// How often a run like these holds at least, with 95 % confidence, when all of so many did: the lower bound of Clopper and
/// Pearson (Biometrika 26, 1934) for no failure.
pub(super) fn share_at_least(times: u32) -> f64 {
    if times == 0 {
        return 0.0;
    }
    0.05_f64.powf(1.0 / f64::from(times))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn search(first: f64, holds: impl Fn(f64, u32) -> bool) -> (Found, Vec<f64>) {
        let mut search = Search::new(first, 100_000.0, 1.1, 3);
        let mut tried = Vec::new();
        while let Some(rate) = search.next() {
            search.record(holds(rate, u32::try_from(tried.len()).unwrap()));
            tried.push(rate);
            assert!(tried.len() < 200, "{tried:?}");
        }
        (search.found(), tried)
    }

    #[test]
    fn it_doubles_then_halves_the_gap_then_makes_sure() {
        let (found, tried) = search(10.0, |rate, _| rate <= 100.0);
        assert_eq!(tried[..5], [10.0, 20.0, 40.0, 80.0, 160.0]);
        let holds = found.holds.unwrap();
        assert!((90.0..=100.0).contains(&holds), "{found:?}");
        assert!(found.fails.unwrap() <= holds * 1.1);
        assert_eq!(found.times, 3);
        assert_eq!(tried[tried.len() - 2..], [holds, holds]);
    }

    #[test]
    fn a_rate_that_holds_only_once_is_not_found() {
        // The first time everything up to 100 holds; later only what is below 50.
        let (found, _) = search(10.0, |rate, run| rate <= if run < 8 { 100.0 } else { 50.0 });
        let holds = found.holds.unwrap();
        assert!((40.0..=50.0).contains(&holds), "{found:?}");
    }

    #[test]
    fn nothing_and_everything_may_hold() {
        let (found, _) = search(10.0, |_, _| false);
        assert_eq!((found.holds, found.times), (None, 0));
        let (found, _) = search(10.0, |_, _| true);
        assert_eq!((found.holds, found.fails), (Some(100_000.0), None));
    }

    #[test]
    fn confidence_grows_with_repeats() {
        assert!((share_at_least(5) - 0.549).abs() < 0.001);
        assert!(share_at_least(1) < share_at_least(2));
        assert!((share_at_least(0) - 0.0).abs() < f64::EPSILON);
    }

    proptest! {
        #[test]
        fn what_is_found_lies_below_what_the_server_can(capacity in 0.2_f64..50_000.0, first in 0.2_f64..5_000.0) {
            let (found, _) = search(first, |rate, _| rate <= capacity);
            let holds = found.holds.unwrap();
            prop_assert!(holds <= capacity && capacity <= holds * 1.1);
        }

        #[test]
        fn the_search_ends_whatever_happens(outcomes in prop::collection::vec(any::<bool>(), 200)) {
            let mut search = Search::new(10.0, 1_000.0, 1.2, 2);
            let tried = outcomes.iter().take_while(|holds| {
                let is_on = search.next().is_some();
                if is_on {
                    search.record(**holds);
                }
                is_on
            });
            prop_assert!(tried.count() < 200);
        }
    }
}
