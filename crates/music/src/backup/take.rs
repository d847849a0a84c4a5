use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufWriter, IntoInnerError, Read as _, Seek as _, Write as _};
use std::path::Path;

use bytes::Bytes;
use chassis::objects::{ObjectError, Objects};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::copy::{Copied, Copy, hashed};
use super::manifest::{FORMAT, Manifest, Part};
use super::{BackupError, Step};
use crate::api::tracks::COVER_WIDTHS_PX;
use crate::ingest::{Library, hex};
use crate::keys::{self, COVER_MEDIA_TYPE, RENDITION_MEDIA_TYPE};
use crate::store::{Snapshot, TABLES, migration_names};

const LINES_MEDIA_TYPE: &str = "application/jsonl";
/// The size of a part of an upload of lines.
const PART_BYTES: usize = 8 << 20;

/// An object that a row names.
struct Named {
    key: String,
    media_type: String,
    /// What the row says its SHA-256 is, where it says one.
    sha256: Option<String>,
    /// The track it belongs to: when that is deleted, it may be gone.
    track_id: Option<String>,
}

/// Takes a backup of a library that may be in use; `version` is that of the program.
pub async fn take(
    library: &Library,
    backup: &Objects,
    version: &str,
    observe: &mut (dyn FnMut(Step) + Send),
) -> Result<Manifest, BackupError> {
    let taken_at = jiff::Timestamp::from_millisecond(library.clock.now_ms()).unwrap_or_default();
    let name = taken_at.strftime("%Y-%m-%dT%H-%M-%SZ").to_string();
    let database = library.database.alone().await?;
    let snapshot = Snapshot::begin(&database).await?;
    let (mut named, mut deleted) = (Vec::new(), HashSet::new());
    let mut tables = BTreeMap::new();
    for table in TABLES {
        let mut lines = Lines::new(&library.work)?;
        let mut sink = |line: &str| {
            if let Ok(row) = serde_json::from_str(line) {
                named.extend(objects_of(table.name, &row));
                deleted.extend(deleted_track(table.name, &row));
            }
            lines.write(line)
        };
        let rows = snapshot.read(table, &mut sink).await?;
        let part = lines
            .store(backup, &Manifest::key(&name, table.name))
            .await?;
        tables.insert(table.name.to_owned(), part);
        observe(Step::Table {
            name: table.name,
            rows,
        });
    }
    drop(snapshot);
    database.close().await?;
    named.sort_by(|a, b| a.key.cmp(&b.key));
    named.dedup_by(|a, b| a.key == b.key);
    let mut lines = Lines::new(&library.work)?;
    let (mut object_bytes, mut missing) = (0, Vec::new());
    let of = named.len() as u64;
    for (done, object) in (1..).zip(&named) {
        match keep(library, backup, object).await? {
            Some(copied) => {
                object_bytes += copied.size_bytes;
                lines.write(&serde_json::to_string(&copied).expect("a line is plain data"))?;
            }
            None if object.is_of(&deleted) => {}
            None => missing.push(object.key.clone()),
        }
        observe(Step::Object { done, of });
    }
    let manifest = Manifest {
        format: FORMAT,
        taken_at: taken_at.to_string(),
        version: version.to_owned(),
        migrations: migration_names(),
        tables,
        objects: lines
            .store(backup, &Manifest::key(&name, "objects"))
            .await?,
        object_bytes,
        missing,
    };
    manifest.write(&name, backup).await?;
    Ok(manifest)
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
        sha256: Some(text("content_hash")),
        track_id: Some(text(track_id)),
    };
    match table {
        "tracks" => vec![of_track("id", text("media_type"))],
        "renditions" => vec![of_track("track_id", RENDITION_MEDIA_TYPE.to_owned())],
        "covers" => {
            let widths = COVER_WIDTHS_PX.iter().map(|width_px| Named {
                key: keys::cover(&text("id"), *width_px),
                media_type: COVER_MEDIA_TYPE.to_owned(),
                sha256: None,
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

/// Copies an object into the backup unless it is there. None when it is gone, or not what its row says.
async fn keep(
    library: &Library,
    backup: &Objects,
    object: &Named,
) -> Result<Option<Copied>, BackupError> {
    let kept_key = format!("objects/{}", object.key);
    if let Some(kept) = backup.find(&kept_key).await? {
        // By its key it is the same, and older backups have it so; a restore looks at every byte.
        let (size_bytes, sha256) = match &object.sha256 {
            Some(sha256) => (kept.size_bytes, sha256.clone()),
            None => hashed(backup, &kept_key).await?,
        };
        return Ok(Some(Copied {
            key: object.key.clone(),
            media_type: object.media_type.clone(),
            size_bytes,
            sha256,
        }));
    }
    let copy = Copy {
        from: &library.objects,
        from_key: object.key.clone(),
        to: backup,
        to_key: kept_key,
        media_type: &object.media_type,
    };
    match copy.run(object.sha256.as_deref()).await {
        Ok((size_bytes, sha256)) => {
            let is_good = object.sha256.as_ref().is_none_or(|said| *said == sha256);
            Ok(is_good.then(|| Copied {
                key: object.key.clone(),
                media_type: object.media_type.clone(),
                size_bytes,
                sha256,
            }))
        }
        Err(ObjectError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Lines on their way into the backup: in a file without a name first, because nobody knows how many there are.
struct Lines {
    file: BufWriter<File>,
    hash: Sha256,
    count: u64,
}

impl Lines {
    fn new(work: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(work)?;
        Ok(Self {
            file: BufWriter::new(tempfile::tempfile_in(work)?),
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

    async fn store(self, backup: &Objects, key: &str) -> Result<Part, BackupError> {
        let mut file = self.file.into_inner().map_err(IntoInnerError::into_error)?;
        file.rewind()?;
        let mut next = move || {
            let mut part = Vec::new();
            let limit = PART_BYTES as u64;
            (&mut file).take(limit).read_to_end(&mut part)?;
            Ok::<_, std::io::Error>(Bytes::from(part))
        };
        let first = next()?;
        if first.len() < PART_BYTES {
            backup.put(key, first, LINES_MEDIA_TYPE).await?;
        } else {
            let mut upload = backup.upload(key, LINES_MEDIA_TYPE).await?;
            let mut part = first;
            while !part.is_empty() {
                upload.put_part(part).await?;
                part = next()?;
            }
            upload.complete().await?;
        }
        Ok(Part {
            lines: self.count,
            sha256: hex(&self.hash.finalize()),
        })
    }
}
