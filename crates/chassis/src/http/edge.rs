use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use tracing::Instrument as _;

use super::compression::compress;
use super::config::Config;
use super::error_pages::{ErrorPages, wants_page};
use super::forwarded::settle;
use super::metrics::{HttpMetrics, Route};
use super::policy::Policy;
use super::tagged::Held;
use crate::clock::Clock;
use crate::ids;
use crate::lifecycle::Readiness;
use crate::problem::{self, Cause, Document, Problem, ProblemDocument};
use crate::shares::Shares;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// When a client that was refused because of load may come again.
pub(super) const SHED_RETRY_AFTER: Duration = Duration::from_secs(1);

/// What happens to every request and answer, whichever service it belongs to. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Edge(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: Config,
    policy: Policy,
    clock: Clock,
    readiness: Readiness,
    metrics: HttpMetrics,
    in_flight: Shares,
    services: Vec<&'static str>,
    error_pages: OnceLock<ErrorPages>,
}

/// Names one request in its answer and in the log.
#[derive(Clone, Debug)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The id as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Edge {
    /// `services` are the names that become the `service` label of metrics.
    pub fn new(
        config: Config,
        policy: Policy,
        clock: Clock,
        readiness: Readiness,
        metrics: HttpMetrics,
        services: Vec<&'static str>,
    ) -> Self {
        let in_flight = Shares::halved(config.in_flight_max);
        Self(Arc::new(Inner {
            config,
            policy,
            clock,
            readiness,
            metrics,
            in_flight,
            services,
            error_pages: OnceLock::new(),
        }))
    }

    /// Shows errors to browsers as pages; the first who offers to is taken.
    pub fn show_errors(&self, pages: ErrorPages) {
        let _one_is_enough = self.0.error_pages.set(pages);
    }

    /// The limits in force.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The metrics it counts in.
    pub fn metrics(&self) -> &HttpMetrics {
        &self.0.metrics
    }
}

/// The merged routes of all services with the edge around them; unknown paths are problems.
pub fn app(routes: Router, edge: Edge) -> Router {
    let body_bytes_max = edge.0.config.body_bytes_max;
    routes
        .layer(DefaultBodyLimit::max(body_bytes_max))
        .layer(middleware::from_fn_with_state(edge, around))
}

async fn around(State(edge): State<Edge>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let edge = &*edge.0;
    let id = RequestId(ids::new_id(&edge.clock).to_string().into());
    let method = request.method().clone();
    let route = match request.extensions().get::<MatchedPath>() {
        Some(path) => Route::Matched(path.clone()),
        None => Route::Unmatched,
    };
    let accepted = request.headers().get(header::ACCEPT_ENCODING).cloned();
    let held = Held::of(&method, request.headers());
    let span =
        tracing::info_span!("request", %method, route = route.as_str(), request.id = id.as_str());

    request.extensions_mut().insert(id.clone());
    let came = settle(&mut request, &edge.config.trusted_proxies);
    let visitor = edge.visitor(&mut request);
    // Held until the answer has its last form: the page of an error takes as much as any.
    let share = edge.in_flight.take(came.from.network());
    let response = match &share {
        Some(_) => edge.answer(request, next).instrument(span.clone()).await,
        None => edge.shed(),
    };
    let response = held.spare(as_problem(response));
    log(&span, &route, &method, &response, started.elapsed());
    let status = response.status();
    let service = edge.service_of(route.as_str());
    edge.metrics
        .observe(service, &method, route, status, started.elapsed());
    let response = match visitor {
        Some((visitor, pages)) => edge.within_limits(pages.dress(visitor, response)).await,
        None => response,
    };
    let response = compress(accepted, with_request_id(response, &id)).await;
    edge.dress(response, &id, came.is_secure)
}

impl Inner {
    /// Runs the handler within its limits; whatever happens, there is an answer.
    async fn answer(&self, request: Request, next: Next) -> Response {
        self.metrics.active.inc();
        let active = self.metrics.active.clone();
        let _counted = Defer(Some(move || {
            active.dec();
        }));
        self.within_limits(next.run(request)).await
    }

    async fn within_limits(&self, answer: impl Future<Output = Response>) -> Response {
        let answer = AssertUnwindSafe(answer).catch_unwind();
        match tokio::time::timeout(self.config.request_timeout, answer).await {
            Ok(Ok(response)) => response,
            Ok(Err(_logged_by_the_panic_hook)) => {
                Problem::internal(HandlerPanicked).into_response()
            }
            Err(_elapsed) => Problem::unavailable(SHED_RETRY_AFTER)
                .detail("the answer took too long")
                .because(HandlerTimedOut)
                .into_response(),
        }
    }

    fn shed(&self) -> Response {
        self.metrics.shed.inc();
        Problem::unavailable(SHED_RETRY_AFTER)
            .detail("too many requests are being answered; try again shortly")
            .into_response()
    }

    /// The head of a request whose errors a person will read, and who shows them.
    fn visitor(&self, request: &mut Request) -> Option<(Parts, ErrorPages)> {
        let pages = self.error_pages.get()?;
        if !wants_page(request.uri().path(), request.headers()) {
            return None;
        }
        let (parts, body) = std::mem::take(request).into_parts();
        *request = Request::from_parts(parts.clone(), body);
        Some((parts, pages.clone()))
    }

    fn service_of(&self, route: &str) -> &'static str {
        let path = route.strip_prefix("/api").unwrap_or(route);
        let first = path.trim_start_matches('/').split('/').next();
        let known = self.services.iter().find(|name| Some(**name) == first);
        known.copied().unwrap_or("server")
    }

    /// Adds the headers that every answer has.
    fn dress(&self, mut response: Response, id: &RequestId, is_secure: bool) -> Response {
        let headers = response.headers_mut();
        if let Ok(id) = HeaderValue::from_str(id.as_str()) {
            headers.insert(REQUEST_ID, id);
        }
        self.policy.apply(headers);
        if let Some(hsts) = self.config.hsts.as_ref().filter(|_| is_secure) {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, hsts.clone());
        }
        if self.readiness.is_stopping() {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

/// The access log: failures with their whole cause, refusals, and at debug everything else.
fn log(
    span: &tracing::Span,
    route: &Route,
    method: &Method,
    response: &Response,
    duration: Duration,
) {
    let _entered = span.enter();
    let status = response.status().as_u16();
    let duration_ms = (duration.as_secs_f64() * 1_000_000.0).round() / 1_000.0;
    match response.extensions().get::<Cause>() {
        Some(Cause(error)) => {
            let error = problem::chain(&**error);
            tracing::error!(status, duration_ms, error, "request failed");
        }
        None if response.status().is_client_error() && matches!(route, Route::Matched(_)) => {
            tracing::info!(status, duration_ms, "request refused");
        }
        None => tracing::debug!(status, duration_ms, %method, "request answered"),
    }
}

/// Turns the plain errors of the framework (unknown path, wrong method, its own rejections) into problems.
fn as_problem(response: Response) -> Response {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || is_written(response.headers()) {
        return response;
    }
    let problem = match status {
        StatusCode::NOT_FOUND => Problem::not_found("not_found", "Not found"),
        StatusCode::METHOD_NOT_ALLOWED => Problem::new(
            status,
            "method_not_allowed",
            "This address does not take this method",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(status, "too_large", "The request body is too large")
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::new(
            status,
            "unsupported_media_type",
            "The request body has a type that is not taken here",
        ),
        status if status.is_client_error() => Problem::new(status, "invalid", "Invalid request"),
        status => Problem::new(status, "internal", "Internal error"),
    };
    let (parts, _plain_text) = response.into_parts();
    let mut answer = problem.into_response();
    for (name, value) in &parts.headers {
        if !answer.headers().contains_key(name) && name != header::CONTENT_LENGTH {
            answer.headers_mut().append(name, value.clone());
        }
    }
    if let Some(cause) = parts.extensions.get::<Cause>() {
        answer.extensions_mut().insert(cause.clone());
    }
    answer
}

/// Whether somebody wrote the error's body on purpose.
fn is_written(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain"))
}

fn with_request_id(mut response: Response, id: &RequestId) -> Response {
    let Some(Document(document)) = response.extensions_mut().remove::<Document>() else {
        return response;
    };
    let document = ProblemDocument {
        request_id: Some(id.as_str().to_owned()),
        ..(*document).clone()
    };
    response.headers_mut().remove(header::CONTENT_LENGTH);
    *response.body_mut() = Body::from(document.to_body());
    response
}

/// Runs a closure when it goes out of scope, also when the request is abandoned.
struct Defer<F: FnOnce()>(Option<F>);

impl<F: FnOnce()> Drop for Defer<F> {
    fn drop(&mut self) {
        if let Some(run) = self.0.take() {
            run();
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("a handler panicked")]
struct HandlerPanicked;

#[derive(Debug, thiserror::Error)]
#[error("a handler took longer than http.request_timeout")]
struct HandlerTimedOut;
