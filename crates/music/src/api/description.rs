//! The description of this API, for programs that are written against it.

use std::sync::LazyLock;

use axum::http::HeaderMap;
use axum::response::Response;
use pages::Document;

/// Changes with a release.
const CACHE_CONTROL: &str = "public, max-age=3600";

/// Answers with the OpenAPI document; written out when somebody first asks.
pub(crate) async fn show_description(headers: HeaderMap) -> Response {
    static DESCRIPTION: LazyLock<Document> = LazyLock::new(|| {
        let json = crate::openapi().to_json();
        let json = json.expect("a description is plain data");
        Document::new(json, "application/json", CACHE_CONTROL)
    });
    DESCRIPTION.answer(&headers)
}
