//! Shows reports side by side, in the layout of the original experiment's table.

use std::path::{Path, PathBuf};

use clap::Args;
use loadtest::{Comparison, Report, read_text_bounded};

use super::files::Outputs;
use crate::failure::Failure;

/// More than the report of a run of a day takes, whose seconds are rows.
const REPORT_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// What is compared.
#[derive(Debug, Args)]
pub(super) struct CompareArguments {
    /// Reports, as `--report` writes them.
    #[arg(required = true, value_name = "REPORT")]
    reports: Vec<PathBuf>,
    /// Writes the comparison as a page that is whole in itself to a file, or with - to the standard output.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

pub(super) fn compare(arguments: &CompareArguments) -> Result<(), Failure> {
    let files = &arguments.reports;
    let asked = [("--html", &arguments.html)];
    let outputs = Outputs::check(asked, files.iter().map(PathBuf::as_path))?;
    let reports = files
        .iter()
        .map(|file| Ok((name(file, files), read(file)?)));
    let comparison = Comparison::of(reports.collect::<Result<_, Failure>>()?);
    outputs.deliver(
        &[("--html", &|| comparison.to_html())],
        &comparison.to_string(),
    )
}

/// The name of a file alone, where no other file has the same.
fn name(file: &Path, all: &[PathBuf]) -> String {
    let others = all
        .iter()
        .filter(|other| other.file_stem() == file.file_stem());
    let name = match file.file_stem() {
        Some(stem) if others.count() == 1 => Path::new(stem),
        _ => file,
    };
    name.display().to_string()
}

fn read(file: &Path) -> Result<Report, Failure> {
    let what = format!("the report {} cannot be read", file.display());
    let text = read_text_bounded(file, REPORT_BYTES_MAX);
    let text = text.map_err(|error| Failure::usage(format!("{what}: {error}")))?;
    Report::read(&text).map_err(|error| Failure::usage(format!("{what}: {error}")))
}
