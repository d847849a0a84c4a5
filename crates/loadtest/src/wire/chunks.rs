//! Bodies in chunks (RFC 9112, 7.1).

use super::fault::Fault;

/// A size line is short: extensions are not used by servers of music.
const LINE_BYTES_MAX: usize = 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The line with the size of a chunk.
    Size,
    /// So many bytes of a chunk are still to come.
    Data(u64),
    /// The end of line after a chunk.
    AfterData,
    /// Fields after the last chunk, to an empty line.
    Trailer,
    Over,
}

/// Takes chunks apart.
#[derive(Clone, Debug)]
pub(super) struct Chunks {
    stage: Stage,
    line: Vec<u8>,
}

impl Chunks {
    pub(super) fn new() -> Self {
        Self {
            stage: Stage::Size,
            line: Vec::new(),
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.stage == Stage::Over
    }

    /// Hands the data in some bytes on. What follows the body is left alone: how many bytes were taken.
    pub(super) fn take(
        &mut self,
        bytes: &[u8],
        mut data: impl FnMut(&[u8]),
    ) -> Result<usize, Fault> {
        let mut rest = bytes;
        while !rest.is_empty() && !self.is_over() {
            if let Stage::Data(left) = self.stage {
                let length = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                let (now, later) = rest.split_at(length);
                data(now);
                rest = later;
                self.stage = match left - length as u64 {
                    0 => Stage::AfterData,
                    left => Stage::Data(left),
                };
                continue;
            }
            let (first, later) = rest.split_at(1);
            rest = later;
            match first {
                b"\n" => self.end_line()?,
                _ => self.line.extend(first),
            }
            if LINE_BYTES_MAX < self.line.len() {
                return Err(Fault::Unusable("a line between its chunks does not end"));
            }
        }
        Ok(bytes.len() - rest.len())
    }

    fn end_line(&mut self) -> Result<(), Fault> {
        let line = std::mem::take(&mut self.line);
        let line = line.trim_ascii();
        self.stage = match self.stage {
            Stage::Size => match size(line).ok_or(Fault::Unusable("a chunk has no size"))? {
                0 => Stage::Trailer,
                size => Stage::Data(size),
            },
            Stage::AfterData if line.is_empty() => Stage::Size,
            Stage::AfterData => return Err(Fault::Unusable("a chunk is longer than its size")),
            Stage::Trailer if line.is_empty() => Stage::Over,
            stage => stage,
        };
        Ok(())
    }
}

fn size(line: &[u8]) -> Option<u64> {
    let digits = line.split(|byte| *byte == b';').next()?.trim_ascii();
    u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn take_apart(pieces: &[&[u8]]) -> Result<(Vec<u8>, bool, usize), Fault> {
        let mut chunks = Chunks::new();
        let mut data = Vec::new();
        let mut taken = 0;
        for piece in pieces {
            taken += chunks.take(piece, |bytes| data.extend_from_slice(bytes))?;
        }
        Ok((data, chunks.is_over(), taken))
    }

    #[test]
    fn chunks_become_one_body_and_what_follows_is_left() {
        let whole = b"5;x=1\r\nhello\r\n3\r\n ho\r\n0\r\nServer-Timing: a\r\n\r\nHTTP/1.1";
        let (data, is_over, taken) = take_apart(&[whole]).unwrap();
        assert_eq!((data.as_slice(), is_over), (b"hello ho".as_slice(), true));
        assert_eq!(taken, whole.len() - "HTTP/1.1".len());
    }

    #[test]
    fn chunks_that_lie_are_refused() {
        assert!(take_apart(&[b"many\r\n"]).is_err());
        assert!(take_apart(&[b"2\r\nhello\r\n"]).is_err());
        assert!(take_apart(&[&[b'1'; 2000]]).is_err());
    }

    proptest! {
        #[test]
        fn where_the_network_cuts_does_not_matter(
            parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..20), 0..6),
            cut in 1_usize..7,
        ) {
            let mut whole = Vec::new();
            for part in &parts {
                whole.extend(format!("{:X}\r\n", part.len()).bytes());
                whole.extend(part);
                whole.extend(b"\r\n");
            }
            whole.extend(b"0\r\n\r\n");
            let pieces: Vec<&[u8]> = whole.chunks(cut).collect();
            let expected = (parts.concat(), true, whole.len());
            prop_assert_eq!(take_apart(&pieces).unwrap(), expected);
        }

        #[test]
        fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = take_apart(&[&bytes]);
        }
    }
}
