use std::convert::Infallible;

use axum::body::{Body, HttpBody as _};
use axum::http::{HeaderMap, HeaderValue, Request, header};
use axum::response::{IntoResponse as _, Response};
use tower::{ServiceExt as _, service_fn};
use tower_http::CompressionLevel;
use tower_http::compression::Compression;

/// Bodies smaller than this are sent as they are: a packet is a packet.
const COMPRESS_BYTES_MIN: u64 = 1024;
/// Brotli 4 and gzip 4: three quarters of the gain for a tenth of the time of the highest levels.
const LEVEL: CompressionLevel = CompressionLevel::Precise(4);

/// Compresses an answer that is worth it with br or gzip, as the client can read it.
pub(super) async fn compress(accepted: Option<HeaderValue>, response: Response) -> Response {
    let mut question = Request::new(());
    if let Some(accepted) = accepted {
        question
            .headers_mut()
            .insert(header::ACCEPT_ENCODING, accepted);
    }
    let mut response = Some(response);
    let answer = service_fn(move |_question: Request<()>| {
        std::future::ready(Ok::<_, Infallible>(response.take().unwrap_or_default()))
    });
    let always = |_: axum::http::StatusCode,
                  _: axum::http::Version,
                  _: &HeaderMap,
                  _: &axum::http::Extensions| true;
    let compression = Compression::new(answer)
        .quality(LEVEL)
        .compress_when(always);
    let Ok(response) = compression.oneshot(question).await;
    let mut response = response.map(Body::new).into_response();
    if response.headers().contains_key(header::CONTENT_ENCODING) {
        weaken_etag(response.headers_mut());
    }
    response
}

/// Whether an answer is text, not yet encoded, and of some length.
pub(super) fn is_worth_compressing(response: &Response) -> bool {
    let headers = response.headers();
    // The answer to HEAD has lost its body, and says what length that had.
    let said = headers.get(header::CONTENT_LENGTH);
    let said = said.and_then(|length| length.to_str().ok()?.parse().ok());
    let size = said.or_else(|| response.body().size_hint().exact());
    is_text(headers)
        && size.is_none_or(|bytes| bytes >= COMPRESS_BYTES_MIN)
        && !headers.contains_key(header::CONTENT_ENCODING)
        && !headers.contains_key(header::CONTENT_RANGE)
}

/// Text that comes whole. Event streams are not: a compressor would hold events back.
fn is_text(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else {
        return false;
    };
    let kind = kind.to_str().unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    match kind {
        "text/event-stream" => false,
        "application/json"
        | "application/javascript"
        | "application/vnd.apple.mpegurl"
        | "application/manifest+json"
        | "application/xml"
        | "image/svg+xml"
        | "application/openmetrics-text" => true,
        kind => kind.starts_with("text/"),
    }
}

/// The compressed bytes are not the bytes a strong tag names.
fn weaken_etag(headers: &mut HeaderMap) {
    let Some(tag) = headers.get(header::ETAG) else {
        return;
    };
    if tag.as_bytes().starts_with(b"W/") {
        return;
    }
    let weak = [b"W/", tag.as_bytes()].concat();
    if let Ok(weak) = HeaderValue::from_bytes(&weak) {
        headers.insert(header::ETAG, weak);
    }
}
