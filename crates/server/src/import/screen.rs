use std::error::Error as StdError;
use std::io::Write as _;
use std::time::Duration;

use chassis::objects::storage_fault;
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use music::ingest::{
    FileOutcome, ImportEvent, ImportSummary, PrepareOutcome, PrepareSummary, Unprepared,
};
use serde_json::json;

/// What is looked for.
const FORMATS: &str =
    "MP3, FLAC, Ogg Vorbis, Opus, M4A/AAC and WAV files are, in any folder below it";

/// A line while nobody knows how much there is, a bar once it is known.
const LINE: &str = "{spinner} {msg}";
const BAR: &str = "{msg} {wide_bar} {pos}/{len}, {per_sec}, {eta} left";

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
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            set_template(&bar, LINE);
            Self::Bar(bar)
        }
    }

    pub(super) fn show(&mut self, event: &ImportEvent) {
        match (self, event) {
            (Self::Bar(bar), ImportEvent::Looking { file_count }) => {
                let files = if *file_count == 1 { "file" } else { "files" };
                let count = HumanCount(*file_count);
                bar.set_message(format!("looking for music: {count} {files} found"));
                bar.tick();
            }
            (Self::Json, ImportEvent::Looking { .. }) => {}
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
            (Self::Bar(bar), ImportEvent::Found { file_count, .. }) => {
                begin(bar, "importing", *file_count);
            }
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

    /// Names what could not be prepared, in this run or before.
    pub(super) fn say_unprepared(&self, unprepared: &[Unprepared]) {
        for Unprepared {
            path,
            reason,
            is_final,
        } in unprepared
        {
            match self {
                Self::Bar(_) => line_to_stderr(&format!("not prepared {path}: {reason}")),
                Self::Json => line(
                    &json!({"event": "unprepared", "path": path, "reason": reason,
                        "is_final": is_final})
                    .to_string(),
                ),
            }
        }
        if let Self::Bar(_) = self
            && unprepared.iter().any(|file| file.is_final)
        {
            line_to_stderr(
                "what is not prepared plays as it is; mend or replace the files, \
                 or have them tried again with --thorough",
            );
        }
    }

    pub(super) fn say_left(&self, left: u64) {
        match self {
            Self::Bar(_) if left == 1 => {
                line("1 track plays as it is until haas serve has prepared it");
            }
            Self::Bar(_) if left > 1 => line(&format!(
                "{left} tracks play as they are until haas serve has prepared them"
            )),
            Self::Bar(_) | Self::Json => {}
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

    /// Shows how many tracks are prepared of so many; earlier imports may have left some of them.
    pub(super) fn begin_preparation(&self, track_count: u64) -> Preparation {
        match self {
            Self::Bar(_) => line_to_stderr(&format!(
                "preparing {track_count} of the library's tracks; Ctrl-C leaves the rest to haas serve"
            )),
            Self::Json => {
                line(&json!({"event": "preparing", "track_count": track_count}).to_string());
            }
        }
        let target = match self {
            Self::Bar(_) => ProgressDrawTarget::stderr(),
            Self::Json => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(None, target);
        begin(&bar, "preparing", track_count);
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
        if *outcome != PrepareOutcome::Dropped {
            self.bar.inc(1);
            // Others may import meanwhile, and what was removed is not counted but prepared: it may come back.
            let done = self.bar.position();
            if self.bar.length().is_some_and(|length| length < done) {
                self.bar.set_length(done);
            }
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

/// Shows how much is done of so much, from now on.
fn begin(bar: &ProgressBar, what: &'static str, length: u64) {
    bar.set_length(length);
    bar.set_message(what);
    set_template(bar, BAR);
    // What came before says nothing about how fast it goes.
    bar.reset();
    if !bar.is_hidden() {
        bar.enable_steady_tick(Duration::from_millis(200));
    }
}

fn set_template(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}

/// A closed pipe must not end the run.
fn line(text: &str) {
    let _closed = writeln!(std::io::stdout(), "{text}");
}

fn line_to_stderr(text: &str) {
    let _closed = writeln!(std::io::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_comes_when_it_is_known_how_much_there_is_and_a_count_before() {
        let mut screen = Screen::new(false);
        let Screen::Bar(bar) = &screen else {
            panic!("no bar");
        };
        let bar = bar.clone();
        for (file_count, expected) in [
            (0, "looking for music: 0 files found"),
            (1, "looking for music: 1 file found"),
            (1_234, "looking for music: 1,234 files found"),
        ] {
            screen.show(&ImportEvent::Looking { file_count });
            assert_eq!((bar.message().as_str(), bar.length()), (expected, None));
        }
        screen.show(&ImportEvent::Found {
            folder: "music".to_owned(),
            file_count: 1_300,
            size_bytes: 1,
        });
        let shown = (bar.message(), bar.length(), bar.position());
        assert_eq!(shown, ("importing".to_owned(), Some(1_300), 0));
    }

    #[test]
    fn more_than_was_counted_makes_the_bar_longer() {
        let preparation = Preparation {
            bar: ProgressBar::hidden(),
            is_json: true,
        };
        begin(&preparation.bar, "preparing", 1);
        for length in [1, 2] {
            preparation.show(&PrepareOutcome::Ready);
            assert_eq!(preparation.bar.length(), Some(length));
        }
    }
}
