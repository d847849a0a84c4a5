//! What `haas load` tells while a run lasts.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use testkit::{Binary, Connection, Haas, Running};

use crate::HAAS;
use crate::shelf::pause;

/// Ten people a second who look at a page, which needs no music.
const SCENARIO: &str = "name = 'visitors'\nsessions_min = 1\n\
    [[phase]]\nseconds = 600\nstarts_per_s = 10\n\
    [[visitor]]\npaths = ['/music']\n";

/// A served library without music, and a folder for what a run needs.
struct Served {
    folder: TempDir,
    haas: Haas,
}

impl Served {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let haas = Haas::serve(HAAS, &folder.path().join("data"), &[]);
        Self { folder, haas }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts a run on it.
    fn load(&self, scenario: &str, arguments: &[&str]) -> Running {
        let file = self.file("scenario.toml");
        std::fs::write(&file, scenario).expect("a file");
        let target = format!("http://{}", self.haas.public);
        let own = ["load", text(&file), "--target", &target];
        Binary::new(HAAS).start(&[&own[..], arguments].concat())
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// Waits until a run has said something.
fn wait_for(load: &mut Running, said: impl Fn(&str) -> bool) -> String {
    loop {
        let log = load.log();
        if said(&log) {
            return log;
        }
        assert!(!load.has_ended(), "{log}");
        pause();
    }
}

/// Where nobody listens.
fn closed_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address")
}

fn number(metrics: &str, name: &str) -> f64 {
    let mut lines = metrics.lines().filter_map(|line| line.split_once(' '));
    let found = lines.find(|(own, _)| *own == name);
    let (_, number) = found.expect("a metric of this name");
    number.parse().expect("a number")
}

#[test]
fn a_run_tells_how_it_goes_how_the_server_does_and_its_metrics() {
    let served = Served::new();
    let report = served.file("report.json");
    let nobody = format!("http://{}/metrics", closed_address());
    let server_metrics = format!("http://{}", served.haas.admin);
    let mut load = served.load(
        SCENARIO,
        &[
            "--metrics",
            "127.0.0.1:0",
            "--server-metrics",
            &server_metrics,
            "--server-metrics",
            &nobody,
            "--report",
            text(&report),
        ],
    );
    let log = wait_for(&mut load, |log| log.contains("/metrics\n"));
    let address = log.split("metrics: http://").nth(1).expect("an address");
    let address: SocketAddr = address.split('/').next().unwrap().parse().unwrap();
    let metrics = loop {
        let mut connection = Connection::open(address);
        connection.send("GET", "/metrics", &[], b"");
        let answer = connection.answer(false);
        let metrics = answer.text();
        if 20.0 <= number(metrics, "haas_load_sessions_started_total") {
            break metrics.to_owned();
        }
        assert!(!load.has_ended(), "{}", load.log());
        pause();
    };
    assert!(0.0 < number(&metrics, "haas_load_bytes_total"));
    assert!(20.0 <= number(&metrics, "haas_load_requests_total"));
    assert!(0.0 < number(&metrics, "process_resident_memory_bytes"));
    // Nobody listens.
    assert!(number(&metrics, "haas_load_startup_seconds_count") < 1.0);

    // The first line comes after a second, when the server has been looked at once or twice; the next one later.
    wait_for(&mut load, |log| {
        log.contains(" MB ") && log.contains("left until the last start")
    });
    load.signal("TERM");
    let output = load.wait();
    assert_eq!(output.code, Some(12), "{}", output.stderr);
    assert!(!output.stderr.contains('\u{1b}'), "{}", output.stderr);
    assert!(
        output
            .stderr
            .contains("looks at the server without an answer"),
        "{}",
        output.stderr
    );
    assert!(output.stdout.contains("  server "), "{}", output.stdout);
    let failure = format!("{nobody}: the connection was refused (");
    assert!(output.stdout.contains(&failure), "{}", output.stdout);

    let report: Value = serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();
    let rows = report["server"]["series"].as_array().unwrap();
    let most = |field: &str| {
        rows.iter()
            .map(|row| row[field].as_f64().unwrap())
            .fold(0.0, f64::max)
    };
    assert!(0.0 < most("memory_bytes"), "{report:#}");
    assert!(0.0 < most("requests_per_s"), "{report:#}");
    assert!(0.0 < most("response_p99_ms"), "{report:#}");
    assert_eq!(report["server"]["pods"], serde_json::json!([]));
    assert!(served.haas.stop().success());
}

#[test]
fn a_terminal_shows_a_block_that_is_gone_in_the_end() {
    let there = Command::new("script").arg("--version").output();
    if !there.is_ok_and(|told| told.status.success()) {
        return testkit::skip("script, which makes a terminal");
    }
    let served = Served::new();
    let scenario = served.file("scenario.toml");
    std::fs::write(&scenario, SCENARIO.replace("seconds = 600", "seconds = 2")).unwrap();
    let (scenario, target) = (text(&scenario), served.haas.public);
    let load = format!("{HAAS} load {scenario} --target http://{target}");
    let script = Binary::new("script").with("TERM", "xterm");
    let shown = script.run(&["-qec", &load, "/dev/null"]).stdout;
    assert!(shown.contains("left until the last start"), "{shown}");
    assert!(shown.contains(" starts/s"), "{shown}");
    // Drawn over, and at last wiped: the report begins where the block did.
    let (_, report) = shown
        .rsplit_once("A\u{1b}[J")
        .expect("a block that was wiped");
    assert!(report.contains("of 20 started"), "{report}");
}

#[test]
fn who_interrupts_again_does_not_wait_for_pods_and_has_the_report() {
    let served = Served::new();
    // A Prometheus that takes every question and answers none.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let mut load = served.load(SCENARIO, &["--prometheus", &url]);
    wait_for(&mut load, |log| log.contains(" active"));
    load.signal("INT");
    let _asked = silent.accept().unwrap();
    while !load.has_ended() {
        load.signal("INT");
        pause();
    }
    let output = load.wait();
    assert_eq!(output.code, Some(12), "{}", output.stderr);
    assert!(
        output.stdout.contains("interrupted") && !output.stdout.contains("pods"),
        "{}",
        output.stdout
    );
}

#[test]
fn a_log_that_nobody_reads_holds_up_neither_a_run_nor_its_end() {
    let served = Served::new();
    let scenario = served.file("scenario.toml");
    std::fs::write(&scenario, SCENARIO).unwrap();
    let (unread, log) = std::io::pipe().unwrap();
    let mut filler = log.try_clone().unwrap();
    // Until it is full, and from then on.
    let filling = std::thread::spawn(move || while filler.write_all(&[b'.'; 4_096]).is_ok() {});
    let target = format!("http://{}", served.haas.public);
    let mut command = Command::new(HAAS);
    command.args([
        "load",
        text(&scenario),
        "--target",
        &target,
        "--metrics",
        "127.0.0.1:0",
    ]);
    let mut load = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
    drop(command);
    let pages = || {
        let metrics = served.haas.admin("/metrics");
        let lines = metrics.text().lines().filter(|line| {
            line.starts_with("http_server_request_duration_seconds_count")
                && line.contains("/music")
        });
        let counts = lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok());
        counts.sum::<f64>()
    };
    // By then it has said where its metrics are, and more than one line is due.
    while pages() < 70.0 {
        assert_eq!(load.try_wait().unwrap(), None);
        pause();
    }
    let pid = load.id().to_string();
    let told = Command::new("kill").args(["-s", "INT", &pid]).status();
    assert!(told.unwrap().success());
    let output = load.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(12));
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(report.contains("of 6000 started"), "{report}");
    drop(unread);
    filling.join().unwrap();
}

#[test]
fn a_quiet_run_says_nothing_before_its_report_and_a_silent_prometheus_is_noted() {
    let served = Served::new();
    let load = served.load(
        &SCENARIO.replace("seconds = 600", "seconds = 1"),
        &[
            "--quiet",
            "--metrics",
            "127.0.0.1:0",
            "--prometheus",
            &format!("http://{}", closed_address()),
            "--deployment",
            "music",
        ],
    );
    let output = load.wait();
    assert!(matches!(output.code, Some(0 | 10..=12)), "{output:?}");
    assert_eq!(output.stderr, "");
    assert!(
        output
            .stdout
            .contains("not told     Prometheus at http://127.0.0.1"),
        "{}",
        output.stdout
    );
}

#[test]
fn what_cannot_be_told_or_asked_is_said_before_anything_begins() {
    let served = Served::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (arguments, code, reason) in [
        (["--metrics", &address], 1, "could not listen on"),
        (["--server-metrics", "metrics"], 64, "it is no address"),
        (["--prometheus", "ftp://a.test"], 64, "ftp://a.test"),
        (["--deployment", "music"], 64, "--prometheus"),
    ] {
        let output = served.load(SCENARIO, &arguments).wait();
        assert_eq!(output.code, Some(code), "{output:?}");
        assert!(output.stderr.contains(reason), "{output:?}");
    }
}
