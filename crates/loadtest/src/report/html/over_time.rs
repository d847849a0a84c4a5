//! The rows of a run as points of lines.

use super::plot::Points;
use crate::count::to_f64;
use crate::report::Report;
use crate::series::Row;

/// Less of a row than this says nothing about a rate: the last moment of a run would be a spike or a hole.
const COVERED_MIN: f64 = 0.5;

/// The rows of a report, and when each ended.
#[derive(Clone, Copy)]
pub(super) struct OverTime<'a> {
    rows: &'a [Row],
    step_s: f64,
    seconds: f64,
}

impl<'a> OverTime<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        Self {
            rows: &report.series.rows,
            step_s: f64::from(report.series.step_s.max(1)),
            seconds: report.seconds,
        }
    }

    /// What happened, a second.
    pub(super) fn rate(self, of: impl Fn(&Row) -> u64) -> Points {
        self.points(|row, covered_s| {
            let is_covered = COVERED_MIN * self.step_s <= covered_s;
            is_covered.then(|| to_f64(of(row)) / covered_s)
        })
    }

    /// How many there were in each row.
    pub(super) fn level(self, of: impl Fn(&Row) -> u64) -> Points {
        self.points(|row, _| Some(to_f64(of(row))))
    }

    /// What is zero where nothing was measured.
    pub(super) fn measure(self, of: impl Fn(&Row) -> f64) -> Points {
        self.points(|row, _| Some(of(row)).filter(|value| 0.0 < *value))
    }

    /// What was measured in every row, zero or not.
    pub(super) fn each(self, of: impl Fn(&Row) -> f64) -> Points {
        self.points(|row, _| Some(of(row)))
    }

    /// A part of a whole: where the whole is at least a tenth of what it was at most, so that the last few of a run do
    /// not look like all.
    pub(super) fn share(self, of: impl Fn(&Row) -> (u64, u64)) -> Points {
        let most = self.rows.iter().map(|row| of(row).1).max();
        let enough = most.unwrap_or_default().div_ceil(10).max(1);
        self.points(|row, _| {
            let (part, whole) = of(row);
            (enough <= whole).then(|| to_f64(part) / to_f64(whole))
        })
    }

    /// A part of a whole, from the beginning to each row.
    pub(super) fn share_so_far(self, of: impl Fn(&Row) -> (u64, u64)) -> Points {
        let (mut part_so_far, mut whole_so_far) = (0, 0);
        self.points(|row, _| {
            let (part, whole) = of(row);
            part_so_far += part;
            whole_so_far += whole;
            (0 < whole_so_far).then(|| to_f64(part_so_far) / to_f64(whole_so_far))
        })
    }

    fn points(self, mut of: impl FnMut(&Row, f64) -> Option<f64>) -> Points {
        let mut begun_s = 0.0;
        let rows = self.rows.iter().map(|row| {
            let ends_s = (begun_s + self.step_s).min(self.seconds.max(begun_s));
            let point = (ends_s, of(row, ends_s - begun_s));
            begun_s += self.step_s;
            point
        });
        rows.collect()
    }
}
