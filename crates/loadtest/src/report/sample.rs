//! Reports for tests of what is made from them.

use std::time::Duration;

use super::{Report, Run};
use crate::environment::Environment;
use crate::scenario::Scenario;
use crate::series::{Row, Series};
use crate::server_figures::{PodRow, ServerFigures, ServerRow};
use crate::tally::Tally;
use crate::wire::Traffic;

/// Text that a page must not take for its own.
pub(super) const HOSTILE: &str = "<script>alert(\"x\")</script> & 'so' on";

/// Two minutes in which some plays fell silent, visitors were refused, and the last second was cut.
pub(super) fn mixed(name: &str) -> Report {
    let mut scenario = scenario("sessions_min = 10\n[[listener]]\n[[visitor]]\n");
    name.clone_into(&mut scenario.name);
    let mut tally = Tally::default();
    tally.started_sessions = 1_200;
    tally.ended_sessions = 1_200;
    tally.plays = 800;
    tally.stalled_plays = 40;
    tally.stall_count = 50;
    tally.stalled = Duration::from_secs(30);
    tally.played = Duration::from_mins(50);
    tally.visitor_requests = 400;
    tally.failed_visitor_requests = 2;
    for ms in 1..=400 {
        tally.startup.record(Duration::from_millis(ms * 2));
        tally.response.record(Duration::from_millis(ms));
        tally.lag.record(Duration::from_micros(ms));
        tally.note_backlog(Duration::from_micros(ms * 10));
    }
    tally.faults.insert("status_503", 2);
    let mut report = report(&scenario, &tally, rows(121));
    report.faults.insert(HOSTILE.to_owned(), 1);
    let example = HOSTILE.to_owned();
    report
        .fault_examples
        .insert("status_503".to_owned(), example);
    HOSTILE.clone_into(&mut report.environment.processor);
    report.server = Some(server());
    report
}

fn server() -> ServerFigures {
    ServerFigures {
        series: (1..=120)
            .map(|second| ServerRow {
                second,
                cpu_cores: 0.4,
                memory_bytes: 90_000_000,
                requests_per_s: 50.0,
                response_p50_ms: 0.6,
                response_p99_ms: 12.0,
                active_plays: Some(40.0),
            })
            .collect(),
        pods: (0..8)
            .map(|step| PodRow {
                second: step * 15,
                pods: Some(step.max(1)),
                ready: Some(1),
                cpu_cores: Some(0.4),
                node_cpu_share: None,
            })
            .collect(),
        notes: vec![HOSTILE.to_owned()],
    }
}

/// A row of the original table, with a few users.
pub(super) fn original(id: &str) -> Report {
    let head = format!("original = '{id}'\n[[visitor]]\n");
    let mut tally = Tally::default();
    tally.started_sessions = 20;
    tally.visitor_requests = 20;
    for ms in 1..=20 {
        tally.response.record(Duration::from_millis(ms));
    }
    report(&scenario(&head), &tally, rows(3))
}

/// A run that ended before anything was heard.
pub(super) fn empty() -> Report {
    report(&scenario("[[listener]]\n"), &Tally::default(), Vec::new())
}

/// Too few people who waited too long, and were gone before the last second ended.
pub(super) fn brief() -> Report {
    let mut tally = Tally::default();
    tally.started_sessions = 300;
    tally.plays = 300;
    for _ in 0..300 {
        tally.startup.record(Duration::from_secs(1));
    }
    let took = Duration::from_millis(119_200);
    report_of(&scenario("[[listener]]\n"), &tally, rows(120), took)
}

fn scenario(kinds: &str) -> Scenario {
    let (head, kinds) = kinds.split_at(kinds.find('[').unwrap_or_default());
    let phase = "[[phase]]\nseconds = 120\nstarts_per_s = 10\n";
    Scenario::read(&format!("name = 'sample'\n{head}{phase}{kinds}")).expect("a scenario")
}

fn rows(seconds: u64) -> Vec<Row> {
    let rows = (0..seconds).map(|second| Row {
        offered: 10,
        starts: 10,
        sounds: 7,
        stalls: second % 3,
        faults: second % 2,
        requests: 50,
        responses: 3,
        bytes: 1_000_000,
        active: second.min(60),
        active_max: second.min(60) + 1,
        waiting: 2,
        waiting_max: 4,
        sounding: 40,
        silent: second % 5,
        silent_max: second % 5 + 1,
        sounded_ms: 40,
        silent_ms: second % 5,
        startup_p50_ms: 100.0,
        startup_p95_ms: 400.0,
        startup_p99_ms: 700.0,
        response_p99_ms: 90.0,
        media_bytes: 160_000,
        media_s: 10.0,
        kbit_per_s: 128.0,
        lag_ms: 1.0,
        backlog_ms: 4.0,
    });
    rows.collect()
}

fn report(scenario: &Scenario, tally: &Tally, rows: Vec<Row>) -> Report {
    report_of(scenario, tally, rows, Duration::from_millis(120_020))
}

fn report_of(scenario: &Scenario, tally: &Tally, rows: Vec<Row>, took: Duration) -> Report {
    let run = Run {
        scenario,
        target: "http://music.example/<b>",
        begun_at: "2026-01-02T03:04:05Z".to_owned(),
        took,
        is_interrupted: false,
        planned: tally.started_sessions,
        active_max: 60,
        threads: 1,
        cpu: Duration::from_secs(3),
        memory_bytes: 20_000_000,
        traffic: Traffic {
            requests: 6_000,
            answers: 5_990,
            bytes: 120_000_000,
            checked_bodies: 90,
            wrong_bodies: 0,
        },
        environment: Environment {
            version: "1.2.3".to_owned(),
            system: "Linux".to_owned(),
            processor: "processor".to_owned(),
            processors: 2,
            memory_bytes: 8_000_000_000,
        },
        series: Series { step_s: 1, rows },
        server: None,
    };
    Report::new(run, tally)
}
