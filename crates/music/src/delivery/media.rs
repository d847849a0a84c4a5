//! What is known of an object before a byte of it is read: everything an answer's head needs, ready made.

use std::sync::Arc;

use axum::http::HeaderValue;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

/// How long an answer may be kept by a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lifetime {
    /// The bytes behind the URL never change.
    Immutable,
    /// The URL may name another object one day.
    Hour,
}

/// One object that can be delivered.
#[derive(Debug)]
pub(crate) struct Media {
    pub(crate) object_key: Arc<str>,
    pub(crate) size_bytes: u64,
    pub(crate) modified_at_s: i64,
    pub(crate) content_type: HeaderValue,
    pub(crate) etag: HeaderValue,
    pub(crate) last_modified: HeaderValue,
    pub(crate) cache_control: HeaderValue,
}

/// What a [`Media`] is made of.
pub(crate) struct NewMedia<'a> {
    pub(crate) object_key: &'a str,
    pub(crate) size_bytes: u64,
    /// Names the content: same name, same bytes.
    pub(crate) content_name: &'a str,
    pub(crate) content_type: &'a str,
    pub(crate) modified_at_ms: i64,
    pub(crate) lifetime: Lifetime,
}

impl Media {
    pub(crate) fn new(new: &NewMedia<'_>) -> Self {
        let modified_at_s = new.modified_at_ms.div_euclid(1000);
        Self {
            object_key: Arc::from(new.object_key),
            size_bytes: new.size_bytes,
            modified_at_s,
            content_type: HeaderValue::from_str(new.content_type)
                .unwrap_or(HeaderValue::from_static("application/octet-stream")),
            etag: etag(new.content_name),
            last_modified: http_date(modified_at_s),
            cache_control: match new.lifetime {
                Lifetime::Immutable => {
                    HeaderValue::from_static("public, max-age=31536000, immutable")
                }
                Lifetime::Hour => HeaderValue::from_static("public, max-age=3600"),
            },
        }
    }
}

/// A strong entity tag of a name of letters, digits and hyphens.
pub(crate) fn etag(content_name: &str) -> HeaderValue {
    let name: String = content_name
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-')
        .collect();
    HeaderValue::from_str(&format!("\"{name}\"")).expect("letters, digits and hyphens in quotes")
}

fn http_date(at_s: i64) -> HeaderValue {
    let at = Timestamp::from_second(at_s).unwrap_or_default();
    let text = DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&at)
        .unwrap_or_else(|_before_year_0| "Thu, 01 Jan 1970 00:00:00 GMT".to_owned());
    HeaderValue::from_str(&text).expect("a date is ASCII")
}
