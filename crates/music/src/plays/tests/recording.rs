//! Recording on every database, also by several replicas at once.

use chassis::database::Database;
use chassis::lifecycle::Tasks;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use sea_orm::EntityTrait as _;
use testkit::each_database;

use crate::plays::recorder::Recorder;
use crate::plays::{HOUR_MS, PlayLimits};
use crate::store::entities::{chart_play, play, presence};
use crate::store::{Charting, NewPlay, PlayWrite, Recorded, Report};
use crate::{Migrator, Store};

const START_MS: i64 = 1_000 * HOUR_MS;

fn limits(listener: u64, network: u64, network_track: u64) -> PlayLimits {
    PlayLimits {
        listener_plays_per_hour_max: listener,
        network_plays_per_hour_max: network,
        network_track_plays_per_hour_max: network_track,
        ..PlayLimits::default()
    }
}

fn start(play_id: &str, track_id: &str, listener: &str) -> PlayWrite {
    PlayWrite::Start(NewPlay {
        id: play_id.to_owned(),
        track_id: track_id.to_owned(),
        listener_tag: listener.to_owned(),
        is_simulated: false,
        started_at_ms: START_MS,
        is_present: true,
    })
}

fn report(play_id: &str, track_id: &str, listener: &str, heard_ms: i64) -> Report {
    Report {
        play_id: play_id.to_owned(),
        track_id: track_id.to_owned(),
        listener_tag: listener.to_owned(),
        network_tag: Some("network".to_owned()),
        started_at_ms: START_MS,
        heard_ms,
        has_ended: false,
        is_qualified: 30_000 <= heard_ms,
        charting: Charting::Shown,
        reported_at_ms: START_MS + heard_ms,
    }
}

fn qualified(track_id: &str, listener: &str) -> PlayWrite {
    PlayWrite::Report(report(
        &format!("{track_id}-{listener}"),
        track_id,
        listener,
        30_000,
    ))
}

async fn record(store: &Store, writes: &[PlayWrite], limits: &PlayLimits) -> Vec<Recorded> {
    store.record_plays(writes, limits).await.unwrap()
}

#[tokio::test]
async fn each_limit_keeps_plays_from_the_chart_and_in_the_record() {
    each_database::<Migrator>(async |database: Database| {
        let store = Store::new(database.clone());
        let (counted, limited) = (Recorded::Counted, Recorded::Limited);
        let of_listener = limits(1, 100, 100);
        let writes = [
            qualified("a", "x"),
            qualified("b", "x"),
            qualified("b", "y"),
        ];
        assert_eq!(
            record(&store, &writes, &of_listener).await,
            [counted, limited, counted]
        );
        // y is the second on b from this network, and z the third: one too many.
        let of_track = limits(100, 100, 2);
        let writes = [
            qualified("b", "z"),
            qualified("b", "w"),
            qualified("a", "w"),
        ];
        assert_eq!(
            record(&store, &writes, &of_track).await,
            [counted, limited, counted]
        );
        let of_network = limits(100, 5, 100);
        let writes = [qualified("c", "x"), qualified("c", "y")];
        assert_eq!(
            record(&store, &writes, &of_network).await,
            [counted, limited]
        );
        let mut simulated = report("c-z", "c", "z", 30_000);
        simulated.network_tag = None;
        let exempt = [PlayWrite::Report(simulated), qualified("c", "x")];
        let recorded = record(&store, &exempt, &of_network).await;
        assert_eq!(recorded, [counted, Recorded::CountedBefore]);
        let rows = chart_play::Entity::find()
            .all(database.connection())
            .await
            .unwrap();
        assert_eq!(rows.len(), 6);
    })
    .await;
}

/// What a client may send of three plays, in any order, any number of times and in any batches.
fn any_story() -> impl Strategy<Value = Vec<Vec<PlayWrite>>> {
    let report = (0..3_usize, 1..7_i64, any::<bool>()).prop_map(|(play, beat, has_ended)| {
        let (id, track) = [("p0", "a"), ("p1", "b"), ("p2", "a")][play];
        let mut report = report(id, track, "x", beat * 10_000);
        report.has_ended = has_ended;
        PlayWrite::Report(report)
    });
    prop::collection::vec(prop::collection::vec(report, 1..6), 1..8)
}

#[tokio::test]
async fn reports_in_any_order_number_and_batch_leave_the_most_that_was_heard() {
    each_database::<Migrator>(async |database: Database| {
        let store = Store::new(database.clone());
        let limits = limits(100, 100, 100);
        let mut runner = TestRunner::deterministic();
        for _story in 0..12 {
            play::Entity::delete_many()
                .exec(database.connection())
                .await
                .unwrap();
            chart_play::Entity::delete_many()
                .exec(database.connection())
                .await
                .unwrap();
            let story = any_story().new_tree(&mut runner).unwrap().current();
            let starts = [
                start("p0", "a", "x"),
                start("p1", "b", "x"),
                start("p2", "a", "x"),
            ];
            record(&store, &starts, &limits).await;
            for batch in &story {
                record(&store, batch, &limits).await;
            }
            for batch in story.iter().rev() {
                record(&store, batch, &limits).await;
            }
            check(&database, &story).await;
        }
    })
    .await;
}

async fn check(database: &Database, story: &[Vec<PlayWrite>]) {
    let reports = || {
        story.iter().flatten().filter_map(|write| match write {
            PlayWrite::Report(report) => Some(report),
            PlayWrite::Start(_) => None,
        })
    };
    for row in play::Entity::find()
        .all(database.connection())
        .await
        .unwrap()
    {
        let of_play = || reports().filter(|report| report.play_id == row.id);
        let heard_ms = of_play().map(|report| report.heard_ms).max().unwrap_or(0);
        assert_eq!(row.heard_ms, heard_ms);
        assert_eq!(row.qualified_at_ms.is_some(), 30_000 <= heard_ms);
        assert_eq!(
            row.ended_at_ms.is_some(),
            of_play().any(|report| report.has_ended)
        );
    }
    let qualified = reports().filter(|report| report.is_qualified);
    let mut tracks: Vec<_> = qualified.map(|report| report.track_id.clone()).collect();
    tracks.sort();
    tracks.dedup();
    let rows = chart_play::Entity::find()
        .all(database.connection())
        .await
        .unwrap();
    let mut counted: Vec<_> = rows.into_iter().map(|row| row.track_id).collect();
    counted.sort();
    assert_eq!(counted, tracks);
}

#[tokio::test]
async fn replicas_that_record_the_same_at_once_count_it_once() {
    each_database::<Migrator>(async |database: Database| {
        let tasks = Tasks::default();
        let replica = || {
            let limits = limits(100, 1_000, 1_000);
            Recorder::new(Store::new(database.clone()), tasks.clone(), limits)
        };
        let replicas = [replica(), replica(), replica()];
        let mut recorded = Vec::new();
        for number in 0..90 {
            let recorder = replicas[number % 3].clone();
            let listener = format!("listener {:02}", number / 3 % 10);
            recorded.push(async move {
                recorder
                    .record(start(&format!("a-{listener}"), "a", &listener))
                    .await
                    .unwrap();
                recorder.record(qualified("a", &listener)).await.unwrap()
            });
        }
        let recorded = futures_util::future::join_all(recorded).await;
        let counts =
            |recorded: &Recorded| matches!(recorded, Recorded::Counted | Recorded::CountedBefore);
        assert!(recorded.iter().all(counts));
        let connection = database.connection();
        let rows = chart_play::Entity::find().all(connection).await.unwrap();
        assert_eq!(rows.len(), 10);
        assert_eq!(
            play::Entity::find().all(connection).await.unwrap().len(),
            10
        );
        assert_eq!(
            presence::Entity::find()
                .all(connection)
                .await
                .unwrap()
                .len(),
            10
        );
    })
    .await;
}

#[tokio::test]
async fn replicas_that_start_at_once_share_one_key() {
    each_database::<Migrator>(async |database: Database| {
        let store = Store::new(database);
        let made = (0..8).map(|_replica| store.get_or_create_keys("plays", 1));
        let made = futures_util::future::join_all(made).await;
        let tags: Vec<_> = made
            .into_iter()
            .map(|keys| keys.unwrap().tag("p", b"x"))
            .collect();
        assert!(tags.windows(2).all(|pair| pair[0] == pair[1]));
        store.get_or_create_keys("network-1", 5).await.unwrap();
        let old = store
            .get_or_create_keys("network-1", 9)
            .await
            .unwrap()
            .tag("p", b"x");
        store.delete_keys_made_before("network-", 6).await.unwrap();
        let new = store
            .get_or_create_keys("network-1", 9)
            .await
            .unwrap()
            .tag("p", b"x");
        assert_ne!(old, new);
        let kept = store
            .get_or_create_keys("plays", 9)
            .await
            .unwrap()
            .tag("p", b"x");
        assert_eq!(kept, tags[0]);
    })
    .await;
}

#[tokio::test]
async fn who_ended_or_went_on_is_present_with_the_latest_play_only() {
    each_database::<Migrator>(async |database: Database| {
        let store = Store::new(database.clone());
        let limits = PlayLimits::default();
        let present = async || {
            let rows = presence::Entity::find()
                .all(database.connection())
                .await
                .unwrap();
            let mut rows: Vec<_> = rows.into_iter().map(|row| row.play_id).collect();
            rows.sort();
            rows
        };
        let both = [
            start("p2", "b", "x"),
            start("p1", "a", "x"),
            start("p3", "a", "y"),
        ];
        record(&store, &both, &limits).await;
        assert_eq!(present().await, ["p2", "p3"]);
        // A word about the earlier play that comes late.
        let late = PlayWrite::Report(report("p1", "a", "x", 10));
        record(&store, &[late], &limits).await;
        assert_eq!(present().await, ["p2", "p3"]);
        let mut end_of_earlier = report("p1", "a", "x", 10);
        end_of_earlier.has_ended = true;
        let mut end = report("p3", "a", "y", 10);
        end.has_ended = true;
        let ends = [PlayWrite::Report(end_of_earlier), PlayWrite::Report(end)];
        record(&store, &ends, &limits).await;
        assert_eq!(present().await, ["p2"]);
        let left = store.list_present_tracks(START_MS - 1, 10).await.unwrap();
        assert_eq!(left, [("b".to_owned(), 1)]);
        assert_eq!(store.count_presences(START_MS).await.unwrap(), 0);
    })
    .await;
}
