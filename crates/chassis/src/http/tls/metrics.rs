use std::fmt;

use jiff::Timestamp;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

/// What is measured of TLS. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct TlsMetrics {
    pub(super) certificate_end: Gauge,
    pub(super) failed_reloads: Counter,
    pub(super) reloads: Counter,
    pub(super) failed_handshakes: Family<FailedLabels, Counter>,
}

/// Why there was no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Failed {
    /// The two sides did not agree, or the client did not like the certificate.
    Refused,
    /// It took too long.
    Late,
    /// The client hung up.
    Lost,
    /// The client spoke HTTP without TLS.
    PlainHttp,
}

impl EncodeLabelValue for Failed {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
        let name = match self {
            Self::Refused => "refused",
            Self::Late => "late",
            Self::Lost => "lost",
            Self::PlainHttp => "plain_http",
        };
        EncodeLabelValue::encode(&name, encoder)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct FailedLabels {
    pub(super) reason: Failed,
}

impl TlsMetrics {
    /// Registers the metrics.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register_with_unit(
            "http_server_tls_certificate_end",
            "When the certificate in force ends, in Unix time; 0 where that cannot be told",
            Unit::Seconds,
            metrics.certificate_end.clone(),
        );
        registry.register(
            "http_server_tls_reloads",
            "Changed certificates that were taken without a restart",
            metrics.reloads.clone(),
        );
        registry.register(
            "http_server_tls_failed_reloads",
            "Changed certificates that could not be used; the one before stays in force",
            metrics.failed_reloads.clone(),
        );
        registry.register(
            "http_server_tls_failed_handshakes",
            "Connections that ended before TLS was agreed on",
            metrics.failed_handshakes.clone(),
        );
        metrics
    }

    pub(super) fn in_force(&self, ends: Option<Timestamp>) {
        let end = ends.map_or(0, Timestamp::as_second);
        self.certificate_end.set(end);
    }

    pub(super) fn failed(&self, reason: Failed) {
        let labels = FailedLabels { reason };
        self.failed_handshakes.get_or_create(&labels).inc();
    }
}
