use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, IntoInnerError, Seek as _, Write as _};
use std::path::Path;

use chassis::clock::Clock;
use chassis::ids;
use chassis::objects::{ObjectError, Objects, WriteError};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use tokio_util::io::ReaderStream;

use super::copy::{Copied, Copy, CopyError, kept_key};
use super::manifest::{FORMAT, Manifest, Part};
use super::{BackupError, Step};
use crate::api::tracks::COVER_WIDTHS_PX;
use crate::ingest::{Library, has_marked, hash_object, hex};
use crate::keys::{self, COVER_MEDIA_TYPE, RENDITION_MEDIA_TYPE};
use crate::store::{Snapshot, TABLES, migration_names};

const LINES_MEDIA_TYPE: &str = "application/jsonl";

/// How many objects are copied at once: many are small, and each takes as long as a store takes to answer.
pub(super) const COPIED_AT_ONCE: usize = 4;

/// An object that a row names.
#[derive(Debug, Serialize, Deserialize)]
struct Named {
    key: String,
    media_type: String,
    /// What the row says it is, where it says so.
    id: Option<(String, u64)>,
    /// The track it belongs to: when that is deleted, it may be gone.
    track_id: Option<String>,
}

/// A backup that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Its name, by which it is restored: the moment of its snapshot, and something that no other one has.
    pub name: String,
    /// What is in it.
    pub manifest: Manifest,
    /// The keys of objects that a row names and that are gone, or are not what the row says.
    pub missing: Vec<String>,
}

/// Takes a backup of a library that may be in use; `version` is that of the program.
pub async fn take(
    library: &Library,
    backup: &Objects,
    version: &str,
    observe: &mut (dyn FnMut(Step) + Send),
) -> Result<Taken, BackupError> {
    // Not what lies somewhere else by mistake; and nothing is marked by somebody who only reads.
    has_marked(library).await?;
    let taken_at = jiff::Timestamp::from_millisecond(library.clock.now_ms()).unwrap_or_default();
    let name = name_at(&library.clock, taken_at);
    let database = library.database.alone().await?;
    let snapshot = Snapshot::begin(&database).await?;
    let (mut named, mut deleted) = (Lines::new(&library.work)?, HashSet::new());
    let mut tables = BTreeMap::new();
    for table in TABLES {
        let mut lines = Lines::new(&library.work)?;
        let mut sink = |line: &str| {
            let row = serde_json::from_str(line).unwrap_or_default();
            for object in objects_of(table.name, &row) {
                named.write(&to_line(&object))?;
            }
            deleted.extend(deleted_track(table.name, &row));
            lines.write(line)
        };
        let rows = snapshot.read(table, &mut sink).await?;
        let part = lines.store(backup, &name, table.name).await?;
        tables.insert(table.name.to_owned(), part);
        observe(Step::Table {
            name: table.name,
            rows,
        });
    }
    drop(snapshot);
    database.close().await?;
    let mut lines = Lines::new(&library.work)?;
    let (mut object_bytes, mut missing) = (0, Vec::new());
    let (named, of) = named.read_back()?;
    let kept = named.map(|line| keep(library, backup, line));
    let mut kept = stream::iter(kept).buffered(COPIED_AT_ONCE);
    let mut done = 0;
    while let Some((object, copied)) = kept.try_next().await? {
        match copied {
            Some(copied) => {
                object_bytes += copied.size_bytes;
                lines.write(&to_line(&copied))?;
            }
            None if object.is_of(&deleted) => {}
            None => missing.push(object.key),
        }
        done += 1;
        observe(Step::Object { done, of });
    }
    let mut missing_lines = Lines::new(&library.work)?;
    for key in &missing {
        missing_lines.write(&to_line(key))?;
    }
    let manifest = Manifest {
        format: FORMAT,
        taken_at: taken_at.to_string(),
        version: version.to_owned(),
        migrations: migration_names(),
        tables,
        objects: lines.store(backup, &name, "objects").await?,
        object_bytes,
        missing: missing_lines.store(backup, &name, "missing").await?,
    };
    manifest.write(&name, backup).await?;
    Ok(Taken {
        name,
        manifest,
        missing,
    })
}

/// Names are sorted by their moments; two that are taken at once have different ones.
fn name_at(clock: &Clock, taken_at: jiff::Timestamp) -> String {
    let id = ids::new_id(clock).to_string();
    let (_, own) = id.split_at(id.len().saturating_sub(8));
    format!("{}-{own}", taken_at.strftime("%Y-%m-%dT%H-%M-%SZ"))
}

fn to_line(line: &impl Serialize) -> String {
    serde_json::to_string(line).expect("a line is plain data")
}

impl Named {
    fn is_of(&self, deleted: &HashSet<String>) -> bool {
        let track_id = self.track_id.as_ref();
        track_id.is_some_and(|track_id| deleted.contains(track_id))
    }
}

/// The objects that a row names.
fn objects_of(table: &str, row: &Json) -> Vec<Named> {
    let text = |column: &str| row[column].as_str().unwrap_or_default().to_owned();
    let of_track = |track_id: &str, media_type: String| Named {
        key: text("object_key"),
        media_type,
        id: row["size_bytes"]
            .as_u64()
            .map(|size_bytes| (text("content_hash"), size_bytes)),
        track_id: Some(text(track_id)),
    };
    match table {
        "tracks" => vec![of_track("id", text("media_type"))],
        "renditions" => vec![of_track("track_id", RENDITION_MEDIA_TYPE.to_owned())],
        "covers" => {
            let widths = COVER_WIDTHS_PX.iter().map(|width_px| Named {
                key: keys::cover(&text("id"), *width_px),
                media_type: COVER_MEDIA_TYPE.to_owned(),
                id: None,
                track_id: None,
            });
            widths.collect()
        }
        _ => Vec::new(),
    }
}

fn deleted_track(table: &str, row: &Json) -> Option<String> {
    let is_deleted = table == "tracks" && !row["deleted_at_ms"].is_null();
    is_deleted.then(|| row["id"].as_str().map(str::to_owned))?
}

/// Copies the object of a line into the backup unless it is there. None when it is gone, or not what its row says.
async fn keep(
    library: &Library,
    backup: &Objects,
    line: std::io::Result<String>,
) -> Result<(Named, Option<Copied>), BackupError> {
    let object: Named = serde_json::from_str(&line?).map_err(std::io::Error::from)?;
    let id = match &object.id {
        Some(id) => Some(id.clone()),
        None => match hash_object(&library.objects, &object.key).await {
            Ok(id) => Some((id.hash, id.size_bytes)),
            Err(ObjectError::NotFound { .. }) => None,
            Err(error) => return Err(BackupError::Library(error)),
        },
    };
    let Some((sha256, size_bytes)) = id else {
        return Ok((object, None));
    };
    let kept_key = kept_key(&sha256);
    let kept = backup.find(&kept_key).await.map_err(BackupError::Backup)?;
    // By its key it is the same: a restore looks at every byte.
    if kept.is_none_or(|kept| kept.size_bytes != size_bytes) {
        let copy = Copy {
            from: &library.objects,
            from_key: &object.key,
            to: backup,
            to_key: &kept_key,
            media_type: &object.media_type,
            sha256: &sha256,
        };
        match copy.run().await {
            Ok(()) => {}
            Err(CopyError::Lost) => return Ok((object, None)),
            Err(CopyError::Source(error)) => return Err(BackupError::Library(error)),
            Err(CopyError::Target(error)) => return Err(BackupError::Backup(error)),
        }
    }
    let copied = Copied {
        key: object.key.clone(),
        media_type: object.media_type.clone(),
        size_bytes,
        sha256,
    };
    Ok((object, Some(copied)))
}

/// Lines on their way into the backup: in a file without a name first, because nobody knows how many there are.
struct Lines {
    file: BufWriter<File>,
    hash: Sha256,
    count: u64,
}

impl Lines {
    fn new(work: &Path) -> std::io::Result<Self> {
        // Nothing is made there: whoever takes a backup need not be who serves. What is above has as much room.
        let mut folders = work.ancestors();
        let folder = folders.find(|folder| folder.is_dir());
        let file = match folder {
            Some(folder) => tempfile::tempfile_in(folder)?,
            None => tempfile::tempfile()?,
        };
        Ok(Self {
            file: BufWriter::new(file),
            hash: Sha256::new(),
            count: 0,
        })
    }

    fn write(&mut self, line: &str) -> std::io::Result<()> {
        for bytes in [line.as_bytes(), b"\n"] {
            self.hash.update(bytes);
            self.file.write_all(bytes)?;
        }
        self.count += 1;
        Ok(())
    }

    /// What was written, from its beginning.
    fn rewound(self) -> std::io::Result<File> {
        let mut file = self.file.into_inner().map_err(IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(file)
    }

    /// The lines, and how many there are.
    fn read_back(self) -> std::io::Result<(impl Iterator<Item = std::io::Result<String>>, u64)> {
        let count = self.count;
        Ok((BufReader::new(self.rewound()?).lines(), count))
    }

    async fn store(self, backup: &Objects, name: &str, file: &str) -> Result<Part, BackupError> {
        let key = Manifest::key(name, file);
        let part = Part {
            lines: self.count,
            sha256: hex(&self.hash.clone().finalize()),
        };
        let source = ReaderStream::new(tokio::fs::File::from_std(self.rewound()?));
        let written = backup.write(&key, LINES_MEDIA_TYPE, source).await;
        written.map_err(|error| match error {
            WriteError::Source(error) => BackupError::Work(error),
            WriteError::Store(error) => BackupError::Backup(error),
        })?;
        Ok(part)
    }
}
