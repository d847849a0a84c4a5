//! What the generator itself takes: of a processor for a start, of memory for a listener.

use serde_json::Value;

use super::{Found, rows, runs};
use crate::failure::Result;
use crate::server::Server;
use crate::workspace::Workspace;

/// So many listeners at once, in the smaller run and in the larger one: what the difference takes is theirs.
const FEW: u32 = 2_000;
const MANY: u32 = 18_000;
const SECONDS: u32 = 15;
/// So many starts a second, by one thread.
const STARTS_PER_S: u32 = 10_000;

/// What one thread may take for as many listeners, in processors.
const CORES_MAX: f64 = 1.0;
/// What a start may take, in µs of a processor: one makes so many of them in a second.
const START_US_MAX: f64 = 100.0;
/// The share of the plays that may fail: what nobody has served is neither a listener nor a start.
const FAILED_MAX: f64 = 0.01;
/// What a listener may take of memory.
const LISTENER_KB_MAX: f64 = 8.0;
/// The share of the listeners that must have been there at once.
const AT_ONCE_MIN: f64 = 0.99;
/// What one processor drives, one thread has to.
const ONE_THREAD: [&str; 2] = ["--threads", "1"];

/// Measures both, in two lines.
pub(super) fn measure(workspace: &Workspace, server: &Server) -> Result<Found> {
    let run = |scenario: &str| runs::run(workspace, server, scenario, &ONE_THREAD);
    let few = run(&staying(FEW))?;
    let many = run(&staying(MANY))?;
    let starts = run(&starting())?;
    Ok(judge(&few, &many, &starts))
}

/// How soon the server answered is not what is asked: only whether the figures are about what was served.
fn judge(few: &Value, many: &Value, starts: &Value) -> Found {
    let more = number(&many["sessions"]["active_max"]) - number(&few["sessions"]["active_max"]);
    let more_bytes = memory(many) - memory(few);
    let started = number(&starts["sessions"]["started"]);
    let at_once = number(&many["sessions"]["active_max"]);
    let of_a_start = |kind: &str| number(&starts["generator"][kind]) / started.max(1.0);
    let [requests, answers] = ["requests", "answers"].map(of_a_start);
    let each_kb = more_bytes / more.max(1.0) / 1_000.0;
    let each_us = number(&starts["generator"]["cpu_s"]) * 1e6 / started.max(1.0);
    let is_invalid = |report: &Value| report["verdict"] == "invalid";
    let missed = [
        is_invalid(many).then(|| format!("{at_once} listeners at once: {}", rows::judged(many))),
        (at_once < AT_ONCE_MIN * f64::from(MANY))
            .then(|| format!("{at_once} listeners were there at once, {MANY} had to be")),
        (CORES_MAX < cores(many)).then(|| {
            let cores = cores(many);
            format!(
                "{at_once} listeners at once take {cores:.2} processors, they may take {CORES_MAX}"
            )
        }),
        unserved(&format!("{at_once} listeners at once"), many),
        (LISTENER_KB_MAX < each_kb)
            .then(|| format!("a listener takes {each_kb:.1} KB, it may take {LISTENER_KB_MAX}")),
        is_invalid(starts)
            .then(|| format!("{STARTS_PER_S} starts a second: {}", rows::judged(starts))),
        (START_US_MAX < each_us).then(|| {
            format!("a start takes {each_us:.0} µs of a processor, it may take {START_US_MAX}")
        }),
        unserved(&format!("{STARTS_PER_S} starts a second"), starts),
    ];
    let text = format!(
        "* {at_once} listeners at once by one thread: {each_kb:.1} KB of memory for each; {}\n\
         * {STARTS_PER_S} starts a second by one thread: {each_us:.0} µs of a processor for each, with {requests:.1} requests and \
         {answers:.1} answers; {}\n",
        said(many),
        said(starts),
    );
    Found {
        text,
        missed: missed.into_iter().flatten().collect(),
    }
}

/// How a run went, in a few words.
fn said(report: &Value) -> String {
    let own = &report["generator"];
    format!(
        "{:.2} processors, {:.1} ms late, {:.1} ms backlog (p99), {:.1} % of the plays failed, {}",
        cores(report),
        number(&own["lag_ms"]["p99"]),
        number(&own["backlog_ms"]["p99"]),
        failed(report) * 100.0,
        rows::judged(report),
    )
}

fn unserved(what: &str, report: &Value) -> Option<String> {
    let failed = failed(report);
    (FAILED_MAX < failed).then(|| {
        let [failed, most] = [failed, FAILED_MAX].map(|share| share * 100.0);
        format!("{what}: {failed:.1} % of the plays failed, {most} % may")
    })
}

/// The share of the plays that failed.
fn failed(report: &Value) -> f64 {
    let heard = &report["listening"];
    number(&heard["failed"]) / number(&heard["plays"]).max(1.0)
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
            "listening": { "plays": active, "failed": active / 100 },
            "generator": {
                "memory_bytes": memory_kb * 1_000, "cpu_s": cpu_s, "lag_ms": { "p99": 1 },
                "backlog_ms": { "p99": 4 },
                "requests": active * 3, "answers": active * 2,
            },
        })
    }

    #[test]
    fn each_limit_of_the_generator_counts() {
        let few = report(2_000, 10_000, 1.0, "stable");
        let many = report(18_000, 138_000, 1.0, "poor");
        let starts = report(60_000, 10_000, 6.0, "poor");
        let found = judge(&few, &many, &starts);
        assert_eq!(found.missed, Vec::<String>::new());
        let said = "100 µs of a processor for each, with 3.0 requests and 2.0 answers; 0.60 processors, 1.0 ms late, 4.0 ms backlog (p99), \
                    1.0 % of the plays failed, 나쁨";
        assert!(found.text.contains(said), "{}", found.text);
        let (large, busy) = (
            report(18_000, 140_000, 1.0, "fair"),
            report(60_000, 1, 10.1, "fair"),
        );
        let missed = judge(&few, &large, &busy).missed;
        assert!(
            missed[0].contains("8.1 KB") && missed[1].contains("168 µs"),
            "{missed:?}"
        );
        let (many, starts) = (
            report(18_000, 1, 1.0, "invalid"),
            report(60_000, 1, 1.0, "invalid"),
        );
        assert_eq!(judge(&few, &many, &starts).missed.len(), 2);
    }

    #[test]
    fn who_serves_nobody_shows_nothing() {
        let few = report(2_000, 10_000, 1.0, "poor");
        let many = report(17_000, 10_000, 10.1, "poor");
        let mut starts = report(60_000, 10_000, 1.0, "poor");
        starts["listening"]["failed"] = json!(60_000);
        let missed = judge(&few, &many, &starts).missed;
        let said = [
            "17000 listeners were there at once, 18000 had to be",
            "17000 listeners at once take 1.01 processors, they may take 1",
            "10000 starts a second: 100.0 % of the plays failed, 1 % may",
        ];
        assert_eq!(missed, said);
    }
}
