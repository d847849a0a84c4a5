//! One request for one object: conditions, ranges, the head, the body.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chassis::Problem;
use chassis::http::ClientAddress;

use super::body::{MediaBody, Part};
use super::conditions::{Validators, Verdict, precondition_failed};
use super::ranges::{self, Selection};
use super::{Asked, Delivery, Media, Target};
use crate::{Error, Result};

/// Stands between the parts of a multipart answer, after the start of the entity tag.
const BOUNDARY_PREFIX: &str = "haas-part-";
/// How many headers a media answer has.
const HEADERS_EXPECTED: usize = 12;

impl Delivery {
    /// Answers a GET or HEAD for what a URL names.
    pub(crate) async fn deliver(&self, target: &Target, asked: &Asked) -> Result<Response> {
        let media = self.find(target).await?;
        let answer = self.answer(media, asked).await;
        if answer
            .as_ref()
            .is_err_and(|problem| problem.status().is_server_error())
        {
            // It may be that another object has taken the place of this one.
            self.found.forget(target);
        }
        answer
    }

    async fn answer(&self, media: Arc<Media>, asked: &Asked) -> Result<Response> {
        let Asked {
            method,
            headers,
            client,
        } = asked;
        let validators = Validators {
            etag: &media.etag,
            modified_at_s: Some(media.modified_at_s),
        };
        match validators.evaluate(headers) {
            Verdict::Proceed => {}
            Verdict::NotModified => {
                return Ok(with_validators(
                    StatusCode::NOT_MODIFIED.into_response(),
                    &media,
                ));
            }
            Verdict::PreconditionFailed => {
                return Ok(with_validators(
                    precondition_failed().into_response(),
                    &media,
                ));
            }
        }
        let whole = 0..media.size_bytes;
        if method == Method::HEAD {
            return Ok(head(StatusCode::OK, &media, media.size_bytes));
        }
        match selection(&media, validators, headers) {
            Selection::Whole => {
                let head = head(StatusCode::OK, &media, media.size_bytes);
                let parts = [Part::Object(whole)].into();
                self.send(media, parts, head, *client).await
            }
            Selection::Unsatisfiable => Ok(range_not_satisfiable(&media)),
            Selection::Ranges(ranges) => match <[Range<u64>; 1]>::try_from(ranges) {
                Ok([range]) => self.send_range(media, range, *client).await,
                Err(ranges) => self.send_multipart(media, &ranges, *client).await,
            },
        }
    }

    async fn send_range(
        &self,
        media: Arc<Media>,
        range: Range<u64>,
        client: ClientAddress,
    ) -> Result<Response> {
        let mut head = head(StatusCode::PARTIAL_CONTENT, &media, range.end - range.start);
        let content_range = content_range(&range, media.size_bytes);
        head.headers_mut()
            .insert(header::CONTENT_RANGE, text_value(content_range));
        let parts = [Part::Object(range)].into();
        self.send(media, parts, head, client).await
    }

    async fn send_multipart(
        &self,
        media: Arc<Media>,
        ranges: &[Range<u64>],
        client: ClientAddress,
    ) -> Result<Response> {
        let boundary = boundary(&media);
        let parts = multipart(&media, ranges, &boundary);
        let length = parts.iter().map(Part::size_bytes).sum();
        let mut head = head(StatusCode::PARTIAL_CONTENT, &media, length);
        let content_type = format!("multipart/byteranges; boundary={boundary}");
        head.headers_mut()
            .insert(header::CONTENT_TYPE, text_value(content_type));
        self.send(media, parts, head, client).await
    }

    async fn send(
        &self,
        media: Arc<Media>,
        parts: VecDeque<Part>,
        head: Response,
        client: ClientAddress,
    ) -> Result<Response> {
        let length: u64 = parts.iter().map(Part::size_bytes).sum();
        let slot = self.slot(length, client)?;
        let blocks = self.blocks.clone();
        let body = MediaBody::open(media, parts, blocks, Arc::clone(&self.metrics), slot)
            .await
            .map_err(Error::Media)?;
        let (head, _empty) = head.into_parts();
        Ok(Response::from_parts(head, Body::new(body)))
    }
}

/// What the client asks for, unless `If-Range` says that it means another representation.
fn selection(media: &Media, validators: Validators<'_>, headers: &HeaderMap) -> Selection {
    let mut ranges = headers.get_all(header::RANGE).iter();
    match (ranges.next(), ranges.next()) {
        (Some(range), None) if validators.allow_range(headers) => {
            ranges::select(range.as_bytes(), media.size_bytes)
        }
        _ => Selection::Whole,
    }
}

fn head(status: StatusCode, media: &Media, length: u64) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    // With those that the edge adds, so that the map does not grow header by header.
    response.headers_mut().reserve(HEADERS_EXPECTED);
    let mut response = with_validators(response, media);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media.content_type.clone());
    headers.insert(header::CONTENT_LENGTH, length.into());
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    response
}

fn with_validators(mut response: Response, media: &Media) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ETAG, media.etag.clone());
    headers.insert(header::LAST_MODIFIED, media.last_modified.clone());
    // A problem says `no-store`, and that stands.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert_with(|| media.cache_control.clone());
    response
}

fn range_not_satisfiable(media: &Media) -> Response {
    let problem = Problem::new(
        StatusCode::RANGE_NOT_SATISFIABLE,
        "range_not_satisfiable",
        "Range not satisfiable",
    )
    .detail(format_args!(
        "no byte of the range lies inside the {} bytes of this file",
        media.size_bytes
    ));
    let mut response = problem.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_RANGE,
        text_value(format!("bytes */{}", media.size_bytes)),
    );
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    response
}

fn content_range(range: &Range<u64>, size_bytes: u64) -> String {
    format!(
        "bytes {}-{}/{size_bytes}",
        range.start,
        range.end.saturating_sub(1)
    )
}

fn boundary(media: &Media) -> String {
    let tag = media.etag.to_str().unwrap_or_default();
    let name: String = tag
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(24)
        .collect();
    format!("{BOUNDARY_PREFIX}{name}")
}

fn multipart(media: &Media, ranges: &[Range<u64>], boundary: &str) -> VecDeque<Part> {
    let content_type = media
        .content_type
        .to_str()
        .unwrap_or("application/octet-stream");
    let mut parts = VecDeque::with_capacity(ranges.len() * 2 + 1);
    for range in ranges {
        parts.push_back(Part::Text(Bytes::from(format!(
            "\r\n--{boundary}\r\nContent-Type: {content_type}\r\nContent-Range: {}\r\n\r\n",
            content_range(range, media.size_bytes)
        ))));
        parts.push_back(Part::Object(range.clone()));
    }
    parts.push_back(Part::Text(Bytes::from(format!("\r\n--{boundary}--\r\n"))));
    parts
}

/// A header value of digits, letters and marks that we wrote ourselves.
fn text_value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("written by us, visible ASCII")
}
