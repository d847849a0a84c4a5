//! When a player asks again for what it did not get.

use std::time::Duration;

use tokio::time::sleep;

use crate::wire::{Answer, Ask, Client, Connect, Fault};

/// For music, as our player sets it (`fragLoadPolicy` of hls.js): how often, and after how long the first time; twice as long
/// each time after.
const MEDIA_MAX: u32 = 2;
const MEDIA_PAUSE: Duration = Duration::from_millis(500);
/// For playlists, where hls.js decides: after a fault it waits as it does for music, after a silence it asks at once.
const MANIFEST_MAX: u32 = 1;
const PLAYLIST_MAX: u32 = 2;
const SILENCES_MAX: u32 = 2;
const PLAYLIST_PAUSE: Duration = Duration::from_secs(1);
/// For a file, as Chromium's media element does (`ResourceMultiBufferDataProvider`): after this, and a little longer each time.
const FILE_MAX: u32 = 30;
const FILE_PAUSE: Duration = Duration::from_millis(250);
const FILE_PAUSE_MORE: Duration = Duration::from_millis(50);

/// What is asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The first playlist of a track (`manifestLoadPolicy`).
    Manifest,
    /// The playlist of a quality (`playlistLoadPolicy`).
    Playlist,
    /// A segment, what a decoder needs before it, or a part of a file.
    Media,
    /// The rest of a file, by a media element: it asks no server again that has said no.
    File,
}

/// The tries for one part of a track.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retries {
    wanted: Wanted,
    count: u32,
}

impl Retries {
    pub(super) fn of(wanted: Wanted) -> Self {
        Self { wanted, count: 0 }
    }

    /// How long to wait before the next try: as long as the server says, if it says more. None where another try would be
    /// of no use, or there were enough.
    pub(super) fn pause_after(&mut self, fault: &Fault) -> Option<Duration> {
        let wished = match fault {
            Fault::Status { .. } if self.wanted == Wanted::File => return None,
            Fault::Status {
                retry_after_s: Some(seconds),
                ..
            } => Duration::from_secs(*seconds),
            Fault::Status {
                status: 400..500, ..
            }
            | Fault::Exhausted
            | Fault::Crowded
            | Fault::Tls(_)
            | Fault::Unusable(_)
            | Fault::TooLarge(_)
            | Fault::WrongBytes(_) => return None,
            Fault::Status { .. }
            | Fault::Refused
            | Fault::Unreachable
            | Fault::Lost
            | Fault::Timeout => Duration::ZERO,
        };
        let (most, pause) = self.next(*fault == Fault::Timeout);
        if most <= self.count {
            return None;
        }
        self.count += 1;
        Some(pause.max(wished))
    }

    /// How many tries there are, and the pause before the next one.
    fn next(self, is_silence: bool) -> (u32, Duration) {
        let doubled = |first: Duration| first.saturating_mul(1 << self.count.min(PLAYLIST_MAX));
        match (self.wanted, is_silence) {
            (Wanted::Media, _) => (MEDIA_MAX, doubled(MEDIA_PAUSE)),
            (Wanted::Manifest | Wanted::Playlist, true) => (SILENCES_MAX, Duration::ZERO),
            (Wanted::Manifest, false) => (MANIFEST_MAX, doubled(PLAYLIST_PAUSE)),
            (Wanted::Playlist, false) => (PLAYLIST_MAX, doubled(PLAYLIST_PAUSE)),
            (Wanted::File, _) => (FILE_MAX, FILE_PAUSE + FILE_PAUSE_MORE * (self.count + 1)),
        }
    }
}

/// Asks, and asks again, until there is an answer or another try is of no use.
pub(super) async fn ask<C: Connect>(
    client: &mut Client<C>,
    ask: &Ask<'_>,
    wanted: Wanted,
) -> Result<Answer, Fault> {
    let mut retries = Retries::of(wanted);
    loop {
        let fault = match client.ask(ask, |_so_far| None).await {
            Ok(answer) => return Ok(answer),
            Err(fault) => fault,
        };
        sleep(retries.pause_after(&fault).ok_or(fault)?).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16, retry_after_s: Option<u64>) -> Fault {
        Fault::Status {
            status,
            retry_after_s,
        }
    }

    #[test]
    fn pauses_grow_and_end_and_the_server_may_wish_for_longer_ones() {
        let mut retries = Retries::of(Wanted::Media);
        assert_eq!(
            retries.pause_after(&Fault::Lost),
            Some(Duration::from_millis(500))
        );
        assert_eq!(
            retries.pause_after(&status(503, Some(3))),
            Some(Duration::from_secs(3))
        );
        assert_eq!(retries.pause_after(&Fault::Lost), None);
        let mut retries = Retries::of(Wanted::Media);
        assert_eq!(
            retries.pause_after(&status(503, Some(0))),
            Some(Duration::from_millis(500))
        );
        assert_eq!(
            retries.pause_after(&status(500, None)),
            Some(Duration::from_secs(1))
        );
    }

    #[test]
    fn what_stays_as_it_is_is_not_asked_for_again() {
        for fault in [status(404, None), Fault::Exhausted, Fault::Unusable("x")] {
            assert_eq!(
                Retries::of(Wanted::Media).pause_after(&fault),
                None,
                "{fault}"
            );
        }
        // A server that is asked too often says when it is not.
        let limited = status(429, Some(2));
        assert_eq!(
            Retries::of(Wanted::Media).pause_after(&limited),
            Some(Duration::from_secs(2))
        );
    }

    #[test]
    fn each_part_of_a_track_is_asked_for_again_as_its_player_does() {
        let pauses = |wanted, fault: &Fault| {
            let mut retries = Retries::of(wanted);
            let pauses = std::iter::from_fn(|| retries.pause_after(fault));
            pauses
                .map(|pause| u64::try_from(pause.as_millis()).unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(pauses(Wanted::Manifest, &Fault::Lost), [1_000]);
        assert_eq!(pauses(Wanted::Manifest, &Fault::Timeout), [0, 0]);
        assert_eq!(pauses(Wanted::Playlist, &Fault::Lost), [1_000, 2_000]);
        assert_eq!(pauses(Wanted::Playlist, &Fault::Timeout), [0, 0]);
        let away = pauses(Wanted::Playlist, &Fault::Unreachable);
        assert_eq!(away, [1_000, 2_000]);
        assert_eq!(pauses(Wanted::Media, &Fault::Timeout), [500, 1_000]);
        let file = pauses(Wanted::File, &Fault::Lost);
        assert_eq!(
            (file.len(), file[0], file[29], file.iter().sum::<u64>()),
            (30, 300, 1_750, 30_750)
        );
        assert!(pauses(Wanted::File, &status(503, Some(1))).is_empty());
    }
}
