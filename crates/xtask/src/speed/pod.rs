//! What one small pod takes: starts a second, and listeners at once, each with its first sound within 50 ms.

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::rounds::to_f64;
use super::table::{Aim, Better, Figure, Row};
use crate::failure::{Failure, Result};
use crate::group::{Group, Held};
use crate::load::{self, runs};
use crate::screen;
use crate::server::Server;
use crate::workspace::Workspace;

/// So soon 99 of 100 must hear something.
pub(super) const STARTUP_P99_MS_MAX: f64 = 50.0;
/// Of those that should come so many must.
const COME_MIN: f64 = 0.99;
/// Rates of starts to be held, the goal first.
const STARTS_PER_S: [u32; 6] = [10_000, 8_000, 6_500, 5_000, 4_000, 3_000];
/// A rate holds when it does so more often than not.
const STARTS_RUNS: usize = 3;
/// How many are there at once, step by step, up to what descriptors of a process allow.
pub(super) const LISTENERS: [u32; 7] = [1_000, 3_000, 6_000, 9_000, 12_000, 15_000, 18_000];
/// A step that does not hold is tried again up to so many times; each try that missed is told.
const STEP_TRIES: u32 = 3;
/// In which all of them come, and how long each stays.
const COME_S: u32 = 15;
const STAY_S: u32 = 30;
/// What is taken while all are there is looked at between these, in seconds from the first start.
const ALL_THERE_S: [f64; 2] = [17.0, 29.0];
const LOOK_EVERY: Duration = Duration::from_millis(500);

const STARTS: Aim = Aim {
    work: "starts a second in 1 CPU/512 MiB, first sound p99 ≤ 50 ms",
    better: Better::High,
    goal: Some(10_000.0),
    gate: 3_000.0,
};
pub(super) const AT_ONCE: Aim = Aim {
    work: "listeners at once in 1 CPU/512 MiB, no stall, first sound p99 ≤ 50 ms",
    better: Better::High,
    goal: Some(18_000.0),
    gate: 10_000.0,
};

/// A number of listeners, and what they took.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Step {
    pub(super) listeners: f64,
    /// Processors, while all of them were there.
    pub(super) cores: f64,
    /// The most that the process held, and that the kernel held for its connections.
    pub(super) own_mib: f64,
    pub(super) connections_mib: f64,
    pub(super) startup_p99_ms: f64,
    /// Of the bytes of music that were sent, those that had to be read.
    pub(super) read_share: f64,
    /// Whether all heard their music at once and without a stall.
    pub(super) holds: bool,
}

/// What was found, with the report of the run that stands in the table.
pub(super) struct Found {
    pub(super) row: Row,
    pub(super) report: String,
}

/// People who come evenly and hear the first half second of a song.
fn starting(starts_per_s: u32) -> String {
    format!(
        "name = '{starts_per_s} starts a second'\n[[phase]]\nseconds = 8\nstarts_per_s = {starts_per_s}\n\
         [[listener]]\nlisten_s = [0.5, 0.5]\nahead_s = 0.5\nreports_plays = false\n"
    )
}

/// People who come within some seconds and are all there at once.
pub(super) fn staying(listeners: u32, come_s: u32, stay_s: u32) -> String {
    let rate = listeners / come_s;
    format!(
        "name = '{listeners} at once'\nsessions_min = {}\n[[phase]]\nseconds = {come_s}\nstarts_per_s = {rate}\n\
         [[listener]]\nlisten_s = [{stay_s}, {stay_s}]\nahead_s = 15\nreports_plays = false\n",
        (rate * come_s).min(1_000)
    )
}

/// A small pod: where its library is, and what is set besides.
#[derive(Clone, Copy)]
pub(super) struct Pod<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) data: &'a Path,
    pub(super) environment: &'a [(&'a str, &'a str)],
}

impl Pod<'_> {
    pub(super) fn start(&self) -> Result<(Group, Server)> {
        let group = Group::make("pod", load::POD)?;
        let environment = [&load::ENVIRONMENT, self.environment].concat();
        let haas = group.run(&self.workspace.haas());
        let server = Server::start_as(haas, self.data, &environment)?;
        Ok((group, server))
    }
}

/// The highest of some rates of starts that is held.
pub(super) fn starts(pod: Pod<'_>) -> Result<Found> {
    let workspace = pod.workspace;
    let (_group, server) = pod.start()?;
    let origin = format!("http://{}", server.address);
    let mut missed = Vec::new();
    for rate in STARTS_PER_S {
        let mut held = 0;
        let mut last = String::new();
        for _ in 0..STARTS_RUNS {
            let haas = Command::new(workspace.haas());
            let (report, text) = runs::run_at(haas, workspace, &origin, &starting(rate), &[])?;
            match misses(&report) {
                None => {
                    held += 1;
                    last = text;
                }
                Some(why) => missed.push(format!("{rate} a second: {why}")),
            }
        }
        if STARTS_RUNS < held * 2 {
            let of = in_words(&missed, &format!("held in {held} of {STARTS_RUNS} runs"));
            return Ok(found(STARTS, f64::from(rate), of, last));
        }
    }
    Err(Failure::new(missed.join("; ")))
}

/// More and more listeners, each time on a server that was started for them, and the most that it holds.
pub(super) fn listeners(aim: Aim, steps_of: &[u32], pod: Pod<'_>) -> Result<(Vec<Step>, Found)> {
    let mut steps = Vec::new();
    let mut best = None;
    let mut missed = Vec::new();
    for &listeners in steps_of {
        let (step, text) = step_that_holds(pod, listeners, &mut missed)?;
        if step.holds {
            best = Some((step.listeners, text));
        }
        steps.push(step);
    }
    let (most, text) = best.ok_or_else(|| Failure::new(missed.join("; ")))?;
    // The last ones may come while the first ones leave.
    let most = steps_of
        .iter()
        .map(|asked| f64::from(*asked))
        .filter(|asked| COME_MIN * asked <= most)
        .fold(0.0, f64::max);
    let of = in_words(&missed, "held");
    Ok((steps, found(aim, most, of, text)))
}

fn found(aim: Aim, median: f64, of: String, report: String) -> Found {
    let figure = Figure {
        median,
        half: None,
        of,
    };
    let row = Row {
        aim,
        found: Ok(figure),
    };
    Found { row, report }
}

fn in_words(missed: &[String], held: &str) -> String {
    if missed.is_empty() {
        return held.to_owned();
    }
    format!("{held}; missed: {}", missed.join("; "))
}

/// A number of listeners, again where it does not hold: the machine may have been busy with something else.
fn step_that_holds(
    pod: Pod<'_>,
    listeners: u32,
    missed: &mut Vec<String>,
) -> Result<(Step, String)> {
    let mut tried = 1;
    loop {
        let (report, text, step) = step(pod, listeners)?;
        screen::say(&format!("  {}", in_a_line(&step)));
        let why = misses(&report);
        missed.extend(why.map(|why| format!("{listeners} listeners: {why}")));
        if step.holds || STEP_TRIES <= tried {
            return Ok((step, text));
        }
        tried += 1;
    }
}

fn step(pod: Pod<'_>, listeners: u32) -> Result<(Value, String, Step)> {
    let workspace = pod.workspace;
    let (group, server) = pod.start()?;
    let origin = format!("http://{}", server.address);
    let scenario = staying(listeners, COME_S, STAY_S);
    let (ran, looks) = thread::scope(|scope| {
        let run = scope.spawn(|| {
            let haas = Command::new(workspace.haas());
            runs::run_at(haas, workspace, &origin, &scenario, &[])
        });
        let looks = look(&group, || run.is_finished());
        let ran = run
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (ran, looks)
    });
    let ((report, text), looks) = (ran?, looks?);
    let own_mib = mib(server.resident_bytes_max()?);
    let most = looks.iter().map(|look| look.held.connections).max();
    let step = Step {
        listeners: number(&report["sessions"]["active_max"]),
        cores: cores(&looks).ok_or_else(|| Failure::new("the run was too short to look at"))?,
        own_mib,
        connections_mib: mib(most.unwrap_or_default()),
        startup_p99_ms: number(&report["listening"]["startup_ms"]["p99"]),
        read_share: read_share(&server.admin_body("/metrics")?),
        holds: misses(&report).is_none(),
    };
    Ok((report, text, step))
}

/// What was read of music for what was sent, as the server counts it.
fn read_share(metrics: &str) -> f64 {
    let value = |name: &str| {
        let mut lines = metrics.lines();
        let value = lines.find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok());
        value.unwrap_or(f64::NAN)
    };
    value("music_media_object_read_bytes_total") / value("music_media_sent_bytes_total")
}

/// What a group had taken and held at a moment.
#[derive(Clone, Copy, Debug)]
struct Look {
    at_s: f64,
    cpu_us: u64,
    held: Held,
}

fn look(group: &Group, is_over: impl Fn() -> bool) -> Result<Vec<Look>> {
    let begun = Instant::now();
    let mut looks = Vec::new();
    while !is_over() {
        looks.push(Look {
            at_s: begun.elapsed().as_secs_f64(),
            cpu_us: group.cpu_us()?,
            held: group.held()?,
        });
        thread::sleep(LOOK_EVERY);
    }
    Ok(looks)
}

/// Processors that were taken while all were there.
fn cores(looks: &[Look]) -> Option<f64> {
    let [from, until] = ALL_THERE_S;
    let mut within = looks
        .iter()
        .filter(|look| from <= look.at_s && look.at_s <= until);
    let (first, last) = (within.next()?, within.next_back()?);
    Some(to_f64(last.cpu_us - first.cpu_us) / 1e6 / (last.at_s - first.at_s))
}

/// What a listener would have noticed, or why the run says nothing.
fn misses(report: &Value) -> Option<String> {
    let heard = &report["listening"];
    let p99_ms = number(&heard["startup_ms"]["p99"]);
    let [planned, started] = ["planned", "started"].map(|name| number(&report["sessions"][name]));
    let failed = number(&heard["failed"]);
    if report["verdict"] == "invalid" {
        let kinds = report["reasons"].as_array().into_iter().flatten();
        let kinds: Vec<&str> = kinds.filter_map(|reason| reason["kind"].as_str()).collect();
        return Some(format!(
            "the generator was the limit ({})",
            kinds.join(", ")
        ));
    }
    if started < COME_MIN * planned || planned == 0.0 {
        return Some(format!("{started:.0} of {planned:.0} came"));
    }
    if 0.0 < failed {
        return Some(format!("{failed:.0} heard nothing"));
    }
    let stalls = number(&heard["stalls"]);
    if 0.0 < stalls {
        return Some(format!("{stalls:.0} stalls"));
    }
    if p99_ms.is_nan() || STARTUP_P99_MS_MAX < p99_ms {
        return Some(format!("first sound p99 {p99_ms:.1} ms"));
    }
    None
}

pub(super) fn in_a_line(step: &Step) -> String {
    let Step {
        listeners,
        cores,
        own_mib,
        connections_mib,
        startup_p99_ms,
        holds,
        read_share: _,
    } = step;
    let holds = if *holds { "holds" } else { "does not hold" };
    format!(
        "{listeners:.0} listeners: {cores:.3} processors, {own_mib:.0} MiB and {connections_mib:.0} MiB of the kernel for \
         connections, first sound p99 {startup_p99_ms:.1} ms: {holds}"
    )
}

pub(super) fn mib(bytes: u64) -> f64 {
    to_f64(bytes) / 1_048_576.0
}

/// A figure of a report; not a number where there is none, which no limit accepts.
pub(super) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report() -> Value {
        json!({
            "verdict": "stable",
            "sessions": { "planned": 1_000, "started": 1_000, "active_max": 1_000 },
            "listening": { "failed": 0, "stalls": 0, "startup_ms": { "p99": 12.5 } },
        })
    }

    #[test]
    fn whatever_a_listener_notices_is_a_miss() {
        assert_eq!(misses(&report()), None);
        for (part, name, value, expected) in [
            ("listening", "failed", json!(2), "2 heard nothing"),
            ("listening", "stalls", json!(3), "3 stalls"),
            (
                "listening",
                "startup_ms",
                json!({ "p99": 50.1 }),
                "first sound p99 50.1 ms",
            ),
            (
                "listening",
                "startup_ms",
                json!(null),
                "first sound p99 NaN ms",
            ),
            ("sessions", "started", json!(900), "900 of 1000 came"),
        ] {
            let mut bad = report();
            bad[part][name] = value;
            assert_eq!(misses(&bad).as_deref(), Some(expected));
        }
        let mut invalid = report();
        invalid["verdict"] = json!("invalid");
        invalid["reasons"] = json!([{ "kind": "late", "lag_ms": 12.5 }]);
        assert_eq!(
            misses(&invalid).as_deref(),
            Some("the generator was the limit (late)")
        );
    }

    #[test]
    fn processors_are_those_taken_while_all_are_there() {
        let look = |at_s, cpu_us| Look {
            at_s,
            cpu_us,
            held: Held::default(),
        };
        let looks = [
            look(1.0, 0),
            look(18.0, 5_000_000),
            look(23.0, 6_500_000),
            look(28.0, 8_000_000),
            look(40.0, 99_000_000),
        ];
        assert_eq!(cores(&looks), Some(0.3));
        assert_eq!(cores(&looks[..2]), None);
    }

    #[test]
    fn what_is_read_is_held_against_what_is_sent() {
        let metrics = "music_media_sent_bytes_total 200\nmusic_media_object_read_bytes_total 50\n";
        assert!((read_share(metrics) - 0.25).abs() < f64::EPSILON);
        assert!(read_share("").is_nan());
    }

    #[test]
    fn a_few_listeners_are_enough_for_a_few() {
        assert!(staying(300, 3, 4).contains("sessions_min = 300\n"));
        // As many as come, evenly.
        assert!(staying(1_000, 15, 30).contains("sessions_min = 990\n"));
        let many = staying(18_000, 15, 30);
        assert!(many.contains("sessions_min = 1000\n") && many.contains("starts_per_s = 1200\n"));
    }
}
