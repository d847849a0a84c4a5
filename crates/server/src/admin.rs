//! `haas admin backup` and `haas admin restore`.

use std::process::ExitCode;

use chassis::clock::Clock;
use chassis::database::Database;
use chassis::lifecycle::StopSignals;
use chassis::objects::{Objects, Place};
use console::Term;
use indicatif::{ProgressBar, ProgressStyle};
use music::backup::{self, BackupError, Manifest, Restore, Restored, Step, Taken};
use music::ingest::Library;
use rustix::fs::Mode;

use crate::arguments::{AdminCommand, BackupArguments, RestoreArguments};
use crate::failure::Failure;
use crate::role::Role;
use crate::service::PATIENCE;
use crate::settings::Settings;
use crate::{say, service};

/// The exit code when objects that rows name are not in what was made.
const EXIT_SOME_LOST: u8 = 3;
/// The exit code when somebody stopped it.
const EXIT_STOPPED: u8 = 130;

/// How many of them are named.
const LOST_TOLD_MAX: usize = 1_000;

/// Does it, or ends at a signal: a backup that was cut off is none, a restore is done again.
pub(crate) async fn run(settings: Settings, command: AdminCommand) -> Result<ExitCode, Failure> {
    chassis::telemetry::start(&settings.telemetry);
    let mut signals = StopSignals::listen()
        .map_err(|error| Failure::new("could not listen to signals", error))?;
    let work = async {
        match command {
            AdminCommand::Backup(arguments) => take(&settings, &arguments).await,
            AdminCommand::Restore(arguments) => restore(&settings, &arguments).await,
        }
    };
    tokio::select! {
        code = work => code,
        () = signals.next() => {
            say("stopped: it can be done again\n");
            Ok(ExitCode::from(EXIT_STOPPED))
        }
    }
}

async fn take(settings: &Settings, arguments: &BackupArguments) -> Result<ExitCode, Failure> {
    let place = &arguments.place;
    // Who may read a backup may read its keys.
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    let (database, clock) = service::open_same_database(settings, Role::Music).await?;
    let library = open_library(settings, database, clock)?;
    refuse_overlap(settings, place)?;
    let to = open_backup(settings, place)?;
    sweep_kept(place).await;
    let progress = Progress::new();
    let version = env!("CARGO_PKG_VERSION");
    let taken = backup::take(&library, &to, version, &mut |step| progress.show(step)).await;
    progress.end();
    let Taken {
        name,
        manifest,
        missing,
    } = taken.map_err(|error| failed("could not take the backup", error))?;
    say(&summary(&manifest, &format!("kept in {place} as {name}")));
    let what = "lost or damaged where they are, and are not in it";
    Ok(tell_lost(what, &missing))
}

async fn restore(settings: &Settings, arguments: &RestoreArguments) -> Result<ExitCode, Failure> {
    let place = &arguments.place;
    if let Place::Folder(folder) = place
        && !folder.is_dir()
    {
        // To open it would make it.
        return Err(Failure::plain(format!(
            "could not restore: there is no folder {}",
            folder.display()
        )));
    }
    refuse_overlap(settings, place)?;
    // The keys by which plays are signed are for the owner only, whatever the folder was made for.
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    let database = service::open_database(settings, Role::Music, Some(PATIENCE)).await?;
    let library = open_library(settings, database, Clock::system())?;
    let from = open_backup(settings, place)?;
    let progress = Progress::new();
    let shown = place.to_string();
    let restore = Restore {
        library: &library,
        backup: &from,
        place: &shown,
        name: arguments.backup.as_deref(),
        takes_over: arguments.take_over,
    };
    let restored = restore.run(&mut |step| progress.show(step)).await;
    progress.end();
    let Restored { manifest, lost } =
        restored.map_err(|error| failed("could not restore", error))?;
    say(&summary(&manifest, "restored and checked"));
    let what = "lost or damaged in the backup, and are not restored";
    Ok(tell_lost(what, &lost))
}

/// Names objects that are not where they should be, each in a line.
fn tell_lost(what: &str, keys: &[String]) -> ExitCode {
    if keys.is_empty() {
        return ExitCode::SUCCESS;
    }
    say(&format!("{} objects are {what}:\n", keys.len()));
    for key in keys.iter().take(LOST_TOLD_MAX) {
        say(&format!("  {key}\n"));
    }
    if LOST_TOLD_MAX < keys.len() {
        say(&format!("  … and {} more\n", keys.len() - LOST_TOLD_MAX));
    }
    say("`haas music import --thorough` stores again what their files still have\n");
    ExitCode::from(EXIT_SOME_LOST)
}

/// Neither may be removed with the other, or be taken for it.
fn refuse_overlap(settings: &Settings, place: &Place) -> Result<(), Failure> {
    let backup = settings.imports.at(place.clone());
    if !backup.overlaps(&settings.place(Role::Music).objects) {
        return Ok(());
    }
    Err(Failure::plain(format!(
        "{place} lies where the objects of the library are (music.objects), or they in it: give a place beside them"
    )))
}

/// Removes what a backup that was killed left of its uploads: only where nobody else keeps anything.
async fn sweep_kept(place: &Place) {
    if let Place::Folder(folder) = place
        && let kept = folder.join(backup::KEPT_FOLDER)
        && kept.is_dir()
        && let Ok(kept) = Objects::in_folder(&kept)
    {
        service::sweep_uploads(kept).await;
    }
}

fn open_library(settings: &Settings, database: Database, clock: Clock) -> Result<Library, Failure> {
    Ok(Library {
        database,
        objects: service::open_objects(settings, Role::Music)?.patient(),
        work: settings.work(),
        clock,
    })
}

/// A backup in a bucket is reached as one that music is imported from.
fn open_backup(settings: &Settings, place: &Place) -> Result<Objects, Failure> {
    let objects = Objects::open(&settings.imports.at(place.clone()));
    let objects = objects.map_err(|error| Failure::new("could not start", error))?;
    Ok(objects.patient())
}

fn failed(what: &str, error: BackupError) -> Failure {
    Failure::new(what, error)
}

fn summary(manifest: &Manifest, what: &str) -> String {
    let (rows, objects) = (manifest.row_count(), manifest.object_count());
    let size = indicatif::HumanBytes(manifest.object_bytes);
    let (taken_at, version) = (&manifest.taken_at, &manifest.version);
    format!(
        "{rows} rows and {objects} objects ({size}) as of {taken_at}, version {version}: {what}\n"
    )
}

/// A bar for whoever watches, nothing for a log.
struct Progress(ProgressBar);

impl Progress {
    fn new() -> Self {
        if !Term::stderr().is_term() {
            return Self(ProgressBar::hidden());
        }
        let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}")
            .unwrap_or_else(|_plain| ProgressStyle::default_bar());
        Self(ProgressBar::new(0).with_style(style))
    }

    fn show(&self, step: Step) {
        match step {
            Step::Table { name, rows } => self.0.set_message(format!("{name}: {rows} rows")),
            Step::Object { done, of } => {
                self.0.set_message("objects");
                self.0.set_length(of);
                self.0.set_position(done);
            }
        }
    }

    fn end(&self) {
        self.0.finish_and_clear();
    }
}
