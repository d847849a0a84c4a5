//! Files with a damaged spot: what is left of them is prepared, and what cannot be is named with every run.

use std::path::Path;
use std::process::Command;

use chassis::lifecycle::Tasks;
use sea_orm::EntityTrait as _;

use crate::Migrator;
use crate::ingest::fixtures::{Shelf, wav};
use crate::ingest::{ImportOptions, Unprepared, list_unprepared, prepare_all};
use crate::store::entities::track;

/// Makes another format of a WAV file.
pub(super) fn encode(wave: &[u8], name: &str, options: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from.wav"), folder.path().join(name));
    std::fs::write(&from, wave).unwrap();
    ffmpeg(&from, &to, options);
    std::fs::read(to).unwrap()
}

pub(super) fn ffmpeg(from: &Path, to: &Path, options: &[&str]) {
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-i"]).arg(from);
    assert!(command.args(options).arg(to).status().unwrap().success());
}

/// Noise in the middle of a file, as a bad sector leaves it.
fn damage(file: &mut [u8], from: usize, length: usize) {
    for (at, byte) in file[from..from + length].iter_mut().enumerate() {
        *byte = u8::try_from(at * at % 251).unwrap();
    }
}

#[tokio::test]
async fn a_track_with_a_damaged_spot_is_prepared() {
    if !testkit::has_ffmpeg() {
        return;
    }
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = Shelf::new(database);
    let wave = wav(440, 44_100, 2, 12_000);
    for name in ["a.flac", "b.mp3", "c.ogg"] {
        let mut file = encode(&wave, name, &[]);
        let middle = file.len() / 2;
        damage(&mut file, middle, 1_500);
        shelf.write(name, &file);
    }
    assert_eq!(shelf.import().await.added, 3);
    let summary = prepare_all(&shelf.library, &Tasks::default(), 1, &|_| {}).await;
    assert_eq!(summary.unwrap().ready, 3);
    let connection = shelf.library.database.connection();
    for row in track::Entity::find().all(connection).await.unwrap() {
        assert!(
            (10_500..=12_100).contains(&row.duration_ms),
            "{}",
            row.title
        );
    }
    let named = list_unprepared(&shelf.library, &shelf.root().into(), 0).await;
    assert_eq!(named.unwrap(), []);
}

#[tokio::test]
async fn what_cannot_be_prepared_is_named_with_every_run_until_it_is_mended() {
    if !testkit::has_ffmpeg() {
        return;
    }
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = Shelf::new(database);
    let whole = encode(&wav(440, 44_100, 2, 12_000), "a.flac", &[]);
    let mut file = whole.clone();
    damage(&mut file, 9_000, whole.len() - 15_000);
    shelf.write("album/a.flac", &file);
    shelf.write("b.wav", &wav(550, 8_000, 1, 100));
    let prepare = async || {
        let tasks = Tasks::default();
        prepare_all(&shelf.library, &tasks, 1, &|_| {})
            .await
            .unwrap()
    };
    let named = async |folder: &Path, since_ms| {
        let named = list_unprepared(&shelf.library, &folder.into(), since_ms).await;
        named.unwrap()
    };
    for import in 1..=2 {
        shelf.import().await;
        prepare().await;
        let named = named(shelf.root(), i64::MAX).await;
        assert_eq!(named.len(), 1, "import {import}: {named:?}");
        let Unprepared { path, reason, .. } = &named[0];
        assert_eq!((path.as_str(), named[0].is_final), ("album/a.flac", true));
        let expected = "it is damaged: only ";
        assert!(reason.starts_with(expected), "{reason}");
        assert!(
            reason.ends_with(" of 12 seconds can be decoded"),
            "{reason}"
        );
    }
    // A run over another folder tells of it only when it was the one that tried.
    let elsewhere = tempfile::tempdir().unwrap();
    assert_eq!(named(elsewhere.path(), i64::MAX).await, []);
    let whole_path = shelf.path("album/a.flac").canonicalize().unwrap();
    let told = named(elsewhere.path(), 0).await;
    assert_eq!(Path::new(&told[0].path), whole_path);

    let thorough = ImportOptions {
        is_thorough: true,
        ..ImportOptions::new(shelf.root())
    };
    shelf.import_with(&thorough).await;
    assert_eq!(named(shelf.root(), 0).await, []);
    prepare().await;
    assert_eq!(named(shelf.root(), 0).await.len(), 1);
    shelf.write("album/a.flac", &whole);
    shelf.import().await;
    prepare().await;
    assert_eq!(named(shelf.root(), 0).await, []);
}
