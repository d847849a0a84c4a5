//! `haas load`: virtual listeners and visitors on a server.

mod block;
mod capacity;
mod compare;
mod files;
mod jmx;
mod listen;
mod live;
mod metrics;
mod painter;
mod view;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use loadtest::{RunError, Scenario, ScenarioError, read_text_bounded};

use crate::failure::Failure;
use capacity::CapacityArguments;
use compare::CompareArguments;
use files::say;
use jmx::ToJmxArguments;
use listen::ListenArguments;

/// More than ten thousand songs with their addresses take.
const SCENARIO_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// The names of what was reconstructed from the table of the original experiment.
const ROWS: &str = "A1 to A6 and B1 to B18";

/// What `haas load` takes: a scenario to run, or one of the tools around it.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = listen::EXIT_CODES
)]
pub(crate) struct LoadArguments {
    #[command(subcommand)]
    tool: Option<Tool>,
    #[command(flatten)]
    listen: ListenArguments,
}

/// What can be done around a run.
#[derive(Debug, Subcommand)]
enum Tool {
    /// Searches for the highest rate at which a scenario stays 안정: how many users the server can take.
    Capacity(Box<CapacityArguments>),
    /// Writes a scenario that comes along, as a file to change; `example` has every key. Lists them all without a name.
    Show {
        /// Its name.
        name: Option<String>,
    },
    /// Shows reports side by side, with the row of the original experiment's table that each reconstructs.
    Compare(CompareArguments),
    /// Shows a plan of `JMeter` as a scenario, and says what of it is not understood.
    FromJmx {
        /// The plan.
        #[arg(value_name = "PLAN.jmx")]
        plan: PathBuf,
    },
    /// Shows the visitors of a scenario as a plan for `JMeter` 5.6, and says what it cannot say.
    ToJmx(ToJmxArguments),
}

/// Does what was asked.
pub(crate) fn load(arguments: &LoadArguments) -> Result<ExitCode, Failure> {
    match &arguments.tool {
        None => listen::listen(&arguments.listen),
        Some(Tool::Capacity(capacity)) => capacity::capacity(capacity),
        Some(Tool::Show { name }) => {
            show(name.as_deref())?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Tool::Compare(arguments)) => {
            compare::compare(arguments)?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Tool::FromJmx { plan }) => jmx::from_jmx(plan).map(|()| ExitCode::SUCCESS),
        Some(Tool::ToJmx(arguments)) => jmx::to_jmx(arguments).map(|()| ExitCode::SUCCESS),
    }
}

/// A scenario from a file, or one that comes along.
fn read(scenario: &Path) -> Result<Scenario, Failure> {
    let shown = scenario.display();
    let wrong = |error| Failure::usage(format!("{shown}: {error}"));
    if let Some(shipped) = shipped(scenario) {
        return shipped.map_err(wrong);
    }
    let text = read_text_bounded(scenario, SCENARIO_BYTES_MAX).map_err(|error| {
        let names = names();
        Failure::usage(format!(
            "cannot read the scenario {shown} ({names}): {error}"
        ))
    })?;
    Scenario::read(&text).map_err(wrong)
}

/// The scenario that comes along under a name.
fn shipped(name: &Path) -> Option<Result<Scenario, ScenarioError>> {
    name.to_str().and_then(Scenario::shipped)
}

/// The scenarios that come along, for messages.
fn names() -> String {
    let names: Vec<&str> = Scenario::shipped_names().map(|(name, _)| name).collect();
    format!(
        "{} and {ROWS} of the original table, also as A1-listeners, come along: `haas load show` says what each is",
        names.join(", ")
    )
}

/// Shows a scenario that comes along, or what each of them is.
fn show(name: Option<&str>) -> Result<(), Failure> {
    let Some(name) = name else {
        return say(&list());
    };
    let text = Scenario::shipped_text(name);
    let text =
        text.ok_or_else(|| Failure::usage(format!("no scenario is called {name}: {}", names())))?;
    say(&text)
}

fn list() -> String {
    let scenarios = Scenario::shipped_names();
    let lines = scenarios.map(|(name, sentence)| format!("{name:<14}{sentence}\n"));
    let rows = format!(
        "\n{ROWS}: the rows of the original table, each user asks for one page;\n\
         A1-listeners to B18-listeners: the same, each user presses play."
    );
    lines.collect::<String>() + &rows
}

/// Why a run, or the first of a search, did not begin.
fn not_begun(what: &str, error: RunError) -> Failure {
    match error {
        RunError::GivenUp => Failure::interrupted(),
        RunError::Target(error) => Failure::usage(format!("{what}: {error}")),
        error => Failure::new(what, error),
    }
}
