//! Fragmented MP4 as our encoder writes it: read for its layout, patched so that it lasts exactly as long as the source.
//!
//! ffmpeg writes an edit list that skips the encoder's priming but leaves the end open, because it writes the head
//! before it knows the length. The head has fixed places for both, so they are filled in without moving a byte.

use std::io::{self, Read, Seek, SeekFrom};

use crate::delivery::FRAME_SAMPLES;

/// How large the head or the head of one fragment may be, in bytes.
const HEAD_BYTES_MAX: u64 = 1024 * 1024;
/// How many fragments one file may have: a day in seconds.
const FRAGMENTS_MAX: usize = 100_000;

/// Why a file is not what our encoder writes.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LayoutError {
    #[error("could not read the rendition")]
    Read(#[from] io::Error),
    #[error("the rendition is not as expected: {0}")]
    Unexpected(&'static str),
}

/// Where the parts of a rendition lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// `ftyp` and `moov`.
    pub(crate) init_bytes: u64,
    /// One per fragment, in order.
    pub(crate) fragments: Vec<Fragment>,
}

/// `moof` and `mdat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fragment {
    pub(crate) bytes: u32,
    pub(crate) frames: u32,
}

impl Layout {
    /// Reads the layout of a whole file: a head, then fragments, nothing else.
    pub(crate) fn read(reader: &mut (impl Read + Seek)) -> Result<Self, LayoutError> {
        let end = reader.seek(SeekFrom::End(0))?;
        let mut at = 0;
        for kind in [b"ftyp", b"moov"] {
            let head = box_at(reader, at, end)?.ok_or(LayoutError::Unexpected("it has no head"))?;
            if &head.kind != kind {
                return Err(LayoutError::Unexpected("its head has other boxes"));
            }
            at = head.end;
        }
        let init_bytes = at;
        let mut fragments = Vec::new();
        while let Some(moof) = box_at(reader, at, end)? {
            if &moof.kind != b"moof" || fragments.len() >= FRAGMENTS_MAX {
                return Err(LayoutError::Unexpected("its fragments have other boxes"));
            }
            let frames = frame_count(&body(reader, &moof)?).ok_or(LayoutError::Unexpected(
                "a fragment does not say how many frames it has",
            ))?;
            let mdat = box_at(reader, moof.end, end)?.filter(|head| &head.kind == b"mdat");
            let mdat = mdat.ok_or(LayoutError::Unexpected("a fragment has no audio"))?;
            let bytes = u32::try_from(mdat.end - at)
                .map_err(|_too_large| LayoutError::Unexpected("a fragment is too large"))?;
            fragments.push(Fragment { bytes, frames });
            at = mdat.end;
        }
        Ok(Self {
            init_bytes,
            fragments,
        })
    }

    /// All frames.
    pub(crate) fn frame_count(&self) -> u64 {
        self.fragments
            .iter()
            .map(|fragment| u64::from(fragment.frames))
            .sum()
    }

    /// Whether every fragment has `frames` frames, but for a shorter last one.
    pub(crate) fn has_grid(&self, frames: u32) -> bool {
        match self.fragments.split_last() {
            Some((last, others)) => {
                (1..=frames).contains(&last.frames)
                    && others.iter().all(|fragment| fragment.frames == frames)
            }
            None => false,
        }
    }

    /// Bits per second over everything, and of the densest fragment: no segment is denser, be it one fragment or several.
    /// A last one of less than half the length does not count, as the HLS specification has it.
    pub(crate) fn bandwidths(&self, sample_rate_hz: u32) -> (u64, u64) {
        let per_second = |bytes: u64, frames: u64| {
            let samples = frames.max(1) * FRAME_SAMPLES;
            (bytes * 8 * u64::from(sample_rate_hz)).div_ceil(samples)
        };
        let full = self.fragments.first().map_or(0, |fragment| fragment.frames);
        let peak = self
            .fragments
            .iter()
            .filter(|fragment| fragment.frames * 2 >= full)
            .map(|fragment| per_second(u64::from(fragment.bytes), u64::from(fragment.frames)))
            .max();
        let bytes = self
            .fragments
            .iter()
            .map(|fragment| u64::from(fragment.bytes))
            .sum();
        (
            per_second(bytes, self.frame_count()),
            peak.unwrap_or_default(),
        )
    }

    /// The size of each fragment as stored: u32, big endian.
    pub(crate) fn fragment_bytes(&self) -> Vec<u8> {
        self.fragments
            .iter()
            .flat_map(|fragment| fragment.bytes.to_be_bytes())
            .collect()
    }
}

/// Fills the length of the source into a head (`ftyp` and `moov`): timescale and durations of the movie and its
/// track, and an edit that plays exactly `sample_count` samples after the priming.
pub(crate) fn set_duration(
    head: &mut [u8],
    sample_count: u64,
    sample_rate_hz: u32,
) -> Result<(), LayoutError> {
    let missing = LayoutError::Unexpected("its head lacks a box");
    let too_long = |_: std::num::TryFromIntError| LayoutError::Unexpected("it is too long");
    let duration = u32::try_from(sample_count).map_err(too_long)?.to_be_bytes();
    let whole = 0..head.len();
    let moov = find(head, whole, *b"moov").ok_or(LayoutError::Unexpected("it has no head"))?;
    let mvhd = find(head, moov.clone(), *b"mvhd");
    let trak = find(head, moov, *b"trak");
    let tkhd = trak.clone().and_then(|trak| find(head, trak, *b"tkhd"));
    let edts = trak.and_then(|trak| find(head, trak, *b"edts"));
    let elst = edts.and_then(|edts| find(head, edts, *b"elst"));
    let (Some(mvhd), Some(tkhd), Some(elst)) = (mvhd, tkhd, elst) else {
        return Err(missing);
    };
    let is_version_0 = [&mvhd, &tkhd, &elst]
        .iter()
        .all(|range| head.get(range.start) == Some(&0));
    let has_one_edit = head.get(elst.start + 4..elst.start + 8) == Some(&[0, 0, 0, 1]);
    if !is_version_0 || !has_one_edit {
        return Err(LayoutError::Unexpected("its edit list has another form"));
    }
    let places = [
        (mvhd.start + 12, sample_rate_hz.to_be_bytes(), mvhd.end),
        (mvhd.start + 16, duration, mvhd.end),
        (tkhd.start + 20, duration, tkhd.end),
        (elst.start + 8, duration, elst.end),
    ];
    for (at, value, end) in places {
        let place = head.get_mut(at..at + 4).filter(|_| at + 4 <= end);
        place
            .ok_or(LayoutError::Unexpected("a box of its head is cut"))?
            .copy_from_slice(&value);
    }
    Ok(())
}

struct BoxHead {
    kind: [u8; 4],
    body: u64,
    end: u64,
}

/// The box at a place; none at the end of the file.
fn box_at(
    reader: &mut (impl Read + Seek),
    at: u64,
    end: u64,
) -> Result<Option<BoxHead>, LayoutError> {
    if at == end {
        return Ok(None);
    }
    if end - at < 8 {
        return Err(LayoutError::Unexpected("it ends within a box"));
    }
    reader.seek(SeekFrom::Start(at))?;
    let mut head = [0; 8];
    reader.read_exact(&mut head)?;
    let [a, b, c, d, kind @ ..] = head;
    let length = u64::from(u32::from_be_bytes([a, b, c, d]));
    if length < 8 || length > end - at {
        return Err(LayoutError::Unexpected("a box has no proper length"));
    }
    Ok(Some(BoxHead {
        kind,
        body: at + 8,
        end: at + length,
    }))
}

fn body(reader: &mut (impl Read + Seek), head: &BoxHead) -> Result<Vec<u8>, LayoutError> {
    let length = head.end - head.body;
    if length > HEAD_BYTES_MAX {
        return Err(LayoutError::Unexpected(
            "the head of a fragment is too large",
        ));
    }
    reader.seek(SeekFrom::Start(head.body))?;
    let mut bytes = Vec::new();
    reader.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// `moof/traf/trun` says how many frames follow.
fn frame_count(moof: &[u8]) -> Option<u32> {
    let traf = find(moof, 0..moof.len(), *b"traf")?;
    let trun = find(moof, traf, *b"trun")?;
    let count = moof.get(trun.start + 4..trun.start + 8)?;
    Some(u32::from_be_bytes(count.try_into().ok()?))
}

/// The body of the first box of a kind within a range.
fn find(
    bytes: &[u8],
    within: std::ops::Range<usize>,
    kind: [u8; 4],
) -> Option<std::ops::Range<usize>> {
    let mut at = within.start;
    while at + 8 <= within.end {
        let head: [u8; 8] = bytes.get(at..at + 8)?.try_into().ok()?;
        let [a, b, c, d, found @ ..] = head;
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).ok()?;
        let end = at.checked_add(length).filter(|end| *end <= within.end)?;
        if length < 8 {
            return None;
        }
        if found == kind {
            return Some(at + 8..end);
        }
        at = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    fn make(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 8).unwrap();
        [&length.to_be_bytes(), kind.as_slice(), body].concat()
    }

    fn head() -> Vec<u8> {
        let mvhd = make(*b"mvhd", &[0; 100]);
        let tkhd = make(*b"tkhd", &[0; 84]);
        let elst = [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0];
        let edts = make(*b"edts", &make(*b"elst", &elst));
        let trak = make(*b"trak", &[tkhd, edts].concat());
        let moov = make(*b"moov", &[mvhd, trak].concat());
        [make(*b"ftyp", b"iso5"), moov].concat()
    }

    fn fragment(frames: u32, audio_bytes: usize) -> Vec<u8> {
        let trun = [&[0, 0, 2, 1], frames.to_be_bytes().as_slice(), &[0; 4]].concat();
        let traf = make(
            *b"traf",
            &[make(*b"tfhd", &[0; 8]), make(*b"trun", &trun)].concat(),
        );
        let moof = make(*b"moof", &[make(*b"mfhd", &[0; 8]), traf].concat());
        [moof, make(*b"mdat", &vec![7; audio_bytes])].concat()
    }

    #[test]
    fn the_length_is_written_where_players_look_for_it() {
        let mut head = head();
        let size = head.len();
        set_duration(&mut head, 2_048_000, 48_000).unwrap();
        assert_eq!(head.len(), size);
        let find_at =
            |kind: &[u8; 4]| head.windows(4).position(|window| window == kind).unwrap() + 4;
        let number = |at: usize| u32::from_be_bytes(head[at..at + 4].try_into().unwrap());
        assert_eq!(number(find_at(b"mvhd") + 12), 48_000);
        assert_eq!(number(find_at(b"mvhd") + 16), 2_048_000);
        assert_eq!(number(find_at(b"tkhd") + 20), 2_048_000);
        assert_eq!(number(find_at(b"elst") + 8), 2_048_000);
        assert_eq!(number(find_at(b"elst") + 12), 1_024);
    }

    #[test]
    fn the_densest_whole_fragment_is_the_peak() {
        let layout = Layout {
            init_bytes: 1,
            fragments: vec![
                Fragment {
                    bytes: 24_000,
                    frames: 96,
                },
                Fragment {
                    bytes: 48_000,
                    frames: 96,
                },
                Fragment {
                    bytes: 2_000,
                    frames: 1,
                },
            ],
        };
        // 96 frames are 2.048 s at 48 kHz: 48,000 bytes in them are 187,500 bit/s. All: 74,000 bytes in 193 frames.
        assert_eq!(layout.bandwidths(48_000), (143_783, 187_500));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            last in 1_u32..=96,
            sizes in proptest::collection::vec(0_usize..2_000, 1..20),
        ) {
            let mut file = head();
            let init_bytes = u64::try_from(file.len()).unwrap();
            let mut fragments = Vec::new();
            for (index, size) in sizes.iter().enumerate() {
                let frames = if index + 1 == sizes.len() { last } else { 96 };
                let fragment = fragment(frames, *size);
                fragments.push(Fragment { bytes: u32::try_from(fragment.len()).unwrap(), frames });
                file.extend(fragment);
            }
            let layout = Layout::read(&mut Cursor::new(file)).unwrap();
            prop_assert!(layout.has_grid(96));
            prop_assert_eq!(layout, Layout { init_bytes, fragments });
        }

        #[test]
        fn a_cut_or_broken_file_is_refused_without_a_panic(
            at in 0_usize..700,
            byte: u8,
            is_cut: bool,
        ) {
            let mut file = [head(), fragment(96, 100), fragment(3, 50)].concat();
            let at = at % file.len();
            if is_cut {
                file.truncate(at);
            } else {
                file[at] = byte;
            }
            if let Ok(layout) = Layout::read(&mut Cursor::new(&file)) {
                let bytes: u64 = layout.fragments.iter().map(|fragment| u64::from(fragment.bytes)).sum();
                prop_assert_eq!(layout.init_bytes + bytes, u64::try_from(file.len()).unwrap());
            }
            let _ = set_duration(&mut file, 5, 48_000);
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Layout::read(&mut Cursor::new(&bytes));
            let mut bytes = bytes;
            let _ = set_duration(&mut bytes, 5, 48_000);
        }
    }
}
