//! Runs a scenario to its end, and tells what was heard.

use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use loadtest::{Options, Report, RunError, Verdict};

use super::live::LiveArguments;
use super::{read, say, try_file, write_file};
use crate::failure::Failure;

/// What scripts may rely on.
pub(super) const EXIT_CODES: &str = "Exit codes:\n  0    안정 (stable)\n  1    the run could not begin\n  10   보통 (fair)\n  \
     11   나쁨 (poor)\n  12   무효 (invalid: the run says nothing about the server)\n  13   a threshold of the scenario was \
     missed\n  64   wrong arguments or scenario\n  130  interrupted twice, or before the first start: there is no report";

/// What a run takes.
#[derive(Debug, Args)]
pub(super) struct ListenArguments {
    /// Who comes when and what they do: a file (TOML), or the name of a scenario that comes along.
    #[arg(required = true)]
    scenario: Option<PathBuf>,
    #[command(flatten)]
    server: ServerArguments,
    /// Writes the report as JSON to a file.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Writes the report as a page for people, which is whole in itself.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    #[command(flatten)]
    live: LiveArguments,
}

/// The server that is asked, and where from.
#[derive(Debug, Args)]
pub(super) struct ServerArguments {
    /// The server that is listened to.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    target: String,
    /// Addresses of this machine that sessions come from, in turn, separated by commas.
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    from: Vec<IpAddr>,
    /// Threads that make the load; as many as the scenario needs where it is left out.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=64))]
    threads: Option<u32>,
    /// Certificate authorities (PEM) that are trusted besides the public ones, for a server with a certificate of its own.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

impl ServerArguments {
    pub(super) fn options(&self) -> Options {
        Options {
            target: self.target.clone(),
            sources: self.from.clone(),
            threads: self.threads,
            authorities: self.ca.clone(),
            ..Options::default()
        }
    }
}

pub(super) fn listen(arguments: &ListenArguments) -> Result<ExitCode, Failure> {
    let scenario = arguments.scenario.as_deref().unwrap_or_else(|| "".as_ref());
    let scenario = read(scenario)?;
    let options = Options {
        watched: arguments.live.watched(),
        ..arguments.server.options()
    };
    // Before the run: what was heard in hours must not be lost by a folder that is not there.
    for file in [&arguments.report, &arguments.html].into_iter().flatten() {
        try_file(file)?;
    }
    let mut live = arguments.live.begin()?;
    let report = loadtest::run(&scenario, &options, &mut |progress| live.tell(progress));
    live.end();
    let report = report.map_err(|error| match error {
        RunError::GivenUp => Failure::interrupted(),
        error => Failure::new("the load could not be made", error),
    })?;
    say(&report.to_string())?;
    if let Some(file) = &arguments.report {
        write_file(file, &report.to_json())?;
    }
    if let Some(file) = &arguments.html {
        write_file(file, &report.to_html())?;
    }
    Ok(exit_code(&report))
}

fn exit_code(report: &Report) -> ExitCode {
    ExitCode::from(match report.verdict {
        Verdict::Invalid => 12,
        _ if !report.keeps_thresholds() => 13,
        Verdict::Stable => 0,
        Verdict::Fair => 10,
        Verdict::Poor => 11,
    })
}
