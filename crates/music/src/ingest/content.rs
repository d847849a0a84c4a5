//! What a file *is*: the hash of its bytes and the hash of its audio alone.
//!
//! Tags may change without the audio changing; the audio hash leaves out what tag editors rewrite:
//!
//! | format | hashed |
//! |---|---|
//! | MP3, AAC | all between the tags in front and behind |
//! | FLAC | STREAMINFO and the frames |
//! | Ogg | the packets of each stream but its second, the comments |
//! | MP4 | every `mdat` |
//! | WAV | `fmt ` and `data` |
//!
//! On the way each container tells whether its end is missing.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use sha2::{Digest, Sha256};

use super::format::Format;
use super::objects::{FileId, hash_file};
use super::ogg;
use super::skip::Skip;

/// How many bytes are read at once.
const BUFFER_BYTES: usize = 256 * 1024;
/// How many boxes, chunks or blocks one file may have at its top level.
const PARTS_MAX: usize = 100_000;

/// The identity of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Content {
    /// The file.
    pub(crate) id: FileId,
    /// SHA-256 of the audio alone, in hex.
    pub(crate) audio_hash: String,
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
    let mut reader = BufReader::with_capacity(BUFFER_BYTES, &mut *file);
    match format {
        Format::Mpeg | Format::Adts => {
            let (start, end) = between_tags(&mut reader, size_bytes)?;
            if format == Format::Mpeg {
                find_mpeg_end(&mut reader, start, end)?;
            }
            hash_range(&mut reader, start, end, &mut audio)?;
        }
        Format::Flac => flac(&mut reader, size_bytes, &mut audio)?,
        Format::Vorbis | Format::Opus => ogg::hash_packets(&mut reader, &mut audio)?,
        Format::Mp4 => mp4(&mut reader, size_bytes, &mut audio)?,
        Format::Wav => wav(&mut reader, size_bytes, &mut audio)?,
    }
    Ok(Content {
        id,
        audio_hash: hex(&audio.finalize()),
    })
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

fn hash_range(
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

/// What encoders and taggers count differently at the end of MPEG audio: a frame or two.
const MPEG_END_BYTES: u64 = 4_096;
/// Where the frame of `Xing` or `Info` may have its name: behind the header, the checksum and the side information.
const XING_WINDOW_BYTES: usize = 64;

/// Says whether MPEG audio is as long as its first frame claims, where that is a frame of `Xing` or `Info`. Most
/// encoders write one; audio without one does not say how long it is.
fn find_mpeg_end(reader: &mut (impl Read + Seek), start: u64, end: u64) -> Result<(), Skip> {
    const HAS_FRAMES: u32 = 1;
    const HAS_BYTES: u32 = 2;
    let head: [u8; XING_WINDOW_BYTES] = read_at(reader, start)?.unwrap_or([0; XING_WINDOW_BYTES]);
    let Some(at) = head
        .windows(4)
        .position(|name| name == b"Xing" || name == b"Info")
    else {
        return Ok(());
    };
    let field = |index: usize| {
        let bytes = head.get(at + 4 * index..)?.first_chunk::<4>()?;
        Some(u32::from_be_bytes(*bytes))
    };
    let flags = field(1).unwrap_or_default();
    if flags & HAS_BYTES == 0 {
        return Ok(());
    }
    let index = if flags & HAS_FRAMES == 0 { 2 } else { 3 };
    let claimed_bytes = field(index).map_or(0, u64::from);
    if end.saturating_sub(start) + MPEG_END_BYTES < claimed_bytes {
        return Err(Skip::Truncated("its audio is shorter than it says"));
    }
    Ok(())
}

/// Where audio starts behind an `ID3v2` tag and ends before `ID3v1` and `APEv2` tags.
fn between_tags(reader: &mut (impl Read + Seek), size_bytes: u64) -> io::Result<(u64, u64)> {
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

fn read_at<const N: usize>(
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

fn flac(reader: &mut (impl Read + Seek), size_bytes: u64, hash: &mut Sha256) -> Result<(), Skip> {
    let (start, end) = between_tags(reader, size_bytes)?;
    if read_at(reader, start)? != Some(*b"fLaC") {
        return Err(Skip::Broken("the FLAC marker is missing".to_owned()));
    }
    let mut at = start + 4;
    for _ in 0..PARTS_MAX {
        let Some([kind, a, b, c]) = read_at(reader, at)? else {
            return Err(Skip::Truncated("its metadata ends early"));
        };
        let length = u64::from(u32::from_be_bytes([0, a, b, c]));
        if kind.trailing_zeros() >= 7 {
            hash_range(reader, at + 4, at + 4 + length, hash)?;
        }
        at += 4 + length;
        if kind & 0x80 != 0 {
            hash_range(reader, at, end, hash)?;
            return check_last_flac_frame(reader, at, end);
        }
    }
    Err(Skip::Broken("it has too many metadata blocks".to_owned()))
}

/// A FLAC frame ends with a CRC over all of itself: some frame must end exactly where the file does.
fn check_last_flac_frame(
    reader: &mut (impl Read + Seek),
    audio_start: u64,
    end: u64,
) -> Result<(), Skip> {
    let start = end.saturating_sub(FLAC_FRAME_BYTES_MAX).max(audio_start);
    reader.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    reader.take(end - start).read_to_end(&mut tail)?;
    let ends_whole = (0..tail.len().saturating_sub(1))
        .rev()
        .filter(|at| matches!(tail.get(*at..), Some([0xff, 0xf8 | 0xf9, ..])))
        .take(FLAC_SYNCS_MAX)
        .any(|at| tail.get(at..).is_some_and(|frame| crc16(frame) == 0));
    if ends_whole {
        Ok(())
    } else {
        Err(Skip::Truncated("its last frame is not whole"))
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

fn wav(reader: &mut (impl Read + Seek), size_bytes: u64, hash: &mut Sha256) -> Result<(), Skip> {
    let mut at = 12;
    let mut has_audio = false;
    for _ in 0..PARTS_MAX {
        let Some([kind @ .., a, b, c, d]) = read_at::<8>(reader, at)? else {
            break;
        };
        let length = u32::from_le_bytes([a, b, c, d]);
        let body = at + 8;
        // Recorders that never learned the length leave the highest value: the data goes on to the end.
        let end = match length {
            u32::MAX => size_bytes,
            length => body + u64::from(length),
        };
        if &kind == b"data" {
            if end > size_bytes {
                return Err(Skip::Truncated("its audio is shorter than it says"));
            }
            hash_range(reader, body, end, hash)?;
            has_audio = true;
        } else if &kind == b"fmt " {
            hash_range(reader, body, end.min(size_bytes), hash)?;
        }
        at = end + u64::from(length & 1);
    }
    if has_audio {
        Ok(())
    } else {
        Err(Skip::NotAudio)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The head of MPEG audio whose first frame says how many bytes there are, and so many bytes of it.
    fn mpeg(claimed_bytes: u32, bytes: usize) -> Vec<u8> {
        let mut audio = vec![0xff, 0xfb, 0x90, 0x64];
        audio.resize(36, 0);
        audio.extend(b"Info");
        audio.extend([0, 0, 0, 3, 0, 0, 0, 9]);
        audio.extend(claimed_bytes.to_be_bytes());
        audio.resize(bytes, 0);
        audio
    }

    #[test]
    fn mpeg_audio_that_is_shorter_than_its_first_frame_says_is_truncated() {
        let find = |audio: Vec<u8>| {
            let end = u64::try_from(audio.len()).unwrap();
            find_mpeg_end(&mut io::Cursor::new(audio), 0, end)
        };
        assert!(find(mpeg(100_000, 100_000)).is_ok());
        // Some count the first frame, some do not.
        assert!(find(mpeg(100_417, 100_000)).is_ok());
        assert!(matches!(
            find(mpeg(100_000, 50_000)),
            Err(Skip::Truncated(_))
        ));
        assert!(find(vec![0xff; 10]).is_ok() && find(vec![0; 10_000]).is_ok());
    }
}
