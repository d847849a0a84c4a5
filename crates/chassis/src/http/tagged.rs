use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::problem::Problem;

/// Caches may answer for us for a second, which is all that a rush needs; after that they ask whether it changed.
const CACHE_CONTROL: HeaderValue = HeaderValue::from_static("public, max-age=1");
/// How much of a digest names an answer: enough that no two answers of one address ever share a name.
const TAG_BYTES: usize = 12;

/// A JSON answer that is the same for everybody: it has a tag, and who names it in `If-None-Match` gets 304.
///
/// The tag is made of the answer itself, because what an answer is joined from has no version in common. It is weak:
/// compressed or not, it names the same answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shared<T>(pub T);

impl<T: Serialize> IntoResponse for Shared<T> {
    fn into_response(self) -> Response {
        let body = match serde_json::to_vec(&self.0) {
            Ok(body) => body,
            Err(error) => return Problem::internal(error).into_response(),
        };
        let tag = tag_of(&body);
        let mut response = Response::new(Body::from(body));
        let headers = response.headers_mut();
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, json);
        headers.insert(header::CACHE_CONTROL, CACHE_CONTROL);
        let encoding = HeaderValue::from_static("accept-encoding");
        headers.insert(header::VARY, encoding);
        headers.insert(header::ETAG, tag);
        response
    }
}

fn tag_of(body: &[u8]) -> HeaderValue {
    let digest = Sha256::digest(body);
    let name = URL_SAFE_NO_PAD.encode(digest.get(..TAG_BYTES).unwrap_or_default());
    HeaderValue::try_from(format!("W/\"{name}\"")).expect("base64 in quotes")
}

/// What a client says it has: its `If-None-Match`, kept while the answer is made.
pub(super) struct Held(Vec<HeaderValue>);

impl Held {
    /// Only reading can be saved.
    pub(super) fn of(method: &Method, headers: &HeaderMap) -> Self {
        if method != Method::GET && method != Method::HEAD {
            return Self(Vec::new());
        }
        let values = headers.get_all(header::IF_NONE_MATCH);
        Self(values.iter().cloned().collect())
    }

    /// Turns a tagged answer that the client has into 304, whichever handler made it.
    pub(super) fn spare(&self, response: Response) -> Response {
        let is_held = response.status() == StatusCode::OK
            && response
                .headers()
                .get(header::ETAG)
                .is_some_and(|tag| self.names(tag.as_bytes()));
        if !is_held {
            return response;
        }
        let (mut head, _known) = response.into_parts();
        head.status = StatusCode::NOT_MODIFIED;
        for name in [
            header::CONTENT_TYPE,
            header::CONTENT_LENGTH,
            header::CONTENT_ENCODING,
            header::ACCEPT_RANGES,
        ] {
            head.headers.remove(name);
        }
        Response::from_parts(head, Body::empty())
    }

    /// The comparison is weak (RFC 9110, section 13.1.2): `W/"a"` and `"a"` are the same here.
    fn names(&self, tag: &[u8]) -> bool {
        let tag = opaque(tag);
        self.0
            .iter()
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
            .any(|held| held.trim_ascii() == b"*" || opaque(held) == tag)
    }
}

/// A tag without its mark of weakness.
fn opaque(tag: &[u8]) -> &[u8] {
    let tag = tag.trim_ascii();
    tag.strip_prefix(b"W/").unwrap_or(tag)
}
