//! Runs of `haas load`, and what their reports say.

use std::process::Command;

use serde_json::Value;

use crate::failure::{Failure, Result, While};
use crate::server::Server;
use crate::workspace::Workspace;

/// Exit codes of runs, and of searches that came to their end, which all have a report.
const CODES: [i32; 5] = [0, 10, 11, 12, 13];

/// A scenario on a server: a name that comes along, or the text of one. Returns the report.
pub(super) fn run(
    workspace: &Workspace,
    server: &Server,
    scenario: &str,
    options: &[&str],
) -> Result<Value> {
    let haas = Command::new(workspace.haas());
    run_as(haas, workspace, server, scenario, options)
}

/// The same by the program of a command.
pub(super) fn run_as(
    haas: Command,
    workspace: &Workspace,
    server: &Server,
    scenario: &str,
    options: &[&str],
) -> Result<Value> {
    let mut words = vec![path_of(workspace, scenario)?];
    words.extend(options.iter().map(|word| (*word).to_owned()));
    load(haas, workspace, server, &words).map(|(report, _text)| report)
}

/// The highest rate of a scenario: what was found, and the same in words.
pub(super) fn capacity(
    workspace: &Workspace,
    server: &Server,
    scenario: &str,
    options: &[&str],
) -> Result<(Value, String)> {
    let mut words = vec!["capacity".to_owned(), path_of(workspace, scenario)?];
    words.extend(options.iter().map(|word| (*word).to_owned()));
    load(Command::new(workspace.haas()), workspace, server, &words)
}

/// The file of a text, or the name itself.
fn path_of(workspace: &Workspace, scenario: &str) -> Result<String> {
    if !scenario.contains('\n') {
        return Ok(scenario.to_owned());
    }
    let file = workspace.own("load/scenario.toml")?;
    std::fs::write(&file, scenario).while_doing("write a scenario")?;
    Ok(file.display().to_string())
}

fn load(
    mut haas: Command,
    workspace: &Workspace,
    server: &Server,
    words: &[String],
) -> Result<(Value, String)> {
    let file = workspace.own("load/report.json")?;
    // What an earlier run has found is not this one's.
    let _may_be_missing = std::fs::remove_file(&file);
    haas.arg("load").args(words).arg("--report").arg(&file);
    haas.arg("--target")
        .arg(format!("http://{}", server.address));
    let output = haas.output().while_doing("run haas load")?;
    let code = output.status.code();
    let has_report = code.is_some_and(|code| CODES.contains(&code))
        // A search that could not go on tells what it has found before.
        || code == Some(1) && file.is_file();
    if !has_report {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::new(said.trim().to_owned()));
    }
    let text = std::fs::read_to_string(&file).while_doing("read a report")?;
    let report = serde_json::from_str(&text).while_doing("read a report")?;
    Ok((report, String::from_utf8_lossy(&output.stdout).into_owned()))
}
