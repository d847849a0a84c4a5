//! The same listener over each way to a server: what is heard must not depend on it.

use std::rc::Rc;
use std::time::Duration;

use tokio::task::LocalSet;
use url::Url;

use super::{Ending, Listener, Patience, Play, Player, Wish};
use crate::catalogue::Song;
use crate::scripted::{Asked, Reply, Scripted};
use crate::secure::{Certificate, GOOD, Secure};
use crate::wire::{Checks, Client, Connect, Fault, Link, Trust};

/// Four segments of 2 s and 32 KB; the last two are on another server.
const PLAYLIST: &str = "#EXTM3U\n#EXT-X-MAP:URI=\"/init\"\n#EXTINF:2,\n/1\n#EXTINF:2,\n/2\n\
    #EXTINF:2,\nhttps://other.test/3\n#EXTINF:2,\n//other.test/4\n#EXT-X-ENDLIST\n";

/// The first segment takes 700 ms, the third, which is due when 4 s are heard, comes half a second too late.
fn answer(asked: &Asked) -> Reply {
    let delay = match asked.target.as_str() {
        "/hls.m3u8" => return Reply::whole(PLAYLIST),
        "/1" => 700,
        "/3" => 4_500,
        _ => 0,
    };
    Reply::whole(vec![0; 32_000]).after(Duration::from_millis(delay))
}

async fn play<C: Connect>(client: Client<C>, address: &str, server: &Scripted) -> Play {
    let mut listener = Listener {
        client,
        epoch: server.epoch(),
        patience: Patience {
            start: Duration::from_secs(10),
            stall: Duration::from_secs(8),
        },
        playlists: Rc::default(),
        throughput: None,
        ahead: None,
        tally: Rc::default(),
    };
    let song = Song {
        track_id: String::new(),
        hls: Some(Url::parse(address).unwrap()),
        file: None,
        album: None,
    };
    let listen = Duration::from_mins(1);
    let pressed_at = server.epoch().elapsed();
    let wish = Wish {
        pressed_at,
        length: listen,
        is_skipped: false,
    };
    listener.play(Player::Hls, &song, wish).await
}

#[tokio::test(start_paused = true)]
async fn both_ways_under_tls_sound_as_the_bare_one_must() {
    let local = LocalSet::new();
    let playing = local.run_until(async {
        let mut plays = Vec::new();
        for speaks in ["h2", "http/1.1"] {
            let server = Scripted::new(answer);
            let both = Certificate {
                names: &["music.test", "other.test"],
                ..GOOD
            };
            let secure = Secure::new(server.clone(), &[speaks], both);
            let client = Client::new(secure.clone(), secure.trust(), Link::new(None));
            plays.push(play(client, "https://music.test/hls.m3u8", &server).await);
            assert_eq!(secure.connections(), 2);
            let asked = server.asked().into_iter().map(|asked| asked.target);
            let targets: Vec<_> = asked.collect();
            assert_eq!(targets, ["/hls.m3u8", "/init", "/1", "/2", "/3", "/4"]);
        }
        plays
    });
    for play in playing.await {
        assert_eq!(play.ending, Ending::Finished);
        assert_eq!(play.heard.startup, Some(Duration::from_millis(700)));
        assert_eq!(
            (play.heard.stall_count, play.heard.stalled),
            (1, Duration::from_millis(500))
        );
        assert_eq!(play.heard.played, Duration::from_secs(8));
    }
}

#[tokio::test(start_paused = true)]
async fn wrong_bytes_end_a_play() {
    let local = LocalSet::new();
    let playing = local.run_until(async {
        // The second segment is never the same.
        let server = Scripted::new(|asked| {
            let byte = u8::try_from(asked.at.as_secs()).unwrap();
            match asked.target.as_str() {
                "/2" => Reply::whole(vec![byte; 32_000]),
                "/hls.m3u8" => {
                    Reply::whole("#EXTM3U\n#EXTINF:2,\n/1\n#EXTINF:2,\n/2\n#EXT-X-ENDLIST\n")
                }
                _ => answer(asked),
            }
        });
        let checks = Rc::new(Checks::new(1.0, 0));
        let mut endings = Vec::new();
        for _ in 0..2 {
            let client = Client::new(server.clone(), Trust::default(), Link::new(None));
            let client = client.checked_by(&checks);
            let play = play(client, "http://music.test/hls.m3u8", &server).await;
            endings.push(play.ending);
        }
        endings
    });
    let wrong = Fault::WrongBytes("they are not those that came before");
    // The second listener finds what the first one has seen.
    assert_eq!(playing.await, [Ending::Finished, Ending::Failed(wrong)]);
}
