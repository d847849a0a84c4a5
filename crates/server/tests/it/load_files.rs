//! What `haas load` writes, and where.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use testkit::Haas;

use crate::HAAS;
use crate::shelf::pause;

/// Ten people within a second who look at a page, which needs no music.
const SCENARIO: &str = "name = 'ten visitors'\nsessions_min = 1\n\
    [[phase]]\nseconds = 1\nstarts_per_s = 10\n\
    [[visitor]]\npaths = ['/music']\n";

/// A folder with a scenario in it.
fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let scenario = folder.path().join("scenario.toml");
    std::fs::write(&scenario, SCENARIO).expect("a file");
    (folder, scenario)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn run(arguments: &[&str]) -> testkit::Output {
    Haas::run(HAAS, &[&["load"], arguments].concat())
}

#[test]
fn no_file_is_written_over_another_or_over_what_is_read() {
    let (folder, scenario) = folder();
    let (file, same) = (folder.path().join("out"), folder.path().join("./out"));
    let own = text(&scenario);
    for (arguments, said) in [
        (
            vec![own, "--report", text(&file), "--html", text(&same)],
            "the same file as --report",
        ),
        (vec![own, "--report", own], "which is read"),
        (vec!["capacity", own, "--report", own], "which is read"),
        (vec!["compare", own, "--html", own], "which is read"),
        (
            vec![own, "--report", "-", "--html", "-"],
            "the same file as --report",
        ),
    ] {
        let output = run(&arguments);
        assert_eq!(output.code, Some(64), "{output:?}");
        assert!(output.stderr.contains(said), "{output:?}");
        assert!(!file.exists());
        assert_eq!(std::fs::read_to_string(&scenario).unwrap(), SCENARIO);
    }
}

#[test]
fn what_cannot_be_a_scenario_or_an_address_of_this_machine_is_a_wrong_argument() {
    let (folder, scenario) = folder();
    let binary = folder.path().join("binary");
    std::fs::write(&binary, [0xff, 0xfe]).unwrap();
    for (arguments, said) in [
        (vec!["strats"], "A1 to A6 and B1 to B18"),
        (vec!["show", "A7"], "A1 to A6 and B1 to B18"),
        (vec![text(&binary)], "utf-8"),
        (vec![text(folder.path())], "directory"),
        (
            vec![text(&scenario), "--from", "192.0.2.9"],
            "192.0.2.9 is no address of this machine",
        ),
    ] {
        let output = run(&arguments);
        assert_eq!(output.code, Some(64), "{output:?}");
        assert!(output.stderr.contains(said), "{output:?}");
    }
}

#[test]
fn scenarios_that_come_along_are_listed_and_named_in_help() {
    let output = run(&["show"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    for shown in [
        "flash-crowd",
        "starts ",
        "A1 to A6 and B1 to B18",
        "A1-listeners",
    ] {
        assert!(output.stdout.contains(shown), "{shown}: {output:?}");
    }
    let names = output.stdout.lines().take(10);
    assert!(names.into_iter().all(|line| 20 < line.len()), "{output:?}");
    let row = run(&["show", "a1"]);
    assert!(row.stdout.contains("\"A1\""), "{row:?}");
    let help = run(&["--help"]).stdout;
    let help: Vec<&str> = help.split_whitespace().collect();
    assert!(
        help.join(" ").contains("`haas load show` lists"),
        "{help:?}"
    );
}

/// A server, and what runs the scenario on it.
fn served(folder: &TempDir, scenario: &Path) -> (Haas, Command) {
    let haas = Haas::serve(HAAS, &folder.path().join("data"), &[]);
    let mut load = Command::new(HAAS);
    let target = format!("http://{}", haas.public);
    load.arg("load").arg(scenario).args(["--target", &target]);
    (haas, load)
}

fn is_whole(report: &[u8]) {
    let report: Value = serde_json::from_slice(report).expect("a report");
    assert_eq!(report["visiting"]["requests"], 10, "{report:#}");
}

#[test]
fn a_dash_is_the_standard_output_and_nothing_else_is_written_there() {
    let (folder, scenario) = folder();
    let (haas, mut load) = served(&folder, &scenario);
    let output = load.args(["--report", "-"]).output().unwrap();
    assert!(
        matches!(output.status.code(), Some(0 | 10..=12)),
        "{output:?}"
    );
    is_whole(&output.stdout);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("10 of 10 started"), "{said}");
    assert!(haas.stop().success());
}

#[test]
fn a_file_that_the_standard_output_goes_to_is_not_written_too() {
    let (folder, scenario) = folder();
    let file = folder.path().join("out");
    let mut load = Command::new(HAAS);
    load.arg("load").arg(&scenario).arg("--report").arg(&file);
    let stdout = std::fs::File::create(&file).unwrap();
    let output = load.stdout(stdout).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(64), "{said}");
    assert!(
        said.contains("the same file as the standard output"),
        "{said}"
    );
}

#[test]
fn an_error_output_that_nobody_reads_ends_no_later() {
    let (folder, scenario) = folder();
    let (haas, mut load) = served(&folder, &scenario);
    let (unread, log) = std::io::pipe().unwrap();
    let mut filler = log.try_clone().unwrap();
    // Until it is full, and from then on.
    let filling = std::thread::spawn(move || while filler.write_all(&[b'.'; 4_096]).is_ok() {});
    load.args(["--report", "-"]).stderr(log);
    let mut running = load.stdout(Stdio::piped()).spawn().unwrap();
    drop(load);
    let deadline = Instant::now() + Duration::from_mins(1);
    while running.try_wait().unwrap().is_none() {
        if deadline < Instant::now() {
            running.kill().unwrap();
        }
        pause();
    }
    let output = running.wait_with_output().unwrap();
    assert!(output.status.code().is_some(), "{output:?}");
    is_whole(&output.stdout);
    drop(unread);
    filling.join().unwrap();
    assert!(haas.stop().success());
}

/// A pipe that nobody reads any more.
fn closed() -> Stdio {
    let (unread, pipe) = std::io::pipe().expect("a pipe");
    drop(unread);
    pipe.into()
}

#[test]
fn closed_outputs_are_no_panic_and_reports_are_whole() {
    let (folder, scenario) = folder();
    let report = folder.path().join("report.json");
    let (haas, mut load) = served(&folder, &scenario);
    load.arg("--report").arg(&report);
    // As of a pipe to `head`: what was found could not be shown.
    let ended = load.stdout(closed()).stderr(closed()).status().unwrap();
    assert_eq!(ended.code(), Some(1));
    is_whole(&std::fs::read(&report).unwrap());
    std::fs::remove_file(&report).unwrap();
    // Nobody looks on, and the answer is shown: the verdict.
    let ended = load
        .stdout(Stdio::null())
        .stderr(closed())
        .status()
        .unwrap();
    assert!(matches!(ended.code(), Some(0 | 10..=12)), "{ended:?}");
    is_whole(&std::fs::read(&report).unwrap());
    assert!(haas.stop().success());
}

#[test]
fn nobody_is_promised_that_what_a_full_disk_refused_is_written_later() {
    let full = std::fs::File::create("/dev/full").expect("a device");
    let show = Command::new(HAAS)
        .args(["load", "show"])
        .stdout(full)
        .output();
    let output = show.unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("run this again") && !said.contains("done again"),
        "{said}"
    );
}
