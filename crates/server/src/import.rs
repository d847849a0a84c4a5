//! `haas music import`: a progress bar for people, lines of JSON for programs, an exit code for both.

mod screen;

use std::process::ExitCode;

use chassis::lifecycle::{StopSignals, Tasks};
use chassis::objects::{Objects, Place};
use music::ingest::{
    ImportError, ImportOptions, Library, Origin, OwnerError, PrepareError, count_unprepared,
    import, list_unprepared, prepare_all,
};

use tokio::time::Instant;

use self::screen::Screen;
use crate::arguments::ImportArguments;
use crate::failure::Failure;
use crate::role::Role;
use crate::service;
use crate::settings::Settings;

/// The exit code when everything was imported but some files were left out, or could not be prepared.
const EXIT_SOME_SKIPPED: u8 = 3;
/// The exit code when somebody stopped it: what shells say of a command that Ctrl-C ended.
const EXIT_STOPPED: u8 = 130;

/// Imports a folder or a bucket, prepares what is to be prepared, and says what happened.
pub(crate) async fn run(
    settings: Settings,
    arguments: ImportArguments,
) -> Result<ExitCode, Failure> {
    chassis::telemetry::start(&settings.telemetry);
    let mut signals = StopSignals::listen()
        .map_err(|error| Failure::new("could not listen to signals", error))?;
    let mut screen = Screen::new(arguments.json);
    let origin = open_origin(&settings, &arguments.origin)?;
    // An origin that was misspelt leaves nothing behind, least of all a library.
    let checked = tokio::select! {
        checked = origin.check() => checked,
        () = signals.next() => return Ok(ExitCode::from(EXIT_STOPPED)),
    };
    if let Err(error) = checked {
        screen.refuse(&error);
        return Ok(ExitCode::FAILURE);
    }
    let (database, clock) = tokio::select! {
        opened = service::open_current_database(&settings, Role::Music, Some(service::PATIENCE)) => opened?,
        () = signals.next() => return Ok(ExitCode::from(EXIT_STOPPED)),
    };
    let objects = service::open_objects(&settings, Role::Music)?.patient();
    service::sweep_uploads(objects.clone()).await;
    let library = Library {
        database,
        objects,
        work: settings.work(),
        clock,
    };
    let tasks = Tasks::default();
    let work = import_into(&library, &tasks, origin, &arguments, &mut screen);
    let mut work = std::pin::pin!(work);
    tokio::select! {
        code = &mut work => Ok(code),
        () = signals.next() => {
            // Files in hand are put down and jobs are given back: the next run need not wait for them.
            tasks.stopping().cancel();
            tokio::select! {
                code = &mut work => Ok(code),
                // Nobody wants to wait for a disk that does not answer. It is safe: a kill is, too.
                () = signals.second(Instant::now()) => Ok(ExitCode::from(EXIT_STOPPED)),
            }
        }
    }
}

fn open_origin(settings: &Settings, place: &Place) -> Result<Origin, Failure> {
    if let Place::Folder(folder) = place {
        return Ok(Origin::Folder(folder.clone()));
    }
    let config = settings.imports.at(place.clone());
    let objects = Objects::open(&config);
    let objects = objects.map_err(|error| Failure::new("could not start", error))?;
    Ok(Origin::bucket(place, objects.patient()))
}

async fn import_into(
    library: &Library,
    tasks: &Tasks,
    origin: Origin,
    arguments: &ImportArguments,
    screen: &mut Screen,
) -> ExitCode {
    let options = ImportOptions {
        is_thorough: arguments.thorough,
        takes_over: arguments.take_over,
        may_be_empty: arguments.allow_empty,
        stopping: tasks.stopping().clone(),
        ..ImportOptions::new(origin)
    };
    let summary = match import(library, &options, &mut |event| screen.show(&event)).await {
        Ok(summary) => summary,
        Err(ImportError::Stopped) => return stopped(screen),
        Err(
            error @ (ImportError::Folder { .. }
            | ImportError::NotAFolder { .. }
            | ImportError::Bucket { .. }
            | ImportError::TooMany { .. }
            | ImportError::Owner(OwnerError::Other | OwnerError::Elsewhere)),
        ) => {
            screen.refuse(&error);
            return ExitCode::FAILURE;
        }
        Err(error) => {
            screen.fail(&error);
            return ExitCode::FAILURE;
        }
    };
    screen.finish(&summary);
    if summary.is_empty() {
        return ExitCode::SUCCESS;
    }
    let began_ms = library.clock.now_ms();
    let prepared = if arguments.defer {
        count_unprepared(library).await
    } else {
        prepare(library, tasks, arguments, screen).await
    };
    if tasks.stopping().is_cancelled() {
        return stopped(screen);
    }
    match prepared {
        Ok(left) => screen.say_left(left),
        Err(error @ PrepareError::NoFfmpeg) => screen.say_missing(&error),
        Err(error) => {
            screen.fail(&error);
            return ExitCode::FAILURE;
        }
    }
    match list_unprepared(library, &options.origin, began_ms).await {
        Ok(unprepared) => {
            screen.say_unprepared(&unprepared);
            finished(summary.skipped, unprepared.len())
        }
        Err(error) => {
            screen.fail(&error);
            ExitCode::FAILURE
        }
    }
}

fn finished(skipped: u64, unprepared: usize) -> ExitCode {
    if skipped == 0 && unprepared == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(EXIT_SOME_SKIPPED)
    }
}

fn stopped(screen: &mut Screen) -> ExitCode {
    screen.stop();
    ExitCode::from(EXIT_STOPPED)
}

/// Measures and transcodes; says how many tracks are left.
async fn prepare(
    library: &Library,
    tasks: &Tasks,
    arguments: &ImportArguments,
    screen: &mut Screen,
) -> Result<u64, PrepareError> {
    let open = count_unprepared(library).await?;
    if open == 0 {
        return Ok(0);
    }
    let preparation = screen.begin_preparation(open);
    let workers = arguments.workers.into();
    let summary = prepare_all(library, tasks, workers, &|outcome| {
        preparation.show(outcome);
    })
    .await;
    preparation.finish(summary.as_ref().ok());
    Ok(summary?.left)
}
