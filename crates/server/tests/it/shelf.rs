//! A small shelf of music made by code, and what a library holds, read from outside.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chassis::database::Database;
use sea_orm::{ConnectionTrait as _, Statement};
use tempfile::TempDir;

/// A folder of music beside a data folder.
pub(crate) struct Shelf {
    folder: TempDir,
}

impl Shelf {
    pub(crate) fn new() -> Self {
        let shelf = Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        fs::create_dir(shelf.music()).expect("a folder");
        shelf
    }

    pub(crate) fn music(&self) -> PathBuf {
        self.folder.path().join("music")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Any folder beside them; it is made.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        let folder = self.folder.path().join(name);
        fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    /// Writes a file of the music folder.
    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.music().join(path);
        fs::create_dir_all(path.parent().expect("below the folder")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }

    /// Two albums of two artists, and one track that lies there twice.
    pub(crate) fn fill(&self) {
        for (index, album) in ["Kim/2020 - One", "Lee/2021 - Two"].into_iter().enumerate() {
            for number in 1..=4_u32 {
                let seed = u32::try_from(index).expect("two") * 10 + number;
                let path = format!("{album}/{number:02} - Track {number}.wav");
                self.write(&path, &wave(seed, 400));
            }
        }
        self.write("Lee/2021 - Two/05 - Again.wav", &wave(1, 400));
    }
}

/// A tone that differs by its seed: WAV, 8 kHz, 8 bit, mono.
pub(crate) fn wave(seed: u32, length_ms: u32) -> Vec<u8> {
    let sample_count = 8 * length_ms;
    let mut wave = Vec::from(*b"RIFF");
    wave.extend((36 + sample_count).to_le_bytes());
    wave.extend(b"WAVEfmt ");
    wave.extend(16_u32.to_le_bytes());
    wave.extend([1, 0, 1, 0]);
    wave.extend(8_000_u32.to_le_bytes());
    wave.extend(8_000_u32.to_le_bytes());
    wave.extend([1, 0, 8, 0]);
    wave.extend(b"data");
    wave.extend(sample_count.to_le_bytes());
    let period = 10 + seed;
    wave.extend((0..sample_count).map(|at| if at % period < period / 2 { 0x60 } else { 0xa0 }));
    wave
}

/// Leaves the processor to what is waited for, which may have a low priority.
pub(crate) fn pause() {
    std::thread::park_timeout(Duration::from_millis(5));
}

/// What a library holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Holdings {
    /// Titles with their albums and objects.
    pub(crate) tracks: Vec<String>,
    pub(crate) artists: Vec<String>,
    pub(crate) renditions: Vec<String>,
    /// Rows of the tables that hang on tracks.
    pub(crate) counts: Vec<(&'static str, i64)>,
    /// Files below the objects' folder.
    pub(crate) files: BTreeSet<PathBuf>,
}

impl Holdings {
    pub(crate) async fn read(data: &Path) -> Self {
        let database = open(data).await;
        let tracks = texts(
            &database,
            "SELECT t.title || '|' || a.title || '|' || t.object_key || '|' || COALESCE(t.deleted_at_ms, '') \
             FROM tracks t JOIN albums a ON a.id = t.album_id ORDER BY 1",
        );
        let renditions = texts(
            &database,
            "SELECT t.title || '|' || r.bit_rate_kbps || '|' || r.object_key \
             FROM renditions r JOIN tracks t ON t.id = r.track_id ORDER BY 1",
        );
        let artists = texts(&database, "SELECT name FROM artists ORDER BY 1");
        let (tracks, renditions, artists) = (tracks.await, renditions.await, artists.await);
        let mut counts = Vec::new();
        for table in [
            "sources",
            "covers",
            "jobs",
            "track_artists",
            "album_artists",
            "search_grams",
        ] {
            counts.push((
                table,
                number(&database, &format!("SELECT COUNT(*) FROM {table}")).await,
            ));
        }
        database.close().await.expect("a closed database");
        let mut files = BTreeSet::new();
        list(&data.join("music"), &data.join("music"), &mut files);
        Self {
            tracks,
            artists,
            renditions,
            counts,
            files,
        }
    }
}

/// The database of a process.
pub(crate) async fn open(data: &Path) -> Database {
    let url = format!("sqlite:{}", data.join("music.sqlite").display());
    Database::connect(&url)
        .await
        .expect("the database of the process")
}

/// Runs one statement on the database of a process.
pub(crate) async fn run(data: &Path, sql: &str) {
    let database = open(data).await;
    let done = database.connection().execute_unprepared(sql).await;
    done.expect("a statement that works");
    database.close().await.expect("a closed database");
}

/// Reads the only number that a query gives.
pub(crate) async fn number(database: &Database, sql: &str) -> i64 {
    let query = Statement::from_string(database.backend(), sql);
    let row = database.connection().query_one_raw(query).await;
    let row = row.expect("a query that works").expect("one row");
    row.try_get_by_index(0).expect("a number")
}

async fn texts(database: &Database, sql: &str) -> Vec<String> {
    let query = Statement::from_string(database.backend(), sql);
    let rows = database.connection().query_all_raw(query).await;
    let rows = rows.expect("a query that works");
    rows.iter()
        .map(|row| row.try_get_by_index(0).expect("a text"))
        .collect()
}

fn list(root: &Path, folder: &Path, files: &mut BTreeSet<PathBuf>) {
    let entries = fs::read_dir(folder).into_iter().flatten();
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            list(root, &path, files);
        } else {
            files.insert(path.strip_prefix(root).expect("below it").to_owned());
        }
    }
}
