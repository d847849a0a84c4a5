//! A week of chart life with a clock that is moved by hand and seeded listeners.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::tz::TimeZone;
use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};

use super::{HOUR_MS, MINUTE_MS, NOON_MS};
use crate::chart::rules::{
    Count, Entry, MovementKind, Past, RANKS_MAX, WINDOW_1H_MS, WINDOW_5MIN_MS, WINDOW_24H_MS,
    freeze, is_night, rank,
};

const TRACKS: u32 = 130;
const LISTENERS: u32 = 400;
const HOURS: i64 = 7 * 24;

/// Plays that counted, as the database keeps them.
#[derive(Default)]
struct World {
    plays: Vec<(u32, u32, i64)>,
    keys: BTreeSet<(u32, u32, i64)>,
    past: HashMap<String, Past>,
    first_plays: BTreeMap<u32, i64>,
    before: Vec<Entry>,
}

impl World {
    fn play(&mut self, track: u32, listener: u32, at_ms: i64) {
        if self
            .keys
            .insert((track, listener, at_ms.div_euclid(HOUR_MS)))
        {
            self.plays.push((track, listener, at_ms));
            self.first_plays.entry(track).or_insert(at_ms);
        }
    }

    fn counts(&self, at_ms: i64) -> Vec<Count> {
        let mut last: BTreeMap<(u32, u32), i64> = BTreeMap::new();
        for (track, listener, played_ms) in self.plays.iter().rev() {
            if at_ms - WINDOW_24H_MS < *played_ms {
                let last = last.entry((*track, *listener)).or_insert(*played_ms);
                *last = (*last).max(*played_ms);
            }
        }
        let mut counts: BTreeMap<u32, Count> = BTreeMap::new();
        for ((track, _), last_ms) in last {
            let count = counts.entry(track).or_insert(Count {
                track_id: format!("{track:03}"),
                listeners_5min: 0,
                listeners_1h: 0,
                listeners_24h: 0,
                first_play_at_ms: self.first_plays[&track],
            });
            count.listeners_24h += 1;
            count.listeners_1h += i64::from(at_ms - WINDOW_1H_MS < last_ms);
            count.listeners_5min += i64::from(at_ms - WINDOW_5MIN_MS < last_ms);
        }
        counts.into_values().collect()
    }

    fn freeze(&mut self, at_ms: i64, time_zone: &TimeZone) -> Vec<Entry> {
        let night = is_night(at_ms, time_zone);
        let entries = freeze(rank(self.counts(at_ms), night, &self.before, &self.past));
        for entry in &entries {
            let past = Past {
                peak_rank: entry.peak_rank,
                hours_on_chart: entry.hours_on_chart,
            };
            self.past.insert(entry.track_id.clone(), past);
        }
        std::mem::replace(&mut self.before, entries)
    }
}

#[test]
fn a_week_keeps_every_promise_of_the_chart() {
    let seoul = TimeZone::get("Asia/Seoul").unwrap();
    let mut random = SmallRng::seed_from_u64(20_261_123);
    let mut world = World::default();
    let mut kinds = BTreeMap::<String, u32>::new();
    let mut ever = BTreeSet::new();
    for hour in 0..HOURS {
        let start_ms = NOON_MS + hour * HOUR_MS;
        for _play in 0..120 {
            // Taste drifts: what is heard most moves through the tracks as the week goes on.
            let drift = u32::try_from(hour).unwrap() / 4;
            let taste = random
                .random_range(0..TRACKS)
                .min(random.random_range(0..TRACKS));
            let listener = random.random_range(0..LISTENERS);
            let minute = random.random_range(0..60);
            world.play(
                (taste + drift) % TRACKS,
                listener,
                start_ms + minute * MINUTE_MS,
            );
        }
        let before = world.freeze(start_ms + HOUR_MS, &seoul);
        check(&before, &world.before, &mut ever, &mut kinds);
    }
    // Every way a rank can come about happened.
    assert_eq!(
        kinds.keys().collect::<Vec<_>>(),
        ["Down", "New", "Re", "Same", "Up"]
    );
    assert_eq!(world.before.len(), RANKS_MAX);
}

fn check(
    before: &[Entry],
    now: &[Entry],
    ever: &mut BTreeSet<String>,
    kinds: &mut BTreeMap<String, u32>,
) {
    let ranks: HashMap<_, _> = before
        .iter()
        .map(|entry| (&entry.track_id, entry))
        .collect();
    for (rank, entry) in (1..).zip(now) {
        assert_eq!(entry.rank, rank);
        assert!(1 <= entry.peak_rank && entry.peak_rank <= entry.rank);
        assert!(1 <= entry.hours_on_chart && entry.hours_on_chart <= HOURS);
        assert!(entry.listeners_5min <= entry.listeners_1h);
        assert!(entry.listeners_1h <= entry.listeners_24h);
        let expected = match ranks.get(&entry.track_id) {
            Some(old) => {
                assert_eq!(entry.hours_on_chart, old.hours_on_chart + 1);
                match old.rank - entry.rank {
                    0 => (MovementKind::Same, 0),
                    by if 0 < by => (MovementKind::Up, by),
                    by => (MovementKind::Down, -by),
                }
            }
            None if ever.contains(&entry.track_id) => (MovementKind::Re, 0),
            None => (MovementKind::New, 0),
        };
        assert_eq!((entry.movement.kind, entry.movement.by), expected);
        *kinds
            .entry(format!("{:?}", entry.movement.kind))
            .or_default() += 1;
    }
    assert!(now.windows(2).all(|pair| pair[1].score <= pair[0].score));
    ever.extend(now.iter().map(|entry| entry.track_id.clone()));
}
