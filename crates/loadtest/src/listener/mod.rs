//! People who listen: how each kind of player loads, and when a person has had enough.

mod hls;
mod ranges;
mod retries;
#[cfg(test)]
mod tests;
mod whole;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep_until};

use crate::catalogue::Song;
use crate::playback::{Heard, Playback};
use crate::playlist::Playlists;
use crate::wire::{Client, Connect, Fault};

/// A kind of player: how it loads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Player {
    /// Our web player: segments in the quality that the link carries.
    Hls,
    /// A browser's media element with a file.
    Progressive,
    /// Parts of a file, a few seconds ahead.
    SpotifyLike,
}

/// How long a person waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Patience {
    /// For the first sound.
    pub(crate) start: Duration,
    /// In a silence.
    pub(crate) stall: Duration,
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
}

/// What is being loaded, and what is heard of it.
struct Loaded {
    playback: Playback,
    /// Media bytes and how long they play: what the bit rate is made of.
    bytes: u64,
    media: Duration,
    switch_count: u32,
}

impl<C: Connect> Listener<C> {
    /// Plays a song from its beginning, as long as a person wants to hear of it. The press was due at a time.
    pub(crate) async fn play(
        &mut self,
        player: Player,
        song: &Song,
        pressed_at: Duration,
        listen: Duration,
    ) -> Play {
        let thresholds = match player {
            Player::Hls => hls::THRESHOLDS,
            Player::Progressive => whole::THRESHOLDS,
            Player::SpotifyLike => ranges::THRESHOLDS,
        };
        let loaded = RefCell::new(Loaded {
            playback: Playback::new(pressed_at, listen, thresholds),
            bytes: 0,
            media: Duration::ZERO,
            switch_count: 0,
        });
        let (epoch, patience) = (self.epoch, self.patience);
        let loading = async {
            match player {
                Player::Hls => hls::load(self, &song.hls, &loaded).await,
                Player::Progressive => whole::load(self, &song.file, &loaded).await,
                Player::SpotifyLike => ranges::load(self, &song.file, &loaded).await,
            }
        };
        let ending = tokio::select! {
            biased;
            fault = loading => Ending::Failed(fault),
            ending = listen_on(&loaded, epoch, patience) => ending,
        };
        let loaded = loaded.into_inner();
        let media_s = loaded.media.as_secs_f64();
        Play {
            ending,
            heard: loaded.playback.stop(epoch.elapsed()),
            bits_per_s: bits_per_s(loaded.bytes, media_s),
            switch_count: loaded.switch_count,
        }
    }
}

/// Waits until everything was heard, or the person has had enough.
async fn listen_on(loaded: &RefCell<Loaded>, epoch: Instant, patience: Patience) -> Ending {
    loop {
        let now = epoch.elapsed();
        let next = {
            let playback = &mut loaded.borrow_mut().playback;
            if playback.is_over(now) {
                return Ending::Finished;
            }
            match playback.silence(now) {
                Some((since, has_begun)) => {
                    let most = if has_begun {
                        patience.stall
                    } else {
                        patience.start
                    };
                    if since + most <= now {
                        return Ending::Abandoned;
                    }
                    since + most
                }
                // It may be loaded on before then.
                None => playback.runs_dry_at().unwrap_or(now),
            }
        };
        // At the end of a buffer there is neither silence nor sound for a moment.
        sleep_until(epoch + next.max(now + Duration::from_millis(1))).await;
    }
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
