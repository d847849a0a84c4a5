//! Qualities of one song that are not cut alike: what was loaded and where it ends is a matter of time, not of numbers.

use std::time::Duration;

use super::tests::{ms, play_from, s};
use super::{Ending, Play, Player};
use crate::playback::Heard;
use crate::scripted::{Asked, Reply};

/// Two qualities, with the lengths of their segments.
struct Song {
    low: &'static [&'static str],
    high: &'static [&'static str],
}

impl Song {
    /// Segments are whole files: `/low/0`, `/low/1` and so on.
    fn playlist(&self, target: &str) -> Option<Reply> {
        let (name, lengths) = match target {
            "/hls.m3u8" => {
                return Some(Reply::whole(
                    "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=128000\n/low\n\
                     #EXT-X-STREAM-INF:BANDWIDTH=256000\n/high\n",
                ));
            }
            "/low" => ("low", self.low),
            "/high" => ("high", self.high),
            _ => return None,
        };
        let segments = (0..).zip(lengths);
        let segments: Vec<_> = segments
            .map(|(number, length): (u32, _)| format!("#EXTINF:{length},\n/{name}/{number}\n"))
            .collect();
        let text = format!("#EXTM3U\n{}#EXT-X-ENDLIST\n", segments.concat());
        Some(Reply::whole(text))
    }

    /// Plays it to its end, and tells which segments were asked for.
    async fn play(self, media: impl Fn(&Asked) -> Reply + 'static) -> (Play, Vec<String>) {
        let (play, asked) = play_from(Player::Hls, s(60), move |asked| {
            self.playlist(&asked.target).unwrap_or_else(|| media(asked))
        })
        .await;
        let targets = asked.into_iter().map(|asked| asked.target);
        let is_segment = |target: &String| target.matches('/').count() == 2;
        (play, targets.filter(is_segment).collect())
    }
}

/// So much of a quality in bytes.
fn bytes(asked: &Asked, low: usize, high: usize) -> Reply {
    let is_high = asked.target.starts_with("/high");
    Reply::whole(vec![0; if is_high { high } else { low }])
}

fn without_silence(played: Duration) -> Heard {
    Heard {
        startup: Some(Duration::ZERO),
        stall_count: 0,
        stalled: Duration::ZERO,
        played,
    }
}

#[tokio::test(start_paused = true)]
async fn a_quality_that_ends_a_moment_before_another_is_heard_to_its_end() {
    // Begins in the lower quality, and the link carries the higher one from the first segment on: 6 s, but for a microsecond,
    // and for half a second.
    for (last, played) in [
        ("1.999999", Duration::from_micros(5_999_999)),
        ("1.5", ms(5_500)),
        ("2.5", ms(6_500)),
    ] {
        let high: &'static [&'static str] = vec!["2", "2", last].leak();
        let song = Song {
            low: &["2", "2", "2"],
            high,
        };
        let (play, asked) = song.play(|asked| bytes(asked, 32_000, 64_000)).await;
        assert_eq!(
            (play.ending, play.heard),
            (Ending::Finished, without_silence(played)),
            "{last}"
        );
        assert_eq!(asked, ["/low/0", "/high/1", "/high/2"]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_not_loaded_in_either_quality_is_not_there() {
    // 6 s of the lower quality are there at once. Of the higher one the segment from 4 to 8 s is next. It comes after 7 s:
    // silent from 6 s to 7 s. It has 2 s that are new, enough to go on with; and the link is doubted, so that the next one is
    // the lower one's from 6 to 12 s.
    let song = Song {
        low: &["6", "6"],
        high: &["4", "4", "4"],
    };
    let (play, asked) = song
        .play(|asked| {
            let reply = bytes(asked, 96_000, 128_000);
            match asked.target.as_str() {
                "/high/1" => reply.after(s(7)),
                _ => reply,
            }
        })
        .await;
    let heard = Heard {
        startup: Some(Duration::ZERO),
        stall_count: 1,
        stalled: s(1),
        played: s(12),
    };
    assert_eq!((play.ending, play.heard), (Ending::Finished, heard));
    assert_eq!(asked, ["/low/0", "/high/1", "/low/1"]);
}

#[tokio::test(start_paused = true)]
async fn after_the_last_segment_no_other_quality_is_looked_at() {
    let song = Song {
        low: &["6"],
        high: &["6"],
    };
    let (play, asked) = song.play(|asked| bytes(asked, 96_000, 192_000)).await;
    assert_eq!(
        (play.ending, play.heard, play.switch_count),
        (Ending::Finished, without_silence(s(6)), 0)
    );
    assert_eq!(asked, ["/low/0"]);
}
