//! What was measured beside what was to be reached, as a table.

use std::fmt::Write as _;

use super::rounds::Spread;
use crate::failure::Failure;

const HEAD: &str = "\
| work | measured | middle half | goal | gate | | |\n|---|--:|--:|--:|--:|---|---|\n";

/// What a row is about, and what is to be reached.
#[derive(Clone, Copy, Debug)]
pub(super) struct Aim {
    pub(super) work: &'static str,
    pub(super) better: Better,
    /// What is to be reached; none where the figure is only told.
    pub(super) goal: Option<f64>,
    /// What must never be missed.
    pub(super) gate: f64,
}

/// Which figures are good ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Better {
    High,
    Low,
}

/// A row that was measured, or why it was not.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) aim: Aim,
    pub(super) found: Result<Figure, NotMeasured>,
}

/// Why there is no figure.
#[derive(Clone, Debug)]
pub(super) enum NotMeasured {
    /// It was tried, and went wrong.
    Failed(String),
    /// What it needs is not there: a program, or a generator that is in time.
    Absent(String),
}

impl From<Failure> for NotMeasured {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure.to_string())
    }
}

impl NotMeasured {
    fn why(&self) -> &str {
        match self {
            Self::Failed(why) | Self::Absent(why) => why,
        }
    }
}

/// What was found.
#[derive(Clone, Debug)]
pub(super) struct Figure {
    pub(super) median: f64,
    /// Where it was measured more than once.
    pub(super) half: Option<[f64; 2]>,
    /// What stands behind it.
    pub(super) of: String,
}

impl Figure {
    pub(super) fn spread(spread: Spread, of: String) -> Self {
        Self {
            median: spread.median,
            half: Some([spread.low, spread.high]),
            of,
        }
    }
}

impl Aim {
    /// How much is missing, in the share of what is to be reached; nothing where it is reached.
    fn missing(&self, found: f64, limit: f64) -> Option<f64> {
        let short = match self.better {
            Better::High => 1.0 - found / limit,
            Better::Low => found / limit - 1.0,
        };
        (0.0 < short || short.is_nan()).then_some(short)
    }

    fn verdict(&self, found: f64) -> String {
        // Rounded up, but for what a division leaves in the last place.
        let percent = |share: f64| format!("{:.0} %", (share * 100.0 - 1e-9).ceil());
        if let Some(short) = self.missing(found, self.gate) {
            return format!("**gate missed by {}**", percent(short));
        }
        match self.goal.map(|goal| self.missing(found, goal)) {
            None => "gate held".to_owned(),
            Some(None) => "goal reached".to_owned(),
            Some(Some(short)) => format!("goal missed by {}", percent(short)),
        }
    }
}

impl Row {
    /// Why this row fails: its gate is missed, or it could not be measured. `margin` widens the gate.
    pub(super) fn failure(&self, margin: f64) -> Option<String> {
        let work = self.aim.work;
        match &self.found {
            Err(not) => Some(format!("{work}: not measured: {}", not.why())),
            Ok(figure) => {
                let gate = match self.aim.better {
                    Better::High => self.aim.gate / margin,
                    Better::Low => self.aim.gate * margin,
                };
                self.aim.missing(figure.median, gate)?;
                Some(format!(
                    "{work}: {} is beyond the gate of {} ({})",
                    shown(figure.median),
                    shown(gate),
                    figure.of
                ))
            }
        }
    }

    /// Whether what it needs is not there.
    pub(super) fn is_absent(&self) -> bool {
        matches!(self.found, Err(NotMeasured::Absent(_)))
    }

    /// On one line, for a screen.
    pub(super) fn line(&self) -> String {
        let verdict = self
            .found
            .as_ref()
            .map(|figure| self.aim.verdict(figure.median));
        verdict.map_or_else(
            |_| self.figures(),
            |verdict| format!("{}: {verdict}", self.figures()),
        )
    }

    /// The same without a verdict, where too little was measured for one.
    pub(super) fn figures(&self) -> String {
        let work = self.aim.work;
        match &self.found {
            Err(not) => format!("{work}: not measured: {}", not.why()),
            Ok(figure) => {
                let half = figure.half.map(half).unwrap_or_default();
                let (median, of) = (shown(figure.median), &figure.of);
                format!("{work}: {median} {half} ({of})")
            }
        }
    }
}

/// All rows, for a document.
pub(super) fn markdown(rows: &[Row]) -> String {
    let mut text = HEAD.to_owned();
    for Row { aim, found } in rows {
        let goal = aim.goal.map_or_else(|| "report".to_owned(), shown);
        let gate = shown(aim.gate);
        let (measured, middle, verdict, of) = match found {
            Ok(figure) => (
                shown(figure.median),
                figure.half.map(half).unwrap_or_default(),
                aim.verdict(figure.median),
                figure.of.as_str(),
            ),
            Err(not) => (
                "–".to_owned(),
                String::new(),
                "not measured".to_owned(),
                not.why().lines().next().unwrap_or_default(),
            ),
        };
        let _ = writeln!(
            text,
            "| {} | {measured} | {middle} | {goal} | {gate} | {verdict} | {of} |",
            aim.work
        );
    }
    text
}

fn half([low, high]: [f64; 2]) -> String {
    format!("[{}..{}]", shown(low), shown(high))
}

/// A ratio with two decimals, a count with none.
fn shown(value: f64) -> String {
    if 100.0 <= value.abs() {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOT: Aim = Aim {
        work: "hot",
        better: Better::High,
        goal: Some(1.6),
        gate: 1.2,
    };
    const PACED: Aim = Aim {
        work: "paced",
        better: Better::Low,
        goal: Some(1.1),
        gate: 1.5,
    };

    fn row(aim: Aim, median: f64) -> Row {
        let found = Ok(Figure {
            median,
            half: Some([median - 0.1, median + 0.1]),
            of: "why".to_owned(),
        });
        Row { aim, found }
    }

    #[test]
    fn a_verdict_says_by_how_much_something_is_missed() {
        for (aim, found, expected) in [
            (HOT, 1.6, "goal reached"),
            (HOT, 1.5, "goal missed by 7 %"),
            (HOT, 1.2, "goal missed by 25 %"),
            (HOT, 1.1, "**gate missed by 9 %**"),
            (PACED, 1.1, "goal reached"),
            (PACED, 1.2, "goal missed by 10 %"),
            (PACED, 1.8, "**gate missed by 20 %**"),
        ] {
            assert_eq!(aim.verdict(found), expected, "{found}");
        }
        let told = Aim { goal: None, ..HOT };
        assert_eq!(told.verdict(1.3), "gate held");
    }

    #[test]
    fn a_margin_widens_the_gate_in_its_direction() {
        assert!(row(HOT, 0.7).failure(1.0).is_some());
        assert!(row(HOT, 0.7).failure(2.0).is_none());
        assert!(row(PACED, 2.9).failure(1.0).is_some());
        assert!(row(PACED, 2.9).failure(2.0).is_none());
        assert!(row(HOT, f64::NAN).failure(2.0).is_some());
        let found = Err(NotMeasured::Failed("no wrk".to_owned()));
        let why = Row { aim: HOT, found }.failure(9.0);
        assert_eq!(why.as_deref(), Some("hot: not measured: no wrk"));
    }

    #[test]
    fn the_table_has_no_figure_that_was_not_measured() {
        let found = Err(NotMeasured::Absent("no flag\nand more".to_owned()));
        let rows = [row(HOT, 1.66), Row { aim: PACED, found }];
        let text = markdown(&rows);
        let expected = "| hot | 1.66 | [1.56..1.76] | 1.60 | 1.20 | goal reached | why |\n\
             | paced | – |  | 1.10 | 1.50 | not measured | no flag |\n";
        assert!(text.ends_with(expected), "{text}");
    }

    #[test]
    fn ratios_have_decimals_and_counts_have_none() {
        assert_eq!(
            [1.666, 99.99, 18_000.4].map(shown),
            ["1.67", "99.99", "18000"]
        );
    }
}
