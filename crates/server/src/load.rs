//! `haas load`: virtual listeners on a server.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use loadtest::{Scenario, Verdict};

use crate::failure::Failure;

/// What scripts may rely on.
const EXIT_CODES: &str = "Exit codes:\n  0    안정 (stable)\n  1    the run could not begin\n  10   보통 (fair)\n  \
     11   나쁨 (poor)\n  12   무효 (invalid: the run says nothing about the server)\n  64   wrong arguments or scenario";

/// What `haas load` takes.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct LoadArguments {
    /// The scenario, who comes when and what they do: a file (TOML), or listeners, flash-crowd or slow-links, which come along.
    scenario: PathBuf,
    /// The server that is listened to.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    target: String,
    /// Writes the report as JSON to a file.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// Runs the scenario to its end, and tells what it found.
pub(crate) fn load(arguments: &LoadArguments) -> Result<ExitCode, Failure> {
    let LoadArguments {
        scenario,
        target,
        report: file,
    } = arguments;
    let scenario = read(scenario)?;
    let report = loadtest::run(&scenario, target)
        .map_err(|error| Failure::new("the load could not be made", error))?;
    if let Some(file) = file {
        let what = format!("the report could not be written to {}", file.display());
        std::fs::write(file, report.to_json()).map_err(|error| Failure::new(&what, error))?;
    }
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{report}")
        .map_err(|error| Failure::new("the report could not be shown", error))?;
    Ok(ExitCode::from(match report.verdict {
        Verdict::Stable => 0,
        Verdict::Fair => 10,
        Verdict::Poor => 11,
        Verdict::Invalid => 12,
    }))
}

fn read(scenario: &Path) -> Result<Scenario, Failure> {
    let shown = scenario.display();
    let text = match scenario.to_str().and_then(Scenario::shipped) {
        Some(text) => text.to_owned(),
        None => std::fs::read_to_string(scenario).map_err(|error| {
            let names: Vec<&str> = Scenario::shipped_names().collect();
            let text = format!(
                "cannot read the scenario {shown} ({} come along)",
                names.join(", ")
            );
            Failure::new(&text, error)
        })?,
    };
    Scenario::read(&text).map_err(|error| Failure::usage(format!("{shown}: {error}")))
}
