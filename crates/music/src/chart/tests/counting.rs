//! Counting from one row per listener gives what counting every play would.

use std::collections::{BTreeMap, BTreeSet};

use chassis::database::Database;
use rand::rngs::SmallRng;
use rand::seq::{IndexedRandom as _, SliceRandom as _};
use rand::{RngExt as _, SeedableRng as _};
use sea_orm::EntityTrait as _;
use testkit::each_database;

use super::{HOUR_MS, MINUTE_MS, NOON_MS};
use crate::chart::rules::{Count, WINDOW_1H_MS, WINDOW_5MIN_MS, WINDOW_24H_MS};
use crate::plays::PlayLimits;
use crate::store::entities::chart_play;
use crate::store::{Charting, PlayWrite, Report};
use crate::testing::insert_track;
use crate::{Migrator, Store};

const TRACKS: [&str; 4] = ["a", "b", "c", "d"];
const LISTENERS: [&str; 5] = ["v", "w", "x", "y", "z"];
const HOURS: i64 = 60;
const PLAYS: usize = 150;
/// Plays that one transaction records.
const BATCH: usize = 10;
const TIMES: usize = 60;

/// Plays in no order, as replicas with batches of their own and players that were offline report them.
fn reports(random: &mut SmallRng) -> Vec<PlayWrite> {
    let mut reports: Vec<PlayWrite> = (0..PLAYS)
        .map(|number| {
            let at_ms = NOON_MS + random.random_range(0..HOURS * HOUR_MS);
            PlayWrite::Report(Report {
                play_id: format!("{number}"),
                track_id: (*TRACKS.choose(random).unwrap()).to_owned(),
                listener_tag: (*LISTENERS.choose(random).unwrap()).to_owned(),
                network_tag: None,
                started_at_ms: at_ms,
                heard_ms: 30_000,
                has_ended: false,
                is_qualified: true,
                charting: Charting::Shown,
                reported_at_ms: at_ms,
            })
        })
        .collect();
    reports.shuffle(random);
    reports
}

/// The rule as it is written: every play that counted, looked at one by one.
fn naive(plays: &[chart_play::Model], at_ms: i64) -> Vec<Count> {
    let within = |track_id: &str, window_ms: i64| {
        let listeners: BTreeSet<&str> = plays
            .iter()
            .filter(|play| play.track_id == track_id)
            .filter(|play| (at_ms - window_ms + 1..=at_ms).contains(&play.counted_at_ms))
            .map(|play| play.listener_tag.as_str())
            .collect();
        i64::try_from(listeners.len()).unwrap()
    };
    let mut counts = BTreeMap::new();
    for play in plays {
        let track_id = play.track_id.as_str();
        let first_plays = plays
            .iter()
            .filter(|play| play.track_id == track_id)
            .map(|play| play.counted_at_ms)
            .filter(|counted_ms| (at_ms - WINDOW_24H_MS + 1..=at_ms).contains(counted_ms));
        let Some(first_play_at_ms) = first_plays.min() else {
            continue;
        };
        let count = Count {
            track_id: track_id.to_owned(),
            listeners_5min: within(track_id, WINDOW_5MIN_MS),
            listeners_1h: within(track_id, WINDOW_1H_MS),
            listeners_24h: within(track_id, WINDOW_24H_MS),
            first_play_at_ms,
        };
        counts.insert(track_id, count);
    }
    counts.into_values().collect()
}

async fn counted(store: &Store, at_ms: i64) -> Vec<Count> {
    let mut counts = store.count_listeners(at_ms).await.unwrap().counts;
    counts.sort_by(|left, right| left.track_id.cmp(&right.track_id));
    counts
}

/// Ends of windows, a millisecond beside them, and full minutes.
fn times(random: &mut SmallRng, plays: &[chart_play::Model]) -> Vec<i64> {
    let windows = [0, WINDOW_5MIN_MS, WINDOW_1H_MS, WINDOW_24H_MS];
    (0..TIMES)
        .map(|number| {
            let minutes = random.random_range(0..(HOURS + 25) * 60);
            if number % 3 == 0 {
                return NOON_MS + minutes * MINUTE_MS;
            }
            let play = plays.choose(random).unwrap();
            play.counted_at_ms + windows.choose(random).unwrap() + random.random_range(-1..=1)
        })
        .collect()
}

#[tokio::test]
async fn counting_listeners_gives_what_counting_every_play_would() {
    each_database::<Migrator>(async |database: Database| {
        let mut random = SmallRng::seed_from_u64(20_261_124);
        for id in TRACKS {
            insert_track(database.connection(), id, 200_000).await;
        }
        let store = Store::new(database.clone());
        for batch in reports(&mut random).chunks(BATCH) {
            let limits = PlayLimits::default();
            store.record_plays(batch, &limits).await.unwrap();
        }
        let plays = chart_play::Entity::find().all(database.connection()).await;
        let plays = plays.unwrap();
        assert!(PLAYS / 2 < plays.len(), "few hours are counted twice");
        for at_ms in times(&mut random, &plays) {
            let now = counted(&store, at_ms).await;
            assert_eq!(now, naive(&plays, at_ms), "at {at_ms}");
        }

        // Who is in no window any more is forgotten, and nobody misses them.
        let end_ms = NOON_MS + HOURS * HOUR_MS;
        let kept_ms = end_ms - WINDOW_24H_MS;
        store
            .delete_chart_listeners_counted_before(kept_ms)
            .await
            .unwrap();
        for at_ms in [end_ms, end_ms + MINUTE_MS, end_ms + 23 * HOUR_MS] {
            let now = counted(&store, at_ms).await;
            assert_eq!(now, naive(&plays, at_ms), "at {at_ms}");
        }
    })
    .await;
}
