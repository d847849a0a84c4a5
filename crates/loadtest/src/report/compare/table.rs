//! The comparison for a terminal.

use std::fmt::{Display, Formatter, Result};

use unicode_width::UnicodeWidthStr;

use super::{Comparison, NOTHING, pod, pods, repeats};
use crate::report::Report;
use crate::report::html::Unit;
use crate::verdict::Verdict;

const COLUMNS: usize = 19;
const HEAD: [&str; COLUMNS] = [
    "report",
    "row",
    "load",
    "pod",
    "pods",
    "verdict then",
    "remark",
    "by its rule",
    "pods now",
    "verdict",
    "of",
    "p50",
    "p95",
    "p99",
    "silence",
    "stalled",
    "failed",
    "reached",
    "remark now",
];
/// Where a line for something else that people waited for says it.
const OF: usize = 10;
const FAILED: usize = 16;
/// Between columns.
const GAP: &str = "  ";

type Cells = [String; COLUMNS];

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let mut rows = vec![HEAD.map(str::to_owned)];
        rows.extend(self.0.iter().flat_map(|(name, report)| lines(name, report)));
        let mut widths = [0; COLUMNS];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.width().max(*width);
            }
        }
        for row in &rows {
            let cells = row.iter().zip(widths);
            let cells = cells.map(|(cell, width)| {
                let room = " ".repeat(width - cell.width());
                format!("{cell}{room}")
            });
            let line = cells.collect::<Vec<_>>().join(GAP);
            writeln!(f, "{}", line.trim_end())?;
        }
        for repeats in repeats::find(&self.0) {
            writeln!(f, "{repeats}")?;
        }
        Ok(())
    }
}

/// A line for what people waited for first, and one for each other thing.
fn lines(name: &str, report: &Report) -> Vec<Cells> {
    let original = report.original();
    let of_row =
        |text: Option<String>| text.filter(|text| !text.is_empty()).unwrap_or_else(nothing);
    let [silence, stalled] = report.silence().unwrap_or_else(|| [nothing(), nothing()]);
    let remark = report.remark().map(|words| words.english().to_owned());
    let waitings = report.waitings().into_iter().enumerate();
    let lines = waitings.map(|(index, waiting)| {
        let [p50, p95, p99] = waiting.percentiles();
        let of = waiting.name.english().to_owned();
        let failed = waiting.failures();
        if 0 < index {
            let mut cells = Cells::default();
            cells[OF..=OF + 3].clone_from_slice(&[of, p50, p95, p99]);
            cells[FAILED] = failed;
            return cells;
        }
        [
            name.to_owned(),
            of_row(original.map(|row| row.id.to_owned())),
            Unit::PerS.text(report.sessions.offered_per_s),
            of_row(original.map(|row| pod(row.pod).to_owned())),
            of_row(original.map(pods)),
            of_row(original.map(|row| word(row.verdict))),
            of_row(original.map(|row| row.remark.to_owned())),
            of_row(report.legacy_verdict.map(word)),
            report.pods_seen().unwrap_or_else(nothing),
            word(report.verdict),
            of,
            p50,
            p95,
            p99,
            silence.clone(),
            stalled.clone(),
            failed,
            report.reached(),
            remark.clone().unwrap_or_else(nothing),
        ]
    });
    lines.collect()
}

fn word(verdict: Verdict) -> String {
    verdict.korean().to_owned()
}

fn nothing() -> String {
    NOTHING.to_owned()
}
