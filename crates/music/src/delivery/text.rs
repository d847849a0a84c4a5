//! Text answers: playlists, lyrics, waveforms; compressed, with a strong tag for each encoding.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use pages::{Encoding, Rendered};

use super::conditions::{Validators, Verdict, precondition_failed};

/// What a text answer is and how long it may be kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) content_type: &'static str,
    pub(crate) cache_control: &'static str,
}

/// Answers with text in the best encoding that the client takes.
pub(crate) fn answer_text(text: &Rendered, kind: Kind, request: &HeaderMap) -> Response {
    let encoding = Encoding::negotiate(request);
    let etag = HeaderValue::try_from(text.etag(encoding)).expect("base64 in quotes");
    let validators = Validators {
        etag: &etag,
        modified_at_s: None,
    };
    let verdict = validators.evaluate(request);
    if verdict == Verdict::PreconditionFailed {
        return precondition_failed().into_response();
    }
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(kind.cache_control),
    );
    headers.insert(header::ETAG, etag);
    if verdict == Verdict::NotModified {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(kind.content_type),
    );
    if let Some(encoding) = encoding.header() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    *response.body_mut() = Body::from(text.body(encoding));
    response
}
