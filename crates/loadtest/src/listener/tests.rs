//! Each kind of listener before a server whose delays, rates and faults are known: what it must report was worked out by
//! hand and stands beside each case.

use std::rc::Rc;
use std::time::Duration;

use tokio::task::LocalSet;
use url::Url;

use super::{Ending, Listener, Patience, Play, Player, Wish};
use crate::catalogue::{File, Song};
use crate::playback::Heard;
use crate::scripted::{Asked, Reply, Scripted};
use crate::wire::{Client, Fault, Link, Trust};

pub(super) const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

pub(super) const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Three qualities of ten segments, 2 s each: 16, 32 and 64 KB a segment.
pub(super) fn playlist(target: &str) -> Option<Reply> {
    if target == "/hls.m3u8" {
        return Some(Reply::whole(
            "#EXTM3U\n\
             #EXT-X-STREAM-INF:BANDWIDTH=64000\n/64.m3u8\n\
             #EXT-X-STREAM-INF:BANDWIDTH=128000\n/128.m3u8\n\
             #EXT-X-STREAM-INF:BANDWIDTH=256000\n/256.m3u8\n",
        ));
    }
    let kbps: u64 = target
        .strip_prefix('/')?
        .strip_suffix(".m3u8")?
        .parse()
        .ok()?;
    let bytes = kbps * 250;
    let others = format!("#EXTINF:2,\n#EXT-X-BYTERANGE:{bytes}\n/{kbps}.mp4\n").repeat(9);
    let text = format!(
        "#EXTM3U\n#EXT-X-MAP:URI=\"/{kbps}.mp4\",BYTERANGE=\"1000@0\"\n\
         #EXTINF:2,\n#EXT-X-BYTERANGE:{bytes}@1000\n/{kbps}.mp4\n{others}#EXT-X-ENDLIST\n"
    );
    Some(Reply::whole(text))
}

/// The number of the segment that is asked for, from 0. None is the beginning of a file, which a decoder needs first.
pub(super) fn segment(asked: &Asked) -> Option<u64> {
    let kbps: u64 = asked
        .target
        .strip_prefix('/')?
        .strip_suffix(".mp4")?
        .parse()
        .ok()?;
    Some(asked.range.as_ref()?.end.checked_sub(1001)? / (kbps * 250))
}

async fn play(listen: Duration, media: impl Fn(&Asked) -> Reply + 'static) -> (Play, Vec<Asked>) {
    play_by(Player::Hls, listen, media).await
}

/// A file of 20 s and 320 KB: 16 KB a second.
pub(super) fn song() -> Song {
    let url = |path: &str| Url::parse("http://music.test").unwrap().join(path).unwrap();
    Song {
        track_id: "1".to_owned(),
        hls: Some(url("/hls.m3u8")),
        file: Some(File {
            url: url("/file"),
            length: s(20),
            bytes: 320_000,
        }),
        album: None,
    }
}

pub(super) async fn play_by(
    player: Player,
    listen: Duration,
    media: impl Fn(&Asked) -> Reply + 'static,
) -> (Play, Vec<Asked>) {
    play_from(player, listen, move |asked| {
        playlist(&asked.target).unwrap_or_else(|| media(asked))
    })
    .await
}

/// Plays the song of a server that answers everything by a script.
pub(super) async fn play_from(
    player: Player,
    listen: Duration,
    script: impl Fn(&Asked) -> Reply + 'static,
) -> (Play, Vec<Asked>) {
    let patience = Patience {
        start: s(10),
        stall: s(8),
    };
    play_patiently(player, patience, listen, script).await
}

/// Somebody who comes to a server for the first time.
pub(super) fn listener(server: &Scripted, patience: Patience) -> Listener<Scripted> {
    Listener {
        client: Client::new(server.clone(), Trust::default(), Link::new(None)),
        epoch: server.epoch(),
        patience,
        playlists: Rc::default(),
        throughput: None,
        ahead: None,
        tally: Rc::default(),
    }
}

pub(super) async fn play_patiently(
    player: Player,
    patience: Patience,
    listen: Duration,
    script: impl Fn(&Asked) -> Reply + 'static,
) -> (Play, Vec<Asked>) {
    let local = LocalSet::new();
    let playing = local.run_until(async move {
        let server = Scripted::new(script);
        let mut listener = listener(&server, patience);
        let wish = Wish {
            pressed_at: Duration::ZERO,
            length: listen,
            is_skipped: false,
        };
        let play = listener.play(player, &song(), wish).await;
        (play, server.asked())
    });
    playing.await
}

pub(super) fn part(asked: &Asked) -> Reply {
    Reply::part(asked.range.as_ref().unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_server_that_answers_at_once_is_heard_at_once_and_to_the_end() {
    let (play, asked) = play(s(60), part).await;
    let heard = Heard {
        startup: Some(Duration::ZERO),
        stall_count: 0,
        stalled: Duration::ZERO,
        played: s(20),
    };
    assert_eq!((play.ending, play.heard), (Ending::Finished, heard));
    let targets: Vec<_> = asked.iter().map(|asked| asked.target.as_str()).collect();
    // Begins with 128 kbit/s, init and first segment at once; then the link is known to carry more.
    assert_eq!(
        targets[..4],
        ["/hls.m3u8", "/128.m3u8", "/128.mp4", "/256.m3u8"]
    );
    assert_eq!(asked[2].range, Some(0..33_000));
    assert_eq!(play.switch_count, 1);
}

#[tokio::test(start_paused = true)]
async fn delays_make_the_start_and_the_stalls_they_must() {
    // The first segment comes after 700 ms, the next two at once: 6 s that end at 6.7 s. Nothing more comes before 8.2 s, in
    // whatever quality it is asked for.
    let (play, asked) = play(s(20), |asked| match segment(asked) {
        Some(0) => part(asked).after(ms(700)),
        None | Some(1 | 2) => part(asked),
        _ => part(asked).after(ms(8_200).saturating_sub(asked.at)),
    })
    .await;
    let heard = Heard {
        startup: Some(ms(700)),
        stall_count: 1,
        stalled: ms(1_500),
        played: s(20),
    };
    assert_eq!((play.ending, play.heard), (Ending::Finished, heard));
    // Just before the silence what does not come is given up, for the lowest quality where none would come in time. Its
    // playlist has to be read first: the segment before is loaded once more.
    let late = asked.iter().filter(|asked| Some(2) <= segment(asked));
    let tries: Vec<_> = late
        .map(|asked| (asked.target.as_str(), segment(asked).unwrap()))
        .collect();
    assert_eq!(
        tries[..4],
        [
            ("/256.mp4", 2),
            ("/256.mp4", 3),
            ("/64.mp4", 2),
            ("/64.mp4", 3)
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_first_segment_is_waited_for_and_loaded_again_in_the_quality_that_the_link_carries() {
    // 100 kbit/s: 33,000 bytes take 2.64 s. Then 1,000 and 16,000 of the lowest quality, for what is there already, take 1.36 s,
    // and its next segment 1.28 s: 2 s of music are over by then.
    let (play, asked) = play(s(20), |asked| part(asked).at_rate(12_500)).await;
    let heard = Heard {
        startup: Some(ms(2_640)),
        stall_count: 1,
        stalled: ms(640),
        played: s(20),
    };
    assert_eq!((play.ending, play.heard), (Ending::Finished, heard));
    let media = asked.iter().filter(|asked| asked.range.is_some());
    let asked_for: Vec<_> = media
        .map(|asked| (asked.target.as_str(), asked.range.clone().unwrap()))
        .collect();
    assert_eq!(
        asked_for[..4],
        [
            ("/128.mp4", 0..33_000),
            ("/64.mp4", 0..1_000),
            ("/64.mp4", 1_000..17_000),
            ("/64.mp4", 17_000..33_000)
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn on_a_link_below_the_lowest_quality_silences_become_fewer_and_longer() {
    // 16,000 bytes of 2 s take 4 s. The first sound comes after 8.25 s, with 2 s of music; then 250 ms of a beginning, and a
    // segment that is there already.
    let (play, _) = play(s(16), |asked| part(asked).at_rate(4_000)).await;
    // Segments are there at 16.5 s, 20.5 s and so on. Silent from 10.25, 18.5 and 22.5 s on, each time until one is there (0.4,
    // 0.8 and 1.6 s are enough), and from 26.5 and 38.5 s on until there are two (3 s).
    let heard = Heard {
        startup: Some(ms(8_250)),
        stall_count: 5,
        stalled: ms(6_250 + 2_000 + 2_000 + 6_000 + 6_000),
        played: s(16),
    };
    assert_eq!((play.ending, play.heard), (Ending::Finished, heard));
}

#[tokio::test(start_paused = true)]
async fn who_waits_too_long_leaves() {
    let (never, _) = play(s(20), |asked| part(asked).after(s(9)).at_rate(1_000)).await;
    assert_eq!(
        (never.ending, never.heard),
        (Ending::Abandoned, Heard::default())
    );
    // Sounds for 4 s, then nothing comes.
    let (silent, _) = play(s(20), |asked| match segment(asked) {
        None | Some(0 | 1) => part(asked),
        _ => part(asked).at_rate(10),
    })
    .await;
    let heard = Heard {
        startup: Some(Duration::ZERO),
        stall_count: 1,
        stalled: s(8),
        played: s(4),
    };
    assert_eq!((silent.ending, silent.heard), (Ending::Abandoned, heard));
}

#[tokio::test(start_paused = true)]
async fn who_has_patience_hears_what_comes_late() {
    let patience = Patience {
        start: s(60),
        stall: s(8),
    };
    for player in [Player::Hls, Player::Progressive, Player::SpotifyLike] {
        let (play, _) = play_patiently(player, patience, s(4), |asked| {
            let is_first = asked.at < s(15);
            let reply = match (playlist(&asked.target), &asked.range) {
                (Some(playlist), _) => playlist,
                (None, Some(range)) => Reply::part(range),
                (None, None) => Reply::whole(vec![0; 320_000]),
            };
            reply.after(if is_first { s(15) } else { s(0) })
        })
        .await;
        assert_eq!(
            (play.ending, play.heard.startup),
            (Ending::Finished, Some(s(15))),
            "{player:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn faults_are_tried_again_and_told_when_they_stay() {
    // Twice refused, the second time for 2 s: asked at 0, 0.5 s and 2.5 s.
    let tries = std::cell::Cell::new(0);
    let (busy, asked) = play(s(20), move |asked| {
        if segment(asked) == Some(0) && tries.replace(tries.get() + 1) < 2 {
            let fields = if tries.get() == 2 {
                "Retry-After: 2\r\n"
            } else {
                ""
            };
            return Reply::refusal(503, fields);
        }
        part(asked)
    })
    .await;
    assert_eq!(
        (busy.ending, busy.heard.startup),
        (Ending::Finished, Some(ms(2_500)))
    );
    let firsts = asked.iter().filter(|asked| asked.range == Some(0..33_000));
    assert_eq!(
        firsts.map(|asked| asked.at).collect::<Vec<_>>(),
        [s(0), ms(500), ms(2_500)]
    );

    let (gone, _) = play(s(20), |_| Reply::refusal(404, "")).await;
    let not_found = Fault::Status {
        status: 404,
        retry_after_s: None,
    };
    assert_eq!(gone.ending, Ending::Failed(not_found));

    let (lost, _) = play(s(20), |asked| part(asked).cut_after(500)).await;
    assert_eq!(lost.ending, Ending::Failed(Fault::Lost));
}

#[tokio::test(start_paused = true)]
async fn music_without_an_end_is_refused() {
    let segment = "#EXTINF:1e19,\n/a\n";
    for text in [segment.to_owned(), segment.repeat(2)] {
        let (play, _) = play_from(Player::Hls, s(20), move |asked| {
            match asked.target.as_str() {
                "/hls.m3u8" => Reply::whole(format!("#EXTM3U\n{text}#EXT-X-ENDLIST\n")),
                _ => Reply::whole("music"),
            }
        })
        .await;
        let refused = Fault::Unusable("its playlist cannot be played");
        assert_eq!(play.ending, Ending::Failed(refused));
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_in_one_go_sounds_soon_and_stalls_when_the_link_is_slower_than_the_music() {
    // 32 KB a second are twice what is played. The first block of 32 KiB is there after 1.024 s, with the piece of 1.03 s: the
    // network brings one each 10 ms.
    let (fast, asked) = play_by(Player::Progressive, s(20), |_| {
        Reply::whole(vec![0; 320_000]).at_rate(32_000)
    })
    .await;
    let heard = Heard {
        startup: Some(ms(1_030)),
        stall_count: 0,
        stalled: Duration::ZERO,
        played: s(20),
    };
    assert_eq!((fast.ending, fast.heard), (Ending::Finished, heard));
    assert_eq!((asked.len(), fast.bits_per_s), (1, 128_000));
    // Half of what is played: each block of 2.048 s takes 4.096 s to come. Sounds from 4.1 s on and is silent from 6.148 s to
    // 8.2 s, when the second one is there.
    let (slow, _) = play_by(Player::Progressive, s(4), |_| {
        Reply::whole(vec![0; 320_000]).at_rate(8_000)
    })
    .await;
    let heard = Heard {
        startup: Some(ms(4_100)),
        stall_count: 1,
        stalled: ms(2_052),
        played: s(4),
    };
    assert_eq!((slow.ending, slow.heard), (Ending::Finished, heard));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_as_long_as_the_file_is_no_music() {
    for bytes in [15, 319_999, 320_001] {
        let (play, _) = play_by(Player::Progressive, s(60), move |_| {
            Reply::whole(vec![b'<'; bytes])
        })
        .await;
        let odd = Fault::Unusable("it is not as long as the file it should be");
        assert_eq!(play.ending, Ending::Failed(odd), "{bytes}");
    }
}

#[tokio::test(start_paused = true)]
async fn parts_of_a_file_are_asked_for_when_less_than_five_seconds_lie_ahead() {
    // 64 KiB play 4.096 s. The second part makes it 8.192 s, 3.192 s more than wanted.
    let (play, asked) = play_by(Player::SpotifyLike, s(20), part).await;
    assert_eq!(
        (play.ending, play.heard.startup),
        (Ending::Finished, Some(Duration::ZERO))
    );
    let times: Vec<_> = asked.iter().map(|asked| asked.at).collect();
    assert_eq!(times, [0, 0, 3_192, 7_288, 11_384].map(ms));
    assert_eq!(asked[4].range, Some(262_144..320_000));
    // The third part takes 6 s; 5 s lie ahead.
    let (play, _) = play_by(Player::SpotifyLike, s(20), |asked| {
        match asked.range.as_ref().unwrap().start {
            131_072 => part(asked).after(s(6)),
            _ => part(asked),
        }
    })
    .await;
    assert_eq!((play.heard.stall_count, play.heard.stalled), (1, s(1)));
    // And again it is asked for once more when the server was busy.
    let tries = std::cell::Cell::new(0);
    let (play, asked) = play_by(Player::SpotifyLike, s(4), move |asked| {
        if tries.replace(tries.get() + 1) == 0 {
            return Reply::refusal(503, "Retry-After: 1\r\n");
        }
        part(asked)
    })
    .await;
    assert_eq!(
        (play.ending, play.heard.startup),
        (Ending::Finished, Some(s(1)))
    );
    assert_eq!(asked[0].range, asked[1].range);
}

#[tokio::test(start_paused = true)]
async fn who_has_heard_enough_leaves_at_once() {
    for (player, media) in [
        (Player::Hls, part as fn(&Asked) -> Reply),
        (Player::Progressive, |_| Reply::whole(vec![0; 320_000])),
        (Player::SpotifyLike, part),
    ] {
        let began = tokio::time::Instant::now();
        let (play, _) = play_by(player, ms(1_500), media).await;
        assert_eq!(
            (play.ending, play.heard.played),
            (Ending::Finished, ms(1_500))
        );
        assert_eq!(began.elapsed(), ms(1_500), "{player:?}");
    }
}
