//! Runs a scenario to its end, and tells what was heard.

use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use loadtest::{Options, Report, Verdict};

use super::live::LiveArguments;
use super::{not_begun, read, say, try_file, write_file};
use crate::failure::Failure;

/// What scripts may rely on.
pub(super) const EXIT_CODES: &str = "Exit codes:\n  0    안정 (stable)\n  1    the run could not begin, or be told\n  10   보통 (fair)\n  \
     11   나쁨 (poor)\n  12   무효 (invalid: the run says nothing about the server)\n  13   a threshold of the scenario was \
     missed\n  64   wrong arguments, target or scenario\n  130  interrupted twice, or before the first start: there is no report; of a search: there is";

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
    let report = report.map_err(|error| not_begun("the load could not be made", error))?;
    // Files first: whoever reads what is shown may have had enough of it.
    let written = [
        (&arguments.report, Report::to_json as fn(&Report) -> String),
        (&arguments.html, Report::to_html),
    ];
    let written = written.map(|(file, text)| {
        let file = file.as_deref();
        file.map_or(Ok(()), |file| write_file(file, &text(&report)))
    });
    let said = say(&report.to_string());
    written.into_iter().collect::<Result<(), Failure>>()?;
    said?;
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
