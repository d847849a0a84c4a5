//! Kinds of audio that are not imported, in containers that are: told by their name, not taken for something broken.

use std::fs::File;
use std::io::{Read as _, Seek as _};

use super::skip::Skip;

/// Where the kind must be told, in bytes; broadcast waves have up to a kilobyte in front of it.
const HEAD_BYTES: u64 = 4 * 1024;
const OGG_PAGE_HEAD_BYTES: usize = 27;
/// How the first packet of an Ogg stream begins.
const OGG_KINDS: [(&[u8], &str); 3] = [
    (b"\x7fFLAC", "FLAC in Ogg"),
    (b"Speex   ", "Speex"),
    (b"\x80theora", "video"),
];
/// Format tags of WAV. Others that are not PCM are decoded by all that matters.
const WAV_KINDS: [(u16, &str); 3] = [
    (0x02, "ADPCM in WAV"),
    (0x11, "ADPCM in WAV"),
    (0x31, "GSM in WAV"),
];

/// Refuses a kind that is known and not imported.
pub(super) fn check_kind(file: &mut File) -> Result<(), Skip> {
    let mut head = Vec::new();
    file.rewind()?;
    file.take(HEAD_BYTES).read_to_end(&mut head)?;
    match ogg_kind(&head).or_else(|| wav_kind(&head)) {
        Some(kind) => Err(Skip::UnsupportedKind(kind)),
        None => Ok(()),
    }
}

fn ogg_kind(head: &[u8]) -> Option<&'static str> {
    if !head.starts_with(b"OggS") {
        return None;
    }
    let lace_count = usize::from(*head.get(OGG_PAGE_HEAD_BYTES - 1)?);
    let packet = head.get(OGG_PAGE_HEAD_BYTES + lace_count..)?;
    let mut kinds = OGG_KINDS.iter();
    kinds
        .find(|(start, _)| packet.starts_with(start))
        .map(|(_, kind)| *kind)
}

fn wav_kind(head: &[u8]) -> Option<&'static str> {
    if !head.starts_with(b"RIFF") || head.get(8..12)? != b"WAVE" {
        return None;
    }
    let mut chunks = head.get(12..)?;
    loop {
        let (chunk, body) = chunks.split_first_chunk::<8>()?;
        let [name @ .., a, b, c, d] = *chunk;
        if &name == b"fmt " {
            let tag = u16::from_le_bytes(*body.first_chunk()?);
            let mut kinds = WAV_KINDS.iter();
            return kinds.find(|(of, _)| *of == tag).map(|(_, kind)| *kind);
        }
        let length = usize::try_from(u32::from_le_bytes([a, b, c, d])).ok()?;
        chunks = body.get(length.checked_add(length & 1)?..)?;
    }
}
