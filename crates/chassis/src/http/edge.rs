use std::convert::Infallible;
use std::future::ready;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::future::{BoxFuture, Either};
use futures_util::{FutureExt as _, poll};
use prometheus_client::metrics::gauge::Gauge;
use tower::Service as _;

use super::asked::{Asked, RequestId};
use super::compression::{compress, is_worth_compressing};
use super::config::Config;
use super::error_pages::{ErrorPages, wants_page};
use super::forwarded::{Came, settle};
use super::metrics::HttpMetrics;
use super::policy::Policy;
use super::routes::Route;
use super::tagged::Held;
use crate::clock::Clock;
use crate::ids;
use crate::lifecycle::Readiness;
use crate::problem::{self, Cause, Document, Problem, ProblemDocument};
use crate::shares::Shares;
use crate::telemetry;

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

    pub(super) fn services(&self) -> &[&'static str] {
        &self.0.services
    }

    /// Passes a request on to the router that knows its route, and the answer back.
    pub(super) fn pass(
        &self,
        route: Route,
        mut request: Request,
        router: &mut Router,
    ) -> BoxFuture<'static, Result<Response, Infallible>> {
        let edge = Arc::clone(&self.0);
        let visit = edge.visit(route, &mut request);
        // Held until the answer has its last form: the page of an error takes as much as any.
        let share = edge.in_flight.take(visit.came.from.network());
        let refused = match &share {
            None => Some(edge.shed()),
            Some(_) => visit.refusal(request.uri().query()),
        };
        let answer = match refused {
            Some(problem) => Either::Left(ready(Ok(problem.into_response()))),
            None => Either::Right(router.call(request)),
        };
        let asked = visit.asked.clone();
        Box::pin(telemetry::within(asked, async move {
            let _held = share;
            let answer = edge.answer(answer).await;
            Ok(edge.finish(visit, answer).await)
        }))
    }
}

/// What is known of a request before it is answered, for what follows.
struct Visit {
    started: Instant,
    asked: Asked,
    came: Came,
    held: Held,
    accepted: Option<HeaderValue>,
    /// Who is shown an error as a page.
    visitor: Option<Box<(Parts, ErrorPages)>>,
}

impl Visit {
    fn refusal(&self, query: Option<&str>) -> Option<Problem> {
        let Asked { method, route, .. } = &self.asked;
        route.operations()?.refusal(method, query)
    }
}

impl Inner {
    /// Looks at a request and makes it ready for its handler.
    fn visit(&self, route: Route, request: &mut Request) -> Visit {
        let id = ids::new_id(&self.clock);
        let asked = Asked::new(request.method(), route, id);
        if !request.body().is_end_stream() {
            DefaultBodyLimit::max(self.config.body_bytes_max).apply(request);
        }
        Visit {
            started: Instant::now(),
            held: Held::of(request.method(), request.headers()),
            asked,
            accepted: request.headers().get(header::ACCEPT_ENCODING).cloned(),
            came: settle(request, &self.config.trusted_proxies),
            visitor: self.visitor(request),
        }
    }

    /// Waits for the answer within its limits.
    async fn answer(&self, answer: impl Future<Output = Result<Response, Infallible>>) -> Response {
        let _counted = Active::count(&self.metrics.active);
        self.within_limits(answer).await
    }

    /// Gives an answer its last form, counts and logs it.
    async fn finish(&self, visit: Visit, answer: Response) -> Response {
        let Visit { started, asked, .. } = &visit;
        let response = visit.held.spare(as_problem(answer));
        let taken = started.elapsed();
        debug_assert!(
            asked.route.is_matched() || !response.status().is_success(),
            "the router knows a path that its routes do not have"
        );
        log(asked, &response, taken);
        self.metrics.observe(asked, response.status(), taken);
        // What is seldom is on the heap, so that it takes no room in every answer's future.
        let response = match visit.visitor {
            Some(visitor) => self.show(*visitor, response).boxed().await,
            None => response,
        };
        let response = with_request_id(response, visit.asked.id);
        let response = if is_worth_compressing(&response) {
            compress(visit.accepted, response).boxed().await
        } else {
            response
        };
        let response = if visit.asked.method == "HEAD" {
            without_body(response)
        } else {
            response
        };
        self.dress(response, visit.asked.id, visit.came.is_secure)
    }

    /// The page in the place of an error, within the limits of any answer.
    async fn show(&self, (visitor, pages): (Parts, ErrorPages), response: Response) -> Response {
        let page = pages.dress(visitor, response).map(Ok);
        self.within_limits(page).await
    }

    /// Whatever happens, there is an answer.
    async fn within_limits(
        &self,
        answer: impl Future<Output = Result<Response, Infallible>>,
    ) -> Response {
        let mut answer = pin!(AssertUnwindSafe(answer).catch_unwind());
        // What is in memory is answered at once, and needs no timer.
        let answer = match poll!(&mut answer) {
            Poll::Ready(answer) => Ok(answer),
            Poll::Pending => tokio::time::timeout(self.config.request_timeout, answer).await,
        };
        match answer {
            Ok(Ok(Ok(response))) => response,
            Ok(Err(_logged_by_the_panic_hook)) => {
                Problem::internal(HandlerPanicked).into_response()
            }
            Err(_elapsed) => Problem::unavailable(SHED_RETRY_AFTER)
                .detail("the answer took too long")
                .because(HandlerTimedOut)
                .into_response(),
        }
    }

    fn shed(&self) -> Problem {
        self.metrics.shed.inc();
        Problem::unavailable(SHED_RETRY_AFTER)
            .detail("too many requests are being answered; try again shortly")
    }

    /// The head of a request whose errors a person will read, and who shows them.
    fn visitor(&self, request: &mut Request) -> Option<Box<(Parts, ErrorPages)>> {
        let pages = self.error_pages.get()?;
        if !wants_page(request.uri().path(), request.headers()) {
            return None;
        }
        let (parts, body) = std::mem::take(request).into_parts();
        *request = Request::from_parts(parts.clone(), body);
        Some(Box::new((parts, pages.clone())))
    }

    /// Adds the headers that every answer has.
    fn dress(&self, mut response: Response, id: RequestId, is_secure: bool) -> Response {
        let headers = response.headers_mut();
        headers.insert(REQUEST_ID, id.to_value());
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
fn log(asked: &Asked, response: &Response, duration: Duration) {
    let status = response.status().as_u16();
    let duration_ms = (duration.as_secs_f64() * 1_000_000.0).round() / 1_000.0;
    match response.extensions().get::<Cause>() {
        Some(Cause(error)) => {
            let error = problem::chain(&**error);
            tracing::error!(status, duration_ms, error, "request failed");
        }
        None if response.status().is_client_error() && asked.route.is_matched() => {
            tracing::info!(status, duration_ms, "request refused");
        }
        None => tracing::debug!(status, duration_ms, "request answered"),
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

fn with_request_id(mut response: Response, id: RequestId) -> Response {
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

/// The answer to HEAD, which says how long the body would be.
fn without_body(mut response: Response) -> Response {
    let length = response.body().size_hint().exact();
    if let Some(length) = length.filter(|length| 0 < *length) {
        response
            .headers_mut()
            .insert(header::CONTENT_LENGTH, length.into());
    }
    *response.body_mut() = Body::empty();
    response
}

/// Counts a request as long as it is being answered, also when it is abandoned.
struct Active<'a>(&'a Gauge);

impl<'a> Active<'a> {
    fn count(gauge: &'a Gauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for Active<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[derive(Debug, thiserror::Error)]
#[error("a handler panicked")]
struct HandlerPanicked;

#[derive(Debug, thiserror::Error)]
#[error("a handler took longer than http.request_timeout")]
struct HandlerTimedOut;
