//! Runs a scenario to its end, and tells what was heard.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use loadtest::{Options, Verdict, Watched};

use super::files::Outputs;
use super::live::LiveArguments;
use super::{not_begun, read, shipped};
use crate::failure::Failure;

/// What scripts may rely on.
pub(super) const EXIT_CODES: &str = "Exit codes:\n  0    안정 (stable)\n  1    the run could not begin, or what it found could not be\n       written or shown\n  10   보통 (fair)\n  \
     11   나쁨 (poor)\n  12   무효 (invalid: the run says nothing about the server)\n  13   a threshold of the scenario was \
     missed, in a run that is not 무효\n  64   wrong arguments, target or scenario, or one that cannot be read\n  130  interrupted while the server was still reached and its music looked up,\n       or again while people left: there is no report";

/// The options that name files.
pub(super) const REPORT: &str = "--report";
const HTML: &str = "--html";

/// What a run takes.
#[derive(Debug, Args)]
pub(super) struct ListenArguments {
    /// Who comes when and what they do: a file (TOML), or the name of a scenario that comes along, which
    /// `haas load show` lists.
    #[arg(required = true)]
    scenario: Option<PathBuf>,
    #[command(flatten)]
    server: ServerArguments,
    /// Writes the report as JSON to a file, or with - to the standard output: what is shown goes to the standard error then.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Writes the report as a page for people, which is whole in itself, to a file, or with - to the standard output.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// A Prometheus that is asked after the run about pods and nodes of the server.
    #[arg(long, value_name = "URL")]
    prometheus: Option<String>,
    /// What the server is called in Kubernetes; without it pods are whatever the Prometheus looks at.
    #[arg(long, value_name = "NAME", requires = "prometheus")]
    deployment: Option<String>,
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

    /// What must not be written over: the scenario, unless it comes along, and what else is read from files.
    pub(super) fn files_read<'a>(&'a self, scenario: &'a Path) -> impl Iterator<Item = &'a Path> {
        let scenario = Some(scenario).filter(|file| shipped(file).is_none());
        scenario.into_iter().chain(self.ca.as_deref())
    }
}

pub(super) fn listen(arguments: &ListenArguments) -> Result<ExitCode, Failure> {
    let file = arguments.scenario.as_deref().unwrap_or_else(|| "".as_ref());
    let scenario = read(file)?;
    let options = Options {
        watched: Watched {
            metrics: arguments.live.server_metrics(),
            prometheus: arguments.prometheus.clone(),
            deployment: arguments.deployment.clone(),
        },
        ..arguments.server.options()
    };
    let asked = [(REPORT, &arguments.report), (HTML, &arguments.html)];
    let outputs = Outputs::check(asked, arguments.server.files_read(file))?;
    let mut live = arguments.live.begin()?;
    let report = loadtest::run(&scenario, &options, &mut |progress| live.tell(progress));
    live.end();
    let report = report.map_err(|error| not_begun("the load could not be made", error))?;
    outputs.deliver(
        &[(REPORT, &|| report.to_json()), (HTML, &|| report.to_html())],
        &report.to_string(),
    )?;
    let code = exit_code(report.verdict, report.keeps_thresholds());
    Ok(ExitCode::from(code))
}

fn exit_code(verdict: Verdict, keeps_thresholds: bool) -> u8 {
    match verdict {
        Verdict::Invalid => 12,
        _ if !keeps_thresholds => 13,
        Verdict::Stable => 0,
        Verdict::Fair => 10,
        Verdict::Poor => 11,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_told_the_verdict_and_then_whether_thresholds_were_kept() {
        for (verdict, kept, missed) in [
            (Verdict::Stable, 0, 13),
            (Verdict::Fair, 10, 13),
            (Verdict::Poor, 11, 13),
            // A run that says nothing has kept and missed nothing.
            (Verdict::Invalid, 12, 12),
        ] {
            let codes = [true, false].map(|keeps| exit_code(verdict, keeps));
            assert_eq!(codes, [kept, missed], "{verdict:?}");
        }
    }
}
