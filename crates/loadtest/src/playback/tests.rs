use proptest::prelude::*;

use super::*;

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn pressed(length_s: u64) -> Playback {
    let thresholds = Thresholds {
        start: s(1),
        resume: s(2),
    };
    Playback::new(s(10), s(length_s), thresholds)
}

#[test]
fn what_arrives_in_time_is_heard_without_a_stall() {
    let mut play = pressed(6);
    play.load(s(11), s(2));
    play.load(s(13), s(4));
    play.load(s(14), s(6));
    assert!(!play.is_over(s(16)));
    assert!(play.is_over(s(17)));
    let heard = Heard {
        startup: Some(s(1)),
        stall_count: 0,
        stalled: s(0),
        played: s(6),
    };
    assert_eq!(play.stop(s(20)), heard);
}

#[test]
fn nothing_sounds_before_there_is_enough_and_a_silence_lasts_until_there_is() {
    let mut play = pressed(10);
    play.load(s(11), Duration::from_millis(999));
    assert_eq!(play.silence(s(11)), Some((s(10), false)));
    play.load(s(12), s(3));
    assert_eq!(play.ahead(s(13)), s(2));
    assert_eq!(play.runs_dry_at(), Some(s(15)));
    // Dry at 15; 4 s of media are one short of what ends a silence, at 19 there are five.
    play.load(s(18), s(4));
    assert_eq!(play.silence(s(18)), Some((s(15), true)));
    play.load(s(19), s(5));
    let heard = Heard {
        startup: Some(s(2)),
        stall_count: 1,
        stalled: s(4),
        played: s(4),
    };
    assert_eq!(play.stop(s(20)), heard);
}

#[test]
fn each_silence_may_want_twice_as_much_as_the_one_before() {
    let mut play = pressed(100);
    play.doubles_up_to(s(5));
    play.load(s(10), s(1));
    // Dry at once each time: 2 s end the first silence, 4 s the second, 5 s the third and the fourth.
    let mut media = 1;
    for enough in [2, 4, 5, 5] {
        let dry_at = play.runs_dry_at().unwrap();
        play.load(dry_at + s(1), s(media + enough - 1));
        assert_eq!(play.silence(dry_at + s(1)), Some((dry_at, true)));
        media += enough;
        play.load(dry_at + s(2), s(media));
        assert_eq!(play.silence(dry_at + s(2)), None);
    }
}

#[test]
fn the_end_of_a_short_track_needs_no_threshold() {
    let mut play = Playback::new(
        s(0),
        Duration::from_millis(500),
        Thresholds {
            start: s(1),
            resume: s(2),
        },
    );
    play.load(s(3), s(7));
    assert!(play.is_over(s(4)));
    assert_eq!(play.stop(s(9)).played, Duration::from_millis(500));
}

#[test]
fn a_listener_who_will_leave_soon_waits_for_as_much_as_others() {
    let mut play = pressed(3);
    play.ends_after(s(10), s(10));
    play.load(s(10), s(2));
    // One second is all that is wanted, and two are what ends a silence.
    play.load(s(13), s(3));
    assert_eq!(play.silence(s(13)), Some((s(12), true)));
    play.load(s(14), s(4));
    assert_eq!(play.stop(s(20)).stalled, s(2));
}

#[test]
fn a_track_may_turn_out_to_be_longer_or_shorter_than_was_said() {
    let mut longer = pressed(20);
    longer.ends_after(s(10), s(4));
    longer.load(s(10), s(3));
    longer.ends_after(s(11), s(5));
    longer.load(s(12), s(5));
    assert!(longer.is_over(s(15)));
    assert_eq!(longer.stop(s(15)).played, s(5));
    // Silent from 13 s on; at 15 s it turns out that there is no more.
    let mut shorter = pressed(20);
    shorter.ends_after(s(10), s(4));
    shorter.load(s(10), s(3));
    shorter.ends_after(s(15), s(3));
    assert!(shorter.is_over(s(15)));
    let heard = shorter.stop(s(20));
    assert_eq!(
        (heard.stall_count, heard.stalled, heard.played),
        (1, s(2), s(3))
    );
}

#[test]
fn a_silence_ends_when_it_turns_out_that_all_is_there() {
    let thresholds = Thresholds {
        start: s(2),
        resume: s(2),
    };
    let mut play = Playback::new(s(0), s(60), thresholds);
    // Less than the threshold, but there is no more.
    play.load(s(1), s(1));
    play.ends_after(s(3), s(1));
    assert!(play.is_over(s(4)));
    assert_eq!(play.stop(s(4)).startup, Some(s(3)));
    let mut play = Playback::new(s(0), s(60), thresholds);
    play.load(s(1), s(3));
    // Silent from 4 s on; one second more comes, and at 7 s it is known that it is the last.
    play.load(s(5), s(4));
    play.ends_after(s(7), s(4));
    assert!(play.is_over(s(8)));
    let heard = play.stop(s(8));
    assert_eq!((heard.stalled, heard.played), (s(3), s(4)));
}

#[test]
fn a_listener_who_leaves_in_a_silence_has_waited_so_long() {
    let mut play = pressed(10);
    play.load(s(10), s(2));
    let heard = play.stop(s(15));
    assert_eq!(
        (heard.stall_count, heard.stalled, heard.played),
        (1, s(3), s(2))
    );
    assert_eq!(pressed(10).stop(s(15)), Heard::default());
}

fn play_through(arrivals: &[(u64, u64)], every: u32) -> Heard {
    let thresholds = Thresholds {
        start: Duration::from_millis(1),
        resume: Duration::from_millis(1),
    };
    let mut play = Playback::new(s(0), s(60), thresholds);
    let mut at = Duration::ZERO;
    let mut media = Duration::ZERO;
    for (gap_ms, media_ms) in arrivals {
        at += Duration::from_millis(*gap_ms) * every;
        media += Duration::from_millis(*media_ms);
        play.load(at, media);
    }
    play.load(at, s(60));
    play.stop(at + s(60))
}

proptest! {
    #[test]
    fn silence_and_sound_make_up_the_time(
        arrivals in prop::collection::vec((0_u64..3_000, 1_u64..3_000), 1..40),
    ) {
        let last: u64 = arrivals.iter().map(|(gap_ms, _)| gap_ms).sum();
        let heard = play_through(&arrivals, 1);
        prop_assert_eq!(heard.played, s(60));
        let busy = heard.startup.unwrap() + heard.stalled + heard.played;
        prop_assert!(busy <= Duration::from_millis(last) + s(60));
    }

    #[test]
    fn what_comes_twice_as_late_never_stalls_less(
        arrivals in prop::collection::vec((0_u64..3_000, 1_u64..3_000), 1..40),
    ) {
        let (soon, late) = (play_through(&arrivals, 1), play_through(&arrivals, 2));
        prop_assert!(soon.startup <= late.startup);
        prop_assert!(soon.startup.unwrap() + soon.stalled <= late.startup.unwrap() + late.stalled);
    }
}
