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

/// What one thread may take for them, in processors.
const CORES_MAX: f64 = 1.0;
/// What a listener may take of memory.
const LISTENER_KB_MAX: f64 = 8.0;

/// What was found, in two lines, and which limits were missed.
pub(super) struct Measured {
    pub(super) text: String,
    pub(super) missed: Vec<String>,
}

/// Measures both.
pub(super) fn measure(workspace: &Workspace, server: &Server) -> Result<Measured> {
    let few = runs::run(workspace, server, &staying(FEW), &[])?;
    let many = runs::run(workspace, server, &staying(MANY), &[])?;
    let starts = runs::run(workspace, server, &starting(), &["--threads", "1"])?;
    Ok(judge(&few, &many, &starts))
}

/// How the server did is not what is asked: only whether the figures are about anything.
fn judge(few: &Value, many: &Value, starts: &Value) -> Measured {
    let more = number(&many["sessions"]["active_max"]) - number(&few["sessions"]["active_max"]);
    let more_bytes = memory(many) - memory(few);
    let started = number(&starts["sessions"]["started"]);
    let at_once = &many["sessions"]["active_max"];
    let each_kb = more_bytes / more.max(1.0) / 1_000.0;
    let each_us = number(&starts["generator"]["cpu_s"]) * 1e6 / started.max(1.0);
    let is_invalid = |report: &Value| report["verdict"] == "invalid";
    let missed = [
        is_invalid(many).then(|| format!("{at_once} listeners at once: {}", rows::judged(many))),
        (LISTENER_KB_MAX < each_kb)
            .then(|| format!("a listener takes {each_kb:.1} KB, it may take {LISTENER_KB_MAX}")),
        is_invalid(starts)
            .then(|| format!("{STARTS_PER_S} starts a second: {}", rows::judged(starts))),
        (CORES_MAX < cores(starts)).then(|| {
            let cores = cores(starts);
            format!("{STARTS_PER_S} starts a second take {cores:.2} processors, they may take {CORES_MAX}")
        }),
    ];
    let text = format!(
        "* {at_once} listeners at once: {each_kb:.1} KB of memory for each; {}\n\
         * {STARTS_PER_S} starts a second by one thread: {each_us:.0} µs of a processor for each, with its three requests; {}\n",
        said(many),
        said(starts),
    );
    Measured {
        text,
        missed: missed.into_iter().flatten().collect(),
    }
}

/// How a run went, in a few words.
fn said(report: &Value) -> String {
    let own = &report["generator"];
    format!(
        "{:.2} processors, {:.1} ms late (p99), {}",
        cores(report),
        number(&own["lag_ms"]["p99"]),
        rows::judged(report),
    )
}

/// How many processors it took on average.
fn cores(report: &Value) -> f64 {
    number(&report["generator"]["cpu_s"]) / number(&report["seconds"]).max(1.0)
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report(active: u64, memory_kb: u64, cpu_s: f64, verdict: &str) -> Value {
        json!({
            "verdict": verdict,
            "seconds": 10,
            "sessions": { "active_max": active, "started": active },
            "generator": { "memory_bytes": memory_kb * 1_000, "cpu_s": cpu_s, "lag_ms": { "p99": 1 } },
        })
    }

    #[test]
    fn each_limit_of_the_generator_counts() {
        let few = report(2_000, 10_000, 1.0, "stable");
        let many = report(18_000, 138_000, 1.0, "poor");
        let starts = report(60_000, 10_000, 10.0, "poor");
        assert_eq!(judge(&few, &many, &starts).missed, Vec::<String>::new());
        let (large, busy) = (
            report(18_000, 140_000, 1.0, "fair"),
            report(60_000, 1, 10.1, "fair"),
        );
        let missed = judge(&few, &large, &busy).missed;
        assert!(
            missed[0].contains("8.1 KB") && missed[1].contains("1.01 processors"),
            "{missed:?}"
        );
        let (many, starts) = (
            report(18_000, 1, 1.0, "invalid"),
            report(60_000, 1, 1.0, "invalid"),
        );
        assert_eq!(judge(&few, &many, &starts).missed.len(), 2);
    }
}
