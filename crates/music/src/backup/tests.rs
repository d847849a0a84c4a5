use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use chassis::clock::Clock;
use chassis::database::Database;
use chassis::objects::Objects;
use futures_util::{FutureExt as _, TryStreamExt as _};
use lofty::tag::ItemKey::{AlbumTitle, TrackArtist, TrackTitle};
use sea_orm::EntityTrait as _;
use tempfile::TempDir;
use testkit::{S3, each_database};

use super::copy::kept_key;
use super::*;
use crate::Migrator;
use crate::ingest::fixtures::Shelf;
use crate::ingest::sweep::{EVERY, SweepError, sweep};
use crate::ingest::tests::prepare;
use crate::ingest::{Library, OwnerError, begin_filling, claim, take_over};
use crate::keys;
use crate::store::entities::{rendition, track};
use crate::store::{Snapshot, Store, TABLES};

/// A library with a track that has a rendition, and one that was removed.
async fn filled(database: Database) -> Shelf {
    let shelf = Shelf::new(database);
    let tags = [
        (TrackTitle, "하나"),
        (TrackArtist, "아이유"),
        (AlbumTitle, "꽃"),
    ];
    shelf.write_track("1.wav", 440, &tags);
    shelf.import().await;
    prepare(&shelf, &Store::new(shelf.library.database.clone())).await;
    shelf.write_track("2.wav", 550, &tags);
    shelf.import().await;
    shelf.remove("2.wav");
    shelf.import().await;
    shelf
}

/// A library in which nothing is, not even tables.
async fn empty(folder: &TempDir) -> Library {
    let url = format!("sqlite:{}", folder.path().join("new.sqlite").display());
    Library {
        database: Database::connect(&url).await.unwrap(),
        objects: Objects::in_folder(&folder.path().join("new")).unwrap(),
        work: folder.path().join("work"),
        clock: Clock::manual(1_800_000_000_000),
    }
}

async fn rows(database: &Database) -> BTreeMap<&'static str, Vec<String>> {
    let snapshot = Snapshot::begin(database).await.unwrap();
    let mut all = BTreeMap::new();
    for table in TABLES {
        let mut lines = Vec::new();
        let mut sink = |line: &str| {
            lines.push(line.to_owned());
            Ok(())
        };
        snapshot.read(table, &mut sink).await.unwrap();
        lines.sort();
        all.insert(table.name, lines);
    }
    all
}

/// Takes one, from which nothing must be missing.
async fn take_all(library: &Library, backup: &Objects) -> Manifest {
    let taken = take(library, backup, "1.2.3", &mut |_| {}).await.unwrap();
    assert_eq!(taken.missing, Vec::<String>::new());
    taken.manifest
}

fn of<'a>(library: &'a Library, backup: &'a Objects) -> Restore<'a> {
    Restore {
        library,
        backup,
        place: "the backup",
        name: None,
        takes_over: false,
    }
}

/// Restores the latest, which must not be damaged.
async fn restore_all(library: &Library, backup: &Objects) -> Result<Manifest, BackupError> {
    let restored = of(library, backup).run(&mut |_| {}).await?;
    assert_eq!(restored.lost, Vec::<String>::new());
    Ok(restored.manifest)
}

async fn restore_named(
    library: &Library,
    backup: &Objects,
    name: &str,
) -> Result<Restored, BackupError> {
    let restore = Restore {
        name: Some(name),
        ..of(library, backup)
    };
    restore.run(&mut |_| {}).await
}

#[tokio::test]
async fn what_is_restored_is_what_was_there_on_any_database() {
    each_database::<Migrator>(async |database| {
        let shelf = filled(database.clone()).await;
        let s3 = S3::start().await;
        let backup = Objects::open(&s3.objects()).unwrap();
        let manifest = take_all(&shelf.library, &backup).await;
        // Two originals, a rendition, three widths of one cover.
        assert_eq!(manifest.object_count(), 6);
        // What comes later is not in it.
        shelf.write_track("3.wav", 660, &[(TrackTitle, "later")]);
        let before = rows(&database).await;
        shelf.import().await;
        let folder = TempDir::new().unwrap();
        let library = empty(&folder).await;
        let restored = restore_all(&library, &backup).await.unwrap();
        assert_eq!(restored, manifest);
        assert_eq!(rows(&library.database).await, before);
        assert!(
            library
                .database
                .pending::<Migrator>()
                .await
                .unwrap()
                .0
                .is_empty()
        );
        let again = restore_all(&library, &backup).await;
        assert!(matches!(again, Err(BackupError::NotEmpty)), "{again:?}");
    })
    .await;
}

#[tokio::test]
async fn a_backup_that_is_taken_while_music_is_imported_and_swept_is_one_moment() {
    each_database::<Migrator>(async |database| {
        let shelf = filled(database).await;
        let kept = TempDir::new().unwrap();
        let backup = Objects::in_folder(kept.path()).unwrap();
        let mut tables = 0;
        let mut observe = |step| tables += usize::from(matches!(step, Step::Table { .. }));
        let taken = take(&shelf.library, &backup, "1.2.3", &mut observe).boxed();
        let (taken, imported) = tokio::join!(taken, import_and_sweep(&shelf).boxed_local());
        let taken = taken.unwrap();
        assert_eq!((tables, imported), (TABLES.len(), 3));
        assert_eq!(taken.missing, Vec::<String>::new());
        let taken = taken.manifest;
        let folder = TempDir::new().unwrap();
        let library = empty(&folder).await;
        // Every object that a row names, and no row too few or too many, or the restore says so.
        assert_eq!(restore_all(&library, &backup).await.unwrap(), taken);
        let tracks = track::Entity::find().all(library.database.connection());
        for track in tracks.await.unwrap() {
            let object = library.objects.find(&track.object_key).await.unwrap();
            assert!(object.is_some(), "{track:?}");
        }
    })
    .await;
}

/// Says how many tracks it has added.
async fn import_and_sweep(shelf: &Shelf) -> u64 {
    let mut added = 0;
    // Less than a day in all: a backup that takes longer may lack what was deleted since.
    for number in 3..6 {
        let name = format!("{number}.wav");
        shelf.write_track(&name, 1_000 + 50 * number, &[(TrackTitle, "later")]);
        added += shelf.import().await.added;
        // What its first tags were is an orphan from now on.
        shelf.tag(&name, &[(TrackTitle, "later still")]);
        shelf.import().await;
        sweep(&shelf.library).await.unwrap();
        shelf.library.clock.advance(EVERY);
    }
    added
}

#[tokio::test]
async fn a_second_backup_keeps_each_object_once_and_the_latest_is_restored() {
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = filled(database).await;
    let kept = TempDir::new().unwrap();
    let backup = Objects::in_folder(kept.path()).unwrap();
    let first = take_all(&shelf.library, &backup).await;
    shelf
        .library
        .clock
        .advance(std::time::Duration::from_hours(1));
    shelf.write_track("3.wav", 660, &[(TrackTitle, "later")]);
    shelf.import().await;
    let second = take_all(&shelf.library, &backup).await;
    assert_eq!(Manifest::names(&backup).await.unwrap().len(), 2);
    let folder = TempDir::new().unwrap();
    let restored = restore_all(&empty(&folder).await, &backup).await.unwrap();
    assert_eq!(restored, second);
    let folder = TempDir::new().unwrap();
    let name = Manifest::names(&backup).await.unwrap().remove(0);
    let library = empty(&folder).await;
    let older = restore_named(&library, &backup, &name).await;
    assert_eq!(older.unwrap().manifest, first);
    let library = empty(&TempDir::new().unwrap()).await;
    let none = restore_named(&library, &backup, "2001").await;
    assert!(none.unwrap_err().to_string().contains(&name));
}

#[tokio::test]
async fn a_cover_that_changed_leaves_the_backups_that_have_it_as_it_was() {
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = filled(database).await;
    let kept = TempDir::new().unwrap();
    let backup = Objects::in_folder(kept.path()).unwrap();
    let first = take_all(&shelf.library, &backup).await;
    let objects = &shelf.library.objects;
    let covers: Vec<_> = objects.list("covers").try_collect().await.unwrap();
    let other = Bytes::from_static(b"encoded in another way");
    objects
        .put(&covers[0].key, other, "image/webp")
        .await
        .unwrap();
    shelf
        .library
        .clock
        .advance(std::time::Duration::from_hours(1));
    let second = take_all(&shelf.library, &backup).await;
    assert_ne!(first.objects, second.objects);
    let names = Manifest::names(&backup).await.unwrap();
    assert_eq!(names.len(), 2);
    for (name, taken) in names.iter().zip([first, second]) {
        let folder = TempDir::new().unwrap();
        let library = empty(&folder).await;
        let restored = restore_named(&library, &backup, name).await.unwrap();
        assert_eq!(restored.lost, Vec::<String>::new());
        assert_eq!(restored.manifest, taken);
    }
}

#[tokio::test]
async fn objects_that_are_lost_or_damaged_are_named_and_the_others_are_restored() {
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = filled(database).await;
    let kept = TempDir::new().unwrap();
    let backup = Objects::in_folder(kept.path()).unwrap();
    let tracks = track::Entity::find().all(shelf.library.database.connection());
    let tracks = tracks.await.unwrap();
    let lost = tracks
        .iter()
        .find(|track| track.deleted_at_ms.is_none())
        .unwrap();
    shelf
        .library
        .objects
        .delete(&lost.object_key)
        .await
        .unwrap();
    let taken = take(&shelf.library, &backup, "1.2.3", &mut |_| {}).await;
    assert_eq!(taken.unwrap().missing, [lost.object_key.as_str()]);
    let damaged = tracks
        .iter()
        .find(|track| track.deleted_at_ms.is_some())
        .unwrap();
    let file = kept.path().join(kept_key(&damaged.content_hash));
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let found = rendition::Entity::find().one(shelf.library.database.connection());
    let gone = found.await.unwrap().unwrap();
    std::fs::remove_file(kept.path().join(kept_key(&gone.content_hash))).unwrap();
    let folder = TempDir::new().unwrap();
    let library = empty(&folder).await;
    let restored = of(&library, &backup).run(&mut |_| {}).await.unwrap();
    let expected = [&lost.object_key, &damaged.object_key, &gone.object_key];
    let expected: BTreeSet<String> = expected.into_iter().cloned().collect();
    assert_eq!(BTreeSet::from_iter(restored.lost), expected);
    for key in &expected {
        assert_eq!(library.objects.find(key).await.unwrap(), None);
    }
    assert_eq!(
        rows(&library.database).await,
        rows(&shelf.library.database).await
    );
    let covers: Vec<_> = library.objects.list("covers").try_collect().await.unwrap();
    assert_eq!(covers.len(), 3);
}

#[tokio::test]
async fn what_a_backup_has_cut_off_the_next_one_has_whole() {
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = filled(database).await;
    let kept = TempDir::new().unwrap();
    let backup = Objects::in_folder(kept.path()).unwrap();
    take_all(&shelf.library, &backup).await;
    let tracks = track::Entity::find().all(shelf.library.database.connection());
    let track = tracks.await.unwrap().remove(0);
    let file = kept.path().join(kept_key(&track.content_hash));
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..100]).unwrap();
    take_all(&shelf.library, &backup).await;
    assert!(std::fs::read(&file).unwrap() == bytes);
}

#[tokio::test]
async fn two_backups_of_one_moment_are_two() {
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = filled(database).await;
    let kept = TempDir::new().unwrap();
    let backup = Objects::in_folder(kept.path()).unwrap();
    let both = tokio::join!(
        take_all(&shelf.library, &backup).boxed(),
        take_all(&shelf.library, &backup).boxed()
    );
    assert_eq!(both.0, both.1);
    let names = Manifest::names(&backup).await.unwrap();
    assert_eq!(names.len(), 2);
    for name in names {
        let folder = TempDir::new().unwrap();
        let library = empty(&folder).await;
        restore_named(&library, &backup, &name).await.unwrap();
    }
}

#[tokio::test]
async fn a_restore_that_was_cut_off_anywhere_is_done_again() {
    each_database::<Migrator>(async |database| {
        let shelf = filled(database).await;
        let kept = TempDir::new().unwrap();
        let backup = Objects::in_folder(kept.path()).unwrap();
        take_all(&shelf.library, &backup).await;
        let expected = rows(&shelf.library.database).await;
        // Before the first object, among migrations, and between the rows and the end.
        for steps in [0, 3, u32::MAX] {
            let folder = TempDir::new().unwrap();
            let library = empty(&folder).await;
            begin_filling(&library, false).await.unwrap();
            library
                .database
                .migrate_to::<Migrator>(steps)
                .await
                .unwrap();
            restore_all(&library, &backup).await.unwrap();
            assert_eq!(rows(&library.database).await, expected, "{steps}");
            claim(&library).await.unwrap();

            // What was taken over and cut off is still somebody's.
            begin_filling(&library, true).await.unwrap();
            let refused = restore_all(&library, &backup).await;
            assert!(
                matches!(refused, Err(BackupError::Owner(OwnerError::Taken))),
                "{refused:?}"
            );
            let restore = Restore {
                takes_over: true,
                ..of(&library, &backup)
            };
            restore.run(&mut |_| {}).await.unwrap();
            assert_eq!(rows(&library.database).await, expected, "{steps}");
            claim(&library).await.unwrap();
        }
        let again = restore_all(&shelf.library, &backup).await;
        assert!(matches!(again, Err(BackupError::NotEmpty)), "{again:?}");
    })
    .await;
}

#[tokio::test]
async fn nobody_stores_or_deletes_where_a_restore_is_under_way() {
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = filled(database).await;
    let filling = begin_filling(&shelf.library, true).await.unwrap();
    filling.check(&shelf.library.objects).await.unwrap();
    let refused = sweep(&shelf.library).await.unwrap_err();
    assert!(
        matches!(refused, SweepError::Owner(OwnerError::Filling)),
        "{refused:?}"
    );
    // Somebody takes it back while it is filled, and then it is not marked as the restored library's.
    take_over(&shelf.library).await.unwrap();
    let checked = filling.check(&shelf.library.objects).await;
    assert!(matches!(checked, Err(OwnerError::Taken)), "{checked:?}");
}

#[tokio::test]
async fn objects_of_another_library_are_only_taken_over_by_who_says_so() {
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = filled(database).await;
    let kept = TempDir::new().unwrap();
    let backup = Objects::in_folder(kept.path()).unwrap();
    take_all(&shelf.library, &backup).await;
    let folder = TempDir::new().unwrap();
    let library = Library {
        objects: shelf.library.objects.clone(),
        ..empty(&folder).await
    };
    for is_marked in [true, false] {
        if !is_marked {
            library.objects.delete(keys::OWNER).await.unwrap();
        }
        let refused = restore_all(&library, &backup).await;
        assert!(
            matches!(refused, Err(BackupError::Owner(OwnerError::Taken))),
            "{refused:?}"
        );
    }
    let restore = Restore {
        takes_over: true,
        ..of(&library, &backup)
    };
    restore.run(&mut |_| {}).await.unwrap();
    // The first one still reads them, and that is all.
    assert!(matches!(
        claim(&shelf.library).await,
        Err(OwnerError::Other)
    ));
    claim(&library).await.unwrap();
}

#[tokio::test]
async fn who_is_to_blame_for_a_backup_that_fails_is_told() {
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = filled(database).await;
    let s3 = S3::start().await;
    let away = Objects::open(&s3.objects_with(&[("objects_secret_access_key", "wrong")])).unwrap();
    let taken = take(&shelf.library, &away, "1.2.3", &mut |_| {}).await;
    assert!(matches!(taken, Err(BackupError::Backup(_))), "{taken:?}");
    let library = Library {
        objects: away,
        ..shelf.library.clone()
    };
    let kept = TempDir::new().unwrap();
    let backup = Objects::in_folder(kept.path()).unwrap();
    let taken = take(&library, &backup, "1.2.3", &mut |_| {}).await;
    assert!(
        matches!(taken, Err(BackupError::Owner(OwnerError::Objects(_)))),
        "{taken:?}"
    );
}

#[tokio::test]
async fn a_backup_that_was_cut_off_changed_or_is_newer_is_refused() {
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = filled(database).await;
    let kept = TempDir::new().unwrap();
    let backup = Objects::in_folder(kept.path()).unwrap();
    let folder = TempDir::new().unwrap();
    let library = empty(&folder).await;
    let none = restore_all(&library, &backup).await.unwrap_err();
    assert_eq!(
        none.to_string(),
        "there is no finished backup in the backup; give the place that holds backups, above their names"
    );
    take_all(&shelf.library, &backup).await;
    let name = Manifest::names(&backup).await.unwrap().remove(0);
    let at = |file: &str| kept.path().join(&name).join(file);
    let change = |file: &str, from: &str, to: &str| {
        let text = std::fs::read_to_string(at(file)).unwrap();
        assert!(text.contains(from));
        std::fs::write(at(file), text.replacen(from, to, 1)).unwrap();
    };
    change("tracks.jsonl", "하나", "둘");
    let error = restore_all(&library, &backup).await.unwrap_err();
    assert!(matches!(error, BackupError::Damaged(_)), "{error}");
    change("tracks.jsonl", "둘", "하나");
    // What was cut off can be done again.
    restore_all(&library, &backup).await.unwrap();
    change(
        "manifest.json",
        "m0001_create_catalogue",
        "m9999_of_tomorrow",
    );
    let error = restore_all(&empty(&TempDir::new().unwrap()).await, &backup)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("1.2.3"), "{error}");
    std::fs::remove_file(at("manifest.json")).unwrap();
    let error = restore_all(&library, &backup).await.unwrap_err();
    assert!(matches!(error, BackupError::None(_)), "{error}");
}
