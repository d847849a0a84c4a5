//! When sessions start: a rate that changes in straight lines, and how starts follow from it.
//!
//! Constant load, steps, ramps, flash crowds and the curve of a day are all lines of a rate over time. The k-th start is
//! due where the area below the lines reaches k (even), or the sum of k exponential steps (Poisson): inversion of the
//! integrated rate, as in `Çinlar`, Introduction to Stochastic Processes, 1975.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde::{Deserialize, Serialize};

/// How starts follow from a rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Process {
    /// Equally far apart, as a thread group of `JMeter`.
    #[default]
    Even,
    /// Independent of each other, as people are.
    Poisson,
}

/// A stretch of time in which the rate goes from one value to another in a straight line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) length: Duration,
    /// Starts a second at its beginning.
    pub(crate) from_per_s: f64,
    /// Starts a second at its end.
    pub(crate) to_per_s: f64,
}

impl Line {
    /// How many starts it holds.
    pub(crate) fn starts(&self) -> f64 {
        f64::midpoint(self.from_per_s, self.to_per_s) * self.length.as_secs_f64()
    }

    /// How far into the line so many starts are reached, in seconds.
    fn seconds_until(&self, starts: f64) -> f64 {
        if starts <= 0.0 {
            return 0.0;
        }
        let slope = (self.to_per_s - self.from_per_s) / self.length.as_secs_f64();
        // The root of a quadratic in the form that does not cancel, and needs no case for a level line.
        let discriminant = self.from_per_s.powi(2) + 2.0 * slope * starts;
        2.0 * starts / (self.from_per_s + discriminant.max(0.0).sqrt())
    }
}

/// The due times of starts, from the beginning of the run, in order. The same seed gives the same times.
#[derive(Debug)]
pub(crate) struct Starts {
    lines: Vec<Line>,
    process: Process,
    random: StdRng,
    /// The line that the last start lay in, when it began, and how many starts lie before it.
    line: usize,
    line_begins_s: f64,
    before_line: f64,
    /// The area that the next start is due at.
    next: f64,
}

impl Starts {
    pub(crate) fn new(lines: Vec<Line>, process: Process, seed: u64) -> Self {
        let mut starts = Self {
            lines,
            process,
            random: StdRng::seed_from_u64(seed),
            line: 0,
            line_begins_s: 0.0,
            before_line: 0.0,
            next: 0.0,
        };
        if process == Process::Poisson {
            starts.next = starts.step();
        }
        starts
    }

    fn step(&mut self) -> f64 {
        match self.process {
            Process::Even => 1.0,
            Process::Poisson => -(1.0 - self.random.random::<f64>()).ln(),
        }
    }
}

impl Iterator for Starts {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        loop {
            let line = self.lines.get(self.line)?;
            let starts = line.starts();
            let within = self.next - self.before_line;
            // The end of a line belongs to the next one: 100 starts in a second are due from 0 to 0.99 s.
            if within < starts {
                let at_s = self.line_begins_s + line.seconds_until(within);
                self.next += self.step();
                return Some(Duration::from_secs_f64(at_s));
            }
            self.line_begins_s += line.length.as_secs_f64();
            self.before_line += starts;
            self.line += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(seconds: u64, from_per_s: f64, to_per_s: f64) -> Line {
        Line {
            length: Duration::from_secs(seconds),
            from_per_s,
            to_per_s,
        }
    }

    fn due_ms(lines: &[Line]) -> Vec<u128> {
        let starts = Starts::new(lines.to_vec(), Process::Even, 1);
        starts.map(|due| due.as_millis()).collect()
    }

    #[test]
    fn even_starts_are_equally_far_apart() {
        assert_eq!(due_ms(&[line(2, 2.0, 2.0)]), [0, 500, 1000, 1500]);
    }

    #[test]
    fn a_ramp_starts_slowly_and_a_step_at_once() {
        // The area below a ramp from 0 to 2 a second is t²/2: 0, 1 at 1.414 s.
        assert_eq!(due_ms(&[line(2, 0.0, 2.0)]), [0, 1414]);
        assert_eq!(
            due_ms(&[line(2, 1.0, 1.0), line(1, 4.0, 4.0)]),
            [0, 1000, 2000, 2250, 2500, 2750]
        );
    }

    #[test]
    fn a_pause_has_no_starts() {
        let lines = [line(1, 1.0, 1.0), line(5, 0.0, 0.0), line(1, 1.0, 1.0)];
        assert_eq!(due_ms(&lines), [0, 6000]);
        assert!(due_ms(&[]).is_empty());
    }

    #[test]
    fn people_come_independently_at_the_rate() {
        let lines = vec![line(1000, 10.0, 10.0)];
        let starts: Vec<_> = Starts::new(lines, Process::Poisson, 7).collect();
        // 10,000 are expected; four standard deviations are 400.
        assert!(starts.len().abs_diff(10_000) < 400, "{}", starts.len());
        let gaps = starts
            .windows(2)
            .map(|pair| pair[1].saturating_sub(pair[0]));
        let long = gaps.filter(|gap| Duration::from_millis(200) < *gap).count();
        // A gap of twice the mean has the probability e^-2: 1,353 of 10,000, and four standard deviations are 137.
        assert!(long.abs_diff(1_353) < 200, "{long}");
    }

    proptest! {
        #[test]
        fn starts_are_as_many_as_the_rate_says_in_order_and_the_same_for_the_same_seed(
            rates in prop::collection::vec((1_u64..20, 0.0..50.0, 0.0..50.0), 1..6),
            seed: u64,
        ) {
            let lines: Vec<Line> = rates.iter().map(|(length, from, to)| line(*length, *from, *to)).collect();
            let area: f64 = lines.iter().map(Line::starts).sum();
            let ends = Duration::from_secs(rates.iter().map(|(length, ..)| length).sum());
            let even: Vec<_> = Starts::new(lines.clone(), Process::Even, seed).collect();
            let count = f64::from(u32::try_from(even.len()).unwrap());
            prop_assert!((count - area).abs() <= 1.0);
            for starts in [even, Starts::new(lines.clone(), Process::Poisson, seed).collect()] {
                prop_assert!(starts.is_sorted());
                prop_assert!(starts.last().is_none_or(|last| *last <= ends));
            }
            let again = |seed| Starts::new(lines.clone(), Process::Poisson, seed).collect::<Vec<_>>();
            prop_assert_eq!(again(seed), again(seed));
        }
    }
}
