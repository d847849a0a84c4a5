//! What grows with the listeners, as a picture, and how straight it grows.

use std::fmt::Write as _;

use super::pod::{STARTUP_P99_MS_MAX, Step};

const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 220.0;
/// Around the field of a panel: left for its numbers, below for those of the listeners.
const LEFT: f64 = 48.0;
const TOP: f64 = 34.0;
const RIGHT: f64 = 24.0;
const BOTTOM: f64 = 40.0;
const LINES: u32 = 4;
const STYLE: &str = "\
svg { font: 12px system-ui, sans-serif; background: #fff; --ink: #1b1b1f; --faint: #d7d7de; --dot: #0b62c4; --line: #8a4b00 }\n\
@media (prefers-color-scheme: dark) { svg { background: #17171b; --ink: #ececf1; --faint: #3a3a44; --dot: #7db8ff; --line: #f0b36b } }\n\
text { fill: var(--ink) } .faint { stroke: var(--faint) } .dot { fill: var(--dot) }\n\
.line { stroke: var(--line); stroke-width: 2; fill: none } .limit { stroke: var(--line); stroke-dasharray: 4 4 }\n";

/// A straight line through some points, and how far they are from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fit {
    pub(super) base: f64,
    pub(super) slope: f64,
    /// The share of what changes that the line explains.
    pub(super) r_squared: f64,
    /// How far the farthest point is from it, in the share of the largest value.
    pub(super) farthest: f64,
}

impl Fit {
    /// By least squares; none through fewer than three points, which are always straight.
    pub(super) fn of(points: &[(f64, f64)]) -> Option<Self> {
        if points.len() < 3 {
            return None;
        }
        let count = points.iter().map(|_| 1.0).sum::<f64>();
        let mean = |value: fn(&(f64, f64)) -> f64| points.iter().map(value).sum::<f64>() / count;
        let (middle_x, middle_y) = (mean(|point| point.0), mean(|point| point.1));
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for (x, y) in points {
            let (x, y) = (x - middle_x, y - middle_y);
            xx += x * x;
            xy += x * y;
            yy += y * y;
        }
        let slope = xy / xx;
        let base = middle_y - slope * middle_x;
        let off = |(x, y): &(f64, f64)| y - (base + slope * x);
        let rest: f64 = points.iter().map(|point| off(point).powi(2)).sum();
        let largest = points.iter().map(|point| point.1).fold(0.0, f64::max);
        let farthest = points
            .iter()
            .map(|point| off(point).abs())
            .fold(0.0, f64::max);
        Some(Self {
            base,
            slope,
            r_squared: 1.0 - rest / yy,
            farthest: farthest / largest,
        })
    }
}

/// One of the three pictures.
struct Panel {
    title: &'static str,
    points: Vec<(f64, f64)>,
    fit: Option<Fit>,
    limit: Option<f64>,
}

/// Processors, memory and the first sound against the listeners, for light and for dark pages.
pub(super) fn svg(steps: &[Step]) -> String {
    let points = |value: fn(&Step) -> f64| -> Vec<(f64, f64)> {
        steps
            .iter()
            .map(|step| (step.listeners, value(step)))
            .collect()
    };
    let straight = |title, points: Vec<(f64, f64)>| Panel {
        title,
        fit: Fit::of(&points),
        points,
        limit: None,
    };
    let panels = [
        straight("Processors", points(|step| step.cores)),
        straight("Memory, MiB", points(memory_mib)),
        Panel {
            title: "First sound p99, ms",
            points: points(|step| step.startup_p99_ms),
            fit: None,
            limit: Some(STARTUP_P99_MS_MAX),
        },
    ];
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {HEIGHT}\" role=\"img\" \
         aria-label=\"Processors, memory and first sound against listeners\">\n<style>\n{STYLE}</style>\n",
        WIDTH * 3.0
    );
    let mut left = 0.0;
    for panel in &panels {
        draw(&mut text, panel, left);
        left += WIDTH;
    }
    text + "</svg>\n"
}

/// What the process and the kernel for its connections hold together.
pub(super) fn memory_mib(step: &Step) -> f64 {
    step.own_mib + step.connections_mib
}

fn draw(text: &mut String, panel: &Panel, left: f64) {
    let largest = |values: &mut dyn Iterator<Item = f64>| round_up(values.fold(0.0, f64::max));
    let most_x = largest(&mut panel.points.iter().map(|point| point.0));
    let most_y = largest(&mut panel.points.iter().map(|point| point.1).chain(panel.limit));
    let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
    let x = |value: f64| LEFT + (right - LEFT) * value / most_x;
    let y = |value: f64| bottom - (bottom - TOP) * value / most_y;
    let _ = writeln!(text, "<g transform=\"translate({left} 0)\">");
    let _ = writeln!(text, "<text x=\"{LEFT}\" y=\"18\">{}</text>", panel.title);
    for line in 0..=LINES {
        let share = f64::from(line) / f64::from(LINES);
        let (at_x, at_y) = (x(most_x * share), y(most_y * share));
        let _ = writeln!(
            text,
            "<path class=\"faint\" d=\"M{LEFT} {at_y:.1}H{right}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\
             <text x=\"{at_x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            LEFT - 6.0,
            at_y + 4.0,
            shown(most_y * share),
            bottom + 16.0,
            shown(most_x * share),
        );
    }
    let _ = writeln!(
        text,
        "<text x=\"{right}\" y=\"{:.1}\" text-anchor=\"end\">listeners</text>",
        bottom + 32.0
    );
    if let Some(limit) = panel.limit {
        let at = y(limit);
        let _ = writeln!(
            text,
            "<path class=\"limit\" d=\"M{LEFT} {at:.1}H{right}\"/>"
        );
    }
    if let Some(fit) = panel.fit {
        let last = panel.points.iter().map(|point| point.0).fold(0.0, f64::max);
        let (from, to) = (y(fit.base), y(fit.base + fit.slope * last));
        let end = x(last);
        let _ = writeln!(
            text,
            "<path class=\"line\" d=\"M{LEFT} {from:.1}L{end:.1} {to:.1}\"/>"
        );
    }
    for (at, value) in &panel.points {
        let (x, y) = (x(*at), y(*value));
        let _ = writeln!(
            text,
            "<circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"/>"
        );
    }
    text.push_str("</g>\n");
}

/// The next number that is easy to divide by four.
fn round_up(value: f64) -> f64 {
    if value <= 0.0 || value.is_nan() {
        return 1.0;
    }
    let unit = 10_f64.powf(value.log10().floor());
    let steps = [1.0, 1.2, 1.6, 2.0, 2.4, 3.2, 4.0, 6.0, 8.0, 10.0];
    let found = steps.into_iter().find(|step| value <= unit * step);
    unit * found.unwrap_or(10.0)
}

fn shown(value: f64) -> String {
    let text = if value < 10.0 {
        format!("{value:.3}")
    } else {
        return format!("{value:.0}");
    };
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_is_found_and_what_is_not_on_it_counts() {
        let fit = Fit::of(&[(1.0, 3.0), (2.0, 5.0), (4.0, 9.0)]).unwrap();
        assert!((fit.base - 1.0).abs() < 1e-9 && (fit.slope - 2.0).abs() < 1e-9);
        assert!((fit.r_squared - 1.0).abs() < 1e-9 && fit.farthest < 1e-9);
        // y = x² is not straight: the line is 4 x − 1.33, and the point in the middle 2.67 below it.
        let bent = Fit::of(&[(0.0, 0.0), (2.0, 4.0), (4.0, 16.0)]).unwrap();
        assert!((bent.slope - 4.0).abs() < 1e-9, "{bent:?}");
        assert!((bent.farthest - 8.0 / 3.0 / 16.0).abs() < 1e-9, "{bent:?}");
        assert_eq!(Fit::of(&[(0.0, 0.0), (1.0, 1.0)]), None);
    }

    #[test]
    fn an_axis_ends_at_the_next_round_number() {
        let ends = [0.0, 0.173, 18_000.0, 405.0, 50.0].map(|value| shown(round_up(value)));
        assert_eq!(ends, ["1", "0.2", "20000", "600", "60"]);
        assert_eq!([0.05, 2.0, 13.4].map(shown), ["0.05", "2", "13"]);
    }

    #[test]
    fn the_picture_has_every_step_in_each_panel() {
        let step = |listeners: f64| Step {
            listeners,
            cores: listeners / 100_000.0,
            own_mib: 40.0 + listeners / 50.0,
            ..Step::default()
        };
        let steps = [1_000.0, 9_000.0, 18_000.0].map(step);
        let picture = svg(&steps);
        assert_eq!(picture.matches("<circle").count(), 9);
        assert_eq!(picture.matches("class=\"line\"").count(), 2);
        assert!(!picture.contains("NaN"), "{picture}");
    }
}
