//! Servers measured in turn, and what is compared: only what was measured in the same round.

use crate::failure::{Failure, Result};

/// What a server did in one turn, and what it took for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    /// Requests, sessions, seconds of listening: what is counted.
    pub(super) count: f64,
    /// Of a processor, in microseconds.
    pub(super) cpu_us: f64,
}

impl Turn {
    pub(super) fn each_us(self) -> f64 {
        self.cpu_us / self.count
    }
}

/// Where the middle of some values is, and their middle half.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spread {
    pub(super) low: f64,
    pub(super) median: f64,
    pub(super) high: f64,
}

impl Spread {
    /// None of no values.
    pub(super) fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        Some(Self {
            low: quantile(&values, 0.25)?,
            median: quantile(&values, 0.5)?,
            high: quantile(&values, 0.75)?,
        })
    }
}

/// Between the two values that are nearest, as far as it lies between them.
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = share * to_f64(last as u64);
    let below = (0..=last)
        .rev()
        .find(|index| to_f64(*index as u64) <= place)?;
    let (low, high) = (sorted.get(below)?, sorted.get(below + 1).or(sorted.last())?);
    Some(low + (high - low) * (place - to_f64(below as u64)))
}

/// The turns of each server, round by round.
#[derive(Clone, Debug)]
pub(super) struct Rounds {
    turns: Vec<Vec<Turn>>,
}

impl Rounds {
    /// Gives each server its turn in each round, in reversed order in every other one, so that what changes on the machine
    /// meanwhile meets all alike.
    pub(super) fn run(
        rounds: u32,
        servers: usize,
        mut turn: impl FnMut(usize) -> Result<Turn>,
    ) -> Result<Self> {
        let mut turns = vec![Vec::new(); servers];
        for round in 0..rounds {
            let mut order: Vec<usize> = (0..servers).collect();
            if round % 2 == 1 {
                order.reverse();
            }
            for server in order {
                let found = turn(server)?;
                if found.count <= 0.0 || found.cpu_us <= 0.0 {
                    return Err(Failure::new(format!(
                        "a turn in which nothing was done: {found:?}"
                    )));
                }
                if let Some(of_server) = turns.get_mut(server) {
                    of_server.push(found);
                }
            }
        }
        Ok(Self { turns })
    }

    /// What one of what is counted takes of a processor.
    pub(super) fn each_us(&self, server: usize) -> Option<Spread> {
        let turns = self.turns.get(server)?;
        Spread::of(turns.iter().copied().map(Turn::each_us).collect())
    }

    /// How many times as much one takes as another, for the same, round by round.
    pub(super) fn ratio(&self, above: usize, below: usize) -> Option<Spread> {
        let pairs = self.turns.get(above)?.iter().zip(self.turns.get(below)?);
        Spread::of(
            pairs
                .map(|(above, below)| above.each_us() / below.each_us())
                .collect(),
        )
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts and times of a run are small"
)]
pub(super) fn to_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_half_is_between_the_values_that_are_nearest() {
        let spread = |values: &[f64]| Spread::of(values.to_vec());
        let expected = |low, median, high| Some(Spread { low, median, high });
        assert_eq!(spread(&[]), None);
        assert_eq!(spread(&[7.0]), expected(7.0, 7.0, 7.0));
        assert_eq!(spread(&[5.0, 1.0, 3.0, 2.0, 4.0]), expected(2.0, 3.0, 4.0));
        assert_eq!(spread(&[4.0, 1.0, 2.0, 3.0]), expected(1.75, 2.5, 3.25));
    }

    #[test]
    fn every_other_round_is_reversed_and_ratios_are_of_one_round() {
        let mut order = Vec::new();
        // The machine becomes twice as slow with each turn; both servers take as much.
        let mut cpu_us = 1.0;
        let rounds = Rounds::run(2, 2, |server| {
            order.push(server);
            cpu_us *= 2.0;
            Ok(Turn { count: 1.0, cpu_us })
        });
        assert_eq!(order, [0, 1, 1, 0]);
        // 2 and 16 of the first, 4 and 8 of the second: half and twice as much.
        let ratio = rounds.unwrap().ratio(0, 1).unwrap();
        let expected = Spread {
            low: 0.875,
            median: 1.25,
            high: 1.625,
        };
        assert_eq!(ratio, expected);
    }

    #[test]
    fn a_turn_in_which_nothing_was_done_is_an_error() {
        let turn = |count, cpu_us| Rounds::run(1, 1, |_| Ok(Turn { count, cpu_us }));
        turn(1.0, 1.0).unwrap();
        turn(0.0, 1.0).unwrap_err();
        turn(1.0, 0.0).unwrap_err();
    }
}
