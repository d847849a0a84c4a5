use std::time::Duration;

use axum::http::StatusCode;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::asked::Asked;
use super::routes::Route;

/// From a cached answer to a client that gave up, as OpenTelemetry advises.
const DURATION_BUCKETS: [f64; 14] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

/// What every service's HTTP has in common, under OpenTelemetry's names. Cheap to clone.
#[derive(Clone, Debug)]
pub struct HttpMetrics {
    duration: Family<Labels, Histogram>,
    pub(super) active: Gauge,
    pub(super) shed: Counter,
    pub(super) connections: Gauge,
    pub(super) connections_refused: Counter,
    pub(super) connections_stalled: Counter,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    service: &'static str,
    http_request_method: &'static str,
    http_route: Route,
    http_response_status_code: u16,
}

impl HttpMetrics {
    /// Registers the metrics.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            duration: Family::new_with_constructor(|| Histogram::new(DURATION_BUCKETS)),
            active: Gauge::default(),
            shed: Counter::default(),
            connections: Gauge::default(),
            connections_refused: Counter::default(),
            connections_stalled: Counter::default(),
        };
        registry.register_with_unit(
            "http_server_request_duration",
            "Time until the answer began",
            Unit::Seconds,
            metrics.duration.clone(),
        );
        registry.register(
            "http_server_active_requests",
            "Requests whose answer has not begun",
            metrics.active.clone(),
        );
        registry.register(
            "http_server_shed_requests",
            "Requests refused because too many were being answered",
            metrics.shed.clone(),
        );
        registry.register(
            "http_server_open_connections",
            "Open connections",
            metrics.connections.clone(),
        );
        registry.register(
            "http_server_refused_connections",
            "Connections refused because too many were open",
            metrics.connections_refused.clone(),
        );
        registry.register(
            "http_server_stalled_connections",
            "Connections closed because the client took nothing of an answer for too long",
            metrics.connections_stalled.clone(),
        );
        metrics
    }

    pub(super) fn observe(&self, asked: &Asked, status: StatusCode, duration: Duration) {
        let method = asked.method;
        let durations = asked.route.durations(method, status, || {
            self.duration.get_or_create_owned(&Labels {
                service: asked.route.service(),
                http_request_method: method,
                http_route: asked.route.clone(),
                http_response_status_code: status.as_u16(),
            })
        });
        durations.observe(duration.as_secs_f64());
    }
}
