//! The criterion of the first documents: pages are quick for one more visitor while 300 others read.

use std::thread;

use super::runs;
use crate::failure::{Failure, Result};
use crate::lighthouse::{Lighthouse, Paint};
use crate::server::Server;
use crate::workspace::Workspace;

/// For nine of ten runs, in milliseconds: when something is seen, when it can be used, how long it was blocked, and how long
/// an input could have waited.
const GOALS_MS: [f64; 4] = [300.0, 1_000.0, 800.0, 800.0];
/// What the documents asked for, and room for a machine that does other things beside.
const LOOSE_MS: [f64; 4] = [800.0, 2_000.0, 1_600.0, 1_600.0];

/// Lighthouse on a page, again and again while the visitors of a scenario read. The text has the figures.
pub(super) fn measure(
    workspace: &Workspace,
    server: &Server,
    scenario: &str,
    runs: usize,
) -> Result<String> {
    measure_against(GOALS_MS, workspace, server, scenario, runs)
}

/// The same where speed is not what is checked.
pub(super) fn measure_loosely(
    workspace: &Workspace,
    server: &Server,
    scenario: &str,
    runs: usize,
) -> Result<String> {
    measure_against(LOOSE_MS, workspace, server, scenario, runs)
}

fn measure_against(
    most_ms: [f64; 4],
    workspace: &Workspace,
    server: &Server,
    scenario: &str,
    runs: usize,
) -> Result<String> {
    let (report, paints) = thread::scope(|scope| {
        let readers = scope.spawn(|| runs::run(workspace, server, scenario));
        let mut lighthouse = Lighthouse::new(workspace, server);
        let mut paints = Vec::new();
        while paints.len() < runs && !readers.is_finished() {
            paints.push(lighthouse.paint("/music")?);
        }
        let report = readers
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        Ok::<_, Failure>((report, paints))
    })?;
    let visiting = &report["visiting"];
    let ninth = |read: fn(&Paint) -> f64| ninth_decile(paints.iter().map(read).collect());
    let found = [
        ("first paint", ninth(|paint| paint.first_paint_ms)),
        ("interactive", ninth(|paint| paint.interactive_ms)),
        ("blocked", ninth(|paint| paint.blocked_ms)),
        ("input delay", ninth(|paint| paint.input_delay_ms)),
    ];
    let pairs = || found.iter().zip(most_ms);
    let figures: Vec<String> = pairs()
        .map(|((name, found), most)| format!("{name} {found:.0} ms (at most {most:.0})"))
        .collect();
    let text = format!(
        "{}: p90 of {} runs while {} requests were answered (p99 {:.0} ms), {} failed",
        figures.join(", "),
        paints.len(),
        visiting["requests"],
        visiting["response_ms"]["p99"].as_f64().unwrap_or_default(),
        visiting["failed"],
    );
    let has_missed = pairs().any(|((_, found), most)| most < *found);
    if has_missed || visiting["failed"] != 0 {
        return Err(Failure::new(text));
    }
    Ok(text)
}

fn ninth_decile(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let index = (values.len() * 9).div_ceil(10).saturating_sub(1);
    values.get(index).copied().unwrap_or(f64::INFINITY)
}
