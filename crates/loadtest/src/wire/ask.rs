//! What is asked, and what an answer says.

use std::ops::Range;
use std::time::Duration;

use hyper::http;
use url::{Position, Url};

use super::fault::Fault;
use super::link::Link;

const USER_AGENT: &str = "haas-load";
/// How long a server may take to begin its answer, where nobody says otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) method: &'static str,
    pub(crate) url: &'a Url,
    pub(crate) range: Option<&'a Range<u64>>,
    /// JSON that is sent.
    pub(crate) body: Option<&'a str>,
    pub(crate) keep: Keep,
    /// Whether the answer may be compressed (gzip).
    pub(crate) may_be_compressed: bool,
    /// How long is waited for the answer to begin.
    pub(crate) patience: Duration,
}

/// More than any song, picture or script: a body of more does not end.
pub(crate) const BODY_BYTES_MAX: u64 = 1 << 30;

/// One way of what is asked to a server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    pub(super) ask: &'a Ask<'a>,
    pub(super) cookie: Option<&'a str>,
    pub(super) link: &'a Link,
    /// Whether the body of the answer will be compared.
    pub(super) is_checked: bool,
}

/// What becomes of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// It is counted and thrown away; more bytes than this are a fault.
    Nothing(u64),
    /// It is kept; more bytes than this are a fault.
    Text(u64),
}

/// An answer that says yes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    /// How long the body was.
    pub(crate) bytes: u64,
    pub(crate) text: Vec<u8>,
    /// From the question to the first byte of its answer.
    pub(crate) to_first_byte: Duration,
    /// From the question to the last byte of its answer.
    pub(crate) took: Duration,
}

impl<'a> Ask<'a> {
    /// Asks for a resource, or for a part of one, which is no longer than it is.
    pub(crate) fn get(url: &'a Url, range: Option<&'a Range<u64>>, keep: Keep) -> Self {
        let keep = match (keep, range) {
            (Keep::Nothing(most), Some(range)) => {
                Keep::Nothing(most.min(range.end.saturating_sub(range.start)))
            }
            (keep, _) => keep,
        };
        Self {
            method: "GET",
            url,
            range,
            body: None,
            keep,
            may_be_compressed: false,
            patience: PATIENCE,
        }
    }

    /// Waits as long as a person does.
    pub(crate) fn within(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// As a browser asks for what is no music.
    pub(crate) fn compressed(self) -> Self {
        Self {
            may_be_compressed: true,
            ..self
        }
    }

    /// As it is asked over HTTP/1.1.
    pub(super) fn head(&self, cookie: Option<&str>) -> String {
        let target = &self.url[Position::BeforePath..Position::AfterQuery];
        let host = &self.url[Position::BeforeHost..Position::AfterPort];
        let mut head = format!("{} {target} HTTP/1.1\r\nHost: {host}\r\n", self.method);
        self.for_each_field(cookie, |name, value| {
            head += name;
            head += ": ";
            head += value;
            head += "\r\n";
        });
        if let Some(body) = self.body {
            head += "Content-Length: ";
            head += &body.len().to_string();
            head += "\r\n";
        }
        head + "\r\n"
    }

    /// As a library asks it.
    pub(super) fn request<B>(
        &self,
        cookie: Option<&str>,
        body: B,
    ) -> Result<http::Request<B>, Fault> {
        let address = &self.url[..Position::AfterQuery];
        let mut request = http::Request::builder().method(self.method).uri(address);
        if let Some(fields) = request.headers_mut() {
            self.for_each_field(cookie, |name, value| {
                let name = http::HeaderName::try_from(name);
                let value = http::HeaderValue::try_from(value);
                if let (Ok(name), Ok(value)) = (name, value) {
                    fields.insert(name, value);
                }
            });
        }
        let request = request.body(body);
        request.map_err(|_odd| Fault::Unusable("its address is none that can be asked for"))
    }

    fn for_each_field(&self, cookie: Option<&str>, mut field: impl FnMut(&str, &str)) {
        field("User-Agent", USER_AGENT);
        field("Accept", "*/*");
        let encoding = if self.may_be_compressed {
            "gzip"
        } else {
            "identity"
        };
        field("Accept-Encoding", encoding);
        if let Some(range) = self.range {
            let last = range.end.saturating_sub(1);
            field("Range", &format!("bytes={}-{last}", range.start));
        }
        if let Some(cookie) = cookie {
            field("Cookie", cookie);
        }
        if self.body.is_some() {
            field("Content-Type", "application/json");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_ask_the_same() {
        let url = Url::parse("https://a.test:8443/b%20c?d=e#f").unwrap();
        let ask = Ask {
            body: Some("{}"),
            ..Ask::get(&url, Some(&(3..9)), Keep::Nothing(9))
        };
        assert_eq!(
            ask.head(Some("x=y")),
            "GET /b%20c?d=e HTTP/1.1\r\nHost: a.test:8443\r\nUser-Agent: haas-load\r\nAccept: */*\r\n\
             Accept-Encoding: identity\r\nRange: bytes=3-8\r\nCookie: x=y\r\nContent-Type: application/json\r\n\
             Content-Length: 2\r\n\r\n"
        );
        let request = ask.request(Some("x=y"), ()).unwrap();
        assert_eq!(request.uri(), "https://a.test:8443/b%20c?d=e");
        assert_eq!(request.headers().len(), 6);
        assert_eq!(request.headers()["range"], "bytes=3-8");
    }
}
