use proptest::prelude::*;

use super::*;

fn count(track_id: &str, listeners_1h: i64, listeners_24h: i64) -> Count {
    Count {
        track_id: track_id.to_owned(),
        listeners_5min: 0,
        listeners_1h,
        listeners_24h,
        first_play_at_ms: 0,
    }
}

fn ids(entries: &[Entry]) -> Vec<&str> {
    entries
        .iter()
        .map(|entry| entry.track_id.as_str())
        .collect()
}

fn rank_by_day(counts: Vec<Count>) -> Vec<Entry> {
    rank(counts, false, &[], &HashMap::new())
}

#[test]
fn by_day_the_last_hour_weighs_as_much_as_the_last_day() {
    // a: (3/4 + 10/100) / 2 = 0.425; b: (1/4 + 90/100) / 2 = 0.575
    let entries = rank_by_day(vec![count("a", 3, 10), count("b", 1, 90)]);
    assert_eq!(ids(&entries), ["b", "a"]);
    assert!((entries[0].score - 0.575).abs() < 1e-12);
    assert!((entries[1].score - 0.425).abs() < 1e-12);
}

#[test]
fn by_night_only_the_last_day_counts() {
    let counts = vec![count("a", 100, 110), count("b", 0, 90)];
    let entries = rank(counts, true, &[], &HashMap::new());
    assert!((entries[0].score - 0.55).abs() < 1e-12);
    assert!((entries[1].score - 0.45).abs() < 1e-12);
}

#[test]
fn an_hour_in_which_nobody_listened_does_not_halve_the_scores() {
    let entries = rank_by_day(vec![count("a", 0, 1)]);
    assert!((entries[0].score - 1.0).abs() < 1e-12);
}

#[test]
fn the_night_goes_from_one_to_seven_where_the_listeners_are() {
    let seoul = TimeZone::get("Asia/Seoul").unwrap();
    let at = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
    assert!(!is_night(at("2026-11-23T00:59:59+09:00"), &seoul));
    assert!(is_night(at("2026-11-23T01:00:00+09:00"), &seoul));
    assert!(is_night(at("2026-11-23T06:59:59+09:00"), &seoul));
    assert!(!is_night(at("2026-11-23T07:00:00+09:00"), &seoul));
    assert!(!is_night(at("2026-11-23T01:00:00+00:00"), &seoul));
    assert!(is_night(at("2026-11-23T01:00:00+00:00"), &TimeZone::UTC));
}

#[test]
fn a_tie_goes_to_the_last_hour_then_to_the_earlier_first_play() {
    let mut later = count("later", 0, 10);
    later.first_play_at_ms = 2;
    let mut earlier = count("earlier", 0, 10);
    earlier.first_play_at_ms = 1;
    let hour = count("hour", 5, 10);
    let counts = vec![later, earlier, hour];
    let entries = rank(counts, true, &[], &HashMap::new());
    assert_eq!(ids(&entries), ["hour", "earlier", "later"]);
}

#[test]
fn movement_tells_up_down_same_new_and_return() {
    let before = rank_by_day(vec![
        count("up", 0, 2),
        count("down", 0, 3),
        count("same", 0, 1),
    ]);
    assert_eq!(ids(&before), ["down", "up", "same"]);
    let seen = Past {
        peak_rank: 1,
        hours_on_chart: 4,
    };
    let past = ["up", "down", "same", "back"].map(|id| (id.to_owned(), seen));
    let counts = vec![
        count("up", 0, 9),
        count("down", 0, 8),
        count("same", 0, 7),
        count("new", 0, 6),
        count("back", 0, 5),
    ];
    let entries = rank(counts, false, &before, &HashMap::from(past));
    let movements: Vec<_> = entries
        .iter()
        .map(|entry| {
            (
                entry.track_id.as_str(),
                entry.movement.kind,
                entry.movement.by,
            )
        })
        .collect();
    assert_eq!(
        movements,
        [
            ("up", MovementKind::Up, 1),
            ("down", MovementKind::Down, 1),
            ("same", MovementKind::Same, 0),
            ("new", MovementKind::New, 0),
            ("back", MovementKind::Re, 0),
        ]
    );
    assert_eq!((entries[4].peak_rank, entries[4].hours_on_chart), (1, 4));
    assert_eq!((entries[3].peak_rank, entries[3].hours_on_chart), (4, 0));
    assert_eq!(freeze(entries)[3].hours_on_chart, 1);
}

#[test]
fn what_nobody_heard_has_no_rank() {
    assert_eq!(rank_by_day(vec![count("a", 0, 0)]), []);
    assert_eq!(rank_by_day(Vec::new()), []);
}

prop_compose! {
    fn any_count()(track in 0..500_u32, day in 0..1_000_i64)(
        track in Just(track), day in Just(day), hour in 0..=day, first in 0..5_i64
    ) -> Count {
        Count {
            track_id: format!("{track:03}"),
            listeners_5min: hour / 2,
            listeners_1h: hour,
            listeners_24h: day,
            first_play_at_ms: first,
        }
    }
}

proptest! {
    #[test]
    fn a_chart_has_ranks_without_gaps_scores_that_fall_and_shares_of_one(
        counts in prop::collection::vec(any_count(), 0..300), is_night in any::<bool>()
    ) {
        let mut counts = counts;
        counts.sort_by(|left, right| left.track_id.cmp(&right.track_id));
        counts.dedup_by(|left, right| left.track_id == right.track_id);
        let heard = counts.iter().filter(|count| 0 < count.listeners_24h).count();
        let entries = rank(counts.clone(), is_night, &[], &HashMap::new());
        prop_assert_eq!(entries.len(), heard.min(RANKS_MAX));
        for (rank, entry) in (1..).zip(&entries) {
            prop_assert_eq!(entry.rank, rank);
            prop_assert!((0.0..=1.0).contains(&entry.score));
        }
        prop_assert!(entries.windows(2).all(|pair| pair[1].score <= pair[0].score));
        let whole: f64 = entries.iter().map(|entry| entry.score).sum();
        prop_assert!(whole <= 1.0 + 1e-9);
        counts.reverse();
        prop_assert_eq!(rank(counts, is_night, &[], &HashMap::new()), entries);
    }
}
