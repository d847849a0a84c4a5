use chassis::database::Database;
use chassis::objects::{ObjectError, Objects};
use futures_util::TryStreamExt as _;
use sha2::{Digest as _, Sha256};

use super::copy::{Copied, Copy};
use super::manifest::{Manifest, Part};
use super::{BackupError, Step};
use crate::Migrator;
use crate::ingest::{Library, hex};
use crate::store::{Refill, TABLES, migration_names};

/// How many lines are held in memory.
const LINES_AT_ONCE: usize = 2_000;
/// A longer line is damage.
const LINE_BYTES_MAX: usize = 16 << 20;

/// Restores a backup into an empty database and its objects, and checks every row's file and every object against what
/// was written down; `name` is that of the backup, else the latest. Objects come first: rows that are there name
/// nothing that is not.
pub async fn restore(
    library: &Library,
    backup: &Objects,
    place: &str,
    name: Option<&str>,
    observe: &mut (dyn FnMut(Step) + Send),
) -> Result<Manifest, BackupError> {
    let names = Manifest::names(backup).await?;
    let name = match name {
        Some(name) if names.iter().any(|known| known == name) => name,
        Some(name) => {
            return Err(BackupError::NoSuch {
                name: name.to_owned(),
                names: names.join(", "),
            });
        }
        None => names
            .last()
            .ok_or_else(|| BackupError::None(place.to_owned()))?,
    };
    let manifest = Manifest::read(name, backup).await?;
    let steps = known_steps(&manifest)?;
    let database = &library.database;
    let applied = database.applied().await?;
    // A restore that was cut off has made the tables, and no row in them.
    let is_as_left = !applied.is_empty() && applied.iter().eq(&manifest.migrations);
    if !(applied.is_empty() || is_as_left && Refill::begin(database).await?.is_empty().await?) {
        return Err(BackupError::NotEmpty);
    }
    let objects = Manifest::key(name, "objects");
    let mut done = 0;
    read_lines(backup, &objects, &manifest.objects, async |lines| {
        for line in lines {
            let copied: Copied = serde_json::from_str(line)
                .map_err(|error| BackupError::Damaged(format!("{objects}: {error}")))?;
            bring_back(library, backup, &copied).await?;
            done += 1;
            observe(Step::Object {
                done,
                of: manifest.objects.lines,
            });
        }
        Ok(())
    })
    .await?;
    if applied.is_empty() {
        database.migrate_to::<Migrator>(steps).await?;
    }
    let alone = database.alone().await?;
    write_rows(&alone, backup, name, &manifest, observe).await?;
    alone.close().await?;
    database.migrate::<Migrator>().await?;
    Ok(manifest)
}

/// Fills the tables, all of them or none.
async fn write_rows(
    database: &Database,
    backup: &Objects,
    name: &str,
    manifest: &Manifest,
    observe: &mut (dyn FnMut(Step) + Send),
) -> Result<(), BackupError> {
    let refill = Refill::begin(database).await?;
    // A server may have been started on it meanwhile.
    if !refill.is_empty().await? {
        return Err(BackupError::NotEmpty);
    }
    for table in TABLES {
        let (key, part) = (Manifest::key(name, table.name), part(manifest, table.name)?);
        read_lines(backup, &key, part, async |lines| {
            Ok(refill.write(table, lines).await?)
        })
        .await?;
        let rows = refill.count(table).await?;
        if rows != part.lines {
            let expected = part.lines;
            let found = format!("{key}: {rows} rows instead of {expected}");
            return Err(BackupError::Damaged(found));
        }
        observe(Step::Table {
            name: table.name,
            rows,
        });
    }
    refill.commit().await?;
    Ok(())
}

/// How many of our migrations the rows were made under.
fn known_steps(manifest: &Manifest) -> Result<u32, BackupError> {
    let known = migration_names();
    let mut known = known.iter();
    for migration in &manifest.migrations {
        if known.next() != Some(migration) {
            return Err(BackupError::Newer {
                version: manifest.version.clone(),
                migration: migration.clone(),
            });
        }
    }
    Ok(u32::try_from(manifest.migrations.len()).unwrap_or(u32::MAX))
}

fn part<'a>(manifest: &'a Manifest, table: &str) -> Result<&'a Part, BackupError> {
    let part = manifest.tables.get(table);
    part.ok_or_else(|| BackupError::Damaged(format!("it has no table {table}")))
}

async fn bring_back(
    library: &Library,
    backup: &Objects,
    copied: &Copied,
) -> Result<(), BackupError> {
    let copy = Copy {
        from: backup,
        from_key: format!("objects/{}", copied.key),
        to: &library.objects,
        to_key: copied.key.clone(),
        media_type: &copied.media_type,
    };
    let damaged = |found: &str| BackupError::Damaged(format!("objects/{} {found}", copied.key));
    match copy.run(Some(&copied.sha256)).await {
        Ok((_, sha256)) if sha256 == copied.sha256 => Ok(()),
        Ok(_) => Err(damaged("is not what was kept")),
        Err(ObjectError::NotFound { .. }) => Err(damaged("is not there")),
        Err(error) => Err(error.into()),
    }
}

/// Reads a file of lines, some at a time, and fails at its end when it is not what was written.
async fn read_lines(
    backup: &Objects,
    key: &str,
    part: &Part,
    mut take: impl AsyncFnMut(&[String]) -> Result<(), BackupError>,
) -> Result<(), BackupError> {
    let damaged = |reason: &str| BackupError::Damaged(format!("{key}: {reason}"));
    let mut source = match backup.read(key).await {
        Err(ObjectError::NotFound { .. }) => return Err(damaged("it is not there")),
        source => source?,
    };
    let mut hash = Sha256::new();
    let (mut held, mut lines, mut count) = (Vec::new(), Vec::new(), 0_u64);
    while let Some(bytes) = source.try_next().await? {
        hash.update(&bytes);
        held.extend_from_slice(&bytes);
        let Some(end) = held.iter().rposition(|byte| *byte == b'\n') else {
            if LINE_BYTES_MAX < held.len() {
                return Err(damaged("a line has no end"));
            }
            continue;
        };
        let rest = held.split_off(end + 1);
        let text = String::from_utf8(std::mem::replace(&mut held, rest));
        let text = text.map_err(|_no_text| damaged("it is no text"))?;
        for line in text.lines() {
            lines.push(line.to_owned());
            count += 1;
            if lines.len() == LINES_AT_ONCE {
                take(&lines).await?;
                lines.clear();
            }
        }
    }
    take(&lines).await?;
    let is_whole = held.is_empty() && count == part.lines && hex(&hash.finalize()) == part.sha256;
    is_whole
        .then_some(())
        .ok_or_else(|| damaged("it is not what was written"))
}
