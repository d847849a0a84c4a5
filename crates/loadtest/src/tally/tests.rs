use super::*;
use crate::wire::Fault;

const PATIENCE: Patience = Patience {
    start: Duration::from_secs(10),
    stall: Duration::from_secs(20),
};

fn play(ending: Ending, startup_ms: Option<u64>, stalled_s: u64, played_s: u64) -> Play {
    Play {
        ending,
        heard: Heard {
            startup: startup_ms.map(Duration::from_millis),
            stall_count: u32::from(0 < stalled_s),
            stalled: Duration::from_secs(stalled_s),
            played: Duration::from_secs(played_s),
        },
        bits_per_s: 128_000,
        switch_count: 0,
        is_skipped: false,
        waited: Duration::ZERO,
    }
}

#[test]
fn plays_add_up_and_who_hears_nothing_has_waited_and_failed() {
    let mut tally = Tally::default();
    tally.play(&play(Ending::Finished, Some(200), 0, 97), PATIENCE);
    tally.play(&play(Ending::Finished, Some(300), 1, 0), PATIENCE);
    tally.play(&play(Ending::Abandoned, None, 0, 0), PATIENCE);
    tally.play(
        &play(Ending::Failed(Fault::Lost), Some(400), 0, 2),
        PATIENCE,
    );
    assert_eq!(
        (tally.plays, tally.failed_plays, tally.abandoned_plays),
        (4, 2, 1)
    );
    assert_eq!(tally.faults.get("lost"), Some(&1));
    assert!((tally.rebuffer_ratio() - 0.01).abs() < 1e-9);
    assert!((tally.mean_bits_per_s() - 128_000.0).abs() < 1.0);
    let near = |found: Duration, ms: u64| {
        found.abs_diff(Duration::from_millis(ms)) < Duration::from_millis(10)
    };
    assert!(near(tally.startup.quantile(0.25), 200));
    assert!(near(tally.startup.quantile(1.0), 10_000));
}

#[test]
fn nothing_heard_is_no_division_by_zero() {
    let tally = Tally::default();
    assert_eq!(
        (tally.rebuffer_ratio(), tally.mean_bits_per_s()),
        (0.0, 0.0)
    );
    assert_eq!(tally.startup.quantile(0.99), Duration::ZERO);
}

#[test]
fn two_threads_together_are_one_run() {
    let (mut one, mut other) = (Tally::default(), Tally::default());
    one.start(true);
    one.note_lag(Duration::from_millis(1));
    one.note_backlog(Duration::from_millis(3));
    one.play(&play(Ending::Finished, Some(100), 0, 10), PATIENCE);
    one.end();
    other.start(true);
    other.start(false);
    other.note_lag(Duration::from_millis(5));
    other.note_backlog(Duration::from_millis(7));
    other.play(&play(Ending::Failed(Fault::Lost), None, 0, 0), PATIENCE);
    other.response(Duration::from_millis(30), Some(&Fault::Timeout));
    let mut seconds = one.take_second(Duration::ZERO);
    seconds.add(&other.take_second(Duration::ZERO));
    assert_eq!((seconds.starts, seconds.now.active), (3, 2));
    assert_eq!(other.take_second(Duration::ZERO).starts, 0);
    assert_eq!(other.second.now.active, 2);
    one.add(&other);
    assert_eq!(
        (one.started_sessions, one.plays, one.visitor_requests),
        (3, 2, 1)
    );
    assert_eq!(one.late_sessions, 1);
    assert_eq!(
        one.faults.into_iter().collect::<Vec<_>>(),
        [("lost", 1), ("timeout", 1)]
    );
    assert!(one.lag.max() >= Duration::from_millis(5));
    assert!(one.backlog.max() >= Duration::from_millis(7));
    assert!(seconds.backlog_max >= Duration::from_millis(7));
}

#[test]
fn whatever_is_timed_in_a_burst_counts_in_its_backlog() {
    let each: [fn(&mut Tally); 4] = [
        |tally| tally.start(true),
        |tally| tally.sound(Duration::ZERO),
        |tally| tally.load(1, Duration::ZERO),
        |tally| tally.response(Duration::ZERO, None),
    ];
    for timed in each {
        let mut tally = Tally::default();
        for _ in 0..600 {
            timed(&mut tally);
        }
        tally.note_backlog(Duration::from_secs(1));
        for _ in 0..120_000 {
            tally.note_backlog(Duration::ZERO);
        }
        let mut both = Tally::default();
        both.add(&tally);
        assert!(both.backlog.quantile(0.99) >= Duration::from_secs(1));
    }
}

#[test]
fn a_distribution_rises_to_all() {
    let mut durations = Durations::default();
    assert!(durations.cdf().is_empty());
    for ms in [10, 10, 10, 40] {
        durations.record(Duration::from_millis(ms));
    }
    let cdf = durations.cdf();
    assert_eq!(cdf.len(), 2);
    assert!(
        (cdf[0][0] - 10.0).abs() < 0.1 && (cdf[0][1] - 0.75).abs() < 0.01,
        "{cdf:?}"
    );
    assert!((cdf[1][1] - 1.0).abs() < f64::EPSILON, "{cdf:?}");
}

#[test]
fn what_is_silent_for_a_moment_counts_in_its_second_and_is_seen() {
    let ms = Duration::from_millis;
    let mut tally = Tally::default();
    tally.start(true);
    tally.second.change(ms(200), Sound::NotYet, Sound::Music);
    tally.second.change(ms(500), Sound::Music, Sound::Silence);
    tally.second.change(ms(700), Sound::Silence, Sound::Music);
    tally.end();
    let first = tally.take_second(ms(1_000));
    assert_eq!((first.sounded, first.silent), (ms(600), ms(200)));
    assert_eq!((first.most.silent, first.most.active), (1, 1));
    assert_eq!((first.now.silent, first.now.active), (0, 0));
    tally.second.change(ms(1_250), Sound::Music, Sound::None);
    let next = tally.take_second(ms(2_000));
    assert_eq!((next.sounded, next.silent), (ms(250), Duration::ZERO));
    assert_eq!(
        next.most,
        Now {
            sounding: 1,
            ..Now::default()
        }
    );
}
