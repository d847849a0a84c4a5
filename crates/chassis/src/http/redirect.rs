use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};

use crate::problem::Problem;

/// Sends every request to the same path over HTTPS. `origin` says where that is for what the request names as its host,
/// and nothing for what is no host.
pub fn redirect_router(
    origin: impl Fn(&str) -> Option<String> + Clone + Send + Sync + 'static,
) -> Router {
    Router::new().fallback(async move |uri: Uri, headers: HeaderMap| {
        let named = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        match origin(named.unwrap_or_default()) {
            Some(origin) => to(&origin, &uri),
            None => no_host(),
        }
    })
}

fn to(origin: &str, uri: &Uri) -> Response {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    // Of `OPTIONS *`, which names no path.
    let path = if path.starts_with('/') { path } else { "/" };
    let location = format!("{origin}{path}");
    (
        StatusCode::PERMANENT_REDIRECT,
        [(header::LOCATION, location)],
    )
        .into_response()
}

fn no_host() -> Response {
    Problem::new(StatusCode::BAD_REQUEST, "invalid", "Invalid request")
        .detail("name the host you want")
        .into_response()
}
