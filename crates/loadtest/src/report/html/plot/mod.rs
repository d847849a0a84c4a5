//! Plots that are read at every width: lines are an SVG that is stretched, words and numbers beside it are text.

mod axis;
mod table;

use std::fmt::Write as _;

use maud::{Markup, Render, html};

use super::unit::Unit;
use super::words::{Words, words};
use axis::Axis;
use table::Table;

/// The drawing's own measure; a page stretches it.
const WIDTH: f64 = 1_000.0;
const HEIGHT: f64 = 400.0;
/// Labels beyond this part of the width would leave it on the right.
const RIGHT: f64 = 0.86;
/// A number beyond this part of an axis keeps to its left.
const END: f64 = 0.96;
/// What a label takes of the height.
const LABEL_HEIGHT: f64 = 0.09;
/// How many the style has.
const COLOURS: usize = 6;
const DASHES: usize = 4;

/// Values in the order of the first number; where there is none, the line has a gap.
pub(in crate::report) type Points = Vec<(f64, Option<f64>)>;

/// Something drawn.
#[derive(Clone, Debug)]
pub(in crate::report) struct Line {
    pub(in crate::report) name: Words,
    pub(in crate::report) points: Points,
}

/// Lines, with their axes and the figures behind them.
pub(in crate::report) struct Plot {
    id: &'static str,
    title: Words,
    note: Option<Words>,
    lines: Vec<Line>,
    x: Axis,
    y: Axis,
    x_marks: Vec<f64>,
    y_marks: Vec<f64>,
    table: Table,
}

impl Plot {
    /// Of lines over the same times, in seconds.
    pub(in crate::report) fn over_time(
        id: &'static str,
        title: Words,
        unit: Unit,
        lines: Vec<Line>,
    ) -> Self {
        let x = Axis::exact(Unit::Clock, highest(lines.iter().flat_map(times)));
        let y = Axis::linear(unit, highest(lines.iter().flat_map(values)));
        Self {
            id,
            title,
            note: None,
            table: Table::over_time(&lines, x, unit),
            lines,
            x,
            y,
            x_marks: Vec::new(),
            y_marks: Vec::new(),
        }
    }

    /// Of distributions of milliseconds, with the limits that they are judged by.
    pub(in crate::report) fn of_shares(
        id: &'static str,
        title: Words,
        limits: &[f64],
        lines: Vec<Line>,
    ) -> Self {
        let beyond_limits = highest(limits.iter().copied()) * 1.25;
        let lowest = lines.iter().flat_map(times).fold(f64::INFINITY, f64::min);
        let lowest = if lowest.is_finite() { lowest } else { 1.0 };
        let x = Axis::log(
            Unit::Ms,
            lowest.min(limits.first().copied().unwrap_or(lowest)),
            highest(lines.iter().flat_map(times)).max(beyond_limits),
        );
        let y = Axis::linear(Unit::Share, 1.0);
        Self {
            id,
            title,
            note: None,
            table: Table::of_shares(&lines, y, Unit::Ms),
            lines: lines.into_iter().map(|line| line.stretched(x)).collect(),
            x,
            y,
            x_marks: limits.to_vec(),
            y_marks: Vec::new(),
        }
    }

    /// What is to be known about it.
    #[must_use]
    pub(in crate::report) fn with_note(mut self, note: Words) -> Self {
        self.note = Some(note);
        self
    }

    /// Limits of its values, ascending: the first is always in sight, the others where values come near.
    #[must_use]
    pub(in crate::report) fn with_limits(mut self, limits: &[f64]) -> Self {
        let highest = highest(self.lines.iter().flat_map(values));
        let first = limits.first().copied().unwrap_or_default();
        self.y = Axis::linear(self.y.unit, highest.max(first * 1.2));
        self.y_marks = limits.to_vec();
        self
    }

    /// Values of several sizes in one: each tenfold has the same room, and all limits are in sight.
    #[must_use]
    pub(in crate::report) fn with_log_values(mut self) -> Self {
        let lowest = self.lines.iter().flat_map(values);
        let lowest = lowest
            .filter(|value| 0.0 < *value)
            .fold(f64::INFINITY, f64::min);
        let highest = highest(self.lines.iter().flat_map(values));
        let first = self.y_marks.first().copied().unwrap_or(highest);
        let last = self.y_marks.last().copied().unwrap_or(highest);
        self.y = Axis::log(self.y.unit, lowest.min(first), highest.max(last * 1.2));
        self
    }

    fn caption(&self, caption_id: &str) -> Markup {
        html! {
            figcaption id=(caption_id) {
                b { (self.title) }
                @if let Some(symbol) = self.y.unit.symbol() { span.unit { " (" (symbol) ")" } }
            }
            @if let Some(note) = &self.note { p.note { (note) } }
        }
    }

    fn legend(&self) -> Markup {
        html! {
            ul.legend {
                @for (index, line) in self.lines.iter().enumerate() {
                    li {
                        svg.swatch viewBox="0 0 28 8" aria-hidden="true" {
                            path.line data-colour=(colour(index)) data-dash=(dash(index)) d="M1 4H27" {}
                        }
                        (line.name)
                    }
                }
            }
        }
    }

    fn drawing(&self, caption_id: &str) -> Markup {
        let across = |y: &f64| format!("M0 {:.1}H{WIDTH}", self.height(*y));
        let up = |x: &f64| format!("M{:.1} 0V{HEIGHT}", self.x.position(*x) * WIDTH);
        let grid: String = self.y.ticks().iter().map(across).collect();
        let marks: String = self.x_marks.iter().map(up).collect();
        let marks_across: String = self.marks_in_sight().iter().map(across).collect();
        html! {
            svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" role="img" aria-labelledby=(caption_id) {
                path.grid d=(grid) {}
                path.mark d={ (marks) (marks_across) } {}
                @for (index, line) in self.lines.iter().enumerate() {
                    path.line data-colour=(colour(index)) data-dash=(dash(index)) d=(self.path(line)) {}
                }
            }
        }
    }

    /// A point without neighbours is drawn as a dot: a line to where it is.
    fn path(&self, line: &Line) -> String {
        let mut path = String::new();
        let mut is_drawing = false;
        for (x, value) in &line.points {
            match value {
                None => is_drawing = false,
                Some(value) => {
                    let (x, y) = (self.x.position(*x) * WIDTH, self.height(*value));
                    let word = if is_drawing { "L" } else { "M" };
                    write!(path, "{word}{x:.1} {y:.1}").expect("a text takes everything");
                    if !is_drawing {
                        path.push_str("h0");
                    }
                    is_drawing = true;
                }
            }
        }
        path
    }

    fn height(&self, value: f64) -> f64 {
        (1.0 - self.y.position(value)) * HEIGHT
    }

    /// The limits of values that lie on the drawing; of two that would lie on each other, the higher.
    fn marks_in_sight(&self) -> Vec<f64> {
        let mut marks: Vec<f64> = Vec::new();
        for mark in self
            .y_marks
            .iter()
            .rev()
            .filter(|mark| self.y.holds(**mark))
        {
            let is_clear =
                |above: &f64| LABEL_HEIGHT <= self.y.position(*above) - self.y.position(*mark);
            if marks.last().is_none_or(is_clear) {
                marks.push(*mark);
            }
        }
        marks
    }

    /// The limits along the horizontal axis, each as a flag on its line; the first one is the highest, so that no line
    /// goes through the word of another.
    fn flags(&self) -> Markup {
        html! {
            @if !self.x_marks.is_empty() {
                div.flags aria-hidden="true" {
                    @for (row, mark) in self.x_marks.iter().enumerate() {
                        @let at = self.x.position(*mark);
                        span data-side=[(RIGHT < at).then_some("left")] style={ "left:" (percent(at)) ";--row:" (row) } {
                            (self.x.unit.tick(*mark))
                        }
                    }
                }
            }
        }
    }

    fn ticks_beside(&self) -> Markup {
        html! {
            div.y aria-hidden="true" {
                @for tick in self.y.ticks() {
                    span style={ "bottom:" (percent(self.y.position(tick))) } { (self.y.unit.tick(tick)) }
                }
            }
        }
    }

    fn ticks_below(&self) -> Markup {
        html! {
            div.x aria-hidden="true" {
                @for tick in self.x.ticks() {
                    @let at = self.x.position(tick);
                    span data-side=[(END < at).then_some("left")] style={ "left:" (percent(at)) } { (self.x.unit.tick(tick)) }
                }
            }
        }
    }
}

impl Render for Plot {
    fn render(&self) -> Markup {
        let caption_id = format!("{}-caption", self.id);
        html! {
            figure.plot id=(self.id) {
                (self.caption(&caption_id))
                @if self.lines.iter().all(|line| values(line).next().is_none()) {
                    p.nothing { (words("값이 없습니다.", "There are no values.")) }
                } @else {
                    (self.legend())
                    div.chart {
                        (self.flags())
                        (self.ticks_beside())
                        div.area {
                            (self.drawing(&caption_id))
                            @for mark in self.marks_in_sight() {
                                span.limit aria-hidden="true" style={ "bottom:" (percent(self.y.position(mark))) } {
                                    "≤ " (self.y.unit.text(mark))
                                }
                            }
                        }
                        (self.ticks_below())
                    }
                    p.readout aria-hidden="true" {}
                    (self.table.render(&self.lines, &caption_id))
                }
            }
        }
    }
}

impl Line {
    pub(in crate::report) fn new(name: Words, points: Points) -> Self {
        Self { name, points }
    }

    /// Of values with the share of all that are not above each.
    pub(in crate::report) fn of_shares(name: Words, cdf: &[[f64; 2]]) -> Self {
        let points = cdf.iter().map(|[value, share]| (*value, Some(*share)));
        Self::new(name, points.collect())
    }

    /// A distribution begins with nothing, and stays at everything to the end of its axis.
    fn stretched(mut self, x: Axis) -> Self {
        if let Some((least, _)) = self.points.first().copied() {
            self.points.insert(0, (least, Some(0.0)));
            self.points.push((x.high, Some(1.0)));
        }
        self
    }
}

fn times(line: &Line) -> impl Iterator<Item = f64> {
    line.points.iter().map(|(time, _)| *time)
}

fn values(line: &Line) -> impl Iterator<Item = f64> {
    line.points.iter().filter_map(|(_, value)| *value)
}

fn highest(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, f64::max)
}

/// Neighbours differ in both; two of the first 24 lines never have both the same.
fn colour(index: usize) -> usize {
    index % COLOURS
}

fn dash(index: usize) -> usize {
    (index + index / COLOURS) % DASHES
}

fn percent(part: f64) -> String {
    format!("{:.2}%", part * 100.0)
}
