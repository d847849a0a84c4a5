//! Objects that nobody names go, late enough; those that somebody names stay.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use chassis::objects::Objects;
use futures_util::TryStreamExt as _;
use lofty::tag::ItemKey::TrackTitle;
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, Set};
use testkit::each_database;
use tokio::sync::Notify;

use crate::Migrator;
use crate::ingest::fixtures::Shelf;
use crate::ingest::loudness::Blocks;
use crate::ingest::make::{MakeError, make};
use crate::ingest::sweep::{EVERY, GRACE, RETENTION, SweepError, Swept, sweep};
use crate::ingest::transcode::Ffmpeg;
use crate::ingest::{ImportError, ImportOptions, OwnerError, import};
use crate::keys;
use crate::store::entities::{orphan, rendition, track};
use crate::store::{Claimed, DeletedBefore, JobKind, OrphanError, Prepared, Store};

/// The originals and renditions that are stored.
async fn objects(shelf: &Shelf) -> BTreeSet<String> {
    let listed = shelf.library.objects.list("");
    let objects: Vec<_> = listed.try_collect().await.unwrap();
    let keys = objects.into_iter().map(|object| object.key);
    keys.filter(|key| keys::SWEPT.iter().any(|folder| key.starts_with(folder)))
        .collect()
}

async fn swept(shelf: &Shelf) -> Swept {
    sweep(&shelf.library)
        .await
        .unwrap()
        .expect("nobody else sweeps")
}

async fn only_track(shelf: &Shelf) -> track::Model {
    let tracks = track::Entity::find().all(shelf.library.database.connection());
    let [track] = <[_; 1]>::try_from(tracks.await.unwrap()).unwrap();
    track
}

fn counts(orphans: usize, deleted: usize) -> Swept {
    Swept { orphans, deleted }
}

#[tokio::test]
async fn the_original_of_a_retagged_file_goes_after_the_grace_and_not_before() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        shelf.write_track("a.wav", 440, &[(TrackTitle, "Old")]);
        shelf.import().await;
        let old = objects(&shelf).await;
        shelf.tag("a.wav", &[(TrackTitle, "New")]);
        shelf.import().await;
        let both = objects(&shelf).await;
        assert_eq!((old.len(), both.len()), (1, 2));

        assert_eq!(swept(&shelf).await, counts(1, 0));
        assert_eq!(
            sweep(&shelf.library).await.unwrap(),
            None,
            "it is not time yet"
        );
        shelf
            .library
            .clock
            .advance(GRACE.saturating_sub(Duration::from_millis(1)));
        assert_eq!(swept(&shelf).await, counts(1, 0));
        assert_eq!(objects(&shelf).await, both);
        shelf.library.clock.advance(EVERY);
        assert_eq!(swept(&shelf).await, counts(0, 1));
        let left = objects(&shelf).await;
        assert_eq!(left, &both - &old);
        assert!(left.contains(&only_track(&shelf).await.object_key));
    })
    .await;
}

#[tokio::test]
async fn an_orphan_that_is_named_again_is_no_orphan() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        shelf.write_track("a.wav", 440, &[(TrackTitle, "Old")]);
        shelf.import().await;
        let old = std::fs::read(shelf.path("a.wav")).unwrap();
        let old_key = only_track(&shelf).await.object_key;
        shelf.tag("a.wav", &[(TrackTitle, "New")]);
        shelf.import().await;
        assert_eq!(swept(&shelf).await, counts(1, 0));
        shelf.write("a.wav", &old);
        shelf.import().await;
        assert_eq!(only_track(&shelf).await.object_key, old_key);
        shelf.library.clock.advance(GRACE);
        // Now it is the other one that nobody names, and only since now.
        assert_eq!(swept(&shelf).await, counts(1, 0));
        assert!(objects(&shelf).await.contains(&old_key));
    })
    .await;
}

#[tokio::test]
async fn what_a_crash_left_without_a_row_goes_and_nothing_else() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        shelf.write_track("a.wav", 440, &[]);
        shelf.import().await;
        let before = objects(&shelf).await;
        for key in ["originals/00/00aa.wav", "renditions/00/00aa.mp4"] {
            put(&shelf.library.objects, key).await;
        }
        assert_eq!(swept(&shelf).await, counts(2, 0));
        shelf.library.clock.advance(GRACE);
        assert_eq!(swept(&shelf).await, counts(0, 2));
        assert_eq!(objects(&shelf).await, before);
    })
    .await;
}

async fn put(objects: &Objects, key: &str) {
    let bytes = Bytes::from_static(b"x");
    objects.put(key, bytes, "audio/mp4").await.unwrap();
}

/// Gives the track one rendition, as preparation does.
pub(crate) async fn prepare(shelf: &Shelf, store: &Store) {
    let clock = &shelf.library.clock;
    let claimed = store.claim_job(JobKind::Prepare, clock).await.unwrap();
    let Some(Claimed::Held(claim)) = claimed else {
        panic!("{claimed:?}");
    };
    let key = "renditions/11/1100.mp4";
    put(&shelf.library.objects, key).await;
    let prepared = Prepared {
        duration_ms: 500,
        gain_db: None,
        loudness_lufs: None,
        blocks: Blocks::default(),
        peak: 0.0,
        waveform: vec![0; 400],
        renditions: vec![rendition::Model {
            id: "r".to_owned(),
            track_id: claim.subject_id.clone(),
            bit_rate_kbps: 64,
            object_key: key.to_owned(),
            size_bytes: 1,
            // Of "x".
            content_hash: "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
                .to_owned(),
            sample_rate_hz: 44_100,
            init_bytes: 1,
            fragment_frames: 48,
            frame_count: 0,
            fragment_bytes: Vec::new(),
            average_bps: 0,
            peak_bps: 0,
            created_at_ms: 0,
        }],
    };
    assert!(store.save_prepared(&claim, prepared, clock).await.unwrap());
}

#[tokio::test]
async fn a_deleted_track_keeps_its_objects_for_a_month_and_comes_back_without_them() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        shelf.write_track("a.wav", 440, &[(TrackTitle, "One")]);
        shelf.write_track("b.wav", 550, &[(TrackTitle, "Two")]);
        shelf.import().await;
        let store = Store::new(shelf.library.database.clone());
        prepare(&shelf, &store).await;
        let prepared = rendition::Entity::find().one(shelf.library.database.connection());
        let track_id = prepared.await.unwrap().unwrap().track_id;
        let track = store.find_track_row(&track_id).await.unwrap().unwrap();
        let name = if track.title == "One" {
            "a.wav"
        } else {
            "b.wav"
        };
        let bytes = std::fs::read(shelf.path(name)).unwrap();
        let before = objects(&shelf).await;
        assert_eq!(before.len(), 3);

        shelf.remove(name);
        shelf.import().await;
        shelf.library.clock.advance(RETENTION);
        assert_eq!(swept(&shelf).await, counts(0, 0));
        shelf.library.clock.advance(EVERY);
        assert_eq!(swept(&shelf).await, counts(2, 0));
        shelf.library.clock.advance(GRACE);
        assert_eq!(swept(&shelf).await, counts(0, 2));
        let left = objects(&shelf).await;
        assert_eq!(left.len(), 1);

        shelf.write(name, &bytes);
        assert_eq!(shelf.import().await.restored, 1);
        let back = store.find_track_row(&track_id).await.unwrap().unwrap();
        assert_eq!((&back.title, back.analysed_at_ms), (&track.title, None));
        assert!(objects(&shelf).await.contains(&back.object_key));
        let jobs = store.count_jobs(JobKind::Prepare).await.unwrap();
        assert_eq!(
            jobs.open, 2,
            "it is prepared anew, as the other one was never"
        );
    })
    .await;
}

#[tokio::test]
async fn a_library_deletes_and_stores_nothing_where_the_objects_are_another_ones() {
    each_database::<Migrator>(async |database| {
        let (_folder, other) = testkit::new_sqlite::<Migrator>().await;
        let owner = Shelf::new(other);
        owner.write_track("a.wav", 440, &[(TrackTitle, "One")]);
        owner.import().await;
        let before = objects(&owner).await;

        let mut shelf = Shelf::new(database);
        // A track of its own, so that it is no new database.
        shelf.write_track("b.wav", 550, &[(TrackTitle, "Two")]);
        shelf.import().await;
        shelf.library.objects = owner.library.objects.clone();
        for _ in 0..2 {
            let swept = sweep(&shelf.library).await;
            assert!(
                matches!(swept, Err(SweepError::Owner(OwnerError::Other))),
                "{swept:?}"
            );
            shelf.library.clock.advance(EVERY + GRACE);
        }
        shelf.write_track("c.wav", 660, &[(TrackTitle, "Three")]);
        let options = ImportOptions::new(shelf.root());
        let refused = import(&shelf.library, &options, &mut |_| {}).await;
        assert!(
            matches!(refused, Err(ImportError::Owner(OwnerError::Other))),
            "{refused:?}"
        );
        let ffmpeg = Ffmpeg::new("/nowhere/ffmpeg".into());
        let refused = make(&shelf.library, &only_track(&shelf).await.id, &ffmpeg).await;
        assert!(
            matches!(refused, Err(MakeError::Owner(OwnerError::Other))),
            "{refused:?}"
        );
        assert_eq!(objects(&owner).await, before);

        // Whoever means it says so, and then it is the first one that is refused.
        let options = ImportOptions {
            takes_over: true,
            ..options
        };
        import(&shelf.library, &options, &mut |_| {}).await.unwrap();
        assert_eq!(objects(&owner).await.len(), 2);
        let refused = sweep(&owner.library).await;
        assert!(
            matches!(refused, Err(SweepError::Owner(OwnerError::Other))),
            "{refused:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn objects_without_a_mark_are_of_the_library_that_names_them() {
    each_database::<Migrator>(async |database| {
        let owner = Shelf::new(database);
        owner.write_track("a.wav", 440, &[(TrackTitle, "One")]);
        owner.import().await;
        // As the version before this one leaves them.
        owner.library.objects.delete(keys::OWNER).await.unwrap();
        let (_folder, other) = testkit::new_sqlite::<Migrator>().await;
        let mut shelf = Shelf::new(other);
        shelf.library.objects = owner.library.objects.clone();
        shelf.write_track("b.wav", 550, &[(TrackTitle, "Two")]);
        let options = ImportOptions::new(shelf.root());
        let refused = import(&shelf.library, &options, &mut |_| {}).await;
        assert!(
            matches!(refused, Err(ImportError::Owner(OwnerError::Other))),
            "{refused:?}"
        );
        assert_eq!(swept(&owner).await, counts(0, 0));
        let mark = owner.library.objects.find(keys::OWNER).await.unwrap();
        assert!(mark.is_some(), "the sweep marks what the library names");
    })
    .await;
}

#[tokio::test]
async fn an_object_that_was_named_between_has_its_whole_grace() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        shelf.write_track("a.wav", 440, &[(TrackTitle, "Old")]);
        shelf.import().await;
        // A sweep saw it between its object and its row.
        let key = [only_track(&shelf).await.object_key];
        let orphan = orphan::ActiveModel {
            object_key: Set(key[0].clone()),
            found_at_ms: Set(shelf.library.clock.now_ms()),
        };
        let connection = shelf.library.database.connection();
        orphan.insert(connection).await.unwrap();
        assert_eq!(swept(&shelf).await, counts(0, 0));
        shelf.library.clock.advance(GRACE);
        shelf.tag("a.wav", &[(TrackTitle, "New")]);
        shelf.import().await;
        assert_eq!(swept(&shelf).await, counts(1, 0));
    })
    .await;
}

#[tokio::test]
async fn who_takes_an_object_back_waits_for_its_deletion_and_gets_another_key() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        let (store, objects) = (
            Store::new(shelf.library.database.clone()),
            &shelf.library.objects,
        );
        let key_of = |number| keys::original("00aa", "wav", number);
        let key = key_of(0);
        put(objects, &key).await;
        let deleted = DeletedBefore(0);
        let noted = store.note_orphans(std::slice::from_ref(&key), deleted, 0);
        assert_eq!(noted.await.unwrap(), 1);
        assert!(store.spend_key(&key, 0, deleted, 0).await.unwrap());
        let begun = Notify::new();
        let delete = async {
            begun.notify_one();
            // The other one comes as far as it can.
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            objects.delete(&key).await.map_err(OrphanError::from)
        };
        let take_back = async {
            begun.notified().await;
            let taken = store.reclaim_key(key_of).await.unwrap();
            (taken, objects.find(&key).await)
        };
        let (is_deleted, (taken, found)) =
            tokio::join!(store.delete_orphan(&key, 0, delete), take_back);
        assert!(is_deleted.unwrap());
        assert_eq!((taken, found.unwrap()), (key_of(1), None));
    })
    .await;
}

#[tokio::test]
async fn a_deletion_that_arrives_late_hits_nothing_that_a_row_names() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        shelf.write_track("a.wav", 440, &[(TrackTitle, "Old")]);
        shelf.import().await;
        let old = std::fs::read(shelf.path("a.wav")).unwrap();
        let old_key = only_track(&shelf).await.object_key;
        shelf.tag("a.wav", &[(TrackTitle, "New")]);
        shelf.import().await;
        assert_eq!(swept(&shelf).await, counts(1, 0));
        // A process that sweeps is stopped after it has looked whether somebody names the object.
        let store = Store::new(shelf.library.database.clone());
        let now_ms = shelf.library.clock.now_ms();
        let spent = store.spend_key(&old_key, now_ms, DeletedBefore(0), now_ms);
        assert!(spent.await.unwrap());
        shelf.write("a.wav", &old);
        shelf.import().await;
        // It goes on where it was.
        shelf.library.objects.delete(&old_key).await.unwrap();
        let key = only_track(&shelf).await.object_key;
        assert_ne!(key, old_key);
        assert!(objects(&shelf).await.contains(&key));

        // After a while the key is as any other.
        shelf.library.clock.advance(RETENTION + EVERY);
        swept(&shelf).await;
        let key_of = |number| match number {
            0 => old_key.clone(),
            _ => panic!("it is forgotten that it was spent"),
        };
        assert_eq!(store.reclaim_key(key_of).await.unwrap(), old_key);
    })
    .await;
}

#[tokio::test]
async fn an_orphan_that_cannot_be_deleted_does_not_keep_the_others() {
    each_database::<Migrator>(async |database| {
        let mut shelf = Shelf::new(database);
        let folder = tempfile::tempdir().unwrap();
        shelf.library.objects = Objects::in_folder(folder.path()).unwrap();
        shelf.write_track("a.wav", 440, &[(TrackTitle, "One")]);
        shelf.import().await;
        let named = objects(&shelf).await;
        let store = Store::new(shelf.library.database.clone());
        // A folder where a file should be: nobody can delete that, not even root.
        let stuck = ["originals/00/00aa.wav".to_owned()];
        std::fs::create_dir_all(folder.path().join(&stuck[0])).unwrap();
        let first_ms = shelf.library.clock.now_ms();
        let noted = store.note_orphans(&stuck, DeletedBefore(0), first_ms);
        noted.await.unwrap();
        shelf.library.clock.advance(Duration::from_secs(1));
        put(&shelf.library.objects, "originals/11/11bb.wav").await;
        assert_eq!(swept(&shelf).await, counts(1, 0));
        for deleted in [1, 0] {
            shelf.library.clock.advance(GRACE);
            assert_eq!(swept(&shelf).await, counts(0, deleted));
        }
        assert_eq!(objects(&shelf).await, named);
        // It is tried again in every round.
        std::fs::remove_dir(folder.path().join(&stuck[0])).unwrap();
        shelf.library.clock.advance(EVERY);
        assert_eq!(swept(&shelf).await, counts(0, 1));
    })
    .await;
}
