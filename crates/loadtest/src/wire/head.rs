//! The head of an answer.

use std::ops::Range;

use hyper::http;

use super::checks::Proof;
use super::fault::Fault;

/// How long a head may be, in bytes.
pub(super) const HEAD_BYTES_MAX: usize = 16 * 1024;
/// How many fields a head may have.
const FIELDS_MAX: usize = 64;

/// How the end of a body is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Length(u64),
    Chunked,
    /// With the end of the connection.
    Close,
}

/// How a body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    None,
    Gzip,
    Other,
}

/// What a head says that a listener goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) framing: Framing,
    /// Whether the connection may be used again.
    pub(super) stays_open: bool,
    pub(super) encoding: Encoding,
    pub(super) retry_after_s: Option<u64>,
    pub(super) location: Option<String>,
    /// What a browser remembers, as it is set.
    pub(super) cookies: Vec<String>,
    /// The part that it says it is.
    pub(super) part: Option<Range<u64>>,
    /// Where its body is compared.
    pub(super) proof: Option<Proof>,
}

/// A head, and how many bytes it took.
pub(super) type Parsed = Option<(Head, usize)>;

impl Head {
    fn new(status: u16, is_checked: bool) -> Self {
        Self {
            status,
            framing: Framing::Close,
            stays_open: true,
            encoding: Encoding::None,
            retry_after_s: None,
            location: None,
            cookies: Vec::new(),
            part: None,
            proof: is_checked.then(Proof::default),
        }
    }

    /// Reads a head of HTTP/1; none while it is not whole.
    pub(super) fn read(bytes: &[u8], is_checked: bool) -> Result<Parsed, Fault> {
        let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
        let mut response = httparse::Response::new(&mut fields);
        let length = match response.parse(bytes) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) if bytes.len() < HEAD_BYTES_MAX => return Ok(None),
            Ok(httparse::Status::Partial) => return Err(Fault::Unusable("its head does not end")),
            Err(_) => return Err(Fault::Unusable("it is no HTTP/1.1")),
        };
        let status = response.code.unwrap_or_default();
        let mut head = Self::new(status, is_checked);
        head.stays_open = response.version == Some(1);
        for field in &*response.headers {
            head.take(field.name, &String::from_utf8_lossy(field.value))?;
        }
        // These have no body, whatever they say (RFC 9112, 6.3).
        if matches!(status, 100..200 | 204 | 304) {
            head.framing = Framing::Length(0);
        }
        head.stays_open &= head.framing != Framing::Close;
        Ok(Some((head, length)))
    }

    /// A head that a library has read.
    pub(super) fn of(parts: &http::response::Parts, is_checked: bool) -> Result<Self, Fault> {
        let mut head = Self::new(parts.status.as_u16(), is_checked);
        for (name, value) in &parts.headers {
            head.take(name.as_str(), &String::from_utf8_lossy(value.as_bytes()))?;
        }
        Ok(head)
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), Fault> {
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") {
            let length = value.parse();
            let length = length.map_err(|_error| Fault::Unusable("its length is no number"))?;
            if self.framing != Framing::Chunked {
                self.framing = Framing::Length(length);
            }
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            if value.eq_ignore_ascii_case("chunked") {
                self.framing = Framing::Chunked;
            }
        } else if name.eq_ignore_ascii_case("connection") {
            self.stays_open &= !value.eq_ignore_ascii_case("close");
        } else if name.eq_ignore_ascii_case("content-encoding") {
            self.encoding = match value.to_ascii_lowercase().as_str() {
                "identity" => Encoding::None,
                "gzip" | "x-gzip" => Encoding::Gzip,
                _ => Encoding::Other,
            };
        } else if name.eq_ignore_ascii_case("retry-after") {
            self.retry_after_s = value.parse().ok();
        } else if name.eq_ignore_ascii_case("location") {
            self.location = Some(value.to_owned());
        } else if name.eq_ignore_ascii_case("set-cookie") {
            self.cookies.push(value.to_owned());
        } else if name.eq_ignore_ascii_case("content-range") {
            self.part = part(value);
        } else if let Some(proof) = &mut self.proof {
            proof.take(name, value);
        }
        Ok(())
    }
}

/// What `bytes 0-9/100` says.
fn part(field: &str) -> Option<Range<u64>> {
    let (first, last) = field
        .strip_prefix("bytes ")?
        .split('/')
        .next()?
        .split_once('-')?;
    Some(first.parse().ok()?..last.parse::<u64>().ok()?.checked_add(1)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Head {
        Head::read(text.as_bytes(), false).unwrap().unwrap().0
    }

    #[test]
    fn a_head_says_how_its_body_ends_and_what_to_do_next() {
        let head = read(
            "HTTP/1.1 503 Busy\r\nContent-Length: 12\r\nRetry-After: 3\r\n\
             Set-Cookie: listener=abc; Path=/; HttpOnly\r\n\r\n",
        );
        let expected = Head {
            status: 503,
            framing: Framing::Length(12),
            stays_open: true,
            encoding: Encoding::None,
            retry_after_s: Some(3),
            location: None,
            cookies: vec!["listener=abc; Path=/; HttpOnly".to_owned()],
            part: None,
            proof: None,
        };
        assert_eq!(head, expected);
        let head =
            read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n");
        assert_eq!((head.framing, head.stays_open), (Framing::Chunked, true));
        let head = read("HTTP/1.0 200 OK\r\n\r\n");
        assert_eq!((head.framing, head.stays_open), (Framing::Close, false));
        let head = read("HTTP/1.1 200 OK\r\nconnection: Close\r\ncontent-length: 1\r\n\r\n");
        assert!(!head.stays_open);
        let head = read("HTTP/1.1 206 Part\r\nContent-Range: bytes 5-9/90\r\n\r\n");
        assert_eq!(head.part, Some(5..10));
        let head = read("HTTP/1.1 304 Not Modified\r\nContent-Length: 900\r\n\r\n");
        assert_eq!(head.framing, Framing::Length(0));
    }

    #[test]
    fn half_a_head_is_waited_for_and_no_head_is_refused() {
        assert_eq!(
            Head::read(b"HTTP/1.1 200 OK\r\nContent-Le", false),
            Ok(None)
        );
        assert!(Head::read(b"<!doctype html>", false).is_err());
        assert!(Head::read(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", false).is_err());
        let endless = format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(HEAD_BYTES_MAX));
        assert_eq!(
            Head::read(endless.as_bytes(), false),
            Err(Fault::Unusable("its head does not end"))
        );
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Head::read(&bytes, true);
        }

        #[test]
        fn every_part_is_read_and_none_breaks_the_reader(first: u64, last: u64, field in ".{0,40}") {
            let expected = last.checked_add(1).map(|end| first..end);
            prop_assert_eq!(part(&format!("bytes {first}-{last}/*")), expected);
            let _ = part(&format!("bytes {field}"));
        }
    }
}
