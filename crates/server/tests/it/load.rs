use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::{Binary, Haas, Running};

use crate::HAAS;
use crate::shelf::{Shelf, pause, wave};

/// Twenty people within two seconds, each for one song of one second.
const SCENARIO: &str = "name = 'twenty people'\nseed = 7\nsessions_min = 20\n\
    [[phase]]\nseconds = 2\nstarts_per_s = 10\n\
    [[listener]]\nlisten_s = [1, 1]\n";

fn load(scenario: &Path, target: &str, report: &Path) -> testkit::Output {
    let [scenario, report] = [scenario, report].map(|path| path.to_str().expect("UTF-8"));
    Haas::run(
        HAAS,
        &[
            "load",
            scenario,
            "--target",
            target,
            "--report",
            report,
            "--html",
            &format!("{report}.html"),
        ],
    )
}

/// A server with so many songs of so many milliseconds, in every quality.
fn serve(song_count: u32, length_ms: u32) -> (Shelf, Haas) {
    let shelf = Shelf::new();
    for number in 1..=song_count {
        let path = format!("Kim/2020 - One/{number:02} - Track.wav");
        shelf.write(&path, &wave(number, length_ms));
    }
    let (music, data) = (shelf.music(), shelf.data());
    let [music_path, data_path] = [&music, &data].map(|path| path.to_str().expect("UTF-8"));
    let import = Haas::run(HAAS, &["music", "import", music_path, "--data", data_path]);
    assert_eq!(import.code, Some(0), "{}", import.stderr);
    let haas = Haas::serve(HAAS, &data, &[]);
    (shelf, haas)
}

#[test]
fn listeners_hear_a_served_library_and_tell_what_they_heard() {
    if !testkit::has_ffmpeg() {
        return;
    }
    let (shelf, haas) = serve(3, 3_000);
    let folder = shelf.beside("load");
    let (scenario, file) = (folder.join("scenario.toml"), folder.join("report.json"));
    std::fs::write(&scenario, SCENARIO).unwrap();

    let output = load(&scenario, &format!("http://{}", haas.public), &file);
    // How fast this build answers on a busy machine is not what is tested.
    assert!(
        matches!(output.code, Some(0 | 10 | 11 | 12)),
        "{}",
        output.stderr
    );
    let page = std::fs::read_to_string(file.with_extension("json.html")).unwrap();
    assert!(page.contains("twenty people") && page.contains("id=\"startup\""));
    let report: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(report["schema"], 2);
    assert_eq!(report["sessions"]["ended"], 20);
    assert_eq!(report["listening"]["plays"], 20);
    assert_eq!(report["listening"]["failed"], 0, "{report:#}");
    assert_eq!(report["faults"], serde_json::json!({}));
    assert_eq!(report["listening"]["played_s"], 20.0);
    assert!(
        output.stdout.contains("20 of 20 started"),
        "{}",
        output.stdout
    );
    let metrics = haas.admin("/metrics");
    let metrics = metrics.text();
    assert!(metrics.contains("plays_started_total 20"), "{metrics}");
    assert!(haas.stop().success());
    is_shown_to_people(&file);
}

/// The page of a report, and two reports side by side.
fn is_shown_to_people(report: &Path) {
    let second = report.with_file_name("second.json");
    std::fs::copy(report, &second).expect("a file");
    let page = report.with_file_name("page.html");
    let [one, two, page_path] = [report, &second, &page].map(|path| path.to_str().expect("UTF-8"));
    let output = Haas::run(HAAS, &["load", "compare", one, two, "--html", page_path]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let names: Vec<_> = output
        .stdout
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(names, ["report", "report", "second"]);
    let shown = std::fs::read_to_string(&page).expect("a file");
    assert!(shown.starts_with("<!DOCTYPE html>") && shown.contains("twenty people"));
}

#[test]
fn an_interrupted_run_tells_what_was_heard_and_that_it_says_nothing() {
    if !testkit::has_ffmpeg() {
        return;
    }
    let (shelf, haas) = serve(1, 3_000);
    let scenario = shelf.beside("load").join("scenario.toml");
    std::fs::write(&scenario, SCENARIO.replace("seconds = 2", "seconds = 600")).unwrap();
    let target = format!("http://{}", haas.public);
    let arguments = ["load", scenario.to_str().unwrap(), "--target", &target];
    let mut load = Binary::new(HAAS).start(&arguments);
    wait_for_a_play(&haas, &mut load);
    load.signal("INT");
    let output = load.wait();
    assert_eq!(output.code, Some(12), "{}", output.stderr);
    assert!(
        output.stdout.contains("of 6000 started"),
        "{}",
        output.stdout
    );
    assert!(output.stdout.contains("99 % must"), "{}", output.stdout);
    assert!(haas.stop().success());
}

#[test]
fn what_cannot_be_run_is_said_before_anything_is() {
    let folder = tempfile::tempdir().unwrap();
    let (scenario, report) = (
        folder.path().join("scenario.toml"),
        folder.path().join("report.json"),
    );
    std::fs::write(
        &scenario,
        "name = 'x'\n[[phase]]\nseconds = 0\nstarts_per_s = 1\n",
    )
    .unwrap();
    let output = load(&scenario, "http://127.0.0.1:9", &report);
    assert_eq!(output.code, Some(64));
    assert!(
        output.stderr.contains("phase 1: seconds is 0"),
        "{}",
        output.stderr
    );

    std::fs::write(&scenario, SCENARIO).unwrap();
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let output = load(&scenario, &format!("http://{closed}"), &report);
    assert_eq!(output.code, Some(1));
    let said = format!(
        "http://{closed}/ does not answer (the connection was refused): is a server running"
    );
    assert!(output.stderr.contains(&said), "{}", output.stderr);
    let output = load(
        &folder.path().join("none.toml"),
        "http://127.0.0.1:9",
        &report,
    );
    assert_eq!(output.code, Some(64));
    assert!(output.stderr.contains("none.toml"), "{}", output.stderr);
    assert!(!report.exists());
}

/// Ten people a second for ten seconds, each for one song of four seconds, which their players load a second ahead.
const SHORT_BUFFERS: &str = "name = 'short buffers'\nseed = 7\nsessions_min = 100\n\
    [[phase]]\nseconds = 10\nstarts_per_s = 10\n\
    [[listener]]\nlisten_s = [4, 4]\nahead_s = 1\nreports_plays = false\n";

/// Waits until somebody listens.
fn wait_for_a_play(haas: &Haas, load: &mut Running) {
    while haas
        .admin("/metrics")
        .text()
        .contains("plays_started_total 0")
    {
        assert!(!load.has_ended(), "{}", load.log());
        pause();
    }
}

/// So long something stands still in the middle of a run.
const STANDSTILL: Duration = Duration::from_secs(2);

fn wait_until(begun: Instant, after: Duration) {
    while begun.elapsed() < after {
        pause();
    }
}

#[test]
fn a_server_that_stands_still_is_seen_in_starts_and_stalls() {
    if !testkit::has_ffmpeg() {
        return;
    }
    let (shelf, haas) = serve(1, 6_000);
    let folder = shelf.beside("load");
    let (scenario, file) = (folder.join("scenario.toml"), folder.join("report.json"));
    std::fs::write(&scenario, SHORT_BUFFERS).unwrap();
    let target = format!("http://{}", haas.public);
    let [scenario, report] = [&scenario, &file].map(|path| path.to_str().unwrap());
    let arguments = ["load", scenario, "--target", &target, "--report", report];
    let load = Binary::new(HAAS).start(&arguments);
    let begun = Instant::now();
    wait_until(begun, STANDSTILL * 2);
    haas.signal("STOP");
    wait_until(begun, STANDSTILL * 3);
    haas.signal("CONT");
    let output = load.wait();
    let report: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let listening = &report["listening"];
    let figure = |name: &str| listening[name].as_f64().unwrap();
    assert!(
        listening["startup_ms"]["p99"].as_f64().unwrap() >= 1_800.0,
        "{}",
        output.stdout
    );
    // Whoever listened then had a second or two ahead.
    assert!(figure("stalls") >= 10.0, "{}", output.stdout);
    assert!(figure("stalled_s") >= 1.0, "{}", output.stdout);
    assert_eq!(
        (figure("plays"), figure("failed")),
        (100.0, 0.0),
        "{}",
        output.stdout
    );
    assert!(haas.stop().success());
}

#[test]
fn a_generator_that_stands_still_says_that_its_run_says_nothing() {
    if !testkit::has_ffmpeg() {
        return;
    }
    let (shelf, haas) = serve(1, 3_000);
    let scenario = shelf.beside("load").join("scenario.toml");
    std::fs::write(&scenario, SCENARIO.replace("seconds = 2", "seconds = 10")).unwrap();
    let target = format!("http://{}", haas.public);
    let arguments = ["load", scenario.to_str().unwrap(), "--target", &target];
    let mut load = Binary::new(HAAS).start(&arguments);
    wait_for_a_play(&haas, &mut load);
    load.signal("STOP");
    wait_until(Instant::now(), STANDSTILL);
    load.signal("CONT");
    let output = load.wait();
    assert_eq!(output.code, Some(12), "{}", output.stdout);
    assert!(
        output.stdout.contains("ms late (p99), it may be 10 ms")
            && output.stdout.contains("the generator had a backlog of"),
        "{}",
        output.stdout
    );
    assert!(haas.stop().success());
}

#[test]
fn what_was_heard_until_an_interruption_is_told_also_of_those_who_still_listen() {
    if !testkit::has_ffmpeg() {
        return;
    }
    let (shelf, haas) = serve(1, 60_000);
    let folder = shelf.beside("load");
    let (scenario, file) = (folder.join("scenario.toml"), folder.join("report.json"));
    let long = SCENARIO.replace("listen_s = [1, 1]", "listen_s = [60, 60]");
    std::fs::write(&scenario, long).unwrap();
    let target = format!("http://{}", haas.public);
    let [scenario, report] = [&scenario, &file].map(|path| path.to_str().unwrap());
    let arguments = ["load", scenario, "--target", &target, "--report", report];
    let mut load = Binary::new(HAAS).start(&arguments);
    let all_play = || {
        haas.admin("/metrics")
            .text()
            .contains("plays_started_total 20")
    };
    while !all_play() {
        assert!(!load.has_ended(), "{}", load.log());
        pause();
    }
    load.signal("TERM");
    let output = load.wait();
    assert_eq!(output.code, Some(12), "{}", output.stderr);
    let report: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(report["reasons"][0]["kind"], "interrupted", "{report:#}");
    assert_eq!(report["listening"]["plays"], 20, "{report:#}");
    assert_eq!(report["listening"]["failed"], 0, "{report:#}");
    assert!(
        report["listening"]["played_s"].as_f64().unwrap() > 1.0,
        "{report:#}"
    );
    assert!(haas.stop().success());
}

#[test]
fn a_report_that_could_not_be_written_and_a_server_that_is_not_there_are_said_before_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("scenario.toml");
    let visitors = SCENARIO.replace("[[listener]]\nlisten_s = [1, 1]", "[[visitor]]");
    std::fs::write(&scenario, visitors).unwrap();
    let nowhere = folder.path().join("none/report.json");
    let output = load(&scenario, "http://127.0.0.1:9", &nowhere);
    assert_eq!(output.code, Some(1));
    assert!(
        output
            .stderr
            .contains("none/report.json could not be written"),
        "{}",
        output.stderr
    );
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let output = load(
        &scenario,
        &format!("http://{closed}"),
        &folder.path().join("report.json"),
    );
    assert_eq!(output.code, Some(1));
    assert!(
        output.stderr.contains("does not answer"),
        "{}",
        output.stderr
    );
}

#[test]
fn reports_are_written_although_nobody_reads_what_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let haas = Haas::serve(HAAS, &folder.path().join("data"), &[]);
    let (scenario, report) = (
        folder.path().join("scenario.toml"),
        folder.path().join("report.json"),
    );
    let visitors = SCENARIO.replace(
        "[[listener]]\nlisten_s = [1, 1]",
        "[[visitor]]\npaths = ['/music']",
    );
    std::fs::write(&scenario, visitors.replace("seconds = 2", "seconds = 1")).unwrap();
    let (unread, shown) = std::io::pipe().unwrap();
    drop(unread);
    let page = folder.path().join("page.html");
    let mut load = Command::new(HAAS);
    load.arg("load")
        .arg(&scenario)
        .arg("--target")
        .arg(format!("http://{}", haas.public));
    load.arg("--report").arg(&report).arg("--html").arg(&page);
    let ended = load.stdout(shown).stderr(Stdio::null()).status().unwrap();
    assert_eq!(ended.code(), Some(1));
    let report: Value = serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();
    assert_eq!(report["visiting"]["requests"], 10, "{report:#}");
    assert!(page.exists());
    assert!(haas.stop().success());
}

#[test]
fn a_target_that_is_none_and_a_scenario_without_end_are_refused() {
    let output = Haas::run(HAAS, &["load", "starts", "--target", "music"]);
    assert_eq!(output.code, Some(64));
    assert!(
        output.stderr.contains("music: it is no address"),
        "{output:?}"
    );
    for tool in [
        &["load", "/dev/zero"][..],
        &["load", "compare", "/dev/zero"],
    ] {
        let output = Haas::run(HAAS, tool);
        assert_eq!(output.code, Some(64), "{output:?}");
        assert!(
            output.stderr.contains("/dev/zero") && output.stderr.contains("it has more than"),
            "{output:?}"
        );
    }
}
