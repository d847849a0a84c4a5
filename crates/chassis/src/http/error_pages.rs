use std::fmt;
use std::future::Future;
use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use futures_util::future::BoxFuture;

use crate::problem::Document;

/// Programs ask here, whatever they say they accept.
const API_PREFIX: &str = "/api/";

/// Makes a page for people of an answer that is an error. Cheap to clone.
#[derive(Clone)]
pub struct ErrorPages(Arc<dyn Fn(Parts, StatusCode) -> BoxFuture<'static, Response> + Send + Sync>);

impl ErrorPages {
    /// `show` is given the head of the request and the status, which its answer must have.
    pub fn new<F>(show: impl Fn(Parts, StatusCode) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Response> + Send + 'static,
    {
        Self(Arc::new(move |parts, status| Box::pin(show(parts, status))))
    }

    /// Puts a page in the place of a problem document. What the problem says in headers (`Allow`, `Retry-After`) and to
    /// the log stays.
    pub(super) async fn dress(&self, visitor: Parts, problem: Response) -> Response {
        if problem.extensions().get::<Document>().is_none() {
            return problem;
        }
        let status = problem.status();
        let mut page = (self.0)(visitor, status).await;
        *page.status_mut() = status;
        let (head, _document) = problem.into_parts();
        for (name, value) in &head.headers {
            if name != header::CONTENT_LENGTH && !page.headers().contains_key(name) {
                page.headers_mut().append(name, value.clone());
            }
        }
        page
    }
}

impl fmt::Debug for ErrorPages {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ErrorPages")
    }
}

/// Whether an error of this request is read by a person: it names HTML and likes nothing of ours better.
pub(super) fn wants_page(path: &str, headers: &HeaderMap) -> bool {
    if path.starts_with(API_PREFIX) {
        return false;
    }
    let page = liking(headers, "text/html");
    0.0 < page
        && liking(headers, "application/json") <= page
        && liking(headers, "application/problem+json") <= page
}

/// How much a media type is liked that `Accept` names in full; 0 where it does not.
fn liking(headers: &HeaderMap, wanted: &str) -> f32 {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|range| {
            let mut parts = range.split(';');
            let kind = parts.next()?.trim();
            let quality = parts
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(1.0, |quality| quality.parse().unwrap_or(0.0));
            kind.eq_ignore_ascii_case(wanted).then_some(quality)
        })
        .fold(0.0, f32::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wants(path: &str, accept: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        wants_page(path, &headers)
    }

    #[test]
    fn browsers_get_pages_and_programs_do_not() {
        let chromium = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8";
        assert!(wants("/nonsense", chromium));
        assert!(wants("/apidoc", "TEXT/HTML"));
        assert!(wants("/music", "application/json;q=0.5, text/html"));
        assert!(!wants("/api/music/v1/tracks", chromium));
        for accept in [
            "*/*",
            "application/json",
            "text/html;q=0",
            "",
            "text/html;q=0.1, application/json",
        ] {
            assert!(!wants("/nonsense", accept), "{accept}");
        }
        assert!(!wants_page("/nonsense", &HeaderMap::new()));
    }
}
