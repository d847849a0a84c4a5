//! HLS playlists (RFC 8216 and Apple's authoring rules) from the rows of renditions.

use std::fmt::Write as _;

use super::FRAME_SAMPLES;
use crate::API_PREFIX;
use crate::store::entities::rendition;

/// The bit rate a player starts with, listed first; the one of at most 192 kbit/s that Apple asks for on phones.
const FIRST_KBPS: i64 = 128;
/// AAC frames of a segment.
const SEGMENT_FRAMES: u64 = 96;
/// How many segments at the beginning are one fragment of the file each: on a link of 100 kbit/s a player starts after
/// one of them, and has saved enough for the long ones when it gets there.
const SHORT_SEGMENTS: usize = 8;
/// AAC-LC.
const CODECS: &str = "mp4a.40.2";

/// A rendition whose row contradicts itself: it must not be played.
#[derive(Debug, thiserror::Error)]
#[error("the row of rendition {id} contradicts itself: {reason}")]
pub(crate) struct BrokenRendition {
    id: String,
    reason: &'static str,
}

/// The master playlist of a track over its renditions.
pub(super) fn master(renditions: &[rendition::Model]) -> String {
    let mut renditions: Vec<_> = renditions.iter().collect();
    renditions.sort_by_key(|rendition| {
        let kbps = rendition.bit_rate_kbps;
        (kbps != FIRST_KBPS, kbps)
    });
    let mut text = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n".to_owned();
    for rendition in renditions {
        let (track_id, kbps) = (&rendition.track_id, rendition.bit_rate_kbps);
        let (peak_bps, average_bps) = (rendition.peak_bps, rendition.average_bps);
        write!(
            text,
            "#EXT-X-STREAM-INF:BANDWIDTH={peak_bps},AVERAGE-BANDWIDTH={average_bps},CODECS=\"{CODECS}\"\n\
             {API_PREFIX}/tracks/{track_id}/hls/{kbps}.m3u8\n"
        )
        .expect("a string takes all text");
    }
    text
}

/// The media playlist of a rendition: byte ranges of its one object, which players find at `url`.
pub(super) fn media(rendition: &rendition::Model, url: &str) -> Result<String, BrokenRendition> {
    let segments = segments(rendition).map_err(|reason| BrokenRendition {
        id: rendition.id.clone(),
        reason,
    })?;
    let longest_us = segments.iter().map(|segment| segment.duration_us).max();
    // RFC 8216 §4.3.3.1: each duration, rounded to the nearest second, is at most the target.
    let target_s = longest_us
        .map_or(1, |longest_us| (longest_us + 500_000) / 1_000_000)
        .max(1);
    let mut text = format!(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{target_s}\n#EXT-X-MEDIA-SEQUENCE:0\n\
         #EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n\
         #EXT-X-MAP:URI=\"{url}\",BYTERANGE=\"{}@0\"\n",
        rendition.init_bytes
    );
    for segment in segments {
        let (seconds, micros) = (
            segment.duration_us / 1_000_000,
            segment.duration_us % 1_000_000,
        );
        let (length, offset) = (segment.length, segment.offset);
        write!(
            text,
            "#EXTINF:{seconds}.{micros:06},\n#EXT-X-BYTERANGE:{length}@{offset}\n{url}\n"
        )
        .expect("a string takes all text");
    }
    text.push_str("#EXT-X-ENDLIST\n");
    Ok(text)
}

/// A part of a rendition's object that plays by itself: one fragment or several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Segment {
    offset: u64,
    length: u64,
    duration_us: u64,
}

/// The segments of a rendition; they cover its object after the init part without a gap.
fn segments(rendition: &rendition::Model) -> Result<Vec<Segment>, &'static str> {
    let number = |number: i64| u64::try_from(number).map_err(|_negative| "a negative number");
    let (frame_count, fragment_frames) = (
        number(rendition.frame_count)?,
        number(rendition.fragment_frames)?,
    );
    let sample_rate_hz = number(rendition.sample_rate_hz)?;
    if fragment_frames == 0 || sample_rate_hz == 0 {
        return Err("no frames per fragment, or no sample rate");
    }
    let (lengths, rest) = rendition.fragment_bytes.as_chunks::<4>();
    if !rest.is_empty() || lengths.len() as u64 != frame_count.div_ceil(fragment_frames) {
        return Err("not one length for each fragment");
    }
    let time_us = |frame: u64| time_us(frame.min(frame_count), sample_rate_hz);
    let mut offset = number(rendition.init_bytes)?;
    let mut first_frame = 0;
    let mut segments = Vec::new();
    for lengths in group(lengths, fragment_frames) {
        let next_frame = first_frame + fragment_frames * lengths.len() as u64;
        let bytes = lengths.iter().map(|length| u32::from_be_bytes(*length));
        let segment = Segment {
            offset,
            length: bytes.map(u64::from).sum(),
            // Each ends where the next begins, rounded once, so that the sum is the whole duration.
            duration_us: time_us(next_frame) - time_us(first_frame),
        };
        offset += segment.length;
        first_frame = next_frame;
        segments.push(segment);
    }
    if offset != number(rendition.size_bytes)? {
        return Err("init part and fragments are not as long as the object");
    }
    Ok(segments)
}

/// The fragments of each segment: one at the beginning, later as many as fill a segment.
fn group<T>(fragments: &[T], fragment_frames: u64) -> impl Iterator<Item = &[T]> {
    let per_segment = usize::try_from(SEGMENT_FRAMES / fragment_frames).unwrap_or(1);
    let (short, long) = fragments.split_at(fragments.len().min(SHORT_SEGMENTS));
    short.chunks(1).chain(long.chunks(per_segment.max(1)))
}

/// When a frame begins, in microseconds, rounded to the nearest.
fn time_us(frame: u64, sample_rate_hz: u64) -> u64 {
    let samples = u128::from(frame) * u128::from(FRAME_SAMPLES);
    let rate = u128::from(sample_rate_hz);
    let micros = (samples * 1_000_000 + rate / 2) / rate;
    u64::try_from(micros).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rendition(
        kbps: i64,
        rate: i64,
        frames: i64,
        init: i64,
        fragments: &[u32],
    ) -> rendition::Model {
        let size: i64 = fragments.iter().map(|length| i64::from(*length)).sum();
        rendition::Model {
            id: format!("r{kbps}"),
            track_id: "t".to_owned(),
            bit_rate_kbps: kbps,
            object_key: "renditions/r.mp4".to_owned(),
            size_bytes: init + size,
            content_hash: "00".to_owned(),
            sample_rate_hz: rate,
            init_bytes: init,
            fragment_frames: 48,
            frame_count: frames,
            fragment_bytes: fragments
                .iter()
                .flat_map(|length| length.to_be_bytes())
                .collect(),
            average_bps: kbps * 1000,
            peak_bps: kbps * 1000 + 1,
            created_at_ms: 0,
        }
    }

    #[test]
    fn the_master_lists_128_first_and_says_what_was_measured() {
        let renditions = [64, 128, 256].map(|kbps| rendition(kbps, 48_000, 48, 1, &[1]));
        assert_eq!(
            master(&renditions),
            "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n\
             #EXT-X-STREAM-INF:BANDWIDTH=128001,AVERAGE-BANDWIDTH=128000,CODECS=\"mp4a.40.2\"\n\
             /api/music/v1/tracks/t/hls/128.m3u8\n\
             #EXT-X-STREAM-INF:BANDWIDTH=64001,AVERAGE-BANDWIDTH=64000,CODECS=\"mp4a.40.2\"\n\
             /api/music/v1/tracks/t/hls/64.m3u8\n\
             #EXT-X-STREAM-INF:BANDWIDTH=256001,AVERAGE-BANDWIDTH=256000,CODECS=\"mp4a.40.2\"\n\
             /api/music/v1/tracks/t/hls/256.m3u8\n"
        );
    }

    #[test]
    fn a_media_playlist_points_into_the_object() {
        // 100 frames at 44.1 kHz: 48 + 48 + 4 frames end at 1.114558, 2.229116 and 2.321995 s.
        let text = media(
            &rendition(64, 44_100, 100, 700, &[1000, 2000, 300]),
            "https://cdn/r64.mp4",
        )
        .unwrap();
        assert_eq!(
            text,
            "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:0\n\
             #EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n\
             #EXT-X-MAP:URI=\"https://cdn/r64.mp4\",BYTERANGE=\"700@0\"\n\
             #EXTINF:1.114558,\n#EXT-X-BYTERANGE:1000@700\nhttps://cdn/r64.mp4\n\
             #EXTINF:1.114558,\n#EXT-X-BYTERANGE:2000@1700\nhttps://cdn/r64.mp4\n\
             #EXTINF:0.092879,\n#EXT-X-BYTERANGE:300@3700\nhttps://cdn/r64.mp4\n\
             #EXT-X-ENDLIST\n"
        );
    }

    #[test]
    fn the_first_segments_are_one_fragment_and_later_ones_two() {
        let lengths: Vec<u32> = (1..=13).collect();
        let found = segments(&rendition(64, 48_000, 12 * 48 + 5, 700, &lengths)).unwrap();
        let lengths: Vec<u64> = found.iter().map(|segment| segment.length).collect();
        assert_eq!(lengths, [1, 2, 3, 4, 5, 6, 7, 8, 9 + 10, 11 + 12, 13]);
        let durations: Vec<u64> = found.iter().map(|segment| segment.duration_us).collect();
        assert_eq!(durations[7..], [1_024_000, 2_048_000, 2_048_000, 106_667]);
    }

    #[test]
    fn a_file_with_fragments_of_two_seconds_has_a_segment_for_each() {
        let stored = rendition::Model {
            fragment_frames: 96,
            ..rendition(64, 48_000, 10 * 96, 700, &[5; 10])
        };
        let found = segments(&stored).unwrap();
        assert_eq!(found.len(), 10);
        assert!(found.iter().all(|segment| segment.duration_us == 2_048_000));
    }

    #[test]
    fn a_row_that_contradicts_itself_makes_no_playlist() {
        let good = rendition(64, 48_000, 100, 700, &[1000, 2000, 300]);
        assert!(media(&good, "/r.mp4").is_ok());
        for broken in [
            rendition::Model {
                size_bytes: 3999,
                ..good.clone()
            },
            rendition::Model {
                frame_count: 97 + 48,
                ..good.clone()
            },
            rendition::Model {
                frame_count: 96,
                ..good.clone()
            },
            rendition::Model {
                frame_count: -1,
                ..good.clone()
            },
            rendition::Model {
                fragment_frames: 0,
                ..good.clone()
            },
            rendition::Model {
                sample_rate_hz: 0,
                ..good.clone()
            },
            rendition::Model {
                fragment_bytes: vec![0; 11],
                ..good.clone()
            },
        ] {
            assert!(media(&broken, "/r.mp4").is_err(), "{broken:?}");
        }
    }

    proptest! {
        #[test]
        fn byte_ranges_cover_the_object_and_durations_sum_to_its_frames(
            rate in prop_oneof![Just(44_100_i64), Just(48_000), Just(32_000), 8_000_i64..96_000],
            lengths in proptest::collection::vec(1_u32..200_000, 1..200),
            last_frames in 1_i64..=48,
            init in 1_i64..2_000,
        ) {
            let frames = (i64::try_from(lengths.len()).unwrap() - 1) * 48 + last_frames;
            let rendition = rendition(256, rate, frames, init, &lengths);
            let text = media(&rendition, "/r.mp4").unwrap();
            let mut end = init;
            let mut sum_us = 0_i64;
            let mut longest_us = 0_i64;
            for line in text.lines() {
                if let Some(range) = line.strip_prefix("#EXT-X-BYTERANGE:") {
                    let (length, offset) = range.split_once('@').unwrap();
                    prop_assert_eq!(offset.parse::<i64>().unwrap(), end);
                    end += length.parse::<i64>().unwrap();
                } else if let Some(duration) = line.strip_prefix("#EXTINF:") {
                    let digits = duration.trim_end_matches(',').replace('.', "");
                    let duration_us = digits.parse::<i64>().unwrap();
                    sum_us += duration_us;
                    longest_us = longest_us.max(duration_us);
                }
            }
            prop_assert_eq!(end, rendition.size_bytes);
            let exact_us = i128::from(frames) * 1024 * 1_000_000;
            prop_assert!((i128::from(sum_us) * i128::from(rate) - exact_us).abs() * 2 <= i128::from(rate));
            let target = text.lines().find_map(|line| line.strip_prefix("#EXT-X-TARGETDURATION:"));
            let target_us = target.unwrap().parse::<i64>().unwrap() * 1_000_000;
            prop_assert!(longest_us < target_us + 500_000);
            let (short, long) = (lengths.len().min(SHORT_SEGMENTS), lengths.len().saturating_sub(SHORT_SEGMENTS));
            prop_assert_eq!(text.matches("#EXTINF").count(), short + long.div_ceil(2));
        }
    }
}
