//! `haas music import`: a progress bar for people, lines of JSON for programs, an exit code for both.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use music::ingest::{FileOutcome, ImportEvent, ImportOptions, ImportSummary, Library, import};
use serde_json::json;

/// The exit code when everything was imported but some files were left out.
const EXIT_SOME_SKIPPED: u8 = 3;

/// What `haas music import` takes.
#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// The folder with the music; it is only read.
    pub(crate) folder: PathBuf,
    /// Writes one line of JSON per file and a summary instead of a progress bar.
    #[arg(long)]
    pub(crate) json: bool,
    /// Reads every file again, also those that look unchanged.
    #[arg(long)]
    pub(crate) thorough: bool,
    /// Removes every track of the folder when the folder is empty.
    #[arg(long)]
    pub(crate) allow_empty: bool,
}

/// Imports a folder and says what happened.
pub(crate) async fn run(library: &Library, arguments: &ImportArguments) -> ExitCode {
    let options = ImportOptions {
        is_thorough: arguments.thorough,
        may_be_empty: arguments.allow_empty,
        ..ImportOptions::new(&arguments.folder)
    };
    let mut screen = if arguments.json {
        Screen::Json
    } else {
        Screen::Bar(bar())
    };
    match import(library, &options, &mut |event| screen.show(&event)).await {
        Ok(summary) => {
            screen.finish(&summary);
            if summary.skipped == 0 {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(EXIT_SOME_SKIPPED)
            }
        }
        Err(error) => {
            screen.fail(&chain(&error));
            ExitCode::FAILURE
        }
    }
}

/// Where a run is shown.
enum Screen {
    Bar(ProgressBar),
    Json,
}

impl Screen {
    fn show(&mut self, event: &ImportEvent) {
        match (self, event) {
            (Self::Bar(bar), ImportEvent::Found { file_count, .. }) => bar.set_length(*file_count),
            (Self::Bar(bar), ImportEvent::File { path, outcome, .. }) => {
                if let FileOutcome::Skipped { reason, .. } = outcome {
                    bar.suspend(|| line_to_stderr(&format!("skipped {path}: {reason}")));
                }
                if *outcome != FileOutcome::Removed {
                    bar.inc(1);
                }
            }
            (
                Self::Json,
                ImportEvent::Found {
                    file_count,
                    size_bytes,
                },
            ) => line(
                &json!({"event": "found", "file_count": file_count, "size_bytes": size_bytes})
                    .to_string(),
            ),
            (
                Self::Json,
                ImportEvent::File {
                    path,
                    size_bytes,
                    outcome,
                },
            ) => {
                let (code, reason) = match outcome {
                    FileOutcome::Skipped { code, reason } => (Some(code), Some(reason)),
                    _ => (None, None),
                };
                line(
                    &json!({"event": "file", "path": path, "size_bytes": size_bytes,
                        "outcome": outcome.as_str(), "code": code, "reason": reason})
                    .to_string(),
                );
            }
        }
    }

    fn finish(&mut self, summary: &ImportSummary) {
        let ImportSummary {
            added,
            updated,
            restored,
            moved,
            unchanged,
            removed,
            skipped,
        } = summary;
        match self {
            Self::Bar(bar) => {
                bar.finish_and_clear();
                line(&format!(
                    "{added} added, {updated} updated, {restored} restored, {moved} moved, \
                     {unchanged} unchanged, {removed} removed, {skipped} skipped"
                ));
            }
            Self::Json => line(
                &json!({"event": "summary", "added": added, "updated": updated,
                    "restored": restored, "moved": moved, "unchanged": unchanged,
                    "removed": removed, "skipped": skipped})
                .to_string(),
            ),
        }
    }

    fn fail(&mut self, reason: &str) {
        match self {
            Self::Bar(bar) => {
                bar.abandon();
                line_to_stderr(&format!("the import stopped: {reason}"));
                line_to_stderr("what was imported until then stays; run it again to go on");
            }
            Self::Json => line(&json!({"event": "failed", "reason": reason}).to_string()),
        }
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
    let template = "importing {wide_bar} {pos}/{len} files, {per_sec}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    if std::io::stderr().is_terminal() {
        bar.enable_steady_tick(Duration::from_millis(200));
    }
    bar
}

/// An error with everything beneath it, each said once.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

/// A closed pipe must not end the run.
fn line(text: &str) {
    let _closed = writeln!(std::io::stdout(), "{text}");
}

fn line_to_stderr(text: &str) {
    let _closed = writeln!(std::io::stderr(), "{text}");
}
