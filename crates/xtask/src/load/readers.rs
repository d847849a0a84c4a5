//! The criterion of the first documents: pages are quick for one more visitor while 300 others read.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::thread;

use serde_json::Value;

use super::{Found, rows, runs};
use crate::failure::{Failure, Result};
use crate::lighthouse::{Lighthouse, Paint};
use crate::server::Server;
use crate::workspace::Workspace;

/// For nine of ten runs, in milliseconds: when something is seen, when it can be used, how long it was blocked, and how long
/// an input could have waited.
const GOALS_MS: [f64; 4] = [300.0, 1_000.0, 800.0, 800.0];
/// What the documents asked for, and room for a machine that does other things beside.
const LOOSE_MS: [f64; 4] = [800.0, 2_000.0, 1_600.0, 1_600.0];

/// What must hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    most_ms: [f64; 4],
    /// How often Lighthouse looks, and how often it must have while the visitors read.
    runs: usize,
    runs_min: usize,
    /// Whether the run of the visitors has to say something of the server: not where Chromium may keep its generator waiting.
    is_valid: bool,
}

impl Asked {
    /// The goals, each time that it looks.
    pub(super) fn goals(runs: usize) -> Self {
        Self {
            most_ms: GOALS_MS,
            runs,
            runs_min: runs,
            is_valid: true,
        }
    }

    /// The same where speed is not what is checked: once is enough.
    pub(super) fn loosely(runs: usize) -> Self {
        Self {
            most_ms: LOOSE_MS,
            runs,
            runs_min: 1,
            is_valid: false,
        }
    }
}

/// Lighthouse on a page, again and again while the visitors of a scenario read. The text has the figures.
pub(super) fn measure(
    workspace: &Workspace,
    server: &Server,
    scenario: &str,
    asked: Asked,
) -> Result<Found> {
    let (haas, comes_first) = before_others(&workspace.haas());
    let (report, paints) = thread::scope(|scope| {
        let readers = scope.spawn(|| runs::run_as(haas, workspace, server, scenario, &[]));
        let mut lighthouse = Lighthouse::new(workspace, server);
        let mut paints = Vec::new();
        while paints.len() < asked.runs {
            let paint = lighthouse.paint("/music")?;
            // Whoever was alone for a part of it was not one among many.
            if readers.is_finished() {
                break;
            }
            paints.push(paint);
        }
        let report = readers
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        Ok::<_, Failure>((report, paints))
    })?;
    let how = if comes_first {
        "the visitors came before everything else on the machine (chrt)"
    } else {
        "the visitors came like everything else on the machine"
    };
    let mut found = judge(&report, &paints, asked);
    found.text = format!("{}; {how}", found.text);
    Ok(found)
}

/// A program that comes before all others, and whether this machine allows that: Chromium takes every processor while it
/// starts, and visitors who come late by that say nothing. What they take, the server and Chromium lack.
fn before_others(program: &Path) -> (Command, bool) {
    let first = || {
        let mut command = Command::new("chrt");
        command.args(["--rr", "1"]);
        command
    };
    if first().arg("true").status().is_ok_and(|ran| ran.success()) {
        let mut command = first();
        command.arg(program);
        return (command, true);
    }
    (Command::new(program), false)
}

fn judge(report: &Value, paints: &[Paint], asked: Asked) -> Found {
    let visiting = &report["visiting"];
    let ninth = |read: fn(&Paint) -> f64| ninth_decile(paints.iter().map(read).collect());
    let found = [
        ("first paint", ninth(|paint| paint.first_paint_ms)),
        ("interactive", ninth(|paint| paint.interactive_ms)),
        ("blocked", ninth(|paint| paint.blocked_ms)),
        ("input delay", ninth(|paint| paint.input_delay_ms)),
    ];
    let pairs = || found.iter().zip(asked.most_ms);
    let figures: Vec<String> = pairs()
        .map(|((name, found), most)| format!("{name} {found:.0} ms (at most {most:.0})"))
        .collect();
    let thresholds = report["thresholds"].as_array().into_iter().flatten();
    let missed: Vec<&str> = thresholds
        .filter(|threshold| threshold["is_kept"] != true)
        .map(|threshold| threshold["name"].as_str().unwrap_or_default())
        .collect();
    let mut text = format!(
        "{}: p90 of {} runs while {} requests were answered (p99 {:.0} ms), {} failed: {}",
        figures.join(", "),
        paints.len(),
        visiting["requests"],
        visiting["response_ms"]["p99"].as_f64().unwrap_or_default(),
        visiting["failed"],
        rows::judged(report),
    );
    if !missed.is_empty() {
        text.push_str("; not kept: ");
        text.push_str(&missed.join(", "));
    }
    let is_too_few = paints.len() < asked.runs_min;
    if is_too_few {
        let _ = write!(text, "; {} runs were asked for", asked.runs_min);
    }
    let is_slow = pairs().any(|((_, found), most)| most < *found);
    let is_invalid = asked.is_valid && report["verdict"] == "invalid";
    if is_slow || is_too_few || is_invalid || !missed.is_empty() || visiting["failed"] != 0 {
        return Found {
            missed: vec![text.clone()],
            text: format!("A limit is missed: {text}"),
        };
    }
    Found::kept(text)
}

fn ninth_decile(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let index = (values.len() * 9).div_ceil(10).saturating_sub(1);
    values.get(index).copied().unwrap_or(f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const QUICK: Paint = Paint {
        first_paint_ms: 200.0,
        interactive_ms: 900.0,
        blocked_ms: 10.0,
        input_delay_ms: 20.0,
    };

    fn report(verdict: &str, is_kept: bool, failed: u64) -> Value {
        json!({
            "verdict": verdict,
            "thresholds": [{ "name": "response_p95_ms", "is_kept": is_kept }],
            "visiting": { "requests": 9_000, "failed": failed, "response_ms": { "p99": 30.5 } },
        })
    }

    #[test]
    fn what_the_readers_saw_counts_as_much_as_what_lighthouse_saw() {
        let asked = Asked::goals(2);
        let two = || [QUICK, QUICK];
        let missed = |report: &Value, paints: &[Paint]| judge(report, paints, asked).missed;
        assert_eq!(
            missed(&report("fair", true, 0), &two()),
            Vec::<String>::new()
        );
        for (report, paints, why) in [
            (report("invalid", true, 0), &two()[..], "무효"),
            (
                report("stable", false, 0),
                &two(),
                "not kept: response_p95_ms",
            ),
            (report("stable", true, 1), &two(), "1 failed"),
            (
                report("stable", true, 0),
                &two()[..1],
                "2 runs were asked for",
            ),
        ] {
            let missed = missed(&report, paints);
            assert!(missed[0].contains(why), "{missed:?}");
        }
        let slow = Paint {
            first_paint_ms: 301.0,
            ..QUICK
        };
        assert_eq!(missed(&report("stable", true, 0), &[QUICK, slow]).len(), 1);
    }

    #[test]
    fn loosely_once_is_enough_and_never_is_not() {
        let asked = Asked::loosely(3);
        assert_eq!(
            judge(&report("stable", true, 0), &[QUICK], asked)
                .missed
                .len(),
            0
        );
        assert_eq!(
            judge(&report("stable", true, 0), &[], asked).missed.len(),
            1
        );
        assert_eq!(
            judge(&report("invalid", true, 0), &[QUICK], asked)
                .missed
                .len(),
            0
        );
        assert_eq!(
            judge(&report("invalid", true, 1), &[QUICK], asked)
                .missed
                .len(),
            1
        );
    }
}
