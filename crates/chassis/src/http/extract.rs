use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::nul;
use crate::problem::Problem;

/// A JSON body, read with problems that say what is wrong and where; also an answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "The request body has a type that is not taken here",
            )
            .detail("send content-type: application/json"));
        }
        let bytes =
            Bytes::from_request(request, state)
                .await
                .map_err(|rejection| match rejection.status() {
                    StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
                        StatusCode::PAYLOAD_TOO_LARGE,
                        "too_large",
                        "The request body is too large",
                    ),
                    _ => Problem::invalid("the request body broke off"),
                })?;
        if nul::is_in_json(&bytes) {
            return Err(Problem::invalid("the request body holds a NUL character"));
        }
        refuse_list(&bytes)?;
        let mut json = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let pointer = pointer_of(error.path());
            json_problem(&pointer, error.inner())
        })?;
        json.end().map_err(|error| json_problem("#", &error))?;
        Ok(Self(value))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            Err(error) => Problem::internal(error).into_response(),
        }
    }
}

/// The query string, read with problems that name the parameter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        if nul::is_in_url(query) {
            return Err(Problem::invalid("the query holds a NUL character"));
        }
        let pairs = serde_urlencoded::Deserializer::new(form_pairs(query));
        match serde_path_to_error::deserialize(pairs) {
            Ok(value) => Ok(Self(value)),
            Err(error) => {
                let name = error.path().to_string();
                let reason = error.inner().to_string();
                let problem = Problem::invalid(format!("the query could not be read: {reason}"));
                Err(match name.as_str() {
                    "." => problem,
                    name => problem.field(name, reason),
                })
            }
        }
    }
}

/// The variable parts of the path. What cannot be one is not there: 404.
#[derive(Clone, Copy, Debug, Default)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let nothing_there =
            || Problem::not_found("not_found", "Not found").detail("nothing can have this address");
        if nul::is_in_url(parts.uri.path()) {
            return Err(nothing_there());
        }
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(rejection) if rejection.status().is_client_error() => Err(nothing_there()),
            Err(rejection) => Err(Problem::internal(rejection)),
        }
    }
}

/// All that is taken here are objects. A list would be read as the fields of one in their order, which nobody promised.
fn refuse_list(json: &[u8]) -> Result<(), Problem> {
    let first = json.iter().find(|byte| !byte.is_ascii_whitespace());
    if first != Some(&b'[') {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "invalid",
        "Invalid request",
    )
    .field("#", "must be an object, not a list"))
}

fn form_pairs(query: &str) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(query.as_bytes())
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

/// 400 when it is no JSON, 422 when it is JSON with wrong fields.
fn json_problem(pointer: &str, error: &serde_json::Error) -> Problem {
    if error.is_data() {
        return Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            "Invalid request",
        )
        .field(pointer, error);
    }
    Problem::invalid(format!("the request body is not JSON: {error}"))
}

fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::from("#");
    for segment in path {
        pointer.push('/');
        match segment {
            Segment::Seq { index } => pointer.push_str(&index.to_string()),
            Segment::Map { key } => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => pointer.push_str(variant),
            Segment::Unknown => pointer.push('?'),
        }
    }
    pointer
}
