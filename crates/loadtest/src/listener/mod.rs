//! People who listen: how each kind of player loads, and when a person has had enough.

#[cfg(test)]
mod conserved;
#[cfg(test)]
mod faults;
mod hls;
#[cfg(test)]
mod laws;
mod pulse;
mod ranges;
#[cfg(test)]
mod renditions;
mod retries;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod ways;
mod whole;

use std::cell::RefCell;
use std::future::poll_fn;
use std::ops::ControlFlow;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, ready};
use std::time::Duration;

use pulse::Pulse;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep_until};

use crate::catalogue::Song;
use crate::playback::{CHROMIUM, Heard, Playback, Thresholds};
use crate::playlist::Playlists;
use crate::tally::Tally;
use crate::wire::{Client, Connect, Fault};

/// A kind of player: how it loads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Player {
    /// Our web player: segments in the quality that the link carries.
    #[default]
    Hls,
    /// A browser's media element with a file.
    Progressive,
    /// Parts of a file, a few seconds ahead.
    SpotifyLike,
}

impl Player {
    /// What of a song it loads.
    pub(crate) fn loads(self) -> &'static str {
        match self {
            Self::Hls => "hls",
            Self::Progressive | Self::SpotifyLike => "file",
        }
    }
}

/// How long a person waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Patience {
    /// For the first sound.
    pub(crate) start: Duration,
    /// In a silence.
    pub(crate) stall: Duration,
}

impl Patience {
    /// For an answer: who is heard no more by then has left.
    fn longest(self) -> Duration {
        self.start.max(self.stall)
    }
}

/// How a play ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// All that was meant to be heard was heard.
    Finished,
    /// It took too long to begin, or a silence lasted too long.
    Abandoned,
    /// The server, or what it gave, could not be used.
    Failed(Fault),
    /// The run ended before it did.
    Interrupted,
}

/// A play that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Play {
    pub(crate) ending: Ending,
    pub(crate) heard: Heard,
    /// How many media bits a second came, on average over the media that was loaded.
    pub(crate) bits_per_s: u64,
    /// How often the quality changed.
    pub(crate) switch_count: u32,
    /// Whether it was meant to be left early.
    pub(crate) is_skipped: bool,
    /// From the press to its end.
    pub(crate) waited: Duration,
}

/// One person with one player.
pub(crate) struct Listener<C: Connect> {
    pub(crate) client: Client<C>,
    /// When the run began: times are counted from here.
    pub(crate) epoch: Instant,
    pub(crate) patience: Patience,
    /// What everybody has read.
    pub(crate) playlists: Rc<Playlists>,
    /// What its plays have learned of the link, in bits a second.
    pub(crate) throughput: Option<f64>,
    /// How far ahead its player loads; none: as far as such players do.
    pub(crate) ahead: Option<Duration>,
    pub(crate) tally: Rc<RefCell<Tally>>,
}

/// What is being loaded, and what is heard of it.
struct Loaded {
    playback: Playback,
    /// Media bytes and how long they play: what the bit rate is made of.
    bytes: u64,
    media: Duration,
    switch_count: u32,
}

/// What a person wants to hear of a song.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish {
    /// When play was due to be pressed.
    pub(crate) pressed_at: Duration,
    pub(crate) length: Duration,
    /// Whether this is less than they would hear if they liked it.
    pub(crate) is_skipped: bool,
}

/// A play that goes on. What was heard of it is told when it ends, and also when the run ends before.
struct Playing {
    loaded: RefCell<Loaded>,
    pulse: Pulse,
    wish: Wish,
    epoch: Instant,
    patience: Patience,
    tally: Rc<RefCell<Tally>>,
    is_told: bool,
}

impl Playing {
    fn new<C: Connect>(listener: &Listener<C>, wish: Wish, thresholds: Thresholds) -> Self {
        Self {
            loaded: RefCell::new(Loaded {
                playback: Playback::new(wish.pressed_at, wish.length, thresholds),
                bytes: 0,
                media: Duration::ZERO,
                switch_count: 0,
            }),
            pulse: Pulse::new(Rc::clone(&listener.tally), listener.epoch),
            wish,
            epoch: listener.epoch,
            patience: listener.patience,
            tally: Rc::clone(&listener.tally),
            is_told: false,
        }
    }

    fn end(&mut self, ending: Ending) -> Play {
        self.is_told = true;
        let now = self.epoch.elapsed();
        let mut loaded = self.loaded.borrow_mut();
        // What came in the moment of a fault was heard too.
        self.pulse.feel(&mut loaded, now);
        let play = Play {
            ending,
            heard: loaded.playback.clone().stop(now),
            bits_per_s: bits_per_s(loaded.bytes, loaded.media.as_secs_f64()),
            switch_count: loaded.switch_count,
            is_skipped: self.wish.is_skipped,
            waited: loaded.playback.since_press(now),
        };
        self.tally.borrow_mut().play(&play, self.patience);
        play
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        if !self.is_told {
            self.end(Ending::Interrupted);
        }
    }
}

impl<C: Connect> Listener<C> {
    /// Plays a song from its beginning, as long as a person wants to hear of it.
    pub(crate) async fn play(&mut self, player: Player, song: &Song, wish: Wish) -> Play {
        let thresholds = match player {
            Player::Hls | Player::Progressive => CHROMIUM,
            Player::SpotifyLike => ranges::THRESHOLDS,
        };
        let mut playing = Playing::new(self, wish, thresholds);
        let (epoch, patience) = (self.epoch, self.patience);
        let Playing { loaded, pulse, .. } = &mut playing;
        let loaded = &*loaded;
        let loading = async {
            match (player, &song.hls, &song.file) {
                (Player::Hls, Some(url), _) => hls::load(self, url, loaded).await,
                (Player::Progressive, _, Some(file)) => whole::load(self, file, loaded).await,
                (Player::SpotifyLike, _, Some(file)) => ranges::load(self, file, loaded).await,
                _ => Fault::Unusable("the song has nothing that this player loads"),
            }
        };
        let ending = tokio::select! {
            biased;
            fault = loading => Ending::Failed(fault),
            ending = listen_on(loaded, epoch, patience, pulse) => ending,
        };
        if let Ending::Failed(fault) = &ending {
            let failure = self.client.failure();
            self.tally.borrow_mut().show(fault, failure);
        }
        playing.end(ending)
    }
}

/// Waits until everything was heard, or the person has had enough. Looks again each time it is polled: what has woken the
/// loading may have changed what is heard.
async fn listen_on(
    loaded: &RefCell<Loaded>,
    epoch: Instant,
    patience: Patience,
    pulse: &mut Pulse,
) -> Ending {
    let mut alarm = pin!(sleep_until(epoch));
    poll_fn(|cx| {
        loop {
            let now = epoch.elapsed();
            let mut loaded = loaded.borrow_mut();
            pulse.feel(&mut loaded, now);
            let next = match next_look(&mut loaded.playback, now, patience) {
                ControlFlow::Break(ending) => return Poll::Ready(ending),
                ControlFlow::Continue(next) => epoch + next,
            };
            if alarm.is_elapsed() || next < alarm.deadline() {
                alarm.as_mut().reset(next);
            }
            ready!(alarm.as_mut().poll(cx));
        }
    })
    .await
}

/// When to look again, if nothing is loaded before.
fn next_look(
    playback: &mut Playback,
    now: Duration,
    patience: Patience,
) -> ControlFlow<Ending, Duration> {
    if playback.is_over(now) {
        return ControlFlow::Break(Ending::Finished);
    }
    let next = match playback.silence(now) {
        Some((since, has_begun)) => {
            let most = if has_begun {
                patience.stall
            } else {
                patience.start
            };
            if since + most <= now {
                return ControlFlow::Break(Ending::Abandoned);
            }
            since + most
        }
        None => playback.runs_dry_at().unwrap_or(now),
    };
    // At the end of a buffer there is neither silence nor sound for a moment.
    ControlFlow::Continue(next.max(now + Duration::from_millis(1)))
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bits a second of music are small, positive numbers"
)]
fn bits_per_s(bytes: u64, media_s: f64) -> u64 {
    if media_s == 0.0 {
        return 0;
    }
    (bytes as f64 * 8.0 / media_s) as u64
}
