//! A request that every server of a comparison is asked, and what it answers.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::failure::{Failure, Result, While};

/// A server that answers slower than this is broken.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// One GET.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) path: String,
    /// The first and the last byte of what is asked for; all where there is none.
    pub(super) bytes: Option<(u64, u64)>,
    /// Whether compressed answers are taken.
    pub(super) compressed: bool,
    /// Whether the connection ends with the answer.
    pub(super) closes: bool,
}

/// What was answered, unpacked of nothing.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    head: String,
    pub(super) body: Vec<u8>,
}

impl Ask {
    pub(super) fn whole(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            ..Self::default()
        }
    }

    pub(super) fn range(path: impl Into<String>, offset: u64, length: u64) -> Self {
        let bytes = Some((offset, (offset + length).saturating_sub(1)));
        Self {
            bytes,
            ..Self::whole(path)
        }
    }

    pub(super) fn closing(self) -> Self {
        Self {
            closes: true,
            ..self
        }
    }

    /// Its fields but for the host: names and values.
    pub(super) fn fields(&self) -> Vec<(&'static str, String)> {
        let range = self
            .bytes
            .map(|(first, last)| ("Range", format!("bytes={first}-{last}")));
        let encoding = self
            .compressed
            .then(|| ("Accept-Encoding", "gzip".to_owned()));
        let close = self.closes.then(|| ("Connection", "close".to_owned()));
        range.into_iter().chain(encoding).chain(close).collect()
    }

    /// As it goes over a connection.
    pub(super) fn text(&self, host: &str) -> String {
        let fields = self.fields();
        let fields = fields
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"));
        format!(
            "GET {} HTTP/1.1\r\nHost: {host}\r\n{}\r\n",
            self.path,
            fields.collect::<String>()
        )
    }

    /// Asks once, on a connection of its own.
    pub(super) fn ask(&self, address: &str) -> Result<Answer> {
        let work = format!("get {} from {address}", self.path);
        let mut stream = TcpStream::connect(address).while_doing(&work)?;
        stream
            .set_read_timeout(Some(ANSWER_TIMEOUT))
            .while_doing(&work)?;
        let text = self.clone().closing().text(address);
        stream.write_all(text.as_bytes()).while_doing(&work)?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).while_doing(&work)?;
        Answer::read(&bytes).ok_or_else(|| Failure::new(format!("could not {work}: no HTTP")))
    }

    /// The body of an answer that is what was asked for.
    pub(super) fn body(&self, address: &str) -> Result<Vec<u8>> {
        let answer = self.ask(address)?;
        answer.check(self)?;
        Ok(answer.body)
    }
}

impl Answer {
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(bytes.get(..end)?).into_owned();
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let body = bytes.get(end + 4..)?.to_vec();
        Some(Self { status, head, body })
    }

    /// A field of its head; none where it has none.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(':'));
        let (_, value) = fields.find(|(found, _)| found.eq_ignore_ascii_case(name))?;
        Some(value.trim())
    }

    /// An error unless it is a whole answer to what was asked.
    pub(super) fn check(&self, ask: &Ask) -> Result<()> {
        let expected = if ask.bytes.is_some() { 206 } else { 200 };
        let length = self.field("content-length").map(str::parse::<usize>);
        let asked = ask.bytes.map(|(first, last)| last + 1 - first);
        let wrong = |why: String| Err(Failure::new(format!("{}: {why}", ask.path)));
        if self.status != expected {
            return wrong(format!("the answer is {}, not {expected}", self.status));
        }
        if length != Some(Ok(self.body.len())) {
            let said = self.field("content-length").unwrap_or("no length");
            return wrong(format!("{} bytes came of {said}", self.body.len()));
        }
        match asked {
            Some(asked) if asked != self.body.len() as u64 => wrong(format!(
                "{} bytes came, {asked} were asked for",
                self.body.len()
            )),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_says_what_is_asked_for() {
        let ask = Ask::range("/a?CMCD=br%3D1", 10, 5).closing();
        let text = ask.text("host:1");
        let expected = "GET /a?CMCD=br%3D1 HTTP/1.1\r\nHost: host:1\r\nRange: bytes=10-14\r\nConnection: close\r\n\r\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn an_answer_that_is_not_what_was_asked_for_is_an_error() {
        let read = |text: &str| Answer::read(text.as_bytes()).unwrap();
        let part = read("HTTP/1.1 206 Partial Content\r\ncontent-length: 5\r\n\r\nabcde");
        part.check(&Ask::range("/a", 10, 5)).unwrap();
        part.check(&Ask::range("/a", 10, 6)).unwrap_err();
        part.check(&Ask::whole("/a")).unwrap_err();
        let cut = read("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabcde");
        let failure = cut.check(&Ask::whole("/a")).unwrap_err();
        assert_eq!(failure.what, "/a: 5 bytes came of 6");
        assert!(Answer::read(b"nonsense").is_none());
    }
}
