//! The stages that look at the release binary from outside.

use std::num::NonZero;
use std::process::Command;
use std::thread;

use super::counts::{Counts, Runner};
use super::suite::{Log, Named, Verdict};
use crate::failure::Result;
use crate::lighthouse::Lighthouse;
use crate::packages::{FFMPEG, SYSTEMD};
use crate::server::Server;
use crate::workspace::Workspace;
use crate::{
    availability, browser, bytes, demo, footprint, generate, group, hostile, jmeter, lighthouse,
    load, make_run, maven, packages, reference, renditions, speed, unit,
};

/// Every stage, in groups of which the first leaves the others time: a browser that listens to music mostly waits. What
/// measures a browser against a clock that is stricter comes last, when nothing else runs.
pub(super) const STAGES: [&[Named]; 14] = [
    &[("generated files", generated)],
    &[("bytes", bytes)],
    &[("footprint", footprint)],
    &[("systemd unit", unit)],
    &[("hostile music", hostile)],
    &[("make run", make_run)],
    &[("browser tests", browser), ("demo renditions", renditions)],
    &[("load", load)],
    &[("bench quick", bench_quick)],
    &[("rolling restart", restarts)],
    &[("outages", outages)],
    &[(
        "browser through a rolling restart",
        browser_through_restarts,
    )],
    &[("jmeter", jmeter)],
    &[("lighthouse", lighthouse)],
];

/// What is generated and committed is what the binary would generate.
fn generated(workspace: &Workspace, _log: &Log) -> Result<Verdict> {
    generate::check(workspace, &workspace.haas())?;
    reference::check(workspace).map(|()| Verdict::Holds)
}

/// What a browser loads, and the binary, stay small.
fn bytes(workspace: &Workspace, _log: &Log) -> Result<Verdict> {
    let parts = bytes::measure(workspace)?;
    let failed = parts.iter().filter(|part| !part.fits()).count();
    let counts = Counts {
        passed: u32::try_from(parts.len() - failed).unwrap_or(u32::MAX),
        failed: u32::try_from(failed).unwrap_or(u32::MAX),
        skipped: 0,
    };
    let lines: Vec<_> = parts.iter().map(|part| format!("  {part}")).collect();
    Ok(Verdict::Tests(counts, lines.join("\n")))
}

/// The program starts fast and stays small in memory.
fn footprint(workspace: &Workspace, _log: &Log) -> Result<Verdict> {
    let footprint = footprint::measure(workspace)?;
    footprint.check()?;
    let lines = footprint.lines().map(|line| format!("  {line}"));
    Ok(Verdict::Tests(
        Counts {
            passed: 3,
            ..Counts::default()
        },
        lines.join("\n"),
    ))
}

/// systemd takes the unit as it is, and leaves the program few rights.
fn unit(workspace: &Workspace, _log: &Log) -> Result<Verdict> {
    if !packages::is_there(SYSTEMD.program) {
        return Ok(Verdict::Missing("systemd".to_owned()));
    }
    let said = unit::check(workspace)?;
    Ok(Verdict::Tests(Counts::ONE_PASSED, format!("  {said}")))
}

/// Files made to break an import do not.
fn hostile(workspace: &Workspace, _log: &Log) -> Result<Verdict> {
    let said = hostile::check(workspace)?;
    Ok(Verdict::Tests(Counts::ONE_PASSED, format!("  {said}")))
}

/// The command a newcomer types, as far as it needs no network.
fn make_run(workspace: &Workspace, _log: &Log) -> Result<Verdict> {
    let said = make_run::check(workspace)?;
    Ok(Verdict::Tests(Counts::ONE_PASSED, format!("  {said}")))
}

/// Journeys in a real browser. The tests start the binary themselves.
fn browser(workspace: &Workspace, log: &Log) -> Result<Verdict> {
    if !packages::is_there(packages::CHROMIUM.program) {
        return Ok(Verdict::Missing("chromium".to_owned()));
    }
    log.tests(&mut browser::command(workspace), Runner::Playwright)
}

/// Every rendition of the demo music sounds as long as its source, and decodes without a warning.
fn renditions(workspace: &Workspace, _log: &Log) -> Result<Verdict> {
    if !packages::is_there(FFMPEG.program) {
        return Ok(Verdict::Missing("ffmpeg".to_owned()));
    }
    // As much as the browser tests leave.
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let workers = ("HAAS_MUSIC__PREPARATION_WORKERS", &*workers.to_string());
    let server = Server::start_configured(workspace, &demo::library(workspace)?, &[workers])?;
    let passed = renditions::check(&server)?;
    Ok(Verdict::Tests(
        Counts {
            passed,
            ..Counts::default()
        },
        String::new(),
    ))
}

/// Virtual listeners and visitors on a server that has what a small pod has.
fn load(workspace: &Workspace, _log: &Log) -> Result<Verdict> {
    if !group::is_allowed() {
        return Ok(Verdict::Missing("a control group of its own".to_owned()));
    }
    let load::Checked { held, skipped } = load::check(workspace)?;
    Ok(with_skipped(&held, &skipped))
}

/// Each line is a test that passed, or one that this machine does not let us make.
fn with_skipped(held: &[String], skipped: &[String]) -> Verdict {
    let counts = Counts {
        passed: count(held),
        failed: 0,
        skipped: count(skipped),
    };
    let held = held.iter().map(|line| format!("  {line}"));
    let skipped = skipped.iter().map(|line| format!("  skipped: {line}"));
    let lines: Vec<String> = held.chain(skipped).collect();
    Verdict::Tests(counts, lines.join("\n"))
}

/// The comparison with nginx and Express, in short.
fn bench_quick(workspace: &Workspace, _log: &Log) -> Result<Verdict> {
    if let Some(missing) = speed::missing() {
        return Ok(Verdict::Missing(missing));
    }
    let speed::Checked { held, skipped } = speed::check(workspace)?;
    Ok(with_skipped(&held, &skipped))
}

/// Replicas behind a balancer are restarted, killed and out of memory while people listen.
fn restarts(workspace: &Workspace, _log: &Log) -> Result<Verdict> {
    available(workspace, availability::check_restarts)
}

/// The database and the object store are away while people listen.
fn outages(workspace: &Workspace, _log: &Log) -> Result<Verdict> {
    available(workspace, availability::check_outages)
}

fn available(
    workspace: &Workspace,
    check: fn(&Workspace) -> Result<availability::Checked>,
) -> Result<Verdict> {
    if let Some(programs) = availability::missing() {
        return Ok(Verdict::Missing(programs));
    }
    let availability::Checked { held, skipped } = check(workspace)?;
    Ok(with_skipped(&held, &skipped))
}

/// A browser plays an album while replicas are restarted.
fn browser_through_restarts(workspace: &Workspace, log: &Log) -> Result<Verdict> {
    if let Some(programs) = availability::missing() {
        return Ok(Verdict::Missing(programs));
    }
    if !packages::is_there(packages::CHROMIUM.program) {
        return Ok(Verdict::Missing("chromium".to_owned()));
    }
    let run = |playwright: &mut Command| log.tests(playwright, Runner::Playwright);
    let (verdict, restarted) = availability::check_browser(workspace, run)?;
    match verdict {
        Verdict::Tests(counts, _) => {
            let restarted = format!("  {}", restarted?);
            Ok(Verdict::Tests(counts, restarted))
        }
        // Why the browser failed says more than what was restarted until then.
        verdict => Ok(verdict),
    }
}

/// The plans that are exported do in `JMeter` what the scenarios do.
fn jmeter(workspace: &Workspace, _log: &Log) -> Result<Verdict> {
    match maven::missing() {
        Some(programs) => Ok(Verdict::Missing(programs)),
        None => Ok(all_hold(&jmeter::check(workspace)?)),
    }
}

/// Each line is a test that passed.
fn all_hold(lines: &[String]) -> Verdict {
    let counts = Counts {
        passed: count(lines),
        ..Counts::default()
    };
    let lines: Vec<String> = lines.iter().map(|line| format!("  {line}")).collect();
    Verdict::Tests(counts, lines.join("\n"))
}

fn count(lines: &[String]) -> u32 {
    u32::try_from(lines.len()).unwrap_or(u32::MAX)
}

/// Lighthouse on the first pages. Slow, but the only look from outside at how fast a page becomes usable.
fn lighthouse(workspace: &Workspace, _log: &Log) -> Result<Verdict> {
    if !packages::is_there(packages::CHROMIUM.program) {
        return Ok(Verdict::Missing("chromium".to_owned()));
    }
    let server = Server::start(workspace, &demo::library(workspace)?)?;
    let mut counts = Counts::default();
    let mut lines = Vec::new();
    let mut visits = Lighthouse::start(workspace, &server)?;
    for page in lighthouse::pages(&server)? {
        for profile in &lighthouse::PROFILES {
            match visits.measure(&page, profile) {
                Ok(figures) => {
                    counts += Counts::ONE_PASSED;
                    lines.push(format!("  {page}, {}: {figures}", profile.name));
                }
                Err(failure) => {
                    counts += Counts::ONE_FAILED;
                    lines.push(format!("  {failure}"));
                }
            }
        }
    }
    Ok(Verdict::Tests(counts, lines.join("\n")))
}
