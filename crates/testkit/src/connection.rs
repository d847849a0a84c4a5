use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::answer::Answer;

/// How long a test waits for bytes before it fails.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// One HTTP/1.1 connection, without a library between the test and the bytes.
#[derive(Debug)]
pub struct Connection<S: Read = TcpStream>(BufReader<S>);

impl Connection {
    /// Connects.
    pub fn open(address: SocketAddr) -> Self {
        Self::over(connect(address))
    }
}

/// A socket whose reader does not wait for ever.
pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(READ_TIMEOUT)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

impl<S: Read + Write> Connection<S> {
    pub(crate) fn over(stream: S) -> Self {
        Self(BufReader::new(stream))
    }

    /// Sends a request.
    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) {
        let mut lines = vec![format!("{method} {path} HTTP/1.1")];
        if headers.iter().all(|(name, _)| *name != "host") {
            lines.push("host: localhost".into());
        }
        lines.extend(
            headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}")),
        );
        if !body.is_empty() {
            lines.push(format!("content-length: {}", body.len()));
        }
        let head = lines.join("\r\n") + "\r\n\r\n";
        self.write(&[head.as_bytes(), body].concat());
    }

    /// Sends any bytes.
    pub fn write(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).unwrap();
    }

    /// Reads a whole answer.
    pub fn answer(&mut self, is_head: bool) -> Answer {
        let (status, headers) = self.head();
        let body = if is_head {
            Vec::new()
        } else {
            self.body(&headers)
        };
        Answer {
            status,
            headers,
            body: body.into(),
        }
    }

    /// Reads status and headers.
    pub fn head(&mut self) -> (StatusCode, HeaderMap) {
        let status_line = self.line();
        let code = status_line.split(' ').nth(1);
        let code = code.unwrap_or_else(|| panic!("no status in {status_line:?}"));
        let status = code.parse().unwrap();
        let mut headers = HeaderMap::new();
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(": ") else {
                return (status, headers);
            };
            let name: HeaderName = name.parse().unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
    }

    /// Reads exactly so many bytes of a body.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.0.read_exact(&mut bytes).unwrap();
        bytes
    }

    /// Reads lines until one has this in it.
    pub fn until(&mut self, text: &str) {
        loop {
            let mut line = String::new();
            let length = self.0.read_line(&mut line).unwrap();
            assert!(length > 0, "it ended before {text:?}");
            if line.contains(text) {
                return;
            }
        }
    }

    /// Waits until something has arrived, and leaves it there.
    pub fn wait(&mut self) {
        assert!(!self.0.fill_buf().unwrap().is_empty(), "nothing arrived");
    }

    /// What arrives until the other side is gone, however it goes.
    pub fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let _reset_where_it_was_killed = self.0.read_to_end(&mut rest);
        rest
    }

    /// Whether the other side has closed the connection.
    pub fn is_closed(&mut self) -> bool {
        self.0.fill_buf().is_ok_and(<[u8]>::is_empty)
    }

    fn body(&mut self, headers: &HeaderMap) -> Vec<u8> {
        if let Some(length) = headers.get("content-length") {
            return self.bytes(length.to_str().unwrap().parse().unwrap());
        }
        if !headers.contains_key("transfer-encoding") {
            return Vec::new();
        }
        let mut body = Vec::new();
        loop {
            let size = usize::from_str_radix(&self.line(), 16).unwrap();
            body.extend(self.bytes(size));
            self.line();
            if size == 0 {
                return body;
            }
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}
