//! One question and its answer, on a connection of its own: what players, browsers and balancers see.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use crate::failure::{Failure, Result, While};

/// Longer than any server here takes until it says that it took too long.
const ANSWER_MAX: Duration = Duration::from_secs(45);

/// A whole answer.
pub(super) struct Answer {
    pub(super) status: u16,
    head: String,
    pub(super) body: Vec<u8>,
}

/// A question.
#[derive(Clone, Copy, Default)]
pub(super) struct Question<'a> {
    /// `GET` where it is empty.
    pub(super) method: &'a str,
    pub(super) range: Option<[u64; 2]>,
    pub(super) json: Option<&'a Value>,
}

pub(super) fn get(address: &str, path: &str) -> Result<Answer> {
    ask(address, path, Question::default())
}

/// Asks for the bytes from one to another, the last one included.
pub(super) fn get_range(address: &str, path: &str, range: [u64; 2]) -> Result<Answer> {
    let range = Some(range);
    ask(
        address,
        path,
        Question {
            range,
            ..Question::default()
        },
    )
}

pub(super) fn ask(address: &str, path: &str, question: Question<'_>) -> Result<Answer> {
    let work = format!("ask {address} for {path}");
    let mut stream = TcpStream::connect(address).while_doing(&work)?;
    stream
        .set_read_timeout(Some(ANSWER_MAX))
        .while_doing(&work)?;
    let method = match question.method {
        "" => "GET",
        method => method,
    };
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    let range = question.range;
    let range = range.map(|[from, to]| format!("Range: bytes={from}-{to}\r\n"));
    let body = question.json.map(Value::to_string);
    let length = body.as_ref().map(String::len);
    let kind = length
        .map(|length| format!("Content-Type: application/json\r\nContent-Length: {length}\r\n"));
    let text = [Some(head), range, kind, Some("\r\n".to_owned()), body];
    let text: String = text.into_iter().flatten().collect();
    stream.write_all(text.as_bytes()).while_doing(&work)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).while_doing(&work)?;
    Answer::read(&answer).ok_or_else(|| Failure::new(format!("could not {work}: no answer came")))
}

impl Answer {
    fn read(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let (head, rest) = bytes.split_at(end);
        let head = String::from_utf8_lossy(head).into_owned();
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let mut answer = Self {
            status,
            head,
            body: rest.get(4..)?.to_vec(),
        };
        if answer.header("transfer-encoding").is_some() {
            answer.body = joined(&answer.body)?;
        }
        Some(answer)
    }

    /// A header's value.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        let mut found = lines.filter(|(found, _)| found.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.trim())
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(super) fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body).while_doing(format!("read {:?}", self.text()))
    }

    /// Whether it says that something is away now, when to come again, and why in a form that programs read.
    pub(super) fn is_honest_refusal(&self) -> bool {
        let kind = self.header("content-type").unwrap_or_default();
        let after = self.header("retry-after").unwrap_or_default();
        let problem = self.json().unwrap_or_default();
        self.status == 503
            && kind.starts_with("application/problem+json")
            && after.parse::<u64>().is_ok()
            && problem["status"] == 503
    }

    /// What it was, in a line.
    pub(super) fn shown(&self) -> String {
        let text: String = self.text().chars().take(200).collect();
        let [kind, after] =
            ["content-type", "retry-after"].map(|name| self.header(name).unwrap_or("-"));
        format!("{} ({kind}, Retry-After {after}): {text}", self.status)
    }
}

/// The pieces of a body in one.
fn joined(chunks: &[u8]) -> Option<Vec<u8>> {
    let mut rest = chunks;
    let mut whole = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let (length, after) = rest.split_at(end);
        let length = std::str::from_utf8(length).ok()?;
        let length = usize::from_str_radix(length.split(';').next()?.trim(), 16).ok()?;
        if length == 0 {
            return Some(whole);
        }
        whole.extend(after.get(2..2 + length)?);
        rest = after.get(length + 4..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Answer {
        Answer::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_body_in_pieces_is_whole_again() {
        let answer = read(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=1\r\nde\r\n0\r\n\r\n",
        );
        assert_eq!((answer.status, &*answer.text()), (200, "abcde"));
        assert!(
            Answer::read(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab").is_none()
        );
    }

    #[test]
    fn a_refusal_is_honest_when_it_says_what_and_when() {
        let head = "HTTP/1.1 503 Service Unavailable\r\n";
        let kind = "Content-Type: application/problem+json\r\n";
        let after = "Retry-After: 5\r\n";
        let body = "\r\n{\"status\":503}";
        assert!(read(&[head, kind, after, body].concat()).is_honest_refusal());
        for missing in [
            [head, after, body].concat(),
            [head, kind, body].concat(),
            [head, kind, after, "\r\n{}"].concat(),
            ["HTTP/1.1 500 Oh\r\n", kind, after, body].concat(),
        ] {
            assert!(!read(&missing).is_honest_refusal(), "{missing}");
        }
    }
}
