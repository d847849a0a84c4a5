//! What the generator itself takes: of a processor for a start, of memory for a listener.

use serde_json::Value;

use super::{rows, runs};
use crate::failure::Result;
use crate::server::Server;
use crate::workspace::Workspace;

/// So many listeners at once, in the smaller run and in the larger one: what the difference takes is theirs.
const FEW: u32 = 2_000;
const MANY: u32 = 18_000;
const SECONDS: u32 = 15;
/// So many starts a second, by one thread.
const STARTS_PER_S: u32 = 10_000;

/// Measures, and says it in two lines.
pub(super) fn measure(workspace: &Workspace, server: &Server) -> Result<String> {
    let few = runs::run(workspace, server, &staying(FEW))?;
    let many = runs::run(workspace, server, &staying(MANY))?;
    let more = number(&many["sessions"]["active_max"]) - number(&few["sessions"]["active_max"]);
    let more_bytes = memory(&many) - memory(&few);
    let starts = runs::run(workspace, server, &starting())?;
    let started = number(&starts["sessions"]["started"]);
    let (at_once, each_kb) = (
        &many["sessions"]["active_max"],
        more_bytes / more.max(1.0) / 1_000.0,
    );
    let each_us = number(&starts["generator"]["cpu_s"]) * 1e6 / started.max(1.0);
    Ok(format!(
        "* {at_once} listeners at once: {each_kb:.1} KB of memory for each; {}\n\
         * {STARTS_PER_S} starts a second: {each_us:.0} µs of a processor for each, with its three requests; {}\n",
        said(&many),
        said(&starts),
    ))
}

/// How a run went, in a few words.
fn said(report: &Value) -> String {
    let own = &report["generator"];
    format!(
        "{:.2} processors, {:.1} ms late (p99), {}",
        number(&own["cpu_s"]) / number(&report["seconds"]).max(1.0),
        number(&own["lag_ms"]["p99"]),
        rows::judged(report),
    )
}

fn memory(report: &Value) -> f64 {
    number(&report["generator"]["memory_bytes"])
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_default()
}

/// People who come within some seconds and are all there at once.
fn staying(listeners: u32) -> String {
    let rate = listeners / SECONDS;
    format!(
        "name = 'at once'\n[[phase]]\nseconds = {SECONDS}\nstarts_per_s = {rate}\n\
         [[listener]]\nlisten_s = [30, 30]\nreports_plays = false\n"
    )
}

fn starting() -> String {
    format!(
        "name = 'starts'\n[[phase]]\nseconds = 6\nstarts_per_s = {STARTS_PER_S}\n\
         [[listener]]\nlisten_s = [0.5, 0.5]\nahead_s = 0.5\nreports_plays = false\n"
    )
}
