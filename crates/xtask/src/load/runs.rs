//! Runs of `haas load`, and what their reports say.

use std::process::Command;

use serde_json::Value;

use crate::failure::{Failure, Result, While};
use crate::server::Server;
use crate::workspace::Workspace;

/// Exit codes of runs, and of searches that came to their end, which all have a report.
const CODES: [i32; 5] = [0, 10, 11, 12, 13];

/// A scenario on a server: a name that comes along, or the text of one. Returns the report.
pub(crate) fn run(
    workspace: &Workspace,
    server: &Server,
    scenario: &str,
    options: &[&str],
) -> Result<Value> {
    let haas = Command::new(workspace.haas());
    run_as(haas, workspace, server, scenario, options)
}

/// The same by the program of a command.
pub(crate) fn run_as(
    haas: Command,
    workspace: &Workspace,
    server: &Server,
    scenario: &str,
    options: &[&str],
) -> Result<Value> {
    let origin = format!("http://{}", server.address);
    run_at(haas, workspace, &origin, scenario, options).map(|(report, _text)| report)
}

/// The same on a server of any kind: the report, and the same in words.
pub(crate) fn run_at(
    haas: Command,
    workspace: &Workspace,
    origin: &str,
    scenario: &str,
    options: &[&str],
) -> Result<(Value, String)> {
    let mut words = vec![path_of(workspace, scenario)?];
    words.extend(options.iter().map(|word| (*word).to_owned()));
    load(haas, workspace, origin, &words)
}

/// The highest rate of a scenario: what was found, and the same in words.
pub(crate) fn capacity(
    workspace: &Workspace,
    server: &Server,
    scenario: &str,
    options: &[&str],
) -> Result<(Value, String)> {
    let mut words = vec!["capacity".to_owned(), path_of(workspace, scenario)?];
    words.extend(options.iter().map(|word| (*word).to_owned()));
    let origin = format!("http://{}", server.address);
    load(Command::new(workspace.haas()), workspace, &origin, &words)
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
    origin: &str,
    words: &[String],
) -> Result<(Value, String)> {
    let file = workspace.own("load/report.json")?;
    // What an earlier run has found is not this one's.
    let _may_be_missing = std::fs::remove_file(&file);
    haas.arg("load").args(words).arg("--report").arg(&file);
    haas.args(["--target", origin]);
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
