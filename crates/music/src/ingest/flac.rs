//! FLAC, as far as identity and length need it (RFC 9639).

use std::io::{Read, Seek, SeekFrom};

use sha2::Sha256;

use super::content::{PARTS_MAX, between_tags, duration_ms, hash_range, read_at};
use super::skip::Skip;

const STREAM_INFO_BYTES: usize = 34;

/// What a stream says of itself.
struct StreamInfo {
    /// Of every frame but the last, where all have the same.
    block_samples: u64,
    rate_hz: u32,
    /// Zero when whoever wrote it did not know.
    sample_count: u64,
}

impl StreamInfo {
    fn of(info: [u8; STREAM_INFO_BYTES]) -> Self {
        let long = |bytes: [u8; 4]| u64::from(u32::from_be_bytes(bytes));
        let high = u64::from(info[13] & 0x0f) << 32;
        Self {
            block_samples: u64::from(u16::from_be_bytes([info[2], info[3]])),
            rate_hz: u32::from_be_bytes([0, info[10], info[11], info[12]]) >> 4,
            sample_count: high | long([info[14], info[15], info[16], info[17]]),
        }
    }

    /// How many samples of a channel there are up to the end of a frame.
    fn samples_until(&self, frame: &[u8]) -> Option<u64> {
        let (head, rest) = frame.split_first_chunk::<4>()?;
        let [_, strategy, sizes, _] = *head;
        let (number, rest) = coded_number(rest)?;
        let samples = match sizes >> 4 {
            1 => 192,
            size @ 2..=5 => 576 << (size - 2),
            6 => u64::from(*rest.first()?) + 1,
            7 => u64::from(u16::from_be_bytes(*rest.first_chunk()?)) + 1,
            size @ 8..=15 => 256 << (size - 8),
            _ => return None,
        };
        let has_own_sizes = strategy & 1 == 1;
        let before = if has_own_sizes {
            number
        } else {
            number.checked_mul(self.block_samples)?
        };
        before.checked_add(samples)
    }
}

/// The number of a frame or of its first sample, written as UTF-8 writes characters; and what follows.
fn coded_number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let more = match first.leading_ones() {
        0 => return Some((u64::from(*first), rest)),
        ones @ 2..=7 => usize::try_from(ones - 1).ok()?,
        _ => return None,
    };
    let (others, rest) = rest.split_at_checked(more)?;
    let start = u64::from(first & (0x7f_u8 >> more >> 1));
    let number = others
        .iter()
        .fold(start, |number, byte| number << 6 | u64::from(byte & 0x3f));
    Some((number, rest))
}

/// Hashes a FLAC file. Says how long it is where its head does not: one that was written to a pipe.
pub(super) fn read_flac(
    reader: &mut (impl Read + Seek),
    size_bytes: u64,
    hash: &mut Sha256,
) -> Result<Option<i64>, Skip> {
    let (start, end) = between_tags(reader, size_bytes)?;
    if read_at(reader, start)? != Some(*b"fLaC") {
        return Err(Skip::Broken("the FLAC marker is missing".to_owned()));
    }
    let mut at = start + 4;
    let mut info = None;
    for _ in 0..PARTS_MAX {
        let Some([kind, a, b, c]) = read_at(reader, at)? else {
            return Err(Skip::Truncated("its metadata ends early"));
        };
        let length = u64::from(u32::from_be_bytes([0, a, b, c]));
        if kind.trailing_zeros() >= 7 {
            hash_range(reader, at + 4, at + 4 + length, hash)?;
            info = read_at(reader, at + 4)?.map(StreamInfo::of);
        }
        at += 4 + length;
        if kind & 0x80 != 0 {
            hash_range(reader, at, end, hash)?;
            let last = last_frame(reader, at, end)?;
            return Ok(info
                .filter(|info| info.sample_count == 0)
                .and_then(|info| duration_ms(info.samples_until(&last)?, info.rate_hz)));
        }
    }
    Err(Skip::Broken("it has too many metadata blocks".to_owned()))
}

/// A FLAC frame ends with a CRC over all of itself: some frame must end exactly where the file does. Gives
/// that frame.
fn last_frame(
    reader: &mut (impl Read + Seek),
    audio_start: u64,
    end: u64,
) -> Result<Vec<u8>, Skip> {
    let start = end.saturating_sub(FLAC_FRAME_BYTES_MAX).max(audio_start);
    reader.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    reader.take(end - start).read_to_end(&mut tail)?;
    let last = (0..tail.len().saturating_sub(1))
        .rev()
        .filter(|at| matches!(tail.get(*at..), Some([0xff, 0xf8 | 0xf9, ..])))
        .take(FLAC_SYNCS_MAX)
        .find(|at| tail.get(*at..).is_some_and(|frame| crc16(frame) == 0));
    match last {
        Some(at) => Ok(tail.split_off(at)),
        None => Err(Skip::Truncated("its last frame is not whole")),
    }
}

/// Longer frames exist only in theory: 8 channels of 32 bits in blocks of 65,535 samples.
const FLAC_FRAME_BYTES_MAX: u64 = 512 * 1024;
/// How many places that look like a frame's start are tried, from the end.
const FLAC_SYNCS_MAX: usize = 64;

/// CRC-16 with the polynomial 0x8005, as FLAC uses it; zero over a frame with its checksum.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0_u16, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 {
                crc << 1
            } else {
                (crc << 1) ^ 0x8005
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_coded() {
        let long = [0xfe, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf, 9];
        for (bytes, number) in [
            (&[0x7f, 9][..], 0x7f),
            (&[0xc2, 0x80, 9], 0x80),
            (&[0xe2, 0x82, 0xac, 9], 0x20ac),
            (&long, 0xf_ffff_ffff),
        ] {
            assert_eq!(coded_number(bytes), Some((number, &[9][..])), "{bytes:x?}");
        }
        assert_eq!(coded_number(&[0x80]), None);
        assert_eq!(coded_number(&[0xc2]), None);
    }
}
