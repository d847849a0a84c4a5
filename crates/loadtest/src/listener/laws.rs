//! What holds for every listener, whatever the link and the server do.

use std::rc::Rc;
use std::time::Duration;

use proptest::prelude::*;
use tokio::runtime::Builder;
use tokio::task::LocalSet;
use url::Url;

use super::{Ending, Listener, Patience, Play, Player, Wish};
use crate::catalogue::{File, Song};
use crate::scripted::{Asked, Reply, Scripted};
use crate::wire::{Client, Link, Meter, Trust};

const SONG: Duration = Duration::from_secs(20);
/// 16 KB a second.
const SONG_BYTES: u64 = 320_000;
/// Nobody gives up.
const PATIENCE: Patience = Patience {
    start: Duration::from_hours(1),
    stall: Duration::from_hours(1),
};

fn song() -> Song {
    let url = |path: &str| Url::parse("http://music.test").unwrap().join(path).unwrap();
    Song {
        track_id: "1".to_owned(),
        hls: Some(url("/song.m3u8")),
        file: Some(File {
            url: url("/song"),
            length: SONG,
            bytes: SONG_BYTES,
        }),
        album: None,
    }
}

/// One quality of ten segments.
fn answer(asked: &Asked, rate: u64, delay: Duration) -> Reply {
    if asked.target == "/song.m3u8" {
        let segment = "#EXTINF:2,\n#EXT-X-BYTERANGE:32000\n/song\n".repeat(9);
        return Reply::whole(format!(
            "#EXTM3U\n#EXTINF:2,\n#EXT-X-BYTERANGE:32000@0\n/song\n{segment}#EXT-X-ENDLIST\n"
        ));
    }
    let reply = match &asked.range {
        Some(range) => Reply::part(range),
        None => Reply::whole(vec![0; usize::try_from(SONG_BYTES).unwrap()]),
    };
    reply.after(delay).at_rate(rate)
}

/// Hears the song to its end at so many bytes a second; how many bytes were sent and read.
fn hear(player: Player, rate: u64, delay: Duration) -> (Play, u64, u64) {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, async move {
        let server = Scripted::new(move |asked| answer(asked, rate, delay));
        let meter = Meter::default();
        let client = Client::new(server.clone(), Trust::default(), Link::new(None));
        let mut listener = Listener {
            client: client.counted_by(&meter),
            epoch: server.epoch(),
            patience: PATIENCE,
            playlists: Rc::default(),
            throughput: None,
            ahead: None,
            tally: Rc::default(),
        };
        let play = listener
            .play(
                player,
                &song(),
                Wish {
                    pressed_at: Duration::ZERO,
                    length: SONG,
                    is_skipped: false,
                },
            )
            .await;
        (play, server.sent(), meter.take().bytes)
    })
}

fn player() -> impl Strategy<Value = Player> {
    prop_oneof![
        Just(Player::Hls),
        Just(Player::Progressive),
        Just(Player::SpotifyLike)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn more_bandwidth_never_means_more_stalls(
        player in player(),
        rate in 4_000_u64..40_000,
        more in 0_u64..40_000,
        delay_ms in 0_u64..400,
    ) {
        let delay = Duration::from_millis(delay_ms);
        let ((slow, ..), (fast, ..)) = (hear(player, rate, delay), hear(player, rate + more, delay));
        prop_assert_eq!((&slow.ending, &fast.ending), (&Ending::Finished, &Ending::Finished));
        prop_assert!(fast.heard.stall_count <= slow.heard.stall_count, "{:?} {:?}", slow.heard, fast.heard);
        prop_assert!(fast.heard.stalled <= slow.heard.stalled, "{:?} {:?}", slow.heard, fast.heard);
        prop_assert!(fast.heard.startup <= slow.heard.startup, "{:?} {:?}", slow.heard, fast.heard);
        prop_assert_eq!((slow.heard.played, fast.heard.played), (SONG, SONG));
    }

    #[test]
    fn every_byte_that_is_sent_is_counted(player in player(), rate in 20_000_u64..80_000) {
        let (play, sent, read) = hear(player, rate, Duration::ZERO);
        prop_assert_eq!(play.ending, Ending::Finished);
        prop_assert_eq!(read, sent);
        prop_assert!(SONG_BYTES <= read);
    }
}
