use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use prometheus_client::registry::Registry;

use crate::lifecycle::Readiness;
use crate::problem::Problem;

/// What the admin listener tells. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Admin {
    /// Whether the process takes requests.
    pub readiness: Readiness,
    /// Everything that is measured, once everything is started.
    pub metrics: Arc<OnceLock<Registry>>,
    /// The configuration in force, secrets redacted.
    pub config: Arc<str>,
}

/// `/live`, `/ready`, `/metrics` and `/config`, for the operator's network only.
pub fn admin_router(admin: Admin) -> Router {
    Router::new()
        .route("/live", get(|| async { "live\n" }))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .route("/config", get(config))
        .fallback(nothing_here)
        .method_not_allowed_fallback(reads_only)
        .with_state(admin)
}

async fn nothing_here() -> Problem {
    Problem::not_found("not_found", "Not found")
        .detail("there are /live, /ready, /metrics and /config")
}

async fn reads_only() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "This address does not take this method",
    )
}

async fn ready(State(admin): State<Admin>) -> Response {
    let status = if admin.readiness.is_ready() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, format!("{}\n", admin.readiness)).into_response()
}

async fn metrics(State(admin): State<Admin>) -> Response {
    let Some(registry) = admin.metrics.get() else {
        return Problem::unavailable(Duration::from_secs(1)).into_response();
    };
    let mut text = String::new();
    match prometheus_client::encoding::text::encode(&mut text, registry) {
        Ok(()) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(error) => Problem::internal(error).into_response(),
    }
}

async fn config(State(admin): State<Admin>) -> Response {
    let kind = "application/toml; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], admin.config.to_string()).into_response()
}
