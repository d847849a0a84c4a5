use std::collections::BTreeMap;

use chassis::objects::Objects;
use futures_util::TryStreamExt as _;
use serde::{Deserialize, Serialize};

use super::BackupError;

/// The form of what is written; a reader of another form refuses it.
pub(super) const FORMAT: u32 = 2;
const FILE: &str = "manifest.json";
/// A longer manifest is none.
const BYTES_MAX: u64 = 16 << 20;

/// What is in a backup, by which it is checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub(super) format: u32,
    /// When its snapshot began, such as `2026-11-30T15:04:05Z`.
    pub taken_at: String,
    /// The version that made it.
    pub version: String,
    /// The migrations its rows were made under, in order.
    pub(super) migrations: Vec<String>,
    /// By the names of tables.
    pub(super) tables: BTreeMap<String, Part>,
    pub(super) objects: Part,
    /// How many bytes the objects have together.
    pub object_bytes: u64,
    /// Objects that a row names and that could not be read, or were not what the row says. They are not in the backup.
    pub(super) missing: Part,
}

/// A file of lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) lines: u64,
    pub(super) sha256: String,
}

impl Manifest {
    /// How many rows it has.
    pub fn row_count(&self) -> u64 {
        self.tables.values().map(|table| table.lines).sum()
    }

    /// How many objects it has.
    pub fn object_count(&self) -> u64 {
        self.objects.lines
    }

    /// The key of one of its files.
    pub(super) fn key(name: &str, file: &str) -> String {
        format!("{name}/{file}.jsonl")
    }

    pub(super) async fn write(&self, name: &str, backup: &Objects) -> Result<(), BackupError> {
        let json = serde_json::to_vec_pretty(self).expect("a manifest is plain data");
        let key = format!("{name}/{FILE}");
        let put = backup.put(&key, json.into(), "application/json").await;
        put.map_err(BackupError::Backup)
    }

    pub(super) async fn read(name: &str, backup: &Objects) -> Result<Self, BackupError> {
        let key = format!("{name}/{FILE}");
        let damaged = |reason: String| BackupError::Damaged(format!("{key}: {reason}"));
        let found = backup.find(&key).await.map_err(BackupError::Backup)?;
        if found.is_none_or(|found| found.size_bytes == 0) {
            return Err(damaged("it is empty".to_owned()));
        }
        let read = backup.read_range(&key, 0..BYTES_MAX).await;
        let (json, size_bytes) = read.map_err(BackupError::Backup)?;
        if BYTES_MAX < size_bytes {
            return Err(damaged("it is too long".to_owned()));
        }
        let manifest: Self =
            serde_json::from_slice(&json).map_err(|error| damaged(error.to_string()))?;
        if manifest.format != FORMAT {
            return Err(damaged(format!(
                "its form is {}, and {FORMAT} is the one that is known",
                manifest.format
            )));
        }
        Ok(manifest)
    }

    /// The names of all finished backups, the oldest first.
    pub(super) async fn names(backup: &Objects) -> Result<Vec<String>, BackupError> {
        let mut listed = backup.list("");
        let mut names = Vec::new();
        while let Some(object) = listed.try_next().await.map_err(BackupError::Backup)? {
            let name = object.key.strip_suffix(FILE);
            let name = name.and_then(|name| name.strip_suffix('/'));
            names.extend(name.filter(|name| !name.contains('/')).map(str::to_owned));
        }
        names.sort();
        Ok(names)
    }
}
