//! The loads of the original table on one server that has what one of its small pods had.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::runs;
use crate::failure::{Failure, Result};
use crate::screen;
use crate::server::Server;
use crate::workspace::Workspace;

const TABLE: &str = "crates/loadtest/scenarios/original.csv";
const HEAD: &str = "\
| row | users/s | original: pod | pods | verdict | remark | HaaS, one process: pages | answer p99 | listeners | first sound p99 | \
silence | failed |\n|---|--:|---|--:|---|---|---|--:|---|--:|--:|--:|\n";

/// What a load did: asked for as pages, and listened to.
struct Done {
    pages: Value,
    listeners: Value,
}

/// Runs each load, and puts it beside every row that has it.
pub(super) fn table(workspace: &Workspace, server: &Server) -> Result<String> {
    let text = std::fs::read_to_string(workspace.path(TABLE));
    let text = text.map_err(|error| Failure::new(format!("{TABLE}: {error}")))?;
    let mut lines = String::from(HEAD);
    let mut done: BTreeMap<&str, Done> = BTreeMap::new();
    for row in text.lines().skip(1) {
        let values: Vec<&str> = row.splitn(7, ',').collect();
        let [id, pod, users_per_s, pods_max, pods, verdict, remark] = values.as_slice() else {
            return Err(Failure::new(format!(
                "{TABLE} has a row that is none: {row}"
            )));
        };
        if !done.contains_key(users_per_s) {
            screen::say(&format!("  {users_per_s} users a second …"));
            done.insert(*users_per_s, run(workspace, server, id)?);
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
    Ok(lines)
}

fn run(workspace: &Workspace, server: &Server, row: &str) -> Result<Done> {
    Ok(Done {
        pages: runs::run(workspace, server, row, &[])?,
        listeners: runs::run(workspace, server, &format!("{row}-listeners"), &[])?,
    })
}

impl Done {
    fn cells(&self) -> String {
        let (visiting, listening) = (&self.pages["visiting"], &self.listeners["listening"]);
        let failed = [&visiting["failed"], &listening["failed"]];
        let failed: u64 = failed.into_iter().filter_map(Value::as_u64).sum();
        let silence = number(&listening["rebuffer_ratio"]) * 100.0;
        format!(
            "{} | {:.0} ms | {} | {:.0} ms | {silence:.2} % | {failed}",
            judged(&self.pages),
            number(&visiting["response_ms"]["p99"]),
            judged(&self.listeners),
            number(&listening["startup_ms"]["p99"]),
        )
    }
}

/// The verdict; of a run that says nothing, why.
pub(super) fn judged(report: &Value) -> String {
    let verdict = korean(report["verdict"].as_str().unwrap_or_default());
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

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_default()
}
