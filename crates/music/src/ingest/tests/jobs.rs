//! The job table: one holder at a time, nothing lost when a holder dies, an end to trying.

use std::time::Duration;

use chassis::clock::Clock;
use testkit::{each_database, each_server};

use crate::Migrator;
use crate::ingest::ImportOptions;
use crate::ingest::fixtures::Shelf;
use crate::ingest::loudness::Blocks;
use crate::store::{
    Claim, Claimed, GivenBack, JobKind, LEASE, OUTAGE_PAUSE, Prepared, Retry, Store,
};

async fn shelf_with_a_job(database: chassis::database::Database) -> (Shelf, Store, Clock) {
    let shelf = Shelf::new(database);
    shelf.write_track("a.wav", 440, &[]);
    shelf.import().await;
    let store = Store::new(shelf.library.database.clone());
    let clock = shelf.library.clock.clone();
    (shelf, store, clock)
}

async fn claim(store: &Store, clock: &Clock) -> Option<Claim> {
    match store.claim_job(JobKind::Prepare, clock).await.unwrap() {
        Some(Claimed::Held(claim)) => Some(claim),
        Some(Claimed::GivenUp { .. }) | None => None,
    }
}

fn nothing_measured() -> Prepared {
    Prepared {
        duration_ms: 500,
        gain_db: None,
        loudness_lufs: None,
        blocks: Blocks::default(),
        peak: 0.0,
        waveform: vec![0; 400],
        renditions: Vec::new(),
    }
}

#[tokio::test]
async fn a_job_has_one_holder_and_ends_once() {
    each_database::<Migrator>(async |database| {
        let (_shelf, store, clock) = shelf_with_a_job(database).await;
        let first = claim(&store, &clock).await.unwrap();
        assert_eq!(claim(&store, &clock).await, None);
        assert!(
            store
                .save_prepared(&first, nothing_measured(), &clock)
                .await
                .unwrap()
        );
        assert!(
            !store
                .save_prepared(&first, nothing_measured(), &clock)
                .await
                .unwrap()
        );
        let counts = store.count_jobs(JobKind::Prepare).await.unwrap();
        assert_eq!((counts.open, counts.done), (0, 1));
    })
    .await;
}

#[tokio::test]
async fn a_job_of_a_removed_track_is_no_track_that_waits_until_it_is_back() {
    each_database::<Migrator>(async |database| {
        let (shelf, store, _clock) = shelf_with_a_job(database).await;
        shelf.write_track("b.wav", 550, &[]);
        shelf.import().await;
        let open = async || store.count_jobs(JobKind::Prepare).await.unwrap().open;
        assert_eq!(open().await, 2);
        shelf.rename("b.wav", "b.txt");
        assert_eq!(shelf.import().await.removed, 1);
        assert_eq!(open().await, 1);
        shelf.rename("b.txt", "b.wav");
        assert_eq!(shelf.import().await.restored, 1);
        assert_eq!(open().await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_dead_holder_is_followed_and_stores_nothing_when_it_comes_back() {
    each_database::<Migrator>(async |database| {
        let (_shelf, store, clock) = shelf_with_a_job(database).await;
        let dead = claim(&store, &clock).await.unwrap();
        clock.advance(LEASE / 2);
        assert!(store.keep_job(&dead, &clock).await.unwrap());
        clock.advance(LEASE.saturating_sub(Duration::from_millis(1)));
        assert_eq!(claim(&store, &clock).await, None);
        clock.advance(Duration::from_millis(2));
        let second = claim(&store, &clock).await.unwrap();
        assert_eq!(second.failure_count, 0);
        assert!(!store.keep_job(&dead, &clock).await.unwrap());
        let given_back = store.fail_job(&dead, "undecodable", Retry::Never, &clock);
        assert_eq!(given_back.await.unwrap(), GivenBack::Taken);
        assert!(
            !store
                .save_prepared(&dead, nothing_measured(), &clock)
                .await
                .unwrap()
        );
        assert!(
            store
                .save_prepared(&second, nothing_measured(), &clock)
                .await
                .unwrap()
        );
    })
    .await;
}

#[tokio::test]
async fn a_failed_job_waits_longer_each_time_and_is_given_up_at_last() {
    each_database::<Migrator>(async |database| {
        let (_shelf, store, clock) = shelf_with_a_job(database).await;
        for pause_s in [15, 60, 240, 960] {
            let held = claim(&store, &clock).await.unwrap();
            store
                .fail_job(&held, "no luck", Retry::Later, &clock)
                .await
                .unwrap();
            clock.advance(Duration::from_secs(pause_s).saturating_sub(Duration::from_millis(1)));
            assert_eq!(claim(&store, &clock).await, None, "{pause_s}");
            clock.advance(Duration::from_millis(1));
        }
        let last = claim(&store, &clock).await.unwrap();
        store
            .fail_job(&last, "no luck", Retry::Later, &clock)
            .await
            .unwrap();
        clock.advance(Duration::from_hours(24));
        assert_eq!(claim(&store, &clock).await, None);
        assert_eq!(
            store.count_jobs(JobKind::Prepare).await.unwrap().poisoned,
            1
        );
    })
    .await;
}

#[tokio::test]
async fn a_job_that_kills_its_holders_is_given_up() {
    each_database::<Migrator>(async |database| {
        let (_shelf, store, clock) = shelf_with_a_job(database).await;
        for _ in 0..10 {
            assert!(claim(&store, &clock).await.is_some());
            clock.advance(LEASE * 2);
        }
        assert_eq!(claim(&store, &clock).await, None);
        assert_eq!(
            store.count_jobs(JobKind::Prepare).await.unwrap().poisoned,
            1
        );
    })
    .await;
}

#[tokio::test]
async fn what_can_never_work_is_not_tried_again_and_a_stop_costs_no_try() {
    each_database::<Migrator>(async |database| {
        let (_shelf, store, clock) = shelf_with_a_job(database).await;
        let held = claim(&store, &clock).await.unwrap();
        store.release_job(&held, &clock).await.unwrap();
        let again = claim(&store, &clock).await.unwrap();
        assert_eq!(again.failure_count, 0);
        let given_back = store.fail_job(&again, "undecodable", Retry::Never, &clock);
        assert_eq!(given_back.await.unwrap(), GivenBack::Poisoned);
        clock.advance(Duration::from_hours(24));
        assert_eq!(claim(&store, &clock).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_killed_holder_costs_the_job_no_try() {
    each_database::<Migrator>(async |database| {
        let (_shelf, store, clock) = shelf_with_a_job(database).await;
        for _ in 0..6 {
            assert_eq!(claim(&store, &clock).await.unwrap().failure_count, 0);
            clock.advance(LEASE * 2);
        }
        let held = claim(&store, &clock).await.unwrap();
        store
            .fail_job(&held, "no luck", Retry::Later, &clock)
            .await
            .unwrap();
        clock.advance(Duration::from_secs(15));
        assert_eq!(claim(&store, &clock).await.unwrap().failure_count, 1);
    })
    .await;
}

#[tokio::test]
async fn an_outage_costs_the_job_no_try_however_long_it_lasts() {
    each_database::<Migrator>(async |database| {
        let (_shelf, store, clock) = shelf_with_a_job(database).await;
        for _ in 0..20 {
            let held = claim(&store, &clock).await.unwrap();
            store
                .fail_job(&held, "the disk is full", Retry::Unblamed, &clock)
                .await
                .unwrap();
            assert_eq!(claim(&store, &clock).await, None);
            clock.advance(OUTAGE_PAUSE);
        }
        assert_eq!(claim(&store, &clock).await.unwrap().failure_count, 0);
    })
    .await;
}

#[tokio::test]
async fn a_thorough_import_tries_again_what_was_given_up() {
    each_database::<Migrator>(async |database| {
        let (shelf, store, clock) = shelf_with_a_job(database).await;
        let held = claim(&store, &clock).await.unwrap();
        store
            .fail_job(&held, "undecodable", Retry::Never, &clock)
            .await
            .unwrap();
        shelf.import().await;
        assert_eq!(claim(&store, &clock).await, None);
        let thorough = ImportOptions {
            is_thorough: true,
            ..ImportOptions::new(shelf.root())
        };
        let (summary, _) = shelf.import_with(&thorough).await;
        assert_eq!(summary.unchanged, 1);
        assert_eq!(claim(&store, &clock).await.unwrap().failure_count, 0);
    })
    .await;
}

/// Each goes by the server's clock: an hour behind or a day ahead, a machine neither takes a job from who lives nor
/// leaves it to who died.
#[tokio::test]
async fn machines_whose_clocks_differ_agree_how_long_a_job_is_held() {
    each_server::<Migrator>(async |database, _line| {
        let now_ms = Clock::system().now_ms();
        let (_shelf, store, _) = shelf_with_a_job(database.clone()).await;
        let machine = async |wrong_ms| {
            let machine = Clock::manual(now_ms + wrong_ms);
            database.clock(&machine).await.unwrap()
        };
        let clocks = [
            machine(24 * 3_600_000).await,
            machine(-3_600_000).await,
            machine(180_000).await,
        ];
        let advance = |by: Duration| clocks.iter().for_each(|clock| clock.advance(by));
        let (nearly, more) = (LEASE * 9 / 10, LEASE * 11 / 10);
        let mut last: Option<Claim> = None;
        for holder in &clocks {
            let held = claim(&store, holder).await.unwrap();
            if let Some(last) = last.replace(held.clone()) {
                assert!(!store.keep_job(&last, holder).await.unwrap());
            }
            advance(nearly);
            for clock in &clocks {
                assert_eq!(claim(&store, clock).await, None, "taken from who lives");
            }
            assert!(store.keep_job(&held, holder).await.unwrap());
            advance(more);
        }
        let held = claim(&store, &clocks[0]).await.unwrap();
        for claim in [&last.unwrap(), &held] {
            let saved = store.save_prepared(claim, nothing_measured(), &clocks[1]);
            assert_eq!(saved.await.unwrap(), *claim == held);
        }
        let counts = store.count_jobs(JobKind::Prepare).await.unwrap();
        assert_eq!((counts.open, counts.done, counts.poisoned), (0, 1, 0));
    })
    .await;
}
