//! Computing under a lease, on every database.

use std::time::Duration;

use chassis::clock::Clock;
use chassis::database::Database;
use testkit::each_database;

use super::*;
use crate::Migrator;
use crate::chart::computer::{CHART_PLAYS_KEPT_MS, Computed, PLAYS_KEPT_MS};
use crate::chart::rules::{Count, MovementKind};
use crate::plays::{HOUR_MS, PlayLimits};
use crate::store::entities::{chart_listener, play, secret};
use crate::store::{NewChart, NewPlay, PlayWrite};
use crate::testing::insert_track;

async fn with_tracks(database: &Database, ids: &[&str]) {
    for id in ids {
        insert_track(database.connection(), id, 200_000).await;
    }
}

fn ranks(ranks: &[(&str, i64)]) -> Vec<(String, i64)> {
    ranks
        .iter()
        .map(|(id, rank)| ((*id).to_owned(), *rank))
        .collect()
}

#[tokio::test]
async fn listeners_are_counted_once_in_each_window_and_deleted_tracks_not_at_all() {
    each_database::<Migrator>(async |database: Database| {
        with_tracks(&database, &["a", "b", "gone"]).await;
        delete_track(&database, "gone").await;
        let plays = [
            ("a", "x", NOON_MS - 24 * HOUR_MS),
            ("a", "y", NOON_MS - 24 * HOUR_MS + 1),
            ("a", "y", NOON_MS - 2 * HOUR_MS),
            ("a", "z", NOON_MS - HOUR_MS - 1),
            ("a", "z", NOON_MS - 4 * MINUTE_MS),
            ("a", "future", NOON_MS + 1),
            ("b", "z", NOON_MS - HOUR_MS + 1),
            ("gone", "z", NOON_MS),
        ];
        count_plays(&database, &plays).await;
        let mut counted = Store::new(database)
            .count_listeners(NOON_MS)
            .await
            .unwrap()
            .counts;
        counted.sort_by(|left, right| left.track_id.cmp(&right.track_id));
        let count = |id: &str, listeners: [i64; 3], first_play_at_ms| Count {
            track_id: id.to_owned(),
            listeners_5min: listeners[0],
            listeners_1h: listeners[1],
            listeners_24h: listeners[2],
            first_play_at_ms,
        };
        let first = NOON_MS - 24 * HOUR_MS + 1;
        assert_eq!(
            counted,
            [
                count("a", [1, 1, 2], first),
                count("b", [0, 1, 1], NOON_MS - HOUR_MS + 1)
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn the_current_chart_is_computed_each_minute_and_each_full_hour_stays() {
    each_database::<Migrator>(async |database: Database| {
        with_tracks(&database, &["a", "b"]).await;
        let clock = Clock::manual(NOON_MS + 20 * MINUTE_MS);
        let computer = computer(&database, &clock, "one");
        count_plays(&database, &[("a", "x", NOON_MS + MINUTE_MS)]).await;
        let first = computer.look().await.unwrap();
        assert_eq!(
            first,
            Computed {
                is_current_new: true,
                hours_frozen: 0
            }
        );
        assert_eq!(computer.look().await.unwrap(), Computed::default());
        assert_eq!(current(&database).await, ranks(&[("a", 1)]));

        let plays = [
            ("b", "x", NOON_MS + 21 * MINUTE_MS),
            ("b", "y", NOON_MS + 21 * MINUTE_MS),
        ];
        count_plays(&database, &plays).await;
        clock.advance(Duration::from_mins(1));
        assert!(computer.look().await.unwrap().is_current_new);
        assert_eq!(current(&database).await, ranks(&[("b", 1), ("a", 2)]));

        clock.advance(Duration::from_mins(40));
        assert_eq!(computer.look().await.unwrap().hours_frozen, 1);
        let hour = hourly(&database, NOON_MS + HOUR_MS).await.unwrap();
        assert_eq!(
            (hour[0].track_id.as_str(), hour[0].hours_on_chart),
            ("b", 1)
        );
        assert_eq!(hour[0].movement.kind, MovementKind::New);
        let now = chart(&database, CURRENT).await.unwrap();
        assert_eq!(now[0].movement.kind, MovementKind::Same);
        assert_eq!((now[0].peak_rank, now[0].hours_on_chart), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn hours_missed_while_everybody_was_away_are_made_up_for_and_a_day_at_most() {
    each_database::<Migrator>(async |database: Database| {
        with_tracks(&database, &["a"]).await;
        let clock = Clock::manual(NOON_MS);
        count_plays(&database, &[("a", "x", NOON_MS - MINUTE_MS)]).await;
        let computer = computer(&database, &clock, "one");
        assert_eq!(computer.look().await.unwrap().hours_frozen, 1);
        clock.advance(Duration::from_hours(5));
        assert_eq!(computer.look().await.unwrap().hours_frozen, 5);
        let hour = hourly(&database, NOON_MS + 3 * HOUR_MS).await.unwrap();
        assert_eq!(
            (hour[0].hours_on_chart, hour[0].movement.kind),
            (4, MovementKind::Same)
        );
        clock.advance(Duration::from_hours(100));
        assert_eq!(computer.look().await.unwrap().hours_frozen, 24);
        assert_eq!(hourly(&database, NOON_MS + 81 * HOUR_MS).await, None);
        assert_eq!(
            hourly(&database, NOON_MS + 82 * HOUR_MS).await,
            Some(Vec::new())
        );
    })
    .await;
}

#[tokio::test]
async fn a_process_with_its_clock_a_day_ahead_does_not_stop_the_chart() {
    each_database::<Migrator>(async |database: Database| {
        with_tracks(&database, &["a"]).await;
        count_plays(&database, &[("a", "x", NOON_MS - MINUTE_MS)]).await;
        let clock = Clock::manual(NOON_MS);
        let right = computer(&database, &clock, "right");
        right.look().await.unwrap();
        let ahead = Clock::manual(NOON_MS + 24 * HOUR_MS);
        // It gets the lease because by its clock the other's is over.
        let wrong = computer(&database, &ahead, "wrong");
        assert!(wrong.look().await.unwrap().is_current_new);
        wrong.give_back().await.unwrap();

        clock.advance(Duration::from_hours(1));
        let computed = right.look().await.unwrap();
        assert!(computed.is_current_new);
        assert_eq!(current(&database).await, ranks(&[("a", 1)]));
        let time = Store::new(database).find_current_chart_time().await;
        assert_eq!(time.unwrap(), Some(NOON_MS + HOUR_MS));
    })
    .await;
}

#[tokio::test]
async fn a_process_with_its_clock_behind_takes_nothing_away() {
    each_database::<Migrator>(async |database: Database| {
        with_tracks(&database, &["a"]).await;
        count_plays(&database, &[("a", "x", NOON_MS - MINUTE_MS)]).await;
        let clock = Clock::manual(NOON_MS + HOUR_MS);
        let right = computer(&database, &clock, "right");
        right.look().await.unwrap();
        // As a machine that was suspended has it until its clock is set.
        let behind = computer(&database, &Clock::manual(NOON_MS), "behind");
        assert_eq!(behind.look().await.unwrap(), Computed::default());
        let time = right.store.find_current_chart_time().await;
        assert_eq!(time.unwrap(), Some(NOON_MS + HOUR_MS));
        assert!(hourly(&database, NOON_MS + HOUR_MS).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn without_any_play_no_hour_is_kept() {
    each_database::<Migrator>(async |database: Database| {
        let clock = Clock::manual(NOON_MS);
        let computed = computer(&database, &clock, "one").look().await.unwrap();
        assert_eq!(
            computed,
            Computed {
                is_current_new: true,
                hours_frozen: 0
            }
        );
        assert_eq!(hourly(&database, NOON_MS).await, None);
        assert_eq!(current(&database).await, []);
    })
    .await;
}

#[tokio::test]
async fn one_of_two_computes_and_the_other_takes_over_when_it_is_gone() {
    each_database::<Migrator>(async |database: Database| {
        let clock = Clock::manual(NOON_MS);
        let (one, two) = (
            computer(&database, &clock, "one"),
            computer(&database, &clock, "two"),
        );
        assert!(one.look().await.unwrap().is_current_new);
        clock.advance(Duration::from_secs(29));
        assert_eq!(two.look().await.unwrap(), Computed::default());
        clock.advance(Duration::from_secs(31));
        assert!(two.look().await.unwrap().is_current_new);
        clock.advance(Duration::from_secs(29));
        assert_eq!(one.look().await.unwrap(), Computed::default());
    })
    .await;
}

#[tokio::test]
async fn who_lost_the_lease_while_it_computed_writes_nothing() {
    each_database::<Migrator>(async |database: Database| {
        let store = Store::new(database.clone());
        let late = store
            .acquire_lease("chart", "late", 0, 10)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            store.acquire_lease("chart", "next", 9, 20).await.unwrap(),
            None
        );
        let next = store
            .acquire_lease("chart", "next", 10, 20)
            .await
            .unwrap()
            .unwrap();
        assert!(late.fence < next.fence);
        let new = |name| NewChart {
            name,
            at_ms: 0,
            entries: &[],
            json: "[]".to_owned(),
        };
        assert!(
            !store
                .update_current_chart(&late, 30, new(CURRENT))
                .await
                .unwrap()
        );
        assert!(
            !store
                .insert_hourly_chart(&late, 30, new("hour"))
                .await
                .unwrap()
        );
        assert!(store.find_chart(CURRENT).await.unwrap().is_none());
        assert!(
            store
                .update_current_chart(&next, 30, new(CURRENT))
                .await
                .unwrap()
        );
        assert!(
            store
                .insert_hourly_chart(&next, 30, new("hour"))
                .await
                .unwrap()
        );
        assert!(
            store
                .insert_hourly_chart(&next, 30, new("hour"))
                .await
                .unwrap()
        );
        store.release_lease(&next).await.unwrap();
        assert!(
            store
                .acquire_lease("chart", "late", 11, 20)
                .await
                .unwrap()
                .is_some()
        );
    })
    .await;
}

#[tokio::test]
async fn of_many_who_want_the_lease_at_once_one_gets_it() {
    each_database::<Migrator>(async |database: Database| {
        let store = Store::new(database);
        let wanted = (0..8).map(|number| {
            let (store, holder) = (store.clone(), format!("{number}"));
            async move { store.acquire_lease("race", &holder, 5, 10).await.unwrap() }
        });
        let got = futures_util::future::join_all(wanted).await;
        assert_eq!(got.into_iter().flatten().count(), 1);
    })
    .await;
}

#[tokio::test]
async fn plays_that_no_window_reaches_are_forgotten() {
    each_database::<Migrator>(async |database: Database| {
        with_tracks(&database, &["a"]).await;
        let clock = Clock::manual(NOON_MS);
        let old_ms = NOON_MS - CHART_PLAYS_KEPT_MS - 1;
        let plays = [
            ("a", "old", old_ms),
            ("a", "kept", old_ms + 1),
            ("a", "new", NOON_MS),
        ];
        count_plays(&database, &plays).await;
        computer(&database, &clock, "one").look().await.unwrap();
        let left = chart_play::Entity::find()
            .all(database.connection())
            .await
            .unwrap();
        let mut left: Vec<_> = left.into_iter().map(|play| play.listener_tag).collect();
        left.sort();
        assert_eq!(left, ["kept", "new"]);
        let left = chart_listener::Entity::find()
            .all(database.connection())
            .await
            .unwrap();
        let left: Vec<_> = left.iter().map(|row| row.listener_tag.as_str()).collect();
        assert_eq!(left, ["new"]);
    })
    .await;
}

#[tokio::test]
async fn raw_plays_are_forgotten_where_nothing_charts() {
    each_database::<Migrator>(async |database: Database| {
        let clock = Clock::manual(NOON_MS);
        let old_ms = NOON_MS - PLAYS_KEPT_MS;
        let starts = [("old", old_ms - 1), ("kept", old_ms)].map(|(id, started_at_ms)| {
            PlayWrite::Start(NewPlay {
                id: id.to_owned(),
                track_id: "a".to_owned(),
                listener_tag: "x".to_owned(),
                is_simulated: true,
                started_at_ms,
                is_present: false,
            })
        });
        let store = Store::new(database.clone());
        let limits = PlayLimits::default();
        store.record_plays(&starts, &limits).await.unwrap();
        computer(&database, &clock, "one").look().await.unwrap();
        let left = play::Entity::find().all(database.connection()).await;
        let left: Vec<_> = left.unwrap().into_iter().map(|play| play.id).collect();
        assert_eq!(left, ["kept"]);
    })
    .await;
}

#[tokio::test]
async fn the_keys_of_networks_are_forgotten_where_nobody_plays() {
    each_database::<Migrator>(async |database: Database| {
        let clock = Clock::manual(NOON_MS);
        let two_days_ago_ms = NOON_MS - 48 * HOUR_MS;
        let store = Store::new(database.clone());
        for (name, made_at_ms) in [
            ("network-1", two_days_ago_ms - 1),
            ("network-2", two_days_ago_ms),
            ("plays", 0),
        ] {
            store.get_or_create_keys(name, made_at_ms).await.unwrap();
        }
        computer(&database, &clock, "one").look().await.unwrap();
        let left = secret::Entity::find().all(database.connection()).await;
        let mut left: Vec<_> = left.unwrap().into_iter().map(|row| row.name).collect();
        left.sort();
        assert_eq!(left, ["network-2", "plays"]);
    })
    .await;
}

async fn delete_track(database: &Database, id: &str) {
    use crate::store::entities::track;
    use sea_orm::{ColumnTrait as _, QueryFilter as _, sea_query::Expr};
    track::Entity::update_many()
        .col_expr(track::Column::DeletedAtMs, Expr::value(1))
        .filter(track::Column::Id.eq(id))
        .exec(database.connection())
        .await
        .unwrap();
}
