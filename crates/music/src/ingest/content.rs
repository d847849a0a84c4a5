//! What a file *is*: the hash of its bytes and the hash of its audio alone.
//!
//! Tags may change without the audio changing; the audio hash leaves out what tag editors rewrite:
//!
//! | format | hashed |
//! |---|---|
//! | MP3, AAC | all between the tags in front and behind, but the frame that says how long it is |
//! | FLAC | STREAMINFO and the frames |
//! | Ogg | the packets of each stream but its second, the comments |
//! | MP4 | every `mdat` |
//! | WAV | `fmt ` and `data` |
//!
//! On the way each container tells whether its end is missing, and how long the audio is where its head does not.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use sha2::{Digest as _, Sha256};

use super::flac::read_flac;
use super::format::Format;
use super::mpeg::{check_mpeg_end, info_frame_bytes};
use super::objects::{FileId, hash_file};
use super::ogg;
use super::skip::Skip;

/// How many bytes are read at once around the heads of parts.
const HEAD_BYTES: usize = 8 * 1024;
/// How many bytes of audio are read at once.
const BUFFER_BYTES: usize = 256 * 1024;
/// How many boxes, chunks or blocks one file may have at its top level.
pub(super) const PARTS_MAX: usize = 100_000;

/// The identity of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Content {
    /// The file.
    pub(crate) id: FileId,
    /// SHA-256 of the audio alone, in hex.
    pub(crate) audio_hash: String,
    /// How long it is, where its head does not say: whoever wrote it could not go back to fill that in.
    pub(crate) duration_ms: Option<i64>,
}

/// Reads a file twice: whole, and its audio alone.
pub(crate) fn read_content(file: &mut File, format: Format) -> Result<Content, Skip> {
    let size_bytes = file.metadata()?.len();
    let id = hash_file(file)?;
    if id.size_bytes != size_bytes {
        return Err(Skip::Changed);
    }
    file.rewind()?;
    let mut audio = Sha256::new();
    // Small: each seek reads it anew, and a hostile file has as many parts as it may. Audio is read past it.
    let mut reader = BufReader::with_capacity(HEAD_BYTES, &mut *file);
    let mut duration_ms = None;
    match format {
        Format::Mpeg => mpeg(&mut reader, size_bytes, &mut audio)?,
        Format::Adts => {
            let (start, end) = between_tags(&mut reader, size_bytes)?;
            hash_range(&mut reader, start, end, &mut audio)?;
        }
        Format::Flac => duration_ms = read_flac(&mut reader, size_bytes, &mut audio)?,
        Format::Vorbis | Format::Opus => ogg::hash_packets(&mut reader, &mut audio)?,
        Format::Mp4 => mp4(&mut reader, size_bytes, &mut audio)?,
        Format::Wav => duration_ms = wav(&mut reader, size_bytes, &mut audio)?,
    }
    Ok(Content {
        id,
        audio_hash: hex(&audio.finalize()),
        duration_ms,
    })
}

/// Taggers and remuxers write the first frame anew when it says how long the audio is: it is none itself.
fn mpeg(reader: &mut (impl Read + Seek), size_bytes: u64, hash: &mut Sha256) -> Result<(), Skip> {
    let (start, end) = between_tags(reader, size_bytes)?;
    check_mpeg_end(reader, start, end)?;
    let audio_start = start + info_frame_bytes(reader, start)?;
    // Audio that is nothing but that frame is told from another by it.
    let from = if audio_start < end {
        audio_start
    } else {
        start
    };
    hash_range(reader, from, end, hash)
}

/// Writes bytes in hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

/// Hashes at most `length` bytes from here on; says how many there were.
fn hash_bytes(reader: &mut impl Read, length: u64, hash: &mut Sha256) -> io::Result<u64> {
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut left = length;
    while left > 0 {
        let want = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let part = buffer.get_mut(..want).unwrap_or_default();
        match reader.read(part) {
            Ok(0) => break,
            Ok(read) => {
                hash.update(part.get(..read).unwrap_or_default());
                left = left.saturating_sub(u64::try_from(read).unwrap_or(left));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length - left)
}

pub(super) fn hash_range(
    reader: &mut (impl Read + Seek),
    start: u64,
    end: u64,
    hash: &mut Sha256,
) -> Result<(), Skip> {
    if end <= start {
        return Err(Skip::NotAudio);
    }
    reader.seek(SeekFrom::Start(start))?;
    hash_bytes(reader, end - start, hash)?;
    Ok(())
}

/// Where audio starts behind an `ID3v2` tag and ends before `ID3v1` and `APEv2` tags.
pub(super) fn between_tags(
    reader: &mut (impl Read + Seek),
    size_bytes: u64,
) -> io::Result<(u64, u64)> {
    let mut start = 0;
    let head: [u8; 10] = read_at(reader, 0)?.unwrap_or_default();
    if let [b'I', b'D', b'3', _, _, flags, a, b, c, d] = head {
        let length = [a, b, c, d]
            .iter()
            .fold(0_u64, |sum, byte| sum << 7 | u64::from(byte & 0x7f));
        let footer = if flags & 0x10 == 0 { 0 } else { 10 };
        start = (10 + length + footer).min(size_bytes);
    }
    let mut end = size_bytes;
    let tail: Option<[u8; 3]> = read_back(reader, end, 128)?;
    if tail == Some(*b"TAG") {
        end -= 128;
    }
    let footer: Option<[u8; 32]> = read_back(reader, end, 32)?;
    if let Some(footer) = footer
        && footer.starts_with(b"APETAGEX")
    {
        let field = |at: usize| {
            let bytes = footer.get(at..at + 4).and_then(|b| b.try_into().ok());
            u64::from(bytes.map_or(0, u32::from_le_bytes))
        };
        let header = if field(20) & 0x8000_0000 == 0 { 0 } else { 32 };
        end = end.saturating_sub(field(12) + header).max(start);
    }
    Ok((start, end))
}

pub(super) fn read_at<const N: usize>(
    reader: &mut (impl Read + Seek),
    at: u64,
) -> io::Result<Option<[u8; N]>> {
    let mut bytes = [0; N];
    reader.seek(SeekFrom::Start(at))?;
    match reader.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

fn read_back<const N: usize>(
    reader: &mut (impl Read + Seek),
    end: u64,
    distance: u64,
) -> io::Result<Option<[u8; N]>> {
    match end.checked_sub(distance) {
        Some(at) => read_at(reader, at),
        None => Ok(None),
    }
}

fn mp4(reader: &mut (impl Read + Seek), size_bytes: u64, hash: &mut Sha256) -> Result<(), Skip> {
    let mut at = 0;
    let mut has_audio = false;
    for _ in 0..PARTS_MAX {
        if at >= size_bytes {
            break;
        }
        let Some(head) = read_at::<8>(reader, at)? else {
            return Err(Skip::Truncated("its last box is cut"));
        };
        let [a, b, c, d, kind @ ..] = head;
        let (head_bytes, length) = match u32::from_be_bytes([a, b, c, d]) {
            0 => (8, size_bytes - at),
            1 => {
                let long = read_at(reader, at + 8)?.map_or(0, u64::from_be_bytes);
                (16, long)
            }
            length => (8, u64::from(length)),
        };
        if length < head_bytes {
            return Err(Skip::Broken("a box is shorter than its head".to_owned()));
        }
        let end = at.saturating_add(length);
        if end > size_bytes {
            return Err(Skip::Truncated("its last box is cut"));
        }
        if &kind == b"mdat" && length > head_bytes {
            hash_range(reader, at + head_bytes, end, hash)?;
            has_audio = true;
        }
        at = end;
    }
    if has_audio {
        Ok(())
    } else {
        Err(Skip::NotAudio)
    }
}

/// Hashes a WAV file. One that was written to a pipe says the lowest or the highest size, and its data goes on to the
/// end: then says how long that is.
fn wav(
    reader: &mut (impl Read + Seek),
    size_bytes: u64,
    hash: &mut Sha256,
) -> Result<Option<i64>, Skip> {
    let riff_bytes = read_at(reader, 4)?.map_or(0, u32::from_le_bytes);
    let is_piped = matches!(riff_bytes, 0 | u32::MAX);
    let mut at = 12;
    let mut frames: Option<WavFrames> = None;
    let mut duration_ms = None;
    let mut has_audio = false;
    for _ in 0..PARTS_MAX {
        let Some([kind @ .., a, b, c, d]) = read_at::<8>(reader, at)? else {
            break;
        };
        let length = u32::from_le_bytes([a, b, c, d]);
        let body = at + 8;
        let is_endless = length == u32::MAX || (length == 0 && is_piped && &kind == b"data");
        let end = if is_endless {
            size_bytes
        } else {
            body + u64::from(length)
        };
        if &kind == b"data" {
            if end > size_bytes {
                return Err(Skip::Truncated("its audio is shorter than it says"));
            }
            hash_range(reader, body, end, hash)?;
            has_audio = true;
            if is_endless {
                duration_ms = frames
                    .as_ref()
                    .and_then(|frames| frames.duration_ms(end - body));
            }
        } else if &kind == b"fmt " {
            hash_range(reader, body, end.min(size_bytes), hash)?;
            frames = read_at(reader, body)?.map(WavFrames::of);
        }
        at = end + u64::from(length & 1);
    }
    if has_audio {
        Ok(duration_ms)
    } else {
        Err(Skip::NotAudio)
    }
}

/// What a WAV file says of its frames: one sample of each channel.
struct WavFrames {
    rate_hz: u32,
    frame_bytes: u16,
}

impl WavFrames {
    fn of(format: [u8; 16]) -> Self {
        Self {
            rate_hz: u32::from_le_bytes([format[4], format[5], format[6], format[7]]),
            frame_bytes: u16::from_le_bytes([format[12], format[13]]),
        }
    }

    fn duration_ms(&self, data_bytes: u64) -> Option<i64> {
        let frame_count = data_bytes.checked_div(self.frame_bytes.into())?;
        duration_ms(frame_count, self.rate_hz)
    }
}

/// How long so many samples of a channel are.
pub(super) fn duration_ms(sample_count: u64, rate_hz: u32) -> Option<i64> {
    let ms = sample_count
        .checked_mul(1_000)?
        .checked_div(rate_hz.into())?;
    i64::try_from(ms).ok()
}
