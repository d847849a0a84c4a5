//! One person's visit: what is listened to, or read.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::catalogue::{Catalogue, Song};
use crate::listener::{Listener, Patience, Wish};
use crate::playlist::Playlists;
use crate::plays::Reporter;
use crate::scenario::{ListenerPlan, Scenario, VisitorPlan};
use crate::tally::Tally;
use crate::target::Target;
use crate::visitor::visit;
use crate::wire::{Checks, Fault, Meter};

/// What all sessions of a thread share.
pub(crate) struct Shared {
    pub(crate) scenario: Arc<Scenario>,
    pub(crate) target: Arc<Target>,
    /// What there is to listen to at this time; nothing where nobody listens.
    pub(crate) songs: watch::Receiver<Arc<Catalogue>>,
    pub(crate) playlists: Rc<Playlists>,
    pub(crate) tally: Rc<RefCell<Tally>>,
    pub(crate) meter: Meter,
    pub(crate) checks: Rc<Checks>,
    pub(crate) epoch: Instant,
}

impl Shared {
    /// This thread comes to something that was due: what is between is its own.
    pub(crate) fn note_lag(&self, due: Duration) {
        let lag = self.epoch.elapsed().saturating_sub(due);
        self.tally.borrow_mut().note_lag(lag);
    }
}

/// What a person does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind<'a> {
    Listener(&'a ListenerPlan),
    Visitor(&'a VisitorPlan),
}

/// A visit from its due time to its end.
pub(crate) async fn run(shared: Rc<Shared>, number: u64, due: Duration) {
    shared.note_lag(due);
    let mut random = StdRng::seed_from_u64(seed_of(shared.scenario.seed, number));
    match choose_kind(&shared.scenario, &mut random) {
        Some(Kind::Listener(plan)) => Box::pin(listen(&shared, plan, number, due, random)).await,
        Some(Kind::Visitor(plan)) => Box::pin(visit(&shared, plan, number, due)).await,
        None => {}
    }
    shared.tally.borrow_mut().end();
}

async fn listen(
    shared: &Shared,
    plan: &ListenerPlan,
    number: u64,
    due: Duration,
    mut random: StdRng,
) {
    let patience = patience(plan);
    let client = shared.target.client(number, plan.link, &shared.meter);
    // For what goes to the server beside the music.
    let mut reports = plan
        .reports_plays
        .then(|| Reporter::new(client.beside(), shared));
    let mut listener = Listener {
        client: client.checked_by(&shared.checks),
        epoch: shared.epoch,
        patience,
        playlists: Rc::clone(&shared.playlists),
        throughput: None,
        ahead: plan.ahead_s.map(Duration::from_secs_f64),
        tally: Rc::clone(&shared.tally),
    };
    let catalogue = Arc::clone(&shared.songs.borrow());
    let mut pressed_at = due;
    for chosen in choose_plays(&catalogue, plan, &mut random) {
        let wish = Wish {
            pressed_at,
            length: chosen.length,
            is_skipped: chosen.is_skipped,
        };
        // One place for it, however often it is handed on.
        let play = Box::pin(listener.play(plan.player, chosen.song, wish));
        match &mut reports {
            Some(reports) => {
                reports
                    .report(&chosen.song.track_id, chosen.key, play)
                    .await
            }
            None => play.await,
        };
        pressed_at = shared.epoch.elapsed();
    }
    if let Some(reports) = reports {
        reports.end().await;
    }
}

/// There are as many people as this process may have connections for: whoever comes now hears and reads nothing.
pub(crate) fn turn_away(shared: &Shared, number: u64, due: Duration) {
    shared.note_lag(due);
    let mut random = StdRng::seed_from_u64(seed_of(shared.scenario.seed, number));
    let mut tally = shared.tally.borrow_mut();
    match choose_kind(&shared.scenario, &mut random) {
        Some(Kind::Listener(plan)) => tally.turn_listener_away(patience(plan)),
        Some(Kind::Visitor(plan)) => {
            let waited = Duration::from_secs_f64(plan.patience_s);
            tally.response(waited, Some(&Fault::Crowded));
        }
        None => {}
    }
    tally.end();
}

fn patience(plan: &ListenerPlan) -> Patience {
    Patience {
        start: Duration::from_secs_f64(plan.start_patience_s),
        stall: Duration::from_secs_f64(plan.stall_patience_s),
    }
}

/// A song of a session, how long it is listened to, and what its report is known by.
#[derive(Debug)]
struct Chosen<'a> {
    song: &'a Song,
    length: Duration,
    is_skipped: bool,
    key: String,
}

/// All of a session, whatever the server does: the same seed gives the same.
fn choose_plays<'a>(
    catalogue: &'a Catalogue,
    plan: &'a ListenerPlan,
    random: &'a mut StdRng,
) -> impl Iterator<Item = Chosen<'a>> {
    let songs = choose_songs(catalogue, plan, random);
    songs.into_iter().map(move |song| {
        let (length, is_skipped) = choose_length(plan, random);
        Chosen {
            song,
            length,
            is_skipped,
            key: uuid(random),
        }
    })
}

/// An album in its order, or favourites of many.
fn choose_songs<'a>(
    catalogue: &'a Catalogue,
    plan: &ListenerPlan,
    random: &mut StdRng,
) -> Vec<&'a Song> {
    let [fewest, most] = plan.songs;
    let count = usize::try_from(random.random_range(fewest..=most)).unwrap_or(usize::MAX);
    if random.random_bool(plan.albums) {
        let first = catalogue.choose(plan.zipf, random);
        let mut songs = first.map_or_else(Vec::new, |first| catalogue.album_of(first));
        songs.truncate(count);
        return songs;
    }
    (0..count)
        .filter_map(|_| catalogue.choose(plan.zipf, random))
        .collect()
}

/// How long a song is listened to, and whether it is skipped then.
fn choose_length(plan: &ListenerPlan, random: &mut StdRng) -> (Duration, bool) {
    let is_skipped = random.random_bool(plan.skips);
    let [shortest, longest] = if is_skipped {
        plan.skip_after_s
    } else {
        plan.listen_s
    };
    let seconds = random.random_range(shortest..=longest);
    (Duration::from_secs_f64(seconds), is_skipped)
}

fn choose_kind<'a>(scenario: &'a Scenario, random: &mut StdRng) -> Option<Kind<'a>> {
    let listeners = scenario
        .listeners
        .iter()
        .map(|plan| (plan.share, Kind::Listener(plan)));
    let visitors = scenario
        .visitors
        .iter()
        .map(|plan| (plan.share, Kind::Visitor(plan)));
    let kinds: Vec<(f64, Kind<'a>)> = listeners.chain(visitors).collect();
    let sum: f64 = kinds.iter().map(|(share, _)| share).sum();
    let mut at = random.random::<f64>() * sum;
    let chosen = kinds.iter().find(|(share, _)| {
        at -= share;
        at < 0.0
    });
    chosen.or(kinds.last()).map(|(_, kind)| *kind)
}

/// Seeds of sessions are far apart (the increment of `SplitMix64`).
fn seed_of(seed: u64, session: u64) -> u64 {
    seed ^ (session + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// A random UUID (version 4) from the run's own seed.
fn uuid(random: &mut StdRng) -> String {
    let bits: u128 = random.random();
    let bits = bits & !(0xF000 << 64) & !(0xC000_u128 << 48) | (0x4000 << 64) | (0x8000_u128 << 48);
    let hex = format!("{bits:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
    [
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ]
    .join("-")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn kinds_are_chosen_by_their_shares() {
        let scenario = Scenario::read(
            "name = 'x'\n[[phase]]\nseconds = 1\nstarts_per_s = 1\n\
             [[listener]]\nshare = 3\n[[listener]]\nshare = 0\n[[visitor]]\nshare = 1\n",
        );
        let scenario = scenario.unwrap();
        let mut random = StdRng::seed_from_u64(5);
        let chosen: Vec<Kind<'_>> = (0..4_000)
            .filter_map(|_| choose_kind(&scenario, &mut random))
            .collect();
        let count = |share: f64| {
            let of_share = chosen.iter().filter(|kind| match kind {
                Kind::Listener(plan) => plan.share.total_cmp(&share).is_eq(),
                Kind::Visitor(plan) => plan.share.total_cmp(&share).is_eq(),
            });
            of_share.count()
        };
        // 3,000 are expected; four standard deviations are 110.
        assert!(count(3.0).abs_diff(3_000) < 150, "{}", count(3.0));
        assert_eq!((count(0.0), count(3.0) + count(1.0)), (0, 4_000));
    }

    /// What a session does, without a server to do it with: its kind, and its songs with their lengths and keys.
    fn schedule(scenario: &Scenario, catalogue: &Catalogue, number: u64) -> String {
        let mut random = StdRng::seed_from_u64(seed_of(scenario.seed, number));
        match choose_kind(scenario, &mut random) {
            Some(Kind::Listener(plan)) => {
                let plays: Vec<_> = choose_plays(catalogue, plan, &mut random).collect();
                format!("{} {plays:?}", plan.share)
            }
            Some(Kind::Visitor(plan)) => format!("{}", plan.share),
            None => String::new(),
        }
    }

    proptest! {
        #[test]
        fn the_same_seed_gives_the_same_kinds_songs_and_lengths(seed: u64, other: u64) {
            prop_assume!(seed != other);
            let songs = (0..50).map(|number| Song {
                track_id: number.to_string(),
                hls: None,
                file: None,
                album: Some(((number / 10).to_string(), 1, number)),
            });
            let catalogue = Catalogue::new(songs.collect(), [1.0, 0.5].into_iter());
            let scenario = Scenario::read(
                "name = 'x'\n[[phase]]\nseconds = 1\nstarts_per_s = 1\n\
                 [[listener]]\nshare = 3\nsongs = [1, 4]\nskips = 0.3\nalbums = 0.5\n\
                 [[listener]]\nshare = 2\nzipf = 0.5\n[[visitor]]\nshare = 1\n",
            );
            let scenario = scenario.unwrap();
            let all = |seed| {
                let scenario = Scenario { seed, ..scenario.clone() };
                (0..40).map(|number| schedule(&scenario, &catalogue, number)).collect::<Vec<_>>()
            };
            let once = all(seed);
            prop_assert_eq!(&once, &all(seed));
            prop_assert_ne!(&once, &all(other));
            // Nor do sessions of one run do what others do.
            let distinct: HashSet<_> = once.iter().filter(|session| session.len() > 1).collect();
            let listening = once.iter().filter(|session| session.len() > 1).count();
            prop_assert_eq!(distinct.len(), listening);
        }
    }

    #[test]
    fn keys_are_random_uuids() {
        let mut random = StdRng::seed_from_u64(1);
        let key = uuid(&mut random);
        assert_eq!(key.len(), 36);
        assert_eq!(key.get(14..15), Some("4"));
        assert!(
            ["8", "9", "a", "b"].contains(&key.get(19..20).unwrap()),
            "{key}"
        );
        assert_ne!(key, uuid(&mut random));
    }
}
