//! The figures behind a plot: for who cannot see it, and for the read-out of a pointer over it.

use maud::{Markup, html};

use super::axis::Axis;
use super::{Line, Points};
use crate::report::html::unit::Unit;
use crate::report::html::words::{Words, words};

/// A longer table is not read.
const ROWS_MAX: usize = 60;
/// What is told of a distribution.
const SHARES: [f64; 10] = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0];

/// Rows along an axis of the plot.
pub(super) struct Table {
    /// `x` or `y`: what a pointer is followed along.
    along: &'static str,
    head: Words,
    rows: Vec<Row>,
}

struct Row {
    /// How far along the axis, 0 to 1.
    at: f64,
    name: String,
    cells: Vec<String>,
}

impl Table {
    /// Of lines over the same times: the highest value of each stretch.
    pub(super) fn over_time(lines: &[Line], x: Axis, unit: Unit) -> Self {
        let times = lines.first().map_or(0, |line| line.points.len());
        let stretch = times.div_ceil(ROWS_MAX).max(1);
        let starts = (0..times).step_by(stretch);
        let rows = starts.map(|start| {
            let of = |points: &Points| {
                let points = points.iter().skip(start).take(stretch);
                let highest = points.filter_map(|(_, value)| *value).reduce(f64::max);
                highest.map_or_else(|| "–".to_owned(), |value| unit.text(value))
            };
            let ends = (start + stretch).min(times).saturating_sub(1);
            let end = lines.first().and_then(|line| line.points.get(ends));
            let seconds = end.map_or(0.0, |(seconds, _)| *seconds);
            Row {
                at: x.position(seconds),
                name: Unit::Clock.text(seconds),
                cells: lines.iter().map(|line| of(&line.points)).collect(),
            }
        });
        Self {
            along: "x",
            head: if 1 < stretch {
                words("시각까지 (구간의 최댓값)", "up to (highest of the stretch)")
            } else {
                words("시각", "time")
            },
            rows: rows.collect(),
        }
    }

    /// Of distributions: what such a share of all is not above.
    pub(super) fn of_shares(lines: &[Line], y: Axis, unit: Unit) -> Self {
        let rows = SHARES.map(|share| Row {
            at: y.position(share),
            name: Unit::Share.text(share),
            cells: lines
                .iter()
                .map(|line| {
                    let reaches = |value: &Option<f64>| value.is_some_and(|value| share <= value);
                    let mut reached = line.points.iter().filter(|(_, value)| reaches(value));
                    let first = reached.next();
                    first.map_or_else(|| "–".to_owned(), |(value, _)| unit.text(*value))
                })
                .collect(),
        });
        Self {
            along: "y",
            head: words("이만큼이 그 안에", "share within"),
            rows: rows.into(),
        }
    }

    pub(super) fn render(&self, lines: &[Line], caption_id: &str) -> Markup {
        html! {
            details.figures {
                summary { (words("표로 보기", "As a table")) }
                div.scroll tabindex="0" role="region" aria-labelledby=(caption_id) {
                    table data-along=(self.along) aria-labelledby=(caption_id) {
                        thead { tr {
                            th scope="col" { (self.head) }
                            @for line in lines { th scope="col" { (line.name) } }
                        } }
                        tbody {
                            @for row in &self.rows {
                                tr data-at=(format!("{:.4}", row.at)) {
                                    th scope="row" { (row.name) }
                                    @for cell in &row.cells { td { (cell) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
