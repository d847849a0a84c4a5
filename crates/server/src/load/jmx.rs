//! Plans of `JMeter`: read as scenarios, and written of them.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use loadtest::{JMX_BYTES_MAX, Scenario, read_bounded};

use super::files::say;
use super::read;
use crate::failure::Failure;

/// What the export of a scenario takes.
#[derive(Debug, Args)]
pub(super) struct ToJmxArguments {
    /// Who comes when and what they do: a file (TOML), or the name of a scenario that comes along, which
    /// `haas load show` lists.
    scenario: PathBuf,
    /// The server that the plan asks.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    target: String,
}

/// Shows a plan as a scenario; what was not understood goes to the standard error.
pub(super) fn from_jmx(file: &Path) -> Result<(), Failure> {
    let shown = file.display();
    let bytes = read_bounded(file, JMX_BYTES_MAX as u64);
    let bytes = bytes
        .map_err(|error| Failure::usage(format!("the plan {shown} cannot be read: {error}")))?;
    let wrong = |error: &dyn std::fmt::Display| Failure::usage(format!("{shown}: {error}"));
    let text = std::str::from_utf8(&bytes).map_err(|error| wrong(&error))?;
    let plan = Scenario::from_jmx(text).map_err(|error| wrong(&error))?;
    tell(&plan.notes);
    if let Some(target) = &plan.target {
        tell(&[format!(
            "the plan asks {target}: run with --target {target}"
        )]);
    }
    say(&plan.scenario.to_toml())
}

/// Shows a scenario as a plan; what a plan cannot say goes to the standard error.
pub(super) fn to_jmx(arguments: &ToJmxArguments) -> Result<(), Failure> {
    let scenario = read(&arguments.scenario)?;
    let shown = arguments.scenario.display();
    let plan = scenario
        .to_jmx(&arguments.target)
        .map_err(|error| Failure::usage(format!("{shown}: {error}")))?;
    tell(&plan.notes);
    say(&plan.text)
}

fn tell(notes: &[String]) {
    let mut stderr = std::io::stderr();
    for note in notes {
        // What is asked for goes to the standard output, whether or not somebody reads the notes.
        let _ = writeln!(stderr, "note: {note}");
    }
}
