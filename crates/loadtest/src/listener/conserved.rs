//! What is told while a run lasts and what is told at its end are the same, however plays end, and nobody is lost.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use proptest::prelude::*;
use tokio::runtime::Builder;
use tokio::task::LocalSet;
use tokio::time::timeout;

use super::tests::{listener, ms, playlist, s, song};
use super::{Ending, Patience, Player, Wish};
use crate::scripted::{Asked, Reply, Scripted};
use crate::tally::{Now, Tally};
use crate::wire::Fault;

const PATIENCE: Patience = Patience {
    start: s(10),
    stall: s(8),
};

/// What a server does to one session.
#[derive(Clone, Copy, Debug)]
struct Fate {
    player: Player,
    /// Bytes a second.
    rate: u64,
    delay: Duration,
    /// A status that is no yes.
    refusal: Option<u16>,
    /// Where each connection ends.
    cut_after: Option<usize>,
    /// When the run ends for it.
    stopped_after: Duration,
    listens: Duration,
}

/// How a session went for whoever watches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Seen {
    Finished,
    Abandoned,
    Failed,
    Interrupted,
}

fn answer(asked: &Asked, fate: Fate) -> Reply {
    if let Some(status) = fate.refusal {
        return Reply::refusal(status, "").after(fate.delay);
    }
    let reply = match (playlist(&asked.target), &asked.range) {
        (Some(playlist), _) => return playlist,
        (None, Some(range)) => Reply::part(range),
        (None, None) => Reply::whole(vec![0; 320_000]),
    };
    let reply = reply.after(fate.delay).at_rate(fate.rate);
    match fate.cut_after {
        Some(bytes) => reply.cut_after(bytes),
        None => reply,
    }
}

/// A session of one song, which is dropped where the run ends before it does.
async fn session(fate: Fate, tally: &Rc<RefCell<Tally>>) -> Seen {
    let server = Scripted::new(move |asked| answer(asked, fate));
    let mut listener = listener(&server, PATIENCE);
    listener.tally = Rc::clone(tally);
    let wish = Wish {
        pressed_at: Duration::ZERO,
        length: fate.listens,
        is_skipped: false,
    };
    let song = song();
    let playing = listener.play(fate.player, &song, wish);
    match timeout(fate.stopped_after, playing).await {
        Err(_elapsed) => Seen::Interrupted,
        Ok(play) => match play.ending {
            Ending::Finished => Seen::Finished,
            Ending::Abandoned => Seen::Abandoned,
            Ending::Failed(_) => Seen::Failed,
            Ending::Interrupted => Seen::Interrupted,
        },
    }
}

fn run(fates: &[Fate]) -> (Tally, BTreeMap<Seen, u64>) {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, async {
        let tally = Rc::default();
        let mut seen: BTreeMap<_, u64> = BTreeMap::new();
        for fate in fates {
            *seen.entry(session(*fate, &tally).await).or_default() += 1;
        }
        let tally = tally.borrow().clone();
        (tally, seen)
    })
}

/// A server that answers at once.
const GOOD: Fate = Fate {
    player: Player::Hls,
    rate: 1_000_000,
    delay: Duration::ZERO,
    refusal: None,
    cut_after: None,
    stopped_after: s(600),
    listens: s(5),
};

#[test]
fn who_is_refused_has_waited_as_long_as_people_wait_in_each_second_too() {
    let refused = Fate {
        refusal: Some(404),
        ..GOOD
    };
    let interrupted = Fate {
        delay: s(9),
        stopped_after: s(3),
        ..GOOD
    };
    let (mut tally, _) = run(&[refused, interrupted]);
    tally.turn_listener_away(PATIENCE);
    let second = tally.take_second(Duration::ZERO);
    assert_eq!(second.sounds, 0);
    let waited: Vec<_> = second.startup.counted().collect();
    assert_eq!(waited, tally.startup.counted().collect::<Vec<_>>());
    // One until the run ended, two as long as people wait: to a thousandth.
    let counts: Vec<_> = waited.iter().map(|(_, count)| *count).collect();
    assert_eq!(counts, [1, 2]);
    assert!((waited[0].0 - 3.0).abs() < 0.01, "{waited:?}");
    assert!((waited[1].0 - 10.0).abs() < 0.01, "{waited:?}");
}

#[test]
fn music_that_came_in_the_moment_of_a_fault_was_heard() {
    // The first segment is there at once; the second never, and the person leaves when the server says so.
    let server = |asked: &Asked| match playlist(&asked.target) {
        Some(playlist) => playlist,
        None if asked.range.as_ref().is_some_and(|range| range.start == 0) => {
            Reply::part(asked.range.as_ref().unwrap())
        }
        None => Reply::refusal(404, ""),
    };
    let runtime = Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    let (play, tally) = LocalSet::new().block_on(&runtime, async {
        let server = Scripted::new(server);
        let mut listener = listener(&server, PATIENCE);
        let wish = Wish {
            pressed_at: Duration::ZERO,
            length: s(20),
            is_skipped: false,
        };
        let play = listener.play(Player::SpotifyLike, &song(), wish).await;
        let tally = listener.tally.borrow().clone();
        (play, tally)
    });
    assert!(matches!(play.ending, Ending::Failed(Fault::Status { .. })));
    assert_eq!(play.heard.startup, Some(Duration::ZERO));
    assert_eq!((tally.second.sounds, tally.second.now), (1, Now::default()));
}

fn fate() -> impl Strategy<Value = Fate> {
    let player = prop_oneof![
        Just(Player::Hls),
        Just(Player::Progressive),
        Just(Player::SpotifyLike)
    ];
    let refusal = prop_oneof![
        4 => Just(None),
        1 => prop_oneof![Just(404), Just(429), Just(500), Just(503)].prop_map(Some)
    ];
    let cut = prop_oneof![3 => Just(None), 1 => (1_usize..100_000).prop_map(Some)];
    let stopped = prop_oneof![3 => Just(600_000), 1 => 1_u64..30_000];
    (
        player,
        1_000_u64..60_000,
        0_u64..12_000,
        refusal,
        cut,
        stopped,
        500_u64..20_000,
    )
        .prop_map(
            |(player, rate, delay, refusal, cut_after, stopped, listens)| Fate {
                player,
                rate,
                delay: ms(delay / 8),
                refusal,
                cut_after,
                stopped_after: ms(stopped),
                listens: ms(listens),
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn plays_are_conserved(fates in prop::collection::vec(fate(), 1..12)) {
        let count = fates.len() as u64;
        let (tally, seen) = run(&fates);
        let of = |ending| seen.get(&ending).copied().unwrap_or_default();
        prop_assert_eq!(tally.plays, count);
        prop_assert_eq!(
            of(Seen::Finished) + of(Seen::Abandoned) + of(Seen::Failed) + of(Seen::Interrupted),
            tally.plays
        );
        prop_assert_eq!(tally.abandoned_plays, of(Seen::Abandoned));
        // Each who gave up and each fault that ended a play is counted once, and nothing else is.
        prop_assert_eq!(tally.faults.values().sum::<u64>(), of(Seen::Abandoned) + of(Seen::Failed));
        let silent = tally.faults.get("gave_up_start").copied().unwrap_or_default();
        prop_assert_eq!(tally.failed_plays, of(Seen::Failed) + silent);
        // What was told second by second is what is told in the end, and nobody is left.
        prop_assert_eq!(&tally.second.faults, &tally.faults);
        prop_assert_eq!(tally.second.stalls, tally.stall_count);
        prop_assert_eq!(
            tally.second.startup.counted().collect::<Vec<_>>(),
            tally.startup.counted().collect::<Vec<_>>()
        );
        prop_assert_eq!(tally.second.now, Now::default());
    }
}
