//! `haas music import`: a progress bar for people, lines of JSON for programs, an exit code for both.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use chassis::clock::Clock;
use chassis::lifecycle::Tasks;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use music::ingest::{
    FileOutcome, ImportEvent, ImportOptions, ImportSummary, Library, PrepareError, PrepareOutcome,
    count_unprepared, import, prepare_all,
};
use serde_json::json;

use crate::arguments::ImportArguments;
use crate::failure::Failure;
use crate::role::Role;
use crate::service;
use crate::settings::Settings;

/// The exit code when everything was imported but some files were left out.
const EXIT_SOME_SKIPPED: u8 = 3;

/// Imports a folder, prepares what is to be prepared, and says what happened.
pub(crate) async fn run(
    settings: Settings,
    arguments: ImportArguments,
) -> Result<ExitCode, Failure> {
    chassis::telemetry::start(&settings.telemetry);
    let library = Library {
        database: service::open_current_database(&settings, Role::Music).await?,
        objects: service::open_objects(&settings, Role::Music)?,
        clock: Clock::system(),
    };
    Ok(import_into(&library, &Tasks::default(), &arguments).await)
}

async fn import_into(library: &Library, tasks: &Tasks, arguments: &ImportArguments) -> ExitCode {
    let options = ImportOptions {
        is_thorough: arguments.thorough,
        may_be_empty: arguments.allow_empty,
        ..ImportOptions::new(&arguments.folder)
    };
    let mut screen = if arguments.json {
        Screen::Json
    } else {
        Screen::Bar(bar("importing"))
    };
    let summary = match import(library, &options, &mut |event| screen.show(&event)).await {
        Ok(summary) => summary,
        Err(error) => {
            screen.fail(&chassis::problem::chain(&error));
            return ExitCode::FAILURE;
        }
    };
    screen.finish(&summary);
    let prepared = if arguments.defer {
        count_unprepared(library).await.map(|left| (0, left))
    } else {
        prepare(library, tasks, arguments).await
    };
    match prepared {
        Ok((failed, left)) => {
            screen.say_left(failed, left);
            if summary.skipped == 0 && failed == 0 {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(EXIT_SOME_SKIPPED)
            }
        }
        Err(error @ PrepareError::NoFfmpeg) => {
            line_to_stderr(&error.to_string());
            ExitCode::SUCCESS
        }
        Err(error) => {
            screen.fail(&chassis::problem::chain(&error));
            ExitCode::FAILURE
        }
    }
}

/// Measures and transcodes; says how many tracks failed and how many are left.
async fn prepare(
    library: &Library,
    tasks: &Tasks,
    arguments: &ImportArguments,
) -> Result<(u64, u64), PrepareError> {
    let open = count_unprepared(library).await?;
    if open == 0 {
        return Ok((0, 0));
    }
    let bar = if arguments.json {
        ProgressBar::hidden()
    } else {
        bar("preparing")
    };
    bar.set_length(open);
    let summary = prepare_all(library, tasks, arguments.workers.into(), &|outcome| {
        if let PrepareOutcome::Failed { reason, .. } = outcome {
            bar.suspend(|| line_to_stderr(&format!("a track could not be prepared: {reason}")));
        }
        if *outcome != PrepareOutcome::Dropped {
            bar.inc(1);
        }
    })
    .await;
    bar.finish_and_clear();
    let summary = summary?;
    if arguments.json {
        line(
            &json!({"event": "prepared", "ready": summary.ready, "failed": summary.failed,
                "left": summary.left})
            .to_string(),
        );
    }
    Ok((summary.failed, summary.left))
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

    fn say_left(&self, failed: u64, left: u64) {
        if let Self::Bar(_) = self {
            if failed > 0 {
                line_to_stderr(&format!("{failed} tries to prepare a track failed"));
            }
            if left > 0 {
                line(&format!(
                    "{left} tracks play as they are until haas serve has prepared them"
                ));
            }
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

fn bar(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
    let template = "{msg} {wide_bar} {pos}/{len}, {per_sec}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message(what);
    if std::io::stderr().is_terminal() {
        bar.enable_steady_tick(Duration::from_millis(200));
    }
    bar
}

/// A closed pipe must not end the run.
fn line(text: &str) {
    let _closed = writeln!(std::io::stdout(), "{text}");
}

fn line_to_stderr(text: &str) {
    let _closed = writeln!(std::io::stderr(), "{text}");
}
