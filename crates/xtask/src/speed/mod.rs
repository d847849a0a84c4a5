//! Speed beside nginx and a stand-in for the original server, and what one small pod takes. In full a bench, in short a check.

mod ask;
mod bench;
mod capture;
mod cold;
mod comparison;
mod crowd;
mod kinds;
mod paced;
mod plot;
mod pod;
mod rivals;
mod rounds;
mod soak;
mod stored;
mod table;
mod wrk;

use std::fmt::Write as _;
use std::time::Duration;

use crate::document::Document;
use crate::failure::{Failure, Result, While};
use crate::group;
use crate::packages::{self, NGINX, Needed, OPENSSL, WRK};
use crate::workspace::Workspace;
use crate::{load, screen};
use bench::Effort;
use comparison::Comparison;
use crowd::Crowds;
use paced::Paced;
use plot::Fit;
use pod::{Found, Pod, Step};
use table::Row;

const RATIOS: &str = "Beside nginx and Express";
const SMALL_POD: &str = "One small pod";
const COST: &str = "What a listener costs";
const STORED: &str = "From an S3-compatible store";
const MEMORY: &str = "Clients that hold on to what they have";
const SOAK: &str = "Half an hour";
/// Written by people: a bench keeps what stands there.
const REMARKS: &str = "Where a goal is missed";
const DOCUMENT: Document = Document {
    path: "docs/benchmarks.md",
    head: include_str!("head.md"),
    sections: &[RATIOS, SMALL_POD, COST, STORED, MEMORY, SOAK, REMARKS],
};
const PLOT: &str = "docs/cost.svg";

/// What a comparison needs from Debian.
pub(crate) const NEEDED: [Needed; 3] = [NGINX, WRK, OPENSSL];

const FULL: Effort = Effort {
    rounds: 8,
    seconds: 1,
    is_full: true,
};
const SHORT: Effort = Effort {
    rounds: 2,
    seconds: 1,
    is_full: false,
};
const PACED: Paced = Paced {
    listeners: 10_000,
    come_s: 10,
    stay_s: 30,
    rounds: 4,
};
const FEW_PACED: Paced = Paced {
    listeners: 300,
    come_s: 3,
    stay_s: 3,
    rounds: 1,
};
const CROWDS: Crowds = Crowds {
    slow: 10_000,
    idle: 10_000,
    half: 1_000,
    time: Duration::from_secs(15),
};
const SMALL_CROWDS: Crowds = Crowds {
    slow: 400,
    idle: 400,
    half: 100,
    time: Duration::from_secs(2),
};
/// In a short run a gate may be missed by this factor: whether the harness works is what is checked.
const WIDE: f64 = 5.0;
/// A cost is straight where no step is farther from the line, in the share of the largest.
const FARTHEST_MAX: f64 = 0.1;

/// The ratios: kind by kind, and paced listeners.
pub(crate) fn bench_ratios(workspace: &Workspace, machine: &str) -> Result<()> {
    ready()?;
    set_up(workspace)?;
    load::open_many_files();
    screen::say("\nBeside nginx and Express");
    let rows = Comparison {
        workspace,
        effort: FULL,
        paced: PACED,
    }
    .rows(&load::library(workspace)?)?;
    let body = format!("{machine}\n\n{}", table::markdown(&rows));
    DOCUMENT.write(workspace, RATIOS, &body)?;
    let missed: Vec<String> = rows.iter().filter_map(|row| row.failure(1.0)).collect();
    judge(&missed)
}

/// What one small pod takes, and how its cost grows.
pub(crate) fn bench_pod(workspace: &Workspace, machine: &str) -> Result<()> {
    limits()?;
    load::open_many_files();
    let data = load::library(workspace)?;
    screen::say("\nStarts a second in a small pod");
    let small = Pod {
        workspace,
        data: &data,
        environment: &[],
    };
    let starts = pod::starts(small)?;
    screen::say(&format!("  {}", starts.row.line()));
    screen::say("\nMore and more listeners in a small pod");
    let (steps, listeners) = pod::listeners(pod::AT_ONCE, &pod::LISTENERS, small)?;
    screen::say(&format!("  {}", listeners.row.line()));
    let found = [&starts, &listeners];
    DOCUMENT.write(workspace, SMALL_POD, &pod_section(machine, &found))?;
    let (cost, bent) = cost_section(machine, &steps);
    std::fs::write(workspace.path(PLOT), plot::svg(&steps)).while_doing(format!("write {PLOT}"))?;
    DOCUMENT.write(workspace, COST, &cost)?;
    let rows = [starts.row, listeners.row];
    let missed = rows.iter().filter_map(|row| row.failure(1.0)).chain(bent);
    judge(&missed.collect::<Vec<String>>())
}

/// What the same pod takes when its music is in an object store.
pub(crate) fn bench_store(workspace: &Workspace, machine: &str) -> Result<()> {
    limits()?;
    load::open_many_files();
    let data = load::library(workspace)?;
    screen::say("\nListeners whose music is in an S3-compatible store");
    let found = stored::measure(workspace, &data)?;
    screen::say(&format!("  {}", found.row.line()));
    DOCUMENT.write(workspace, STORED, &pod_section(machine, &[&found]))?;
    let missed: Vec<String> = found.row.failure(1.0).into_iter().collect();
    judge(&missed)
}

/// Clients that hold on to what they have.
pub(crate) fn bench_memory(workspace: &Workspace, machine: &str) -> Result<()> {
    limits()?;
    load::open_many_files();
    screen::say("\nMany clients that hold on to what they have");
    let (table, missed) = CROWDS.measure(workspace, &load::library(workspace)?);
    screen::say(&table);
    DOCUMENT.write(workspace, MEMORY, &format!("{machine}\n\n{table}"))?;
    judge(&missed)
}

/// Half an hour of listeners.
pub(crate) fn bench_soak(workspace: &Workspace, machine: &str) -> Result<()> {
    limits()?;
    load::open_many_files();
    screen::say("\nHalf an hour of listeners");
    let data = load::library(workspace)?;
    let (text, missed) = soak::run(Pod {
        workspace,
        data: &data,
        environment: &[],
    })?;
    DOCUMENT.write(workspace, SOAK, &format!("{machine}\n\n{text}"))?;
    judge(&missed)
}

/// What a short run found: each line holds.
pub(crate) struct Checked {
    pub(crate) held: Vec<String>,
    pub(crate) skipped: Vec<String>,
}

/// Why this machine cannot compare servers.
pub(crate) fn missing() -> Option<String> {
    if let Err(failure) = ready() {
        return Some(failure.what);
    }
    let missing = NEEDED
        .iter()
        .filter(|needed| !packages::is_there(needed.program));
    let missing: Vec<&str> = missing.map(|needed| needed.package).collect();
    (!missing.is_empty()).then(|| missing.join(" and "))
}

/// The same in a minute: whether the harness measures at all, and nothing is many times slower than it may be.
pub(crate) fn check(workspace: &Workspace) -> Result<Checked> {
    ready()?;
    load::open_many_files();
    let data = load::library(workspace)?;
    let rows = Comparison {
        workspace,
        effort: SHORT,
        paced: FEW_PACED,
    }
    .rows(&data)?;
    let (absent, rows): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(Row::is_absent);
    let missed: Vec<String> = rows.iter().filter_map(|row| row.failure(WIDE)).collect();
    judge(&missed)?;
    let mut held: Vec<String> = rows.iter().map(Row::figures).collect();
    let mut skipped: Vec<String> = absent.iter().map(Row::figures).collect();
    if group::is_allowed() {
        let (table, missed) = SMALL_CROWDS.measure(workspace, &data);
        judge(&missed)?;
        held.extend(table.lines().skip(2).map(str::to_owned));
    } else {
        skipped.push("many slow clients: no control group may be limited here".to_owned());
    }
    Ok(Checked { held, skipped })
}

/// `make bench-quick`.
pub(crate) fn quick(workspace: &Workspace) -> Result<()> {
    set_up(workspace)?;
    let Checked { held, skipped } = check(workspace)?;
    for line in held {
        screen::say(&format!("  {line}"));
    }
    for line in skipped {
        screen::say(&format!("  skipped: {line}"));
    }
    Ok(())
}

fn judge(missed: &[String]) -> Result<()> {
    if missed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(missed.join("\n")))
}

/// Two processors, and a control group that counts.
fn ready() -> Result<()> {
    let cores = std::thread::available_parallelism().while_doing("count the processors")?;
    if cores.get() < 2 {
        return Err(Failure::new(
            "two processors: one for the servers, one for what asks them",
        ));
    }
    if !group::can_count() {
        return Err(Failure::new(
            "a control group of its own (cpuacct, or version 2)",
        ));
    }
    Ok(())
}

fn limits() -> Result<()> {
    if group::is_allowed() {
        return Ok(());
    }
    Err(Failure::new(
        "a control group of its own, with limits, is missing",
    ))
}

fn set_up(workspace: &Workspace) -> Result<()> {
    packages::ensure(workspace, &NEEDED)
}

fn pod_section(machine: &str, found: &[&Found]) -> String {
    let rows: Vec<Row> = found.iter().map(|found| found.row.clone()).collect();
    let mut text = format!("{machine}\n\n{}", table::markdown(&rows));
    for Found { row, report } in found {
        let (work, report) = (row.aim.work, report.trim());
        let _ = write!(
            text,
            "\nWhat `haas load` says, {work}:\n\n```text\n{report}\n```\n"
        );
    }
    text
}

/// The table and the lines through it, and which of them are not straight.
fn cost_section(machine: &str, steps: &[Step]) -> (String, Vec<String>) {
    let mut text = format!(
        "{machine}\n\n![Processors, memory and first sound against listeners](cost.svg)\n\n\
         | listeners | processors | the process | kernel: connections | first sound p99 | |\n|--:|--:|--:|--:|--:|---|\n"
    );
    for step in steps {
        let holds = if step.holds { "holds" } else { "does not hold" };
        let _ = writeln!(
            text,
            "| {:.0} | {:.3} | {:.0} MiB | {:.0} MiB | {:.1} ms | {holds} |",
            step.listeners, step.cores, step.own_mib, step.connections_mib, step.startup_p99_ms
        );
    }
    text.push('\n');
    let mut bent = Vec::new();
    for (what, unit, value) in [
        (
            "Processors",
            "",
            (|step: &Step| step.cores) as fn(&Step) -> f64,
        ),
        ("Memory", " MiB", plot::memory_mib),
    ] {
        let points: Vec<(f64, f64)> = steps
            .iter()
            .map(|step| (step.listeners, value(step)))
            .collect();
        let Some(fit) = Fit::of(&points) else {
            continue;
        };
        let Fit {
            base,
            slope,
            r_squared,
            farthest,
        } = fit;
        let line = format!(
            "{what}: {base:.3}{unit} and {:.3}{unit} for each 1,000 listeners (R² {r_squared:.3}; no step is farther from the \
             line than {:.1} % of the largest, {:.0} % may)",
            slope * 1_000.0,
            farthest * 100.0,
            FARTHEST_MAX * 100.0
        );
        let _ = writeln!(text, "* {line}");
        if farthest.is_nan() || FARTHEST_MAX < farthest {
            bent.push(format!("the cost does not grow in a straight line: {line}"));
        }
    }
    (text, bent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(cores: [f64; 3]) -> Vec<Step> {
        let listeners = [1_000.0, 9_000.0, 17_000.0];
        let step = |(listeners, cores)| Step {
            listeners,
            cores,
            own_mib: 40.0 + listeners / 100.0,
            startup_p99_ms: 5.0,
            holds: true,
            ..Step::default()
        };
        listeners.into_iter().zip(cores).map(step).collect()
    }

    #[test]
    fn a_cost_that_bends_is_an_error() {
        let (text, bent) = cost_section("Measured", &steps([0.01, 0.09, 0.17]));
        assert_eq!(bent, Vec::<String>::new());
        assert!(
            text.contains("* Processors: 0.000 and 0.010 for each 1,000 listeners (R² 1.000;"),
            "{text}"
        );
        assert!(
            text.contains("* Memory: 40.000 MiB and 10.000 MiB for each 1,000"),
            "{text}"
        );
        let (_, bent) = cost_section("Measured", &steps([0.01, 0.09, 0.5]));
        assert!(bent[0].contains("Processors"), "{bent:?}");
    }

    #[test]
    fn what_people_wrote_stays() {
        assert!(DOCUMENT.sections.contains(&REMARKS));
    }
}
