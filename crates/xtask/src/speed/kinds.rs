//! The kinds of requests that are compared, from what was captured.

use super::ask::Ask;
use super::capture::{CHART, Captured, PAGE, Quality, Song};
use super::table::{Aim, Better, Row};
use crate::failure::{Failure, Result};

/// What a player of ours reports with each request for music (CTA-5004): the server reads and counts it.
const CMCD: &str = "CMCD=bl%3D21300%2Cbr%3D256%2Ccid%3D%22018f%22%2Cd%3D2048%2Cmtp%3D25400%2Cot%3Da%2Csf%3Dh%2Csid%3D%226e2fb550%22%2Cst%3Dv%2Csu";
pub(super) const RANGE_BYTES: u64 = 256 * 1024;
/// So many segments, one after the other, are one hot stretch of music: the first ones are shorter, for slow links.
const SEGMENTS: usize = 16;
const SHORT_SEGMENTS: usize = 8;
/// Ranges of one hot file.
const RANGES: u64 = 8;
/// As many as a person's browser loads of one song in some seconds.
pub(super) const SESSION_SEGMENTS: [usize; 2] = [1, 4];

/// A kind of request.
pub(super) struct Kind {
    pub(super) aim: Aim,
    pub(super) asks: Vec<Ask>,
    /// So many requests are one of what is counted.
    pub(super) each: u64,
    /// Whether another kind is measured in the same way.
    pub(super) is_another: bool,
    /// Whether every byte is the same from each server, and not only the length.
    pub(super) is_exact: bool,
    pub(super) how: How,
}

/// How it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// 32 connections that ask again and again.
    Together,
    /// 16 connections, each of which asks the whole list in its order.
    InOrder,
    /// A connection and a whole TLS handshake for each request.
    Handshakes,
}

const fn aim(work: &'static str, goal: f64, gate: f64) -> Aim {
    Aim {
        work,
        better: Better::High,
        goal: Some(goal),
        gate,
    }
}

/// Kinds that nginx is asked too, from what was captured.
pub(super) fn hot_kinds(captured: &Captured) -> Result<Vec<Kind>> {
    let together = |aim, asks, is_exact| Kind {
        aim,
        asks,
        each: 1,
        is_another: false,
        is_exact,
        how: How::Together,
    };
    let another = |kind| Kind {
        is_another: true,
        ..kind
    };
    let (middle, high) = (quality(captured, "128")?, quality(captured, "256")?);
    let ranges = ranges(high);
    let closing: Vec<Ask> = ranges.iter().cloned().map(Ask::closing).collect();
    let chart = Ask {
        compressed: true,
        ..Ask::whole(CHART)
    };
    Ok(vec![
        together(
            aim("segments of 33 KiB, hot, to nginx", 1.4, 1.0),
            segments(middle),
            true,
        ),
        another(together(
            aim("segments of 66 KiB, hot, to nginx", 1.4, 1.0),
            segments(high),
            true,
        )),
        together(
            aim("ranges of 256 KiB, hot, to nginx", 1.6, 1.2),
            ranges,
            true,
        ),
        together(
            aim("the chart as a browser takes it, to nginx", 1.0, 0.8),
            vec![chart.clone()],
            false,
        ),
        together(
            aim("256 KiB, one request per connection, to nginx", 0.95, 0.7),
            closing,
            true,
        ),
        another(together(
            aim("the chart, one request per connection, to nginx", 0.95, 0.7),
            vec![chart.closing()],
            false,
        )),
    ])
}

/// The same over TLS.
pub(super) fn tls_kinds(captured: &Captured) -> Result<Vec<Kind>> {
    Ok(vec![
        Kind {
            aim: aim("TLS: ranges of 256 KiB, hot, to nginx", 2.0, 1.3),
            asks: ranges(quality(captured, "256")?),
            each: 1,
            is_another: false,
            is_exact: true,
            how: How::Together,
        },
        Kind {
            aim: aim("TLS: a whole handshake for each chart, to nginx", 1.5, 1.1),
            asks: vec![Ask::whole(CHART)],
            each: 1,
            is_another: false,
            is_exact: false,
            how: How::Handshakes,
        },
    ])
}

/// Whole visits, as Express is asked too: a new connection, the page, the chart, a playlist, segments, and the end.
pub(super) fn session_kinds(captured: &Captured) -> Result<Vec<Kind>> {
    let quality = quality(captured, "256")?;
    let works = [
        "sessions with one segment, to Express",
        "sessions with four segments, to Express",
    ];
    let kinds = works.iter().zip(SESSION_SEGMENTS).map(|(work, count)| {
        let mut asks: Vec<Ask> = [PAGE, CHART, &quality.playlist].map(Ask::whole).into();
        asks.extend(segments(quality).into_iter().take(count));
        if let Some(last) = asks.pop() {
            asks.push(last.closing());
        }
        Kind {
            aim: aim(work, 15.0, 8.0),
            each: asks.len() as u64,
            asks,
            is_another: 1 < count,
            is_exact: false,
            how: How::InOrder,
        }
    });
    Ok(kinds.collect())
}

const COLD: Aim = aim(
    "256 KiB over 8 times the last-level cache, to nginx",
    0.95,
    0.7,
);

/// Why there is no figure of it.
pub(super) fn no_cold_row(failure: Failure) -> Row {
    Row {
        aim: COLD,
        found: Err(failure.into()),
    }
}

/// Ranges all over files that are together larger than any cache of the processor.
pub(super) fn cold_kind(files: &[(String, u64)]) -> Kind {
    let mut asks: Vec<Ask> = files
        .iter()
        .flat_map(|(path, bytes)| {
            (0..bytes / RANGE_BYTES).map(|block| range(path, block * RANGE_BYTES))
        })
        .collect();
    shuffle(&mut asks);
    Kind {
        aim: COLD,
        asks,
        each: 1,
        is_another: true,
        is_exact: true,
        how: How::Together,
    }
}

/// The song that has most music in the quality, so that all that is asked of it is there.
fn quality<'a>(captured: &'a Captured, name: &str) -> Result<&'a Quality> {
    let qualities = captured
        .songs
        .iter()
        .filter_map(|Song { qualities }| qualities.get(name));
    qualities
        .max_by_key(|quality| quality.segments.len())
        .filter(|quality| SHORT_SEGMENTS + SEGMENTS <= quality.segments.len())
        .ok_or_else(|| {
            Failure::new(format!(
                "no track of the library is long enough at {name} kbit/s"
            ))
        })
}

fn segments(quality: &Quality) -> Vec<Ask> {
    let segments = quality.segments.iter().skip(SHORT_SEGMENTS).take(SEGMENTS);
    segments
        .map(|(offset, length)| Ask::range(with_cmcd(&quality.file), *offset, *length))
        .collect()
}

fn ranges(quality: &Quality) -> Vec<Ask> {
    let end = quality
        .segments
        .last()
        .map_or(0, |(offset, length)| offset + length);
    let blocks = (end / RANGE_BYTES).min(RANGES);
    (0..blocks)
        .map(|block| range(&quality.file, block * RANGE_BYTES))
        .collect()
}

fn range(path: &str, offset: u64) -> Ask {
    Ask::range(with_cmcd(path), offset, RANGE_BYTES)
}

fn with_cmcd(path: &str) -> String {
    format!("{path}?{CMCD}")
}

/// The same order each time, in which no range follows the one before it: a generator of Lehmer draws it.
fn shuffle(asks: &mut [Ask]) {
    let mut drawn: u64 = 1;
    for index in (1..asks.len()).rev() {
        drawn = drawn * 48_271 % 0x7fff_ffff;
        let other = usize::try_from(drawn).unwrap_or(0) % (index + 1);
        asks.swap(index, other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_of_the_files_is_asked_for_once_and_not_in_order() {
        let files = [
            ("/a".to_owned(), 10 * RANGE_BYTES + 5),
            ("/b".to_owned(), 6 * RANGE_BYTES),
        ];
        let asks = cold_kind(&files).asks;
        let mut places: Vec<_> = asks.iter().map(|ask| (&ask.path, ask.bytes)).collect();
        assert_eq!(places.len(), 16);
        let in_order = places.windows(2).filter(|pair| pair[0] < pair[1]).count();
        assert!(in_order < 13, "{places:?}");
        places.sort();
        places.dedup();
        assert_eq!(places.len(), 16);
    }

    #[test]
    fn a_session_ends_with_its_last_segment() {
        let segments = (0..30).map(|index| (700 + index * 60_000, 60_000));
        let quality = Quality {
            playlist: "/t/256.m3u8".to_owned(),
            file: "/m.mp4".to_owned(),
            segments: segments.collect(),
        };
        let song = Song {
            qualities: [("256".to_owned(), quality)].into(),
        };
        let captured = Captured {
            root: std::env::temp_dir().join("no such folder of a bench"),
            exact: Vec::new(),
            songs: vec![song],
        };
        let kinds = session_kinds(&captured).unwrap();
        let counts: Vec<u64> = kinds.iter().map(|kind| kind.each).collect();
        assert_eq!(counts, [4, 7]);
        for kind in kinds {
            let closing: Vec<bool> = kind.asks.iter().map(|ask| ask.closes).collect();
            let ends = closing.iter().rev().position(|closes| *closes);
            assert_eq!(
                (ends, closing.iter().filter(|closes| **closes).count()),
                (Some(0), 1)
            );
        }
        // 128 kbit/s is not there, and the others need it.
        assert!(hot_kinds(&captured).is_err());
    }
}
