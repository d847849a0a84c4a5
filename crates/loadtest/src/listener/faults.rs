//! Each kind of listener before a server that delays, is slow, refuses or loses the connection, and then goes on: what it must
//! report was worked out by hand and stands beside each case. A file has 16 KB a second and comes in pieces each 10 ms.

use std::cell::Cell;
use std::time::Duration;

use super::tests::{ms, part, play_by, play_patiently, playlist, s, segment};
use super::{Ending, Patience, Play, Player};
use crate::playback::Heard;
use crate::scripted::{Asked, Reply};
use crate::wire::Fault;

const FILE_BYTES: usize = 320_000;

fn status(status: u16) -> Fault {
    Fault::Status {
        status,
        retry_after_s: None,
    }
}

/// The file, or what is asked for of it.
fn file(asked: &Asked) -> Reply {
    match &asked.range {
        Some(range) => Reply::part(range),
        None => Reply::whole(vec![0; FILE_BYTES]),
    }
}

#[track_caller]
fn assert_heard(play: &Play, startup: Duration, stall_count: u32, stalled: Duration) {
    let heard = Heard {
        startup: Some(startup),
        stall_count,
        stalled,
        played: play.heard.played,
    };
    assert_eq!((&play.ending, play.heard), (&Ending::Finished, heard));
}

#[tokio::test(start_paused = true)]
async fn a_file_that_comes_late_sounds_late() {
    // After 700 ms of nothing the first block of 32 KiB takes 1.03 s; from then on twice as much comes as is played.
    let (play, asked) = play_by(Player::Progressive, s(20), |asked| {
        file(asked).after(ms(700)).at_rate(32_000)
    })
    .await;
    assert_heard(&play, ms(1_730), 0, Duration::ZERO);
    assert_eq!((play.heard.played, asked.len()), (s(20), 1));
}

#[tokio::test(start_paused = true)]
async fn a_file_whose_connection_is_lost_goes_on_where_it_ended() {
    // 40,000 bytes are there after 1.25 s, and one block of them, 2.048 s, sounds from 1.03 s to 3.078 s. Asked again after
    // 300 ms; the answer begins 3 s later, at 4.55 s. The second block lacks 25,536 bytes: 0.8 s, at 5.35 s.
    let (play, asked) = play_by(Player::Progressive, s(20), |asked| match asked.range {
        None => file(asked).at_rate(32_000).cut_after(40_000),
        Some(_) => file(asked).after(s(3)).at_rate(32_000),
    })
    .await;
    assert_heard(&play, ms(1_030), 1, ms(2_272));
    assert_eq!(play.heard.played, s(20));
    let asked: Vec<_> = asked
        .into_iter()
        .map(|asked| (asked.range, asked.at))
        .collect();
    assert_eq!(asked, [(None, s(0)), (Some(40_000..320_000), ms(1_550))]);
}

#[tokio::test(start_paused = true)]
async fn what_a_server_says_instead_of_music_is_not_heard_however_long_it_is() {
    for (player, code) in [
        (Player::Progressive, 503),
        (Player::Progressive, 200),
        (Player::SpotifyLike, 404),
        (Player::SpotifyLike, 200),
        (Player::Hls, 404),
    ] {
        // Longer than a block of 32 KiB, which would be 2 s of music, and than the file.
        let (play, _) = play_by(player, s(20), move |_| {
            Reply::refusal(code, "").long(400_000)
        })
        .await;
        assert_eq!(play.heard, Heard::default(), "{player:?}, {code}");
        assert!(
            matches!(play.ending, Ending::Failed(_)),
            "{player:?}, {code}"
        );
    }
    // A server that gives the whole file where the rest of it was asked for: what came before the loss is all that is heard.
    let (play, _) = play_by(Player::Progressive, s(20), |asked| match asked.range {
        None => file(asked).at_rate(32_000).cut_after(40_000),
        Some(_) => Reply::whole(vec![0; FILE_BYTES]).after(s(3)),
    })
    .await;
    let ignored = Fault::Unusable("the server ignores ranges");
    assert_eq!(play.ending, Ending::Failed(ignored));
    assert_eq!(play.heard.played, ms(2_048));
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_refused_or_never_begins_is_not_asked_for_again() {
    let (refused, asked) = play_by(Player::Progressive, s(20), |_| Reply::refusal(503, "")).await;
    assert_eq!(
        (refused.ending, asked.len()),
        (Ending::Failed(status(503)), 1)
    );
    assert_eq!(refused.heard.startup, None);
    let (lost, asked) = play_by(Player::Progressive, s(20), |asked| {
        file(asked).cut_after(20_000)
    })
    .await;
    assert_eq!((lost.ending, asked.len()), (Ending::Failed(Fault::Lost), 1));
    // Refused at 1.55 s, when it would go on: 0.52 s were heard.
    let (later, _) = play_by(Player::Progressive, s(20), |asked| match asked.range {
        None => file(asked).at_rate(32_000).cut_after(40_000),
        Some(_) => Reply::refusal(503, "Retry-After: 1\r\n"),
    })
    .await;
    let busy = Fault::Status {
        status: 503,
        retry_after_s: Some(1),
    };
    assert_eq!(
        (later.ending, later.heard.played),
        (Ending::Failed(busy), ms(520))
    );
}

#[tokio::test(start_paused = true)]
async fn a_file_is_asked_for_thirty_times_without_a_byte() {
    let patience = Patience {
        start: s(60),
        stall: s(60),
    };
    // The pauses from 1.25 s on are 0.3 s, 0.35 s and so on to 1.75 s: 30.75 s together. Silent since 3.078 s.
    let (play, asked) = play_patiently(Player::Progressive, patience, s(20), |asked| {
        let reply = file(asked);
        match asked.range {
            None => reply.at_rate(32_000).cut_after(40_000),
            Some(_) => reply.cut_after(0),
        }
    })
    .await;
    let heard = Heard {
        startup: Some(ms(1_030)),
        stall_count: 1,
        stalled: ms(32_000 - 3_078),
        played: ms(2_048),
    };
    assert_eq!(
        (play.ending, play.heard),
        (Ending::Failed(Fault::Lost), heard)
    );
    assert_eq!(asked.len(), 31);
}

#[tokio::test(start_paused = true)]
async fn parts_of_a_file_stall_when_the_link_is_slower_than_the_music() {
    // 64 KiB, 4.096 s of music, take 2.05 s.
    let (fast, _) = play_by(Player::SpotifyLike, s(20), |asked| {
        part(asked).at_rate(32_000)
    })
    .await;
    assert_heard(&fast, ms(2_050), 0, Duration::ZERO);
    // They take 8.2 s: from 8.2 s on each part is heard, and then nothing for 4.104 s. 10 s are in the third one.
    let (slow, _) = play_by(Player::SpotifyLike, s(10), |asked| {
        part(asked).at_rate(8_000)
    })
    .await;
    assert_heard(&slow, ms(8_200), 2, ms(2 * 4_104));
}

#[tokio::test(start_paused = true)]
async fn parts_of_a_file_whose_connection_is_lost_are_asked_for_again() {
    // The first part is there at 2.05 s and sounds to 6.146 s. The second is lost after a second, at 3.05 s, and once more at
    // 4.55 s; asked again at 3.55 s and 5.55 s, it is there at 7.6 s.
    let losses = Cell::new(0);
    let (play, asked) = play_by(Player::SpotifyLike, s(20), move |asked| {
        let reply = part(asked).at_rate(32_000);
        let is_second = asked
            .range
            .as_ref()
            .is_some_and(|range| range.start == 65_536);
        if is_second && losses.replace(losses.get() + 1) < 2 {
            return reply.cut_after(32_000);
        }
        reply
    })
    .await;
    assert_heard(&play, ms(2_050), 1, ms(1_454));
    let times: Vec<_> = asked.iter().take(4).map(|asked| asked.at).collect();
    assert_eq!(times, [0, 2_050, 3_550, 5_550].map(ms));
}

#[tokio::test(start_paused = true)]
async fn a_segment_whose_connection_is_lost_is_asked_for_again() {
    // 160 kbit/s carry 128 and no more: 33,000 bytes take 1.65 s, each 2 s after them 1.6 s. Three are there at 4.85 s and sound
    // to 7.65 s. The fourth is lost after 0.8 s, at 5.65 s, and once more at 6.95 s; asked again at 6.15 s and 7.95 s, it is
    // there at 9.55 s.
    let losses = Cell::new(0);
    let (play, asked) = play_by(Player::Hls, s(20), move |asked| {
        let reply = part(asked).at_rate(20_000);
        if segment(asked) == Some(3) && losses.replace(losses.get() + 1) < 2 {
            return reply.cut_after(16_000);
        }
        reply
    })
    .await;
    assert_heard(&play, ms(1_650), 1, ms(1_900));
    assert_eq!((play.heard.played, play.switch_count), (s(20), 0));
    let tries = asked.iter().filter(|asked| segment(asked) == Some(3));
    let times: Vec<_> = tries.map(|asked| asked.at).collect();
    assert_eq!(times, [4_850, 6_150, 7_950].map(ms));
}

/// Plays with everything at once, but for the first answers to one question.
async fn play_but(
    target: &'static str,
    firsts: &'static [fn(Reply) -> Reply],
) -> (Play, Vec<Duration>) {
    let patience = Patience {
        start: s(60),
        stall: s(60),
    };
    let tries = Cell::new(0);
    let (play, asked) = play_patiently(Player::Hls, patience, s(20), move |asked| {
        let reply = playlist(&asked.target).unwrap_or_else(|| part(asked));
        let is_init = asked.range == Some(0..1_000);
        if asked.target != target || asked.range.is_some() && !is_init {
            return reply;
        }
        match firsts.get(tries.replace(tries.get() + 1)) {
            Some(change) => change(reply),
            None => reply,
        }
    })
    .await;
    let asked = asked.into_iter().filter(|asked| {
        asked.target == target
            && asked
                .range
                .as_ref()
                .is_none_or(|range| *range == (0..1_000))
    });
    (play, asked.map(|asked| asked.at).collect())
}

const BUSY: fn(Reply) -> Reply = |_| Reply::refusal(503, "");
const LOST: fn(Reply) -> Reply = |reply| reply.cut_after(10);
const SILENT: fn(Reply) -> Reply = |reply| reply.after(s(11));

#[tokio::test(start_paused = true)]
async fn playlists_are_asked_for_again() {
    let (play, times) = play_but("/hls.m3u8", &[LOST]).await;
    assert_heard(&play, s(1), 0, Duration::ZERO);
    assert_eq!(times, [s(0), s(1)]);
    let (play, times) = play_but("/hls.m3u8", &[BUSY, BUSY]).await;
    assert_eq!(play.ending, Ending::Failed(status(503)));
    assert_eq!(times, [s(0), s(1)]);

    let (play, times) = play_but("/128.m3u8", &[BUSY, LOST]).await;
    assert_heard(&play, s(3), 0, Duration::ZERO);
    assert_eq!(times, [s(0), s(1), s(3)]);
    // No answer for 10 s: once more at once.
    let (play, times) = play_but("/128.m3u8", &[SILENT, SILENT]).await;
    assert_heard(&play, s(20), 0, Duration::ZERO);
    assert_eq!(times, [s(0), s(10), s(20)]);
    let (play, _) = play_but("/128.m3u8", &[BUSY, BUSY, BUSY]).await;
    assert_eq!(play.ending, Ending::Failed(status(503)));
}

#[tokio::test(start_paused = true)]
async fn what_a_decoder_needs_first_is_asked_for_again() {
    // Of the higher quality, while 2 s of the lower one are heard: there after 0.5 s and 1 s.
    let (play, times) = play_but("/256.mp4", &[LOST, BUSY]).await;
    assert_heard(&play, s(0), 0, Duration::ZERO);
    assert_eq!(times, [0, 500, 1_500].map(ms));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_passes_makes_a_silence_as_long_as_it_took() {
    // As above: three segments are there at 4.85 s and sound to 7.65 s. The fourth is refused after a second, at 5.85 s and, asked
    // again at 6.35 s, at 7.35 s; asked again at 8.35 s, it is there at 9.95 s.
    let tries = Cell::new(0);
    let (play, _) = play_by(Player::Hls, s(20), move |asked| {
        if segment(asked) == Some(3) && tries.replace(tries.get() + 1) < 2 {
            return Reply::refusal(503, "").after(s(1));
        }
        part(asked).at_rate(20_000)
    })
    .await;
    assert_heard(&play, ms(1_650), 1, ms(2_300));
}
