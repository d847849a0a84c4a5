//! Opening what a service needs, for every command that runs one.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use chassis::clock::Clock;
use chassis::database::{self, Database};
use chassis::lifecycle::Tasks;
use chassis::objects::{self, Objects, Place};
use sea_orm::DbErr;

use crate::failure::Failure;
use crate::role::Role;
use crate::settings::Settings;

/// How long to wait before a database that is away is tried again, at first and at most.
const RECONNECT_PAUSE: Duration = Duration::from_millis(200);
const RECONNECT_PAUSE_MAX: Duration = Duration::from_secs(5);

/// When a process looks for uploads that were cut off: not while it starts, then seldom.
const SWEEP_AFTER: Duration = Duration::from_mins(1);
const SWEEP_EVERY: Duration = Duration::from_hours(6);

/// How long a command that ends by itself waits for a database that is away: whoever started it waits for its end.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A service's database, whatever its schema. A server that is away is waited for, for as long as `patience` says where
/// it says something.
pub(crate) async fn open_database(
    settings: &Settings,
    role: Role,
    patience: Option<Duration>,
) -> Result<Database, Failure> {
    let started = Instant::now();
    let config = &settings.place(role).database;
    if config.is_embedded() {
        prepare_folder(&settings.data)?;
    }
    let mut pause = RECONNECT_PAUSE;
    loop {
        match Database::connect_with(config).await {
            Ok(database) => return Ok(database),
            Err(error) if !config.is_embedded() && database::is_away(&error) => {
                let reason = config.unreached().await;
                let reason = reason.unwrap_or_else(|| chassis::problem::chain(&error));
                if patience.is_some_and(|patience| patience <= started.elapsed()) {
                    return Err(Failure::plain(format!(
                        "the database of {role} is away: {reason}"
                    )));
                }
                tracing::warn!(service = role.name(), reason, "the database is away");
                tokio::time::sleep(pause).await;
                pause = RECONNECT_PAUSE_MAX.min(pause * 2);
            }
            Err(error) => return Err(away(role, error)),
        }
    }
}

/// A service's database with the schema of this binary: migrated, or refused when it is behind and must not be. With it
/// comes the time that all who share the database go by.
pub(crate) async fn open_current_database(
    settings: &Settings,
    role: Role,
    patience: Option<Duration>,
) -> Result<(Database, Clock), Failure> {
    let database = open_database(settings, role, patience).await?;
    if settings.migrates {
        migrate(&database, role).await?;
    } else {
        refuse_pending(&database, role).await?;
    }
    let newer = unknown(&database, role).await?;
    if !newer.is_empty() {
        let newer = newer.join(", ");
        tracing::warn!(
            newer,
            "the database has been migrated by a newer version; one version apart, both may serve"
        );
    }
    let clock = database.clock(&Clock::system()).await;
    let clock = clock.map_err(|error| away(role, error))?;
    Ok((database, clock))
}

/// Brings a service's schema up to date.
pub(crate) async fn migrate(database: &Database, role: Role) -> Result<(), Failure> {
    let migrated = match role {
        Role::Music => database.migrate::<music::Migrator>().await,
    };
    migrated
        .map_err(|error| Failure::new(&format!("could not migrate the database of {role}"), error))
}

/// Refuses to start on an embedded database that is behind and must not be migrated. A server may be away for now: it is
/// asked when it is there.
pub(crate) async fn check_schemas(settings: &Settings) -> Result<(), Failure> {
    for &role in &settings.roles {
        if !settings.migrates && settings.place(role).database.is_embedded() {
            let (database, _clock) = open_current_database(settings, role, None).await?;
            let closed = database.close().await;
            closed.map_err(|error| away(role, error))?;
        }
    }
    Ok(())
}

/// Refuses a schema that is behind, naming the command that mends it.
async fn refuse_pending(database: &Database, role: Role) -> Result<(), Failure> {
    let pending = match role {
        Role::Music => database.pending::<music::Migrator>().await,
    };
    let pending = pending.map_err(|error| away(role, error))?.0;
    if pending.is_empty() {
        return Ok(());
    }
    Err(Failure::plain(format!(
        "the database of {role} is behind by {}: {}; run `haas migrate` with the same configuration",
        pending.len(),
        pending.join(", ")
    )))
}

/// The migrations of a newer version that a service's database has.
async fn unknown(database: &Database, role: Role) -> Result<Vec<String>, Failure> {
    let unknown = match role {
        Role::Music => database.unknown::<music::Migrator>().await,
    };
    unknown.map_err(|error| away(role, error))
}

/// A service's database as it is, which is to be there, and that of this version exactly.
pub(crate) async fn open_same_database(
    settings: &Settings,
    role: Role,
) -> Result<(Database, Clock), Failure> {
    if let Some(file) = settings.place(role).database.file()
        && !file.is_file()
    {
        // To open it would make it.
        return Err(Failure::plain(format!(
            "there is no library: {} is not there (another place: --data, --config)",
            file.display()
        )));
    }
    let database = open_database(settings, role, Some(PATIENCE)).await?;
    refuse_pending(&database, role).await?;
    let newer = unknown(&database, role).await?;
    if !newer.is_empty() {
        return Err(Failure::plain(format!(
            "the database of {role} is of a newer version ({}); use that one's `haas`",
            newer.join(", ")
        )));
    }
    let clock = database.clock(&Clock::system()).await;
    Ok((database, clock.map_err(|error| away(role, error))?))
}

/// A service's objects.
pub(crate) fn open_objects(settings: &Settings, role: Role) -> Result<Objects, Failure> {
    let config = &settings.place(role).objects;
    if let Place::Folder(folder) = &config.place
        && folder.starts_with(&settings.data)
    {
        objects::make_private(&settings.data).map_err(|error| unusable(&settings.data, error))?;
    }
    Objects::open(config).map_err(|error| Failure::new("could not start", error))
}

/// Removes what uploads left that a kill cut off, now and then, until the stop.
pub(crate) fn keep_swept(objects: &Objects, tasks: &Tasks) {
    let objects = objects.clone();
    let pauses = tasks.clone();
    tasks.spawn(async move {
        let mut pause = SWEEP_AFTER;
        while pauses.pause(pause).await {
            sweep_uploads(objects.clone()).await;
            pause = SWEEP_EVERY;
        }
    });
}

/// Removes what uploads left that a kill cut off.
pub(crate) async fn sweep_uploads(objects: Objects) {
    let swept = tokio::task::spawn_blocking(move || objects.sweep_uploads()).await;
    match swept {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "removed uploads that were cut off"),
        Err(error) => tracing::error!(%error, "looking for uploads that were cut off panicked"),
    }
}

/// Sees that the data folder can be written, where a service needs it.
pub(crate) fn check_folder(settings: &Settings) -> Result<(), Failure> {
    let mut places = settings.roles.iter().map(|&role| settings.place(role));
    if places.any(|place| place.database.is_embedded()) {
        prepare_folder(&settings.data)?;
    }
    Ok(())
}

/// Makes the data folder, which will hold the keys of this service, and sees that it can be written, which SQLite would
/// only say as "unable to open".
fn prepare_folder(folder: &Path) -> Result<(), Failure> {
    objects::make_private(folder)
        .and_then(|()| objects::check_writable(folder))
        .map_err(|error| unusable(folder, error))
}

fn unusable(folder: &Path, error: io::Error) -> Failure {
    let shown = folder.display();
    Failure::new(
        &format!("could not use the data folder {shown} (another one: --data DIR)"),
        error,
    )
}

fn away(role: Role, error: DbErr) -> Failure {
    Failure::new(&format!("could not open the database of {role}"), error)
}
