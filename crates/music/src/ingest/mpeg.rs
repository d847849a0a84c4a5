//! MPEG audio, as far as its first frame says how much there is: `Xing` and `Info` of most encoders, `VBRI` of one.

use std::io::{Read, Seek};

use super::content::read_at;
use super::skip::Skip;

/// What encoders and taggers count differently at the end of MPEG audio: a frame or two.
const MPEG_END_BYTES: u64 = 4_096;
/// Where the frame of `Xing` or `Info` may have its name: behind the header, the checksum and the side information.
const XING_WINDOW_BYTES: usize = 64;

/// Says whether MPEG audio is as long as its first frame claims, where that is a frame of `Xing` or `Info`. Most
/// encoders write one; audio without one does not say how long it is.
pub(super) fn check_mpeg_end(
    reader: &mut (impl Read + Seek),
    start: u64,
    end: u64,
) -> Result<(), Skip> {
    const HAS_FRAMES: u32 = 1;
    const HAS_BYTES: u32 = 2;
    let head: [u8; XING_WINDOW_BYTES] = read_at(reader, start)?.unwrap_or([0; XING_WINDOW_BYTES]);
    let Some(at) = find_xing(&head) else {
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

fn find_xing(head: &[u8]) -> Option<usize> {
    head.windows(4)
        .position(|name| name == b"Xing" || name == b"Info")
}

/// Where `VBRI` stands, whatever the frame.
const VBRI_AT: usize = 36;
/// Of layer 3, in kbit/s, by the index in the header: MPEG-1, then MPEG-2 and 2.5.
const BIT_RATES_KBPS: [[u64; 15]; 2] = [
    [
        0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
    ],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];
/// Of MPEG-1; MPEG-2 has half of it, MPEG-2.5 a quarter.
const SAMPLE_RATES_HZ: [u64; 3] = [44_100, 48_000, 32_000];

/// How long the first frame is if it holds no audio but says how much there is; else zero.
pub(super) fn info_frame_bytes(reader: &mut (impl Read + Seek), start: u64) -> Result<u64, Skip> {
    let Some(head) = read_at::<XING_WINDOW_BYTES>(reader, start)? else {
        return Ok(0);
    };
    let is_vbri = head.get(VBRI_AT..VBRI_AT + 4) == Some(b"VBRI");
    if !is_vbri && find_xing(&head).is_none() {
        return Ok(0);
    }
    Ok(head
        .first_chunk()
        .and_then(|header| frame_bytes(*header))
        .unwrap_or_default())
}

/// How long a frame of layer 3 is by its header.
fn frame_bytes([sync, version, rates, _]: [u8; 4]) -> Option<u64> {
    const LAYER_3: u8 = 0b01;
    if sync != 0xff || version >> 5 != 0b111 || version >> 1 & 0b11 != LAYER_3 {
        return None;
    }
    // Each frame has 1,152 or 576 samples: so many bytes per kbit/s at one kHz.
    let (factor, table, divisor) = match version >> 3 & 0b11 {
        0b11 => (144, 0, 1),
        0b10 => (72, 1, 2),
        0b00 => (72, 1, 4),
        _ => return None,
    };
    let bit_rate_kbps = *BIT_RATES_KBPS.get(table)?.get(usize::from(rates >> 4))?;
    let rate_hz = SAMPLE_RATES_HZ.get(usize::from(rates >> 2 & 0b11))? / divisor;
    let padding = u64::from(rates >> 1 & 1);
    (bit_rate_kbps > 0).then(|| factor * 1_000 * bit_rate_kbps / rate_hz + padding)
}

#[cfg(test)]
mod tests {
    use std::io;

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
            check_mpeg_end(&mut io::Cursor::new(audio), 0, end)
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

    #[test]
    fn a_frame_is_as_long_as_its_header_says() {
        for (header, bytes) in [
            ([0xff, 0xfb, 0x90, 0x64], Some(417)),
            ([0xff, 0xfb, 0x92, 0x64], Some(418)),
            ([0xff, 0xfb, 0xe4, 0x00], Some(960)),
            ([0xff, 0xf3, 0x84, 0xc4], Some(192)),
            ([0xff, 0xe3, 0x88, 0xc4], Some(576)),
            // Free format, no rate, layer 2, no header.
            ([0xff, 0xfb, 0x00, 0x64], None),
            ([0xff, 0xfb, 0x9c, 0x64], None),
            ([0xff, 0xfd, 0x90, 0x64], None),
            ([0x00, 0xfb, 0x90, 0x64], None),
        ] {
            assert_eq!(frame_bytes(header), bytes, "{header:x?}");
        }
    }

    #[test]
    fn only_a_first_frame_that_says_how_much_there_is_is_left_out() {
        let bytes = |audio: Vec<u8>| info_frame_bytes(&mut io::Cursor::new(audio), 0).unwrap();
        assert_eq!(bytes(mpeg(1_000, 1_000)), 417);
        let mut plain = mpeg(1_000, 1_000);
        plain[36..40].fill(0);
        assert_eq!(bytes(plain.clone()), 0);
        plain[36..40].copy_from_slice(b"VBRI");
        assert_eq!(bytes(plain), 417);
        assert_eq!(bytes(vec![0xff; 10]), 0);
    }
}
