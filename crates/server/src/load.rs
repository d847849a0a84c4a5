//! `haas load`: virtual listeners on a server.

use std::io::Write as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use loadtest::{Options, Scenario, Verdict};

use crate::failure::Failure;

/// What scripts may rely on.
const EXIT_CODES: &str = "Exit codes:\n  0    안정 (stable)\n  1    the run could not begin\n  10   보통 (fair)\n  \
     11   나쁨 (poor)\n  12   무효 (invalid: the run says nothing about the server)\n  13   a threshold of the scenario was missed\n  64   wrong arguments or scenario";

/// What `haas load` takes.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct LoadArguments {
    /// The scenario, who comes when and what they do: a file (TOML), or the name of one that comes along.
    scenario: PathBuf,
    /// The server that is listened to.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    target: String,
    /// Addresses of this machine that sessions come from, in turn, separated by commas.
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    from: Vec<IpAddr>,
    /// Threads that make the load; as many as the scenario needs where it is left out.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=64))]
    threads: Option<u32>,
    /// Writes the report as JSON to a file.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// Runs the scenario to its end, and tells what it found.
pub(crate) fn load(arguments: &LoadArguments) -> Result<ExitCode, Failure> {
    let LoadArguments {
        scenario,
        target,
        from,
        threads,
        report: file,
    } = arguments;
    let scenario = read(scenario)?;
    let options = Options {
        target: target.clone(),
        sources: from.clone(),
        threads: *threads,
    };
    let report = loadtest::run(&scenario, &options, &mut |_progress| {})
        .map_err(|error| Failure::new("the load could not be made", error))?;
    if let Some(file) = file {
        let what = format!("the report could not be written to {}", file.display());
        std::fs::write(file, report.to_json()).map_err(|error| Failure::new(&what, error))?;
    }
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{report}")
        .map_err(|error| Failure::new("the report could not be shown", error))?;
    Ok(ExitCode::from(match report.verdict {
        Verdict::Invalid => 12,
        _ if !report.keeps_thresholds() => 13,
        Verdict::Stable => 0,
        Verdict::Fair => 10,
        Verdict::Poor => 11,
    }))
}

fn read(scenario: &Path) -> Result<Scenario, Failure> {
    let shown = scenario.display();
    let wrong = |error| Failure::usage(format!("{shown}: {error}"));
    if let Some(shipped) = scenario.to_str().and_then(Scenario::shipped) {
        return shipped.map_err(wrong);
    }
    let text = std::fs::read_to_string(scenario).map_err(|error| {
        let names: Vec<&str> = Scenario::shipped_names().collect();
        let text = format!(
            "cannot read the scenario {shown} ({}, and A1 to B18 of the original table come along)",
            names.join(", ")
        );
        Failure::new(&text, error)
    })?;
    Scenario::read(&text).map_err(wrong)
}
