//! What one server takes: the loads of the original table, the highest rates, and pages while many read. In full a bench,
//! in short a check.

mod document;
mod generator;
mod readers;
mod rows;
pub(crate) mod runs;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::failure::{Failure, Result};
use crate::group::{Group, Limits};
use crate::server::Server;
use crate::workspace::Workspace;
use crate::{demo, packages, renditions, screen};
use readers::Asked;

/// One small pod of the original experiment.
pub(crate) const POD: Limits = Limits {
    milli_cpu: 1_000,
    memory_mib: 512,
};
/// More listeners come than a server takes by its default, and each is a connection.
pub(crate) const ENVIRONMENT: [(&str, &str); 1] = [("HAAS_HTTP__CONNECTIONS_MAX", "32768")];
/// Two for each of the largest load's connections, and some.
const FILES_MAX: u32 = 80_000;
/// A generator that cannot keep up with anything.
const STARVED: Limits = Limits {
    milli_cpu: 20,
    memory_mib: 256,
};
const LIGHTHOUSE_RUNS: usize = 20;
const LIGHTHOUSE_RUNS_SHORT: usize = 3;

/// A few seconds of each kind.
const SHORT_PAGES: &str = "name = 'pages'\nsessions_min = 250\n[[phase]]\nseconds = 5\nstarts_per_s = 50\n\
    [[visitor]]\npaths = ['/music']\n";
const SHORT_LISTENERS: &str = "name = 'listeners'\nsessions_min = 250\n[[phase]]\nseconds = 5\nstarts_per_s = 50\n\
    [[listener]]\nlisten_s = [1, 2]\n";
const SHORT_STARTS: &str = "name = 'starts'\nsessions_min = 1\n[[phase]]\nseconds = 1\nstarts_per_s = 50\n\
    [[listener]]\nlisten_s = [0.5, 0.5]\nahead_s = 0.5\nreports_plays = false\n";
const SHORT_READERS: &str = "name = 'readers'\nsessions_min = 300\n[[phase]]\nseconds = 1\nstarts_per_s = 300\n\
    [[visitor]]\npaths = ['/music', '/music/new', '/api/music/v1/chart']\nrequests = 30\n";

/// Each load of the original table, as pages and as listeners.
pub(crate) fn bench_table(workspace: &Workspace, machine: &str) -> Result<()> {
    let data = library(workspace)?;
    open_many_files();
    let (_group, server) = limited(workspace, &data)?;
    screen::say("\nThe loads of the original table, 120 s each");
    let found = rows::table(workspace, &server)?;
    document::write(workspace, document::TABLE, machine, &found)
}

/// The highest rate of starts, and the most listeners at once.
pub(crate) fn bench_rates(workspace: &Workspace, machine: &str) -> Result<()> {
    let data = library(workspace)?;
    open_many_files();
    let (_group, server) = limited(workspace, &data)?;
    screen::say("\nThe highest rates");
    let mut found = Found::default();
    let mut has_found = false;
    for (scenario, words) in [("starts", &[][..]), ("at-once", &["--repeats", "3"])] {
        let (capacity, text) = match runs::capacity(workspace, &server, scenario, words) {
            Ok(found) => found,
            // What the other search has found is not lost with it.
            Err(error) => {
                let line = format!("{scenario}: {error}");
                let _ = writeln!(found.text, "* Not found: {line}");
                found.missed.push(line);
                continue;
            }
        };
        has_found = true;
        let line = in_a_line(&capacity, &text);
        screen::say(&format!("  {line}"));
        let _ = writeln!(found.text, "* {line}");
        if capacity["starts_per_s"].is_null() || !capacity["broken_by"].is_null() {
            found.missed.push(line);
        }
    }
    if !has_found {
        return Err(Failure::new(found.missed.join("\n")));
    }
    document::write(workspace, document::RATES, machine, &found)
}

/// What the generator takes for a start and for a listener.
pub(crate) fn bench_generator(workspace: &Workspace, machine: &str) -> Result<()> {
    let data = library(workspace)?;
    open_many_files();
    let (_group, server) = limited(workspace, &data)?;
    screen::say("\nThe generator");
    let found = generator::measure(workspace, &server)?;
    screen::say(&found.text);
    document::write(workspace, document::GENERATOR, machine, &found)
}

/// Lighthouse on pages that 300 visitors read.
pub(crate) fn bench_pages(workspace: &Workspace, machine: &str) -> Result<()> {
    let data = library(workspace)?;
    let (_group, server) = limited(workspace, &data)?;
    screen::say("\n300 visitors");
    let asked = Asked::goals(LIGHTHOUSE_RUNS);
    let found = readers::measure(workspace, &server, "visitors-300", asked)?;
    screen::say(&found.text);
    document::write(workspace, document::PAGES, machine, &found)
}

/// What was found, and which limits were missed.
#[derive(Debug, Default)]
struct Found {
    text: String,
    missed: Vec<String>,
}

impl Found {
    fn kept(text: String) -> Self {
        let missed = Vec::new();
        Self { text, missed }
    }
}

/// The largest loads are more connections than a process may have open by default. Where this machine does not allow that they
/// are not run, and say so.
pub(crate) fn open_many_files() {
    let own = std::process::id().to_string();
    let _allowed = Command::new("prlimit")
        .args(["--pid", &own, &format!("--nofile={FILES_MAX}")])
        .stderr(Stdio::null())
        .status();
}

/// What was checked: each line is something that holds, or that this machine does not let us look at.
pub(crate) struct Checked {
    pub(crate) held: Vec<String>,
    pub(crate) skipped: Vec<String>,
}

/// The same in a minute: counts, not speed.
pub(crate) fn check(workspace: &Workspace) -> Result<Checked> {
    let data = library(workspace)?;
    let (group, server) = limited(workspace, &data)?;
    let mut lines = Vec::new();
    for (scenario, kind, count) in [
        (SHORT_PAGES, "visiting", "requests"),
        (SHORT_LISTENERS, "listening", "plays"),
    ] {
        let report = runs::run(workspace, &server, scenario, &[])?;
        let figures = &report[kind];
        if figures[count] != 250 || figures["failed"] != 0 {
            return Err(Failure::new(format!(
                "of 250 {count} not all were answered: {figures}"
            )));
        }
        lines.push(format!(
            "250 {count}, none failed: {}",
            rows::judged(&report)
        ));
    }
    // That the search ends is what holds anywhere: how much is found is the machine's.
    let words = ["--repeats", "1", "--precision", "100"];
    let (found, text) = runs::capacity(workspace, &server, SHORT_STARTS, &words)?;
    lines.push(in_a_line(&found, &text));
    lines.push(starve(workspace, &server)?);
    let mut skipped = Vec::new();
    if packages::is_there(packages::CHROMIUM.program) {
        let asked = Asked::loosely(LIGHTHOUSE_RUNS_SHORT);
        let found = readers::measure(workspace, &server, SHORT_READERS, asked)?;
        if !found.missed.is_empty() {
            return Err(Failure::new(found.text));
        }
        lines.push(found.text);
    } else {
        skipped.push("pages while many read: chromium is missing".to_owned());
    }
    drop(server);
    drop(group);
    Ok(Checked {
        held: lines,
        skipped,
    })
}

/// A generator that is given next to nothing says that its run says nothing.
fn starve(workspace: &Workspace, server: &Server) -> Result<String> {
    let group = Group::make("starved", STARVED)?;
    let report = runs::run_as(
        group.run(&workspace.haas()),
        workspace,
        server,
        SHORT_LISTENERS,
        &[],
    )?;
    let judged = rows::judged(&report);
    if report["verdict"] != "invalid" || !judged.contains("late") {
        return Err(Failure::new(format!("a starved generator says {judged}")));
    }
    Ok(format!("a generator with 2 % of a processor: {judged}"))
}

/// What a search found, in its words.
fn in_a_line(found: &Value, text: &str) -> String {
    let name = found["scenario"].as_str().unwrap_or_default();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    format!("{name}: {}", lines.join("; ").replace(":;", ":"))
}

/// A server that has what one small pod had; the group ends after it.
fn limited(workspace: &Workspace, data: &Path) -> Result<(Group, Server)> {
    let group = Group::make("pod", POD)?;
    let server = Server::start_as(group.run(&workspace.haas()), data, &ENVIRONMENT)?;
    Ok((group, server))
}

/// The demo music with all its qualities, made before anything is limited.
pub(crate) fn library(workspace: &Workspace) -> Result<PathBuf> {
    let data = demo::library(workspace)?;
    let server = Server::start(workspace, &data)?;
    renditions::wait(&server)?;
    Ok(data)
}
