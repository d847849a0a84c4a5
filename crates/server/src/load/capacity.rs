//! `haas load capacity`: how many users a server can take.

use std::cell::RefCell;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use loadtest::{Bound, CapacityError, CapacityOptions, Options, Watched};

use super::files::Outputs;
use super::listen::{REPORT, ServerArguments};
use super::live::LiveArguments;
use super::{not_begun, read};
use crate::failure::Failure;

/// Where no rate was found: as for a run that is poor, or for one that says nothing about the server.
const SERVER_TOO_SLOW: u8 = 11;
const GENERATOR_TOO_SLOW: u8 = 12;

const EXIT_CODES: &str = "Exit codes:\n  0    a rate was found that stays 안정 (stable)\n  1    the search could not begin, or ended \
     before its time (what it found\n       until then is shown), or its result could not be written\n  11   none was found: the server was too slow for any rate\n  12   none \
     was found: the generator, this machine or the scenario was the limit\n  64   wrong arguments, target or scenario, or one that \
     cannot be read\n  130  interrupted: what was found until then is shown";

/// What a search takes.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct CapacityArguments {
    /// Who comes and what they do, at any rate: a file (TOML), or the name of a scenario that comes along, which `haas load
    /// show` lists.
    scenario: PathBuf,
    #[command(flatten)]
    server: ServerArguments,
    /// In how many runs the rate that is found must stay stable.
    #[arg(long, value_name = "COUNT", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    repeats: u32,
    /// How close the rate that holds and the one that does not must be, in percent.
    #[arg(long, value_name = "PERCENT", default_value_t = 10, value_parser = clap::value_parser!(u8).range(1..=100))]
    precision: u8,
    /// Writes what was found as JSON to a file, or with - to the standard output.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    #[command(flatten)]
    live: LiveArguments,
}

pub(super) fn capacity(arguments: &CapacityArguments) -> Result<ExitCode, Failure> {
    let scenario = read(&arguments.scenario)?;
    let how = CapacityOptions {
        precision: 1.0 + f64::from(arguments.precision) / 100.0,
        repeats: arguments.repeats,
    };
    let options = Options {
        watched: Watched {
            metrics: arguments.live.server_metrics(),
            ..Watched::default()
        },
        ..arguments.server.options()
    };
    let asked = [(REPORT, &arguments.report)];
    let outputs = Outputs::check(asked, arguments.server.files_read(&arguments.scenario))?;
    let live = RefCell::new(arguments.live.begin()?);
    let found = loadtest::find_capacity(
        &scenario,
        &options,
        how,
        &mut |step| live.borrow().say(&step.to_string()),
        &mut |progress| live.borrow_mut().tell(progress),
    );
    live.into_inner().end();
    let what = "the capacity could not be found";
    let capacity = found.map_err(|error| match error {
        CapacityError::Run(error) => not_begun(what, error),
        CapacityError::Scenario(error) => Failure::usage(format!("{what}: {error}")),
    })?;
    outputs.deliver(&[(REPORT, &|| capacity.to_json())], &capacity.to_string())?;
    if capacity.is_interrupted() {
        return Err(Failure::interrupted());
    }
    if let Some(why) = capacity.broken_by() {
        return Err(Failure::plain(format!(
            "the search ended before its time, no further run could begin: {why}"
        )));
    }
    let code = exit_code(capacity.is_found(), capacity.bound());
    Ok(ExitCode::from(code))
}

fn exit_code(is_found: bool, bound: &Bound) -> u8 {
    match bound {
        _ if is_found => 0,
        Bound::Generator(_) | Bound::Machine(_) | Bound::Scenario(_) => GENERATOR_TOO_SLOW,
        Bound::Server(_) | Bound::None | Bound::Interrupted | Bound::Broken(_) => SERVER_TOO_SLOW,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_told_who_was_too_slow_for_any_rate() {
        let generator = Bound::Generator(Vec::new());
        let server = Bound::Server(Vec::new());
        assert_eq!(exit_code(true, &generator), 0);
        assert_eq!(exit_code(false, &server), 11);
        for bound in [generator, Bound::Machine("x".to_owned())] {
            assert_eq!(exit_code(false, &bound), 12);
        }
    }
}
