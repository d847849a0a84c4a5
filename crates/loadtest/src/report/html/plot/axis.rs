//! Where a value lies on an axis, and which values are written beside it.

use std::iter::successors;

use super::super::unit::Unit;

/// More ticks than this run into each other on a phone.
const TICKS_MAX: usize = 6;
/// Below this a logarithmic axis shows nothing that anybody feels.
const LEAST: f64 = 0.01;
/// Fewer of anything than this do not fill an axis.
const COUNT_LEAST: f64 = 4.0;
/// Round steps of time, in seconds.
const CLOCK_STEPS: [f64; 16] = [
    1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_200.0, 1_800.0, 3_600.0, 7_200.0,
    21_600.0, 43_200.0,
];

/// From a low value to a high one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Axis {
    pub(super) unit: Unit,
    low: f64,
    pub(super) high: f64,
    is_log: bool,
}

impl Axis {
    /// From zero to a round number that is not below the highest value.
    pub(super) fn linear(unit: Unit, highest: f64) -> Self {
        let highest = match unit {
            Unit::Count => highest.max(COUNT_LEAST),
            _ if 0.0 < highest => highest,
            _ => 1.0,
        };
        let step = step(unit, highest);
        let high = (highest / step - 1e-9).ceil() * step;
        Self {
            unit,
            low: 0.0,
            high,
            is_log: false,
        }
    }

    /// From zero to exactly the highest value: a run ends where it ends.
    pub(super) fn exact(unit: Unit, highest: f64) -> Self {
        let high = if 0.0 < highest { highest } else { 1.0 };
        Self {
            unit,
            low: 0.0,
            high,
            is_log: false,
        }
    }

    /// Each tenfold has the same room: from a power of ten to 1, 2 or 5 times one.
    pub(super) fn log(unit: Unit, lowest: f64, highest: f64) -> Self {
        let low = 10_f64.powf(lowest.max(LEAST).log10().floor());
        let all = successors(Some(low), |power| Some(power * 10.0));
        let round = all.flat_map(|power| [1.0, 2.0, 5.0].map(|factor| factor * power));
        let mut enough = round.filter(|high| low * 9.0 <= *high && highest <= *high * (1.0 + 1e-9));
        let high = enough.next().unwrap_or(highest);
        Self {
            unit,
            low,
            high,
            is_log: true,
        }
    }

    /// How far along the axis, 0 to 1; what is beyond lies at its end.
    pub(super) fn position(self, value: f64) -> f64 {
        let part = if self.is_log {
            (value.max(self.low) / self.low).log10() / (self.high / self.low).log10()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        part.clamp(0.0, 1.0)
    }

    pub(super) fn holds(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Round values, ascending.
    pub(super) fn ticks(self) -> Vec<f64> {
        let end = self.high * (1.0 + 1e-9);
        if !self.is_log {
            let step = step(self.unit, self.high);
            let ticks = successors(Some(0.0), |tick| Some(tick + step));
            return ticks.take_while(|tick| *tick <= end).collect();
        }
        let powers = || successors(Some(self.low), |power| Some(power * 10.0));
        let fine = powers().flat_map(|power| [1.0, 2.0, 5.0].map(|factor| factor * power));
        let fine: Vec<f64> = fine.take_while(|tick| *tick <= end).collect();
        if fine.len() <= TICKS_MAX {
            return fine;
        }
        powers().take_while(|tick| *tick <= end).collect()
    }
}

/// The smallest round step that makes no more ticks than have room.
fn step(unit: Unit, highest: f64) -> f64 {
    // The tick at zero has room, too.
    let fits = |step: &f64| highest / step <= 5.0 + 1e-9;
    if unit == Unit::Clock {
        let known = CLOCK_STEPS.into_iter().find(fits);
        return known.unwrap_or_else(|| (highest / 5.0 / 86_400.0).ceil() * 86_400.0);
    }
    let least = if unit == Unit::Count { 1.0 } else { 1e-6 };
    let powers = successors(Some(least), |power| Some(power * 10.0));
    let mut round = powers.flat_map(|power| [1.0, 2.0, 5.0].map(|factor| factor * power));
    round.find(fits).unwrap_or(highest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(axis: Axis) -> Vec<String> {
        let ticks = axis.ticks().into_iter();
        ticks.map(|tick| axis.unit.tick(tick)).collect()
    }

    #[test]
    fn ticks_are_round_and_few() {
        let shown = |unit, highest| written(Axis::linear(unit, highest)).join(" ");
        assert_eq!(shown(Unit::PerS, 1_037.0), "0 500 1,000 1,500");
        assert_eq!(shown(Unit::Count, 0.0), "0 1 2 3 4");
        assert_eq!(shown(Unit::Share, 0.004), "0 % 0.1 % 0.2 % 0.3 % 0.4 %");
        assert_eq!(shown(Unit::Ms, 0.3), "0 ms 0.1 ms 0.2 ms 0.3 ms");
        let run = written(Axis::exact(Unit::Clock, 127.3));
        assert_eq!(run.join(", "), "0 s, 30 s, 60 s, 90 s, 2 min");
        let day = written(Axis::exact(Unit::Clock, 86_400.0));
        assert_eq!(day, ["0 s", "6 h", "12 h", "18 h", "24 h"]);
        let logarithmic = written(Axis::log(Unit::Ms, 3.0, 2_500.0));
        assert_eq!(logarithmic, ["1 ms", "10 ms", "100 ms", "1 s"]);
        let near = written(Axis::log(Unit::Ms, 100.0, 700.0));
        assert_eq!(near, ["100 ms", "200 ms", "500 ms", "1 s"]);
    }

    #[test]
    fn values_lie_where_they_belong() {
        let axis = Axis::log(Unit::Ms, 10.0, 1_000.0);
        assert!((axis.position(100.0) - 0.5).abs() < 1e-9);
        assert!(axis.position(0.0) <= 0.0);
        assert!(1.0 <= axis.position(5_000.0));
        assert!(!axis.holds(5_000.0));
        let axis = Axis::linear(Unit::PerS, 80.0);
        assert!((axis.position(50.0) - 0.625).abs() < 1e-9);
    }
}
