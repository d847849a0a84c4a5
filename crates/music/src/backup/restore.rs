use chassis::database::Database;
use chassis::objects::{ObjectError, Objects};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use sha2::{Digest as _, Sha256};

use super::copy::{Copied, Copy, CopyError, kept_key};
use super::manifest::{Manifest, Part};
use super::take::COPIED_AT_ONCE;
use super::{BackupError, Step};
use crate::Migrator;
use crate::ingest::{Filling, Library, begin_filling, hash_object, hex, take_over};
use crate::store::{Refill, TABLES, Table, migration_names};

/// How many lines are held in memory.
const LINES_AT_ONCE: usize = 2_000;
/// A longer line is damage.
const LINE_BYTES_MAX: usize = 16 << 20;

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What the backup should have.
    pub manifest: Manifest,
    /// The keys of objects that rows name and that are not there: the backup never had them, has lost them, or has not
    /// what was kept.
    pub lost: Vec<String>,
}

/// What is restored, from where, and into what.
#[derive(Clone, Copy, Debug)]
pub struct Restore<'a> {
    /// An empty database and its objects.
    pub library: &'a Library,
    /// Where backups are.
    pub backup: &'a Objects,
    /// As whoever restores calls it.
    pub place: &'a str,
    /// The name of one; else the latest.
    pub name: Option<&'a str>,
    /// Takes over objects that belong to another library, which is then refused to write them.
    pub takes_over: bool,
}

/// What is in the tables that are to be filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rows {
    /// Nothing, and no more tables than the backup had.
    None,
    /// As many in each as the backup has.
    All,
    /// A library.
    Others,
}

impl Restore<'_> {
    /// Restores a backup and checks every row's file and every object against what was written down. Objects come first:
    /// rows that are there name nothing that is not, but for what is lost. What is restored is a library of its own, with
    /// another id: the one that was kept may still be in use. Wherever it ends it can be done again, as long as nobody has
    /// used the database.
    pub async fn run(
        &self,
        observe: &mut (dyn FnMut(Step) + Send),
    ) -> Result<Restored, BackupError> {
        let Self {
            library, backup, ..
        } = *self;
        let name = self.find().await?;
        let manifest = Manifest::read(&name, backup).await?;
        let steps = known_steps(&manifest)?;
        let tables = tables_of(&manifest)?;
        let database = &library.database;
        let rows = rows_in(database, &manifest, &tables).await?;
        let was_cut_off = Filling::is_left_in(&library.objects).await?;
        if rows == Rows::Others || rows == Rows::All && !was_cut_off {
            return Err(BackupError::NotEmpty);
        }
        let filling = begin_filling(library, self.takes_over).await?;
        let lost = self.write_objects(&name, &manifest, observe).await?;
        filling.check(&library.objects).await?;
        if rows == Rows::None {
            database.migrate_to::<Migrator>(steps).await?;
            let alone = database.alone().await?;
            write_rows(&alone, backup, &name, (&manifest, &tables), observe).await?;
            alone.close().await?;
        }
        database.migrate::<Migrator>().await?;
        filling.check(&library.objects).await?;
        take_over(library).await?;
        Ok(Restored { manifest, lost })
    }

    /// The name of the backup.
    async fn find(&self) -> Result<String, BackupError> {
        let mut names = Manifest::names(self.backup).await?;
        match self.name {
            Some(name) if names.iter().any(|known| known == name) => Ok(name.to_owned()),
            Some(name) => Err(BackupError::NoSuch {
                name: name.to_owned(),
                names: names.join(", "),
            }),
            None => names
                .pop()
                .ok_or_else(|| BackupError::None(self.place.to_owned())),
        }
    }

    /// Writes all objects that are as they were kept, and names those that rows name besides.
    async fn write_objects(
        &self,
        name: &str,
        manifest: &Manifest,
        observe: &mut (dyn FnMut(Step) + Send),
    ) -> Result<Vec<String>, BackupError> {
        let damaged =
            |file: &str, error: serde_json::Error| BackupError::Damaged(format!("{file}: {error}"));
        let (mut done, mut lost) = (0, Vec::new());
        let file = Manifest::key(name, "missing");
        read_lines(self.backup, &file, &manifest.missing, async |lines| {
            for line in lines {
                lost.push(serde_json::from_str(line).map_err(|error| damaged(&file, error))?);
            }
            Ok(())
        })
        .await?;
        let file = Manifest::key(name, "objects");
        let of = manifest.objects.lines;
        read_lines(self.backup, &file, &manifest.objects, async |lines| {
            let brought = lines.iter().map(async |line| {
                let copied: Copied =
                    serde_json::from_str(line).map_err(|error| damaged(&file, error))?;
                let is_back = self.bring_back(&copied).await?;
                Ok::<_, BackupError>((copied.key, is_back))
            });
            let mut brought = stream::iter(brought).buffered(COPIED_AT_ONCE);
            while let Some((key, is_back)) = brought.try_next().await? {
                if !is_back {
                    lost.push(key);
                }
                done += 1;
                observe(Step::Object { done, of });
            }
            Ok(())
        })
        .await?;
        Ok(lost)
    }

    /// Whether it could be brought back as it was. What a restore before this one has brought back is only read.
    async fn bring_back(&self, copied: &Copied) -> Result<bool, BackupError> {
        let objects = &self.library.objects;
        let found = objects
            .find(&copied.key)
            .await
            .map_err(BackupError::Library)?;
        if found.is_some_and(|found| found.size_bytes == copied.size_bytes) {
            let id = hash_object(objects, &copied.key).await;
            if id.map_err(BackupError::Library)?.hash == copied.sha256 {
                return Ok(true);
            }
        }
        let copy = Copy {
            from: self.backup,
            from_key: &kept_key(&copied.sha256),
            to: objects,
            to_key: &copied.key,
            media_type: &copied.media_type,
            sha256: &copied.sha256,
        };
        match copy.run().await {
            Ok(()) => Ok(true),
            Err(CopyError::Lost) => Ok(false),
            Err(CopyError::Source(error)) => Err(BackupError::Backup(error)),
            Err(CopyError::Target(error)) => Err(BackupError::Library(error)),
        }
    }
}

/// Looks at the database: a restore that was cut off has made tables, or all rows, too.
async fn rows_in(
    database: &Database,
    manifest: &Manifest,
    tables: &[&Table],
) -> Result<Rows, BackupError> {
    let applied = database.applied().await?;
    let is_other = applied
        .iter()
        .zip(&manifest.migrations)
        .any(|(a, b)| a != b);
    if is_other {
        return Ok(Rows::Others);
    }
    let reading = Refill::begin(database).await?;
    let (mut is_empty, mut is_whole) = (true, true);
    for table in tables {
        let count = reading.count_if_there(table).await?;
        let expected = manifest.tables.get(table.name).map(|part| part.lines);
        is_empty &= count == 0;
        is_whole &= Some(count) == expected;
    }
    Ok(match (is_empty, is_whole) {
        // What later migrations do to rows would not be done to these.
        (true, _) if applied.len() <= manifest.migrations.len() => Rows::None,
        (false, true) => Rows::All,
        _ => Rows::Others,
    })
}

/// Fills the tables, all of them or none.
async fn write_rows(
    database: &Database,
    backup: &Objects,
    name: &str,
    (manifest, tables): (&Manifest, &[&Table]),
    observe: &mut (dyn FnMut(Step) + Send),
) -> Result<(), BackupError> {
    let refill = Refill::begin(database).await?;
    for table in tables {
        // A server may have been started on it meanwhile.
        if refill.count_if_there(table).await? > 0 {
            return Err(BackupError::NotEmpty);
        }
    }
    for table in tables {
        let Some(part) = manifest.tables.get(table.name) else {
            continue;
        };
        let key = Manifest::key(name, table.name);
        read_lines(backup, &key, part, async |lines| {
            let written = refill.write(table, lines).await;
            written.map_err(|source| BackupError::Rows {
                file: key.clone(),
                source: source.into(),
            })
        })
        .await?;
        let rows = refill.count_if_there(table).await?;
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

/// The tables that it has; later versions have more, which are made empty after it was restored.
fn tables_of(manifest: &Manifest) -> Result<Vec<&'static Table>, BackupError> {
    let is_older = manifest.migrations.len() < migration_names().len();
    let mut tables = Vec::with_capacity(TABLES.len());
    for table in TABLES {
        if manifest.tables.contains_key(table.name) {
            tables.push(table);
        } else if !is_older {
            return Err(BackupError::Damaged(format!(
                "it has no table {}",
                table.name
            )));
        }
    }
    Ok(tables)
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
        source => source.map_err(BackupError::Backup)?,
    };
    let mut hash = Sha256::new();
    let (mut held, mut lines, mut count) = (Vec::new(), Vec::new(), 0_u64);
    while let Some(bytes) = source.try_next().await.map_err(BackupError::Backup)? {
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
