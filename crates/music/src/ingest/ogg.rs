//! Ogg pages, as far as the identity of the audio needs them (RFC 3533).

use std::collections::HashMap;
use std::io::{self, Read};

use sha2::{Digest, Sha256};

use super::skip::Skip;

const PAGE_HEAD_BYTES: usize = 27;
const FLAG_BEGINS: u8 = 0x02;
const FLAG_ENDS: u8 = 0x04;
/// How many streams one file may carry.
const STREAMS_MAX: usize = 64;
/// Of every stream the packet that holds the comments.
const COMMENT_PACKET_INDEX: u64 = 1;

/// Hashes the packets of every stream but the comments; refuses a file that ends within a page or a stream.
pub(crate) fn hash_packets(reader: &mut impl Read, hash: &mut Sha256) -> Result<(), Skip> {
    let mut packet_indexes: HashMap<u32, u64> = HashMap::new();
    let mut open_count = 0_usize;
    let mut page_count = 0_u64;
    while let Some(page) = read_page(reader)? {
        page_count += 1;
        if page.flags & FLAG_BEGINS != 0 {
            packet_indexes.insert(page.serial, 0);
            open_count += 1;
        }
        if packet_indexes.len() > STREAMS_MAX {
            return Err(Skip::Broken("it carries too many streams".to_owned()));
        }
        let index = packet_indexes.entry(page.serial).or_default();
        let mut body = page.body.as_slice();
        for lace in page.laces {
            let Some((part, rest)) = body.split_at_checked(usize::from(lace)) else {
                break;
            };
            if *index != COMMENT_PACKET_INDEX {
                hash.update(part);
            }
            body = rest;
            if lace < 255 {
                *index += 1;
            }
        }
        if page.flags & FLAG_ENDS != 0 {
            open_count = open_count.saturating_sub(1);
        }
    }
    if page_count == 0 {
        return Err(Skip::NotAudio);
    }
    if open_count > 0 {
        return Err(Skip::Truncated("its last page is missing"));
    }
    Ok(())
}

struct Page {
    flags: u8,
    serial: u32,
    laces: Vec<u8>,
    body: Vec<u8>,
}

/// Reads the next page; none at the end of the file. What follows the last page and is no page is ignored: some
/// taggers leave ID3 there.
fn read_page(reader: &mut impl Read) -> Result<Option<Page>, Skip> {
    let mut head = [0; PAGE_HEAD_BYTES];
    match read_full(reader, &mut head)? {
        0 => return Ok(None),
        PAGE_HEAD_BYTES => {}
        _ if head.starts_with(b"OggS") => return Err(cut()),
        _ => return Ok(None),
    }
    let [b'O', b'g', b'g', b'S', _, flags, rest @ ..] = head else {
        return Ok(None);
    };
    let serial = rest
        .get(8..12)
        .and_then(|bytes| bytes.try_into().ok())
        .map(u32::from_le_bytes)
        .unwrap_or_default();
    let lace_count = rest.last().copied().unwrap_or_default();
    let mut laces = vec![0; usize::from(lace_count)];
    if read_full(reader, &mut laces)? < laces.len() {
        return Err(cut());
    }
    let mut body = vec![0; laces.iter().map(|lace| usize::from(*lace)).sum()];
    if read_full(reader, &mut body)? < body.len() {
        return Err(cut());
    }
    Ok(Some(Page {
        flags,
        serial,
        laces,
        body,
    }))
}

fn cut() -> Skip {
    Skip::Truncated("it ends within a page")
}

fn read_full(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(flags: u8, packets: &[&[u8]]) -> Vec<u8> {
        let mut page = b"OggS\0".to_vec();
        page.push(flags);
        page.extend([0; 8]);
        page.extend(7_u32.to_le_bytes());
        page.extend([0; 8]);
        page.push(u8::try_from(packets.len()).unwrap());
        page.extend(
            packets
                .iter()
                .map(|packet| u8::try_from(packet.len()).unwrap()),
        );
        page.extend(packets.concat());
        page
    }

    fn hash(file: &[u8]) -> Result<Vec<u8>, Skip> {
        let mut hash = Sha256::new();
        hash_packets(&mut &*file, &mut hash)?;
        Ok(hash.finalize().to_vec())
    }

    #[test]
    fn other_comments_are_the_same_audio_and_other_packets_are_not() {
        let file = |comment: &[u8], audio: &[u8]| {
            let mut file = page(FLAG_BEGINS, &[b"id"]);
            file.extend(page(0, &[comment, b"setup"]));
            file.extend(page(FLAG_ENDS, &[audio]));
            file
        };
        let one = hash(&file(b"title=a", b"audio")).unwrap();
        assert_eq!(one, hash(&file(b"title=another", b"audio")).unwrap());
        assert_ne!(one, hash(&file(b"title=a", b"other")).unwrap());
    }

    #[test]
    fn chained_streams_are_one_audio_without_the_comments_of_either() {
        let chain = |comment: &[u8], audio: &[u8]| {
            let mut file = Vec::new();
            // Both may have the same serial number: the second begins anew.
            for _ in 0..2 {
                file.extend(page(FLAG_BEGINS, &[b"id"]));
                file.extend(page(0, &[comment, b"setup"]));
                file.extend(page(FLAG_ENDS, &[audio]));
            }
            file
        };
        let one = hash(&chain(b"title=a", b"audio")).unwrap();
        assert_eq!(one, hash(&chain(b"title=another", b"audio")).unwrap());
        assert_ne!(one, hash(&chain(b"title=a", b"other")).unwrap());
        let mut cut = chain(b"title=a", b"audio");
        cut.truncate(cut.len() - page(FLAG_ENDS, &[b"audio"]).len());
        assert!(matches!(hash(&cut), Err(Skip::Truncated(_))));
    }

    #[test]
    fn a_missing_end_is_noticed_wherever_it_is_cut() {
        let mut file = page(FLAG_BEGINS, &[b"id"]);
        let without_last = file.len();
        file.extend(page(FLAG_ENDS, &[b"comment", b"audio"]));
        assert!(hash(&file).is_ok());
        for cut in [without_last, without_last + 10, file.len() - 1] {
            let error = hash(&file[..cut]).unwrap_err();
            assert!(matches!(error, Skip::Truncated(_)), "{cut}: {error}");
        }
    }
}
