use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use serde_json::Value;

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, decoded from its transfer encoding only.
    pub body: Bytes,
}

impl Answer {
    /// A header as text; empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The body as JSON, of a successful answer.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert!(self.status.is_success(), "{}: {}", self.status, self.text());
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The body of an error: its type, status and request id are checked.
    #[track_caller]
    pub fn problem(&self) -> Value {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.text()
        );
        let document: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(document["status"], self.status.as_u16());
        assert_eq!(document["request_id"], self.header("x-request-id"));
        document
    }

    /// The code of an error, with its status.
    #[track_caller]
    pub fn refusal(&self) -> (u16, String) {
        let code = self.problem()["code"].as_str().unwrap().to_owned();
        (self.status.as_u16(), code)
    }
}
