use std::error::Error as StdError;
use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use chassis::objects::storage_fault;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use music::ingest::{FileOutcome, ImportEvent, ImportSummary, PrepareOutcome, PrepareSummary};
use serde_json::json;

/// What is looked for.
const FORMATS: &str =
    "MP3, FLAC, Ogg Vorbis, Opus, M4A/AAC and WAV files are, in any folder below it";

/// Where a run is shown.
pub(super) enum Screen {
    Bar(ProgressBar),
    Json,
}

impl Screen {
    pub(super) fn new(is_json: bool) -> Self {
        if is_json {
            Self::Json
        } else {
            Self::Bar(bar("importing"))
        }
    }

    pub(super) fn show(&mut self, event: &ImportEvent) {
        match (self, event) {
            (
                Self::Bar(bar),
                ImportEvent::Found {
                    file_count: 0,
                    folder,
                    ..
                },
            ) => {
                let text = format!("there is no music in {folder}: {FORMATS}");
                bar.suspend(|| line_to_stderr(&text));
            }
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
                    ..
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

    pub(super) fn finish(&mut self, summary: &ImportSummary) {
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

    pub(super) fn say_left(&self, failed: u64, left: u64) {
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

    /// Says what is missing where nothing failed.
    pub(super) fn say_missing(&self, missing: &dyn StdError) {
        match self {
            Self::Bar(_) => line_to_stderr(&missing.to_string()),
            Self::Json => {
                line(&json!({"event": "missing", "reason": missing.to_string()}).to_string());
            }
        }
    }

    /// Says why the run ended before its end, and what mends it.
    pub(super) fn fail(&mut self, error: &(dyn StdError + 'static)) {
        let reason = chassis::problem::chain(error);
        let fault = storage_fault(error);
        match self {
            Self::Bar(bar) => {
                bar.finish_and_clear();
                line_to_stderr(&format!("the import stopped: {reason}"));
                if let Some(fault) = fault {
                    line_to_stderr(&format!("{fault}: {}", fault.advice()));
                }
                line_to_stderr("what was imported until then stays; run it again to go on");
            }
            Self::Json => {
                let advice = fault.map(|fault| format!("{fault}: {}", fault.advice()));
                line(&json!({"event": "failed", "reason": reason, "advice": advice}).to_string());
            }
        }
    }

    /// Says why nothing was begun.
    pub(super) fn refuse(&mut self, error: &(dyn StdError + 'static)) {
        let reason = chassis::problem::chain(error);
        match self {
            Self::Bar(bar) => {
                bar.finish_and_clear();
                line_to_stderr(&reason);
            }
            Self::Json => line(&json!({"event": "failed", "reason": reason}).to_string()),
        }
    }

    /// Says that somebody ended the run.
    pub(super) fn stop(&mut self) {
        match self {
            Self::Bar(bar) => {
                bar.finish_and_clear();
                line_to_stderr("stopped; what was imported until now stays, run it again to go on");
            }
            Self::Json => line(&json!({"event": "stopped"}).to_string()),
        }
    }

    /// Shows how many tracks are prepared of so many.
    pub(super) fn begin_preparation(&self, track_count: u64) -> Preparation {
        let bar = match self {
            Self::Bar(_) => bar("preparing"),
            Self::Json => ProgressBar::hidden(),
        };
        bar.set_length(track_count);
        Preparation {
            bar,
            is_json: matches!(self, Self::Json),
        }
    }
}

/// Where preparation is shown.
pub(super) struct Preparation {
    bar: ProgressBar,
    is_json: bool,
}

impl Preparation {
    pub(super) fn show(&self, outcome: &PrepareOutcome) {
        if let PrepareOutcome::Failed { reason, .. } = outcome {
            let text = format!("a track could not be prepared: {reason}");
            self.bar.suspend(|| line_to_stderr(&text));
        }
        if *outcome != PrepareOutcome::Dropped {
            self.bar.inc(1);
        }
    }

    pub(super) fn finish(self, summary: Option<&PrepareSummary>) {
        self.bar.finish_and_clear();
        if let Some(summary) = summary
            && self.is_json
        {
            let PrepareSummary {
                ready,
                failed,
                left,
            } = summary;
            let event =
                json!({"event": "prepared", "ready": ready, "failed": failed, "left": left});
            line(&event.to_string());
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
