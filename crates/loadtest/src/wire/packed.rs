//! Texts that came compressed. A thousand listeners are given the same playlist: a thread unpacks it once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Read as _;

use flate2::read::GzDecoder;

use super::fault::Fault;

/// How much a thread remembers of what it has unpacked, in bytes; beyond it begins anew.
const KNOWN_BYTES_MAX: usize = 4 * 1024 * 1024;

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::default();
}

#[derive(Default)]
struct Known {
    /// By how they came.
    texts: HashMap<Vec<u8>, Vec<u8>>,
    bytes: usize,
}

/// The text of a gzip; it may not be longer than so many bytes.
pub(super) fn unpack(packed: Vec<u8>, bytes_max: u64) -> Result<Vec<u8>, Fault> {
    KNOWN.with_borrow_mut(|known| {
        let text = match known.texts.get(&packed) {
            Some(text) => text.clone(),
            None => known.take(packed, bytes_max)?,
        };
        if bytes_max < text.len() as u64 {
            return Err(Fault::TooLarge(bytes_max));
        }
        Ok(text)
    })
}

impl Known {
    fn take(&mut self, packed: Vec<u8>, bytes_max: u64) -> Result<Vec<u8>, Fault> {
        let mut text = Vec::new();
        let mut unpacked = GzDecoder::new(packed.as_slice()).take(bytes_max + 1);
        let read = unpacked.read_to_end(&mut text);
        read.map_err(|_error| Fault::Unusable("it is no gzip"))?;
        let bytes = packed.len() + text.len();
        let is_whole = text.len() as u64 <= bytes_max;
        if is_whole && bytes <= KNOWN_BYTES_MAX {
            if KNOWN_BYTES_MAX < self.bytes + bytes {
                *self = Self::default();
            }
            self.bytes += bytes;
            self.texts.insert(packed, text.clone());
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_is_known_is_still_no_longer_than_it_may_be() {
        let text = vec![7; 1_000];
        for _ in 0..2 {
            assert_eq!(unpack(packed(&text), 1_000), Ok(text.clone()));
            assert_eq!(unpack(packed(&text), 999), Err(Fault::TooLarge(999)));
        }
        assert_eq!(
            unpack(b"no gzip".to_vec(), 1_000),
            Err(Fault::Unusable("it is no gzip"))
        );
    }

    #[test]
    fn no_more_than_a_number_of_bytes_is_remembered() {
        let count = 10_u8;
        for number in 0..count {
            let text = vec![number; KNOWN_BYTES_MAX / 5];
            assert_eq!(unpack(packed(&text), u64::MAX - 1), Ok(text));
            KNOWN.with_borrow(|known| {
                let sum: usize = known
                    .texts
                    .iter()
                    .map(|(key, text)| key.len() + text.len())
                    .sum();
                assert_eq!(known.bytes, sum);
                assert!(sum <= KNOWN_BYTES_MAX, "{sum}");
            });
        }
        let large = vec![1; KNOWN_BYTES_MAX];
        assert_eq!(unpack(packed(&large), u64::MAX - 1), Ok(large));
    }
}
