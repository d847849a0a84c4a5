//! The gain of an album follows its tracks, whoever measures them and wherever they go.

use std::sync::Mutex;

use chassis::clock::Clock;
use chassis::database::Database;
use chassis::lifecycle::Tasks;
use lofty::tag::ItemKey::{AlbumTitle, TrackArtist, TrackTitle};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use testkit::each_database;

use crate::Migrator;
use crate::ingest::fixtures::Shelf;
use crate::ingest::loudness::Blocks;
use crate::ingest::{PrepareOutcome, prepare_all};
use crate::store::entities::album;
use crate::store::{Claim, Claimed, GivenBack, JobKind, LEASE, Prepared, Retry, Store};

/// A shelf with tracks of one album, named by their titles.
async fn shelf_with(database: Database, titles: &[&str]) -> (Shelf, Store, Clock) {
    let shelf = Shelf::new(database);
    for (pitch, title) in (440..).zip(titles) {
        tag(&shelf, title, pitch, "One");
    }
    shelf.import().await;
    let store = Store::new(shelf.library.database.clone());
    let clock = shelf.library.clock.clone();
    (shelf, store, clock)
}

fn tag(shelf: &Shelf, title: &str, pitch: u16, album: &str) {
    let artist = (TrackArtist, "Somebody");
    let tags = [(TrackTitle, title), artist, (AlbumTitle, album)];
    shelf.write_track(&format!("{title}.wav"), pitch, &tags);
}

async fn claim(store: &Store, clock: &Clock) -> Claim {
    let claimed = store.claim_job(JobKind::Prepare, clock).await.unwrap();
    let Some(Claimed::Held(claim)) = claimed else {
        panic!("{claimed:?}");
    };
    claim
}

/// As if a minute of even loudness had been measured.
fn measured(lufs: f64) -> Prepared {
    let blocks = Blocks::even(lufs, 60_000);
    Prepared {
        duration_ms: 60_000,
        gain_db: None,
        loudness_lufs: blocks.loudness_lufs(),
        blocks,
        peak: 0.5,
        waveform: vec![0; 400],
        renditions: Vec::new(),
    }
}

async fn gain_db(shelf: &Shelf, title: &str) -> Option<f64> {
    let album = album::Entity::find()
        .filter(album::Column::Title.eq(title))
        .one(shelf.library.database.connection());
    let gain = album.await.unwrap().unwrap().gain_db;
    gain.map(|gain| (gain * 100.0).round() / 100.0)
}

#[tokio::test]
async fn an_album_is_levelled_when_its_last_track_is_measured_and_quiet_ones_are_gated() {
    each_database::<Migrator>(async |database| {
        let (shelf, store, clock) = shelf_with(database, &["a", "b"]).await;
        for (lufs, expected) in [(-10.0, None), (-30.0, Some(-8.05))] {
            let held = claim(&store, &clock).await;
            let saved = store.save_prepared(&held, measured(lufs), &clock).await;
            assert!(saved.unwrap());
            assert_eq!(gain_db(&shelf, "One").await, expected, "{lufs}");
        }
    })
    .await;
}

#[tokio::test]
async fn two_processes_that_measure_the_last_two_tracks_level_the_album() {
    each_database::<Migrator>(async |database| {
        let (shelf, store, clock) = shelf_with(database, &["a", "b"]).await;
        let (first, second) = (claim(&store, &clock).await, claim(&store, &clock).await);
        let (first, second) = tokio::join!(
            store.save_prepared(&first, measured(-10.0), &clock),
            store.save_prepared(&second, measured(-30.0), &clock),
        );
        assert!(first.unwrap() && second.unwrap());
        assert_eq!(gain_db(&shelf, "One").await, Some(-8.05));
    })
    .await;
}

#[tokio::test]
async fn a_track_that_moves_goes_or_comes_back_levels_its_albums() {
    each_database::<Migrator>(async |database| {
        let (shelf, store, clock) = shelf_with(database, &["a", "b"]).await;
        // Whose job comes first is not said: both are as loud.
        for _ in 0..2 {
            let held = claim(&store, &clock).await;
            let saved = store.save_prepared(&held, measured(-10.0), &clock).await;
            saved.unwrap();
        }
        assert_eq!(gain_db(&shelf, "One").await, Some(-8.05));

        tag(&shelf, "b", 441, "Other");
        shelf.import().await;
        assert_eq!(gain_db(&shelf, "One").await, Some(-8.05));
        assert_eq!(gain_db(&shelf, "Other").await, Some(-8.05));

        let bytes = std::fs::read(shelf.path("b.wav")).unwrap();
        shelf.remove("b.wav");
        shelf.import().await;
        assert_eq!(gain_db(&shelf, "Other").await, None);
        shelf.write("b.wav", &bytes);
        shelf.import().await;
        assert_eq!(gain_db(&shelf, "Other").await, Some(-8.05));
    })
    .await;
}

#[tokio::test]
async fn an_album_does_not_wait_for_a_track_that_cannot_be_measured() {
    each_database::<Migrator>(async |database| {
        let (shelf, store, clock) = shelf_with(database, &["a", "b"]).await;
        let held = claim(&store, &clock).await;
        let saved = store.save_prepared(&held, measured(-20.0), &clock).await;
        saved.unwrap();
        assert_eq!(gain_db(&shelf, "One").await, None);
        let held = claim(&store, &clock).await;
        let failed = store.fail_job(&held, "undecodable", Retry::Never, &clock);
        assert_eq!(failed.await.unwrap(), GivenBack::Poisoned);
        assert_eq!(gain_db(&shelf, "One").await, Some(1.95));
    })
    .await;
}

#[tokio::test]
async fn an_album_does_not_wait_for_a_track_that_kills_its_workers() {
    if !testkit::has_ffmpeg() {
        return;
    }
    each_database::<Migrator>(async |database| {
        let (shelf, store, clock) = shelf_with(database, &["a", "b"]).await;
        let held = claim(&store, &clock).await;
        let saved = store.save_prepared(&held, measured(-20.0), &clock).await;
        saved.unwrap();
        for _death in 0..10 {
            claim(&store, &clock).await;
            clock.advance(LEASE * 2);
        }
        let told = Mutex::new(Vec::new());
        let tell = |outcome: &PrepareOutcome| told.lock().unwrap().push(outcome.clone());
        let prepared = prepare_all(&shelf.library, &Tasks::default(), 1, &tell).await;
        assert_eq!(prepared.unwrap().failed, 1);
        let reason = "its worker ended without a word each time".to_owned();
        let failed = PrepareOutcome::Failed {
            reason,
            is_outage: false,
        };
        assert_eq!(told.into_inner().unwrap(), [failed]);
        assert_eq!(gain_db(&shelf, "One").await, Some(1.95));
    })
    .await;
}
