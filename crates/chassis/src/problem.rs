//! Errors as programs and people read them: RFC 9457 problem documents.

use std::error::Error as StdError;
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// The content type of every problem.
pub(crate) const CONTENT_TYPE: &str = "application/problem+json";

/// An answer that is an error. Built by a service's one `From<Error>`, rendered and logged by the chassis.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: Option<String>,
    errors: Vec<FieldError>,
    retry_after: Option<Duration>,
    cause: Option<Cause>,
}

/// What is wrong with one field of the input.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldError {
    /// Where: a JSON pointer (`#/title`) or the name of a query parameter.
    pub pointer: String,
    /// What is wrong and what is accepted.
    pub detail: String,
}

/// Why a 5xx happened; travels as a response extension to the middleware that logs it once.
#[derive(Clone, Debug)]
pub struct Cause(pub Arc<dyn StdError + Send + Sync>);

/// The document on the wire (`application/problem+json`).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// Identifies the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// Never varies for one code.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// For programs.
    pub code: String,
    /// For the person, never for parsing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What is wrong, field by field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Names this one answer in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Problem {
    /// A problem of any status; `code` is for programs, `title` never varies for a code.
    pub fn new(status: StatusCode, code: &'static str, title: &'static str) -> Self {
        Self {
            status,
            code,
            title,
            detail: None,
            errors: Vec::new(),
            retry_after: None,
            cause: None,
        }
    }

    /// 404: absent, or hidden from this caller.
    pub fn not_found(code: &'static str, title: &'static str) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, title)
    }

    /// 400: could not be read.
    pub fn invalid(detail: impl Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid", "Invalid request").detail(detail)
    }

    /// 503: a dependency is away or we are full; the caller should try again after this time.
    pub fn unavailable(retry_after: Duration) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "Temporarily unavailable",
        )
        .retry_after(retry_after)
    }

    /// 500: a bug or a broken dependency; the cause is logged and never answered.
    pub fn internal(cause: impl StdError + Send + Sync + 'static) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Internal error",
        )
        .because(cause)
    }

    /// Says how long the caller should wait before it tries again.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Adds a sentence for the person who reads it.
    #[must_use]
    pub fn detail(mut self, detail: impl Display) -> Self {
        self.detail = Some(detail.to_string());
        self
    }

    /// Adds what is wrong with one field.
    #[must_use]
    pub fn field(mut self, pointer: impl Into<String>, detail: impl Display) -> Self {
        self.errors.push(FieldError {
            pointer: pointer.into(),
            detail: detail.to_string(),
        });
        self
    }

    /// Adds the cause for the log.
    #[must_use]
    pub fn because(mut self, cause: impl StdError + Send + Sync + 'static) -> Self {
        self.cause = Some(Cause(Arc::new(cause)));
        self
    }

    /// The status it answers with.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The code for programs.
    pub fn code(&self) -> &'static str {
        self.code
    }
}

/// The document of an answer, kept beside its body so that the edge can write the request id into it.
#[derive(Clone, Debug)]
pub(crate) struct Document(pub(crate) Arc<ProblemDocument>);

impl ProblemDocument {
    pub(crate) fn to_body(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a problem document is plain data")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let document = ProblemDocument {
            kind: format!("/problems/{}", self.code),
            title: self.title.to_owned(),
            status: self.status.as_u16(),
            code: self.code.to_owned(),
            detail: self.detail,
            errors: self.errors,
            request_id: None,
        };
        let mut response = (self.status, document.to_body()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(retry_after) = self.retry_after {
            headers.insert(header::RETRY_AFTER, retry_after.as_secs().max(1).into());
        }
        let extensions = response.extensions_mut();
        extensions.insert(Document(Arc::new(document)));
        if let Some(cause) = self.cause {
            extensions.insert(cause);
        }
        response
    }
}

/// An error and everything below it, in one line.
pub fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut below = error.source();
    while let Some(cause) = below {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        below = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("could not read the chart")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn the_chain_names_every_layer_once() {
        let error = Outer(std::io::Error::other("disk gone"));
        assert_eq!(chain(&error), "could not read the chart: disk gone");
    }

    #[test]
    fn a_server_error_never_tells_its_cause() {
        let problem = Problem::internal(std::io::Error::other("disk gone"));
        let response = problem.into_response();
        assert!(response.extensions().get::<Cause>().is_some());
        let Document(document) = response.extensions().get().unwrap();
        assert!(
            !String::from_utf8(document.to_body())
                .unwrap()
                .contains("disk")
        );
    }
}
