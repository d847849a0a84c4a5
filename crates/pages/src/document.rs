//! Text of any type that many ask for: kept with its compressed copies, answered with a strong `ETag`.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, VARY};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;

use crate::cache::Rendered;
use crate::encoding::Encoding;
use crate::etag::is_held;

/// Text that is compressed once and sent often.
pub struct Document {
    rendered: Rendered,
    content_type: &'static str,
    cache_control: &'static str,
}

impl Document {
    /// Keeps a text; it is compressed when the first client takes it so.
    pub fn new(text: String, content_type: &'static str, cache_control: &'static str) -> Self {
        Self {
            rendered: Rendered::new(text),
            content_type,
            cache_control,
        }
    }

    /// A short name of the text: another text has another.
    pub fn digest(&self) -> &str {
        self.rendered.digest()
    }

    /// Answers a request with these headers: the best copy the client takes, or 304 when it has it.
    pub fn answer(&self, request: &HeaderMap) -> Response {
        let encoding = Encoding::negotiate(request);
        let etag = self.rendered.etag(encoding);
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        set(headers, VARY, "accept-encoding");
        set(headers, CACHE_CONTROL, self.cache_control);
        set(headers, ETAG, &etag);
        if is_held(request, &etag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        set(headers, CONTENT_TYPE, self.content_type);
        if let Some(encoding) = encoding.header() {
            set(headers, CONTENT_ENCODING, encoding);
        }
        *response.body_mut() = Body::from(self.rendered.body(encoding));
        response
    }
}

impl std::fmt::Debug for Document {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Document")
            .field("content_type", &self.content_type)
            .finish_non_exhaustive()
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header::{ACCEPT_ENCODING, IF_NONE_MATCH};

    use super::*;

    fn answer(request: &[(HeaderName, &str)]) -> Response {
        let document = Document::new("{}".repeat(100), "application/json", "no-cache");
        let headers = request
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().unwrap()));
        document.answer(&headers.collect())
    }

    #[test]
    fn each_encoding_has_its_own_tag_and_is_not_sent_to_who_has_it() {
        let plain = answer(&[]);
        assert_eq!(plain.headers()[CONTENT_TYPE], "application/json");
        assert!(!plain.headers().contains_key(CONTENT_ENCODING));
        let brotli = answer(&[(ACCEPT_ENCODING, "br")]);
        assert_eq!(brotli.headers()[CONTENT_ENCODING], "br");
        assert_ne!(brotli.headers()[ETAG], plain.headers()[ETAG]);
        let tag = brotli.headers()[ETAG].to_str().unwrap();
        let held = answer(&[(ACCEPT_ENCODING, "br"), (IF_NONE_MATCH, tag)]);
        assert_eq!(held.status(), StatusCode::NOT_MODIFIED);
        let other = answer(&[(IF_NONE_MATCH, tag)]);
        assert_eq!(other.status(), StatusCode::OK);
    }
}
