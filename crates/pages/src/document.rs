//! Text of any type that many ask for: kept with its compressed copies, answered with a strong `ETag`.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;

use crate::cache::Rendered;
use crate::encoding::Encoding;
use crate::etag::is_held;

/// How many headers such an answer has.
const HEADERS_EXPECTED: usize = 10;

/// Text that is compressed once and sent often.
///
/// What its head says is made ready with it.
pub struct Document {
    rendered: Rendered,
    /// In the order of the encodings.
    etags: [HeaderValue; 3],
    content_type: HeaderValue,
    cache_control: HeaderValue,
}

impl Document {
    /// Keeps a text; it is compressed when the first client takes it so.
    pub fn new(text: String, content_type: &'static str, cache_control: &'static str) -> Self {
        let rendered = Rendered::new(text);
        let etags = Encoding::ALL.map(|encoding| etag(&rendered, encoding));
        Self {
            rendered,
            etags,
            content_type: HeaderValue::from_static(content_type),
            cache_control: HeaderValue::from_static(cache_control),
        }
    }

    /// A short name of the text: another text has another.
    pub fn digest(&self) -> &str {
        self.rendered.digest()
    }

    /// Answers a request with these headers: the best copy the client takes, or 304 when it has it.
    pub fn answer(&self, request: &HeaderMap) -> Response {
        let encoding = Encoding::negotiate(request);
        let [brotli, gzip, identity] = &self.etags;
        let etag = match encoding {
            Encoding::Brotli => brotli,
            Encoding::Gzip => gzip,
            Encoding::Identity => identity,
        };
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        // With those that are added on the way out, so that the map does not grow header by header.
        headers.reserve(HEADERS_EXPECTED);
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(CACHE_CONTROL, self.cache_control.clone());
        headers.insert(ETAG, etag.clone());
        if is_held(request, etag.to_str().unwrap_or_default()) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        headers.insert(CONTENT_TYPE, self.content_type.clone());
        if let Some(encoding) = encoding.header() {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
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

fn etag(rendered: &Rendered, encoding: Encoding) -> HeaderValue {
    HeaderValue::try_from(rendered.etag(encoding)).expect("base64 in quotes")
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;
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
