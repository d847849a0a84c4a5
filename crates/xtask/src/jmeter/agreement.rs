//! `JMeter` runs what `haas load` exports: both and the server itself count the same requests.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{JMeter, Ran, export};
use crate::failure::{Failure, Result, While};
use crate::server::Server;
use crate::workspace::Workspace;
use crate::{demo, subprocess};

/// A small A1 in two phases: 40 users with 6 requests each, a third of them for what is not there.
const SCENARIO: &str = "name = 'A1 in small (reconstructed)'\noriginal = 'A1'\nsessions_min = 40\n\
    [[phase]]\nseconds = 2\nstarts_per_s = 8\n[[phase]]\nseconds = 2\nstarts_per_s = 12\n\
    [[visitor]]\npaths = ['/music', '/music/search', '/nothing-here']\nrequests = 6\npace_s = 0.2\n";
const REQUESTS: u64 = 240;
/// What each path is in the server's metrics, and how many of the requests are for it.
const ROUTES: [(&str, &str, u64); 3] = [
    ("/music", "/music", 80),
    ("/music/search", "/music/search", 80),
    ("/nothing-here", "unmatched", 80),
];
/// The largest row, its users, and what stands in its plan for them.
const LARGEST: &str = "B18";
const LARGEST_USERS: &str = "num_threads\">1200000<";
const ONE_USER: &str = "num_threads\">1<";

/// How many requests each route of a server has had, by the server's own count.
type Counts = BTreeMap<String, u64>;

/// Each line is something that holds.
pub(crate) fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let jmeter = JMeter::bring(workspace)?;
    let server = Server::start(workspace, &demo::library(workspace)?)?;
    let folder = workspace.own("check/jmeter/plan.jmx")?;
    let folder = folder.parent().unwrap_or(Path::new("."));
    Ok(vec![
        counts_agree(workspace, &server, &jmeter, folder)?,
        rows_are_read_again(workspace, &server, folder)?,
        largest_is_loaded(workspace, &server, &jmeter, folder)?,
    ])
}

fn counts_agree(
    workspace: &Workspace,
    server: &Server,
    jmeter: &JMeter,
    folder: &Path,
) -> Result<String> {
    let (scenario, plan) = (folder.join("scenario.toml"), folder.join("plan.jmx"));
    std::fs::write(&scenario, SCENARIO).while_doing("write a scenario")?;
    let scenario = scenario.display().to_string();
    export(workspace, server, &scenario, &plan)?;
    let before = served(server)?;
    let ran = jmeter.run(&plan, &folder.join("samples.jtl"))?;
    let between = served(server)?;
    let report = listen(workspace, server, &scenario, &folder.join("report.json"))?;
    let after = served(server)?;
    let figures = &report["visiting"];
    if figures["requests"] != ran.requests()
        || figures["failed"] != ran.failed()
        || ran.requests() != REQUESTS
    {
        return Err(Failure::new(format!(
            "of {REQUESTS} requests JMeter counts {} ({} failed), haas load {} ({} failed)",
            ran.requests(),
            ran.failed(),
            figures["requests"],
            figures["failed"]
        )));
    }
    for (path, route, expected) in ROUTES {
        let of = |counts: &Counts| counts.get(route).copied().unwrap_or_default();
        let (by_jmeter, by_haas) = (of(&between) - of(&before), of(&after) - of(&between));
        let told = samples_of(&ran, path);
        if [told, by_jmeter, by_haas] != [expected; 3] {
            return Err(Failure::new(format!(
                "{path}: JMeter counts {told}; the server counts {by_jmeter} of JMeter and {by_haas} of haas load; all must be \
                 {expected}"
            )));
        }
    }
    Ok(format!(
        "JMeter, haas load and the server count the same {REQUESTS} requests in {} paths, {} of them failed",
        ROUTES.len(),
        ran.failed()
    ))
}

fn samples_of(ran: &Ran, path: &str) -> u64 {
    ran.samples
        .get(path)
        .map(|(requests, _)| *requests)
        .unwrap_or_default()
}

/// Every row of the original table as a plan, and back.
fn rows_are_read_again(workspace: &Workspace, server: &Server, folder: &Path) -> Result<String> {
    let rows = (1..=6).map(|number| format!("A{number}"));
    let rows: Vec<String> = rows
        .chain((1..=18).map(|number| format!("B{number}")))
        .collect();
    for row in &rows {
        let plan = folder.join(format!("{row}.jmx"));
        export(workspace, server, row, &plan)?;
        let haas = |words: &[&str]| {
            let mut haas = Command::new(workspace.haas());
            subprocess::read(haas.arg("load").args(words))
        };
        let (read, shown) = (
            haas(&["from-jmx", &plan.display().to_string()])?,
            haas(&["show", row])?,
        );
        if read != shown {
            return Err(Failure::new(format!(
                "the plan of {row} is read as\n{read}but it was\n{shown}"
            )));
        }
    }
    Ok(format!(
        "{} rows of the original table are written as plans, and read again",
        rows.len()
    ))
}

/// `JMeter` takes the plan of the largest row. Of its users only one comes: the others would be another bench.
fn largest_is_loaded(
    workspace: &Workspace,
    server: &Server,
    jmeter: &JMeter,
    folder: &Path,
) -> Result<String> {
    let plan = folder.join("largest.jmx");
    export(workspace, server, LARGEST, &plan)?;
    let text = std::fs::read_to_string(&plan).while_doing("read a plan")?;
    if !text.contains(LARGEST_USERS) {
        return Err(Failure::new(format!(
            "the plan of {LARGEST} has other users"
        )));
    }
    std::fs::write(&plan, text.replace(LARGEST_USERS, ONE_USER)).while_doing("write a plan")?;
    let ran = jmeter.run(&plan, &folder.join("largest.jtl"))?;
    if (ran.requests(), ran.failed()) != (1, 0) {
        return Err(Failure::new(format!(
            "{LARGEST} with one user: {:?}",
            ran.samples
        )));
    }
    Ok(format!(
        "JMeter takes the plan of {LARGEST}, with one of its users"
    ))
}

/// Runs a scenario; how fast it was answered does not count here.
fn listen(workspace: &Workspace, server: &Server, scenario: &str, report: &Path) -> Result<Value> {
    let mut haas = Command::new(workspace.haas());
    haas.args(["load", scenario, "--target"])
        .arg(format!("http://{}", server.address));
    let output = haas
        .arg("--report")
        .arg(report)
        .output()
        .while_doing("run haas load")?;
    let text = std::fs::read_to_string(report).map_err(|error| {
        let said = subprocess::lossy(&output.stderr);
        Failure::new(format!(
            "haas load left no report ({error}): {}",
            said.trim()
        ))
    })?;
    serde_json::from_str(&text).while_doing("read a report")
}

fn served(server: &Server) -> Result<Counts> {
    let metrics = server.admin_body("/metrics")?;
    Ok(by_route(&metrics))
}

fn by_route(metrics: &str) -> Counts {
    let mut counts = Counts::new();
    for line in metrics.lines() {
        let Some(labels) = line.strip_prefix("http_server_request_duration_seconds_count{") else {
            continue;
        };
        let route = labels
            .split_once("http_route=\"")
            .and_then(|(_, rest)| rest.split('"').next());
        let count = labels
            .rsplit(' ')
            .next()
            .and_then(|count| count.parse::<u64>().ok());
        if let (Some(route), Some(count)) = (route, count) {
            *counts.entry(route.to_owned()).or_default() += count;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_route_whatever_their_answer() {
        let name = "http_server_request_duration_seconds_count";
        let metrics = format!(
            "# TYPE x histogram\n{name}{{service=\"music\",http_route=\"/music\",http_response_status_code=\"200\"}} 7\n\
             {name}{{service=\"music\",http_route=\"/music\",http_response_status_code=\"304\"}} 2\n"
        );
        assert_eq!(by_route(&metrics), Counts::from([("/music".to_owned(), 9)]));
    }
}
