//! A small library made by code: WAV files with ID3 tags, in a folder that goes with it.

use std::f32::consts::TAU;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use chassis::clock::Clock;
use chassis::database::Database;
use chassis::objects::Objects;
use lofty::config::WriteOptions;
use lofty::tag::{ItemKey, Tag, TagExt as _, TagType};
use object_store::memory::InMemory;
use tempfile::TempDir;

use super::{FileOutcome, ImportEvent, ImportOptions, ImportSummary, Library, import};

/// A folder of music and a library to import it into.
pub(crate) struct Shelf {
    folder: TempDir,
    _work: TempDir,
    pub(crate) library: Library,
    /// Each file gets a later time than the one before, as if seconds had gone by.
    next_time_s: AtomicI64,
}

impl Shelf {
    /// An empty folder beside a database.
    pub(crate) fn new(database: Database) -> Self {
        let work = tempfile::tempdir().unwrap();
        Self {
            folder: tempfile::tempdir().unwrap(),
            library: Library {
                database,
                objects: Objects::of(Arc::new(InMemory::new())),
                work: work.path().to_owned(),
                clock: Clock::manual(1_700_000_000_000),
            },
            next_time_s: AtomicI64::new(1_600_000_000),
            _work: work,
        }
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Where a file lies; its folders are made.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    /// Writes any bytes.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
        self.touch(name);
    }

    /// Writes a tone of half a second with tags; another pitch is another recording.
    pub(crate) fn write_track(&self, name: &str, pitch_hz: u16, tags: &[(ItemKey, &str)]) {
        self.write(name, &wav(pitch_hz, 44_100, 2, 500));
        if !tags.is_empty() {
            self.tag(name, tags);
        }
    }

    /// Replaces the tags of a file.
    pub(crate) fn tag(&self, name: &str, tags: &[(ItemKey, &str)]) {
        let mut tag = Tag::new(TagType::Id3v2);
        for (key, value) in tags {
            tag.insert_text(*key, (*value).to_owned());
        }
        tag.save_to_path(self.path(name), WriteOptions::default())
            .unwrap();
        self.touch(name);
    }

    /// Gives a file a time of its own.
    pub(crate) fn touch(&self, name: &str) {
        let at_s = self.next_time_s.fetch_add(1, Ordering::Relaxed);
        let at = UNIX_EPOCH + Duration::from_secs(u64::try_from(at_s).unwrap());
        let file = std::fs::File::options()
            .write(true)
            .open(self.path(name))
            .unwrap();
        file.set_modified(at).unwrap();
    }

    pub(crate) fn rename(&self, from: &str, to: &str) {
        std::fs::rename(self.path(from), self.path(to)).unwrap();
    }

    pub(crate) fn remove(&self, name: &str) {
        std::fs::remove_file(self.path(name)).unwrap();
    }

    /// Imports the folder; time goes on by a second.
    pub(crate) async fn import(&self) -> ImportSummary {
        self.import_with(&ImportOptions::new(self.root())).await.0
    }

    /// Imports with options; also what became of each file.
    pub(crate) async fn import_with(
        &self,
        options: &ImportOptions,
    ) -> (ImportSummary, Vec<(String, FileOutcome)>) {
        self.library.clock.advance(Duration::from_secs(1));
        let mut files = Vec::new();
        let summary = import(&self.library, options, &mut |event| {
            if let ImportEvent::File { path, outcome, .. } = event {
                files.push((path, outcome));
            }
        })
        .await
        .unwrap();
        (summary, files)
    }
}

/// A tone as 16-bit PCM.
pub(crate) fn wav(pitch_hz: u16, rate_hz: u32, channels: u16, length_ms: u32) -> Vec<u8> {
    let frame_count = rate_hz * length_ms / 1_000;
    let mut data = Vec::new();
    for at in 0..frame_count {
        let turn = (f64::from(at) * f64::from(pitch_hz) / f64::from(rate_hz)).fract();
        #[expect(clippy::cast_possible_truncation, reason = "within half of full scale")]
        let sample = (f64::from(TAU) * turn).sin().mul_add(16_000.0, 0.0) as i16;
        for _ in 0..channels {
            data.extend(sample.to_le_bytes());
        }
    }
    let data_bytes = u32::try_from(data.len()).unwrap();
    let frame_bytes = channels * 2;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + data_bytes).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    file.extend(channels.to_le_bytes());
    file.extend(rate_hz.to_le_bytes());
    file.extend((rate_hz * u32::from(frame_bytes)).to_le_bytes());
    file.extend(frame_bytes.to_le_bytes());
    file.extend(b"\x10\0data");
    file.extend(data_bytes.to_le_bytes());
    file.extend(data);
    file
}
