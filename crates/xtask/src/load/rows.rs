//! The loads of the original table on one server that has what one of its small pods had.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::{Found, runs};
use crate::failure::{Failure, Result};
use crate::screen;
use crate::server::Server;
use crate::workspace::Workspace;

const TABLE: &str = "crates/loadtest/scenarios/original.csv";
const HEAD: &str = "\
| row | users/s | original: pod | pods | verdict | remark | HaaS, one process: pages | answer p99 | listeners | first sound p99 | \
silence | failed |\n|---|--:|---|--:|---|---|---|--:|---|--:|--:|--:|\n";

/// What a load did: asked for as pages, and listened to; nothing where it could not be run.
struct Done {
    pages: Value,
    listeners: Value,
}

/// Runs each load, and puts it beside every row that has it. A load that this machine does not allow is told below.
pub(super) fn table(workspace: &Workspace, server: &Server) -> Result<Found> {
    let text = std::fs::read_to_string(workspace.path(TABLE));
    let text = text.map_err(|error| Failure::new(format!("{TABLE}: {error}")))?;
    let mut lines = String::from(HEAD);
    let mut done: BTreeMap<&str, Done> = BTreeMap::new();
    let mut missed = Vec::new();
    for row in text.lines().skip(1) {
        let values: Vec<&str> = row.splitn(7, ',').collect();
        let [id, pod, users_per_s, pods_max, pods, verdict, remark] = values.as_slice() else {
            return Err(Failure::new(format!(
                "{TABLE} has a row that is none: {row}"
            )));
        };
        if !done.contains_key(users_per_s) {
            screen::say(&format!("  {users_per_s} users a second …"));
            let mut run = |row: &str| match runs::run(workspace, server, row, &[]) {
                Ok(report) => Ok(report),
                // Without a server every load would be one that could not be run.
                Err(failure) if server.get("/").is_err() => Err(failure),
                Err(failure) => {
                    missed.push(format!("{row}, and rows of the same load: {failure}"));
                    Ok(Value::Null)
                }
            };
            let ran = Done {
                pages: run(id)?,
                listeners: run(&format!("{id}-listeners"))?,
            };
            done.insert(*users_per_s, ran);
        }
        let pods = match *pods_max {
            "" => (*pods).to_owned(),
            most => format!("{pods} of {most}"),
        };
        let ours = done.get(users_per_s).map(Done::cells).unwrap_or_default();
        let _ = writeln!(
            lines,
            "| {id} | {users_per_s} | {pod} | {pods} | {} | {remark} | {ours} |",
            korean(verdict)
        );
    }
    for line in &missed {
        let _ = write!(lines, "\nNot run: {line}\n");
    }
    let text = lines;
    Ok(Found { text, missed })
}

impl Done {
    fn cells(&self) -> String {
        let (visiting, listening) = (&self.pages["visiting"], &self.listeners["listening"]);
        let failed = [&visiting["failed"], &listening["failed"]];
        let failed: Vec<u64> = failed.into_iter().filter_map(Value::as_u64).collect();
        let failed = (!failed.is_empty()).then(|| failed.iter().sum::<u64>());
        let silence = listening["rebuffer_ratio"].as_f64();
        [
            judged(&self.pages),
            rounded(&visiting["response_ms"]["p99"]),
            judged(&self.listeners),
            rounded(&listening["startup_ms"]["p99"]),
            silence.map_or_else(nothing, |share| format!("{:.2} %", share * 100.0)),
            failed.map_or_else(nothing, |count| count.to_string()),
        ]
        .join(" | ")
    }
}

fn rounded(ms: &Value) -> String {
    ms.as_f64().map_or_else(nothing, |ms| format!("{ms:.0} ms"))
}

fn nothing() -> String {
    "–".to_owned()
}

/// The verdict; of a run that says nothing, why.
pub(super) fn judged(report: &Value) -> String {
    let verdict = korean(report["verdict"].as_str().unwrap_or("–"));
    let reasons = report["reasons"].as_array().into_iter().flatten();
    let kinds: Vec<&str> = reasons
        .filter_map(|reason| reason["kind"].as_str())
        .collect();
    if kinds.is_empty() {
        return verdict.to_owned();
    }
    format!("{verdict} ({})", kinds.join(", "))
}

fn korean(verdict: &str) -> &str {
    match verdict {
        "stable" => "안정",
        "fair" => "보통",
        "poor" => "나쁨",
        "invalid" => "무효",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_not_run_hides_nothing_of_what_was() {
        let done = Done {
            pages: json!({
                "verdict": "fair",
                "visiting": { "failed": 3, "response_ms": { "p99": 12.3 } },
            }),
            listeners: Value::Null,
        };
        assert_eq!(done.cells(), "보통 | 12 ms | – | – | – | 3");
        let done = Done {
            listeners: json!({
                "verdict": "invalid",
                "reasons": [{ "kind": "late" }],
                "listening": { "failed": 4, "rebuffer_ratio": 0.057, "startup_ms": { "p99": 3017.2 } },
            }),
            ..done
        };
        assert_eq!(
            done.cells(),
            "보통 | 12 ms | 무효 (late) | 3017 ms | 5.70 % | 7"
        );
    }
}
