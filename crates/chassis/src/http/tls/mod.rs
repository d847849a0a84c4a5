//! TLS of the public listener: who we are, kept up to date while connections go on, and the way into a connection.

mod certificate;
mod handshake;
mod metrics;
mod reload;
mod secured;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::version::{TLS12, TLS13};

use certificate::{Fingerprint, Identity};
pub use certificate::{TlsError, TlsFiles};
pub use metrics::TlsMetrics;

/// What is spoken under TLS, the better first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];
/// How long a client may take for the handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Tickets that a client gets to come back with; each connection it makes with one gives it another.
const TICKETS_PER_HANDSHAKE: usize = 1;

/// How a listener speaks TLS. Cheap to clone; clones share the certificate in force.
#[derive(Clone, Debug)]
pub struct Tls {
    files: TlsFiles,
    config: Arc<ArcSwap<ServerConfig>>,
    /// Of the files that are in force.
    fingerprint: Fingerprint,
    metrics: TlsMetrics,
    handshake_timeout: Duration,
}

impl Tls {
    /// Reads certificate and key; says what is wrong with them.
    pub fn open(files: TlsFiles, metrics: TlsMetrics) -> Result<Self, TlsError> {
        let (fingerprint, read) = files.read();
        let identity = read?;
        metrics.in_force(identity.ends);
        Ok(Self {
            files,
            config: Arc::new(ArcSwap::from_pointee(identity.into_config()?)),
            fingerprint,
            metrics,
            handshake_timeout: HANDSHAKE_TIMEOUT,
        })
    }
}

impl Identity {
    /// Tickets are of this configuration: with a new certificate every client makes a whole handshake once.
    fn into_config(self) -> Result<ServerConfig, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(TlsError::unusable)?
            .with_no_client_auth();
        let (chain, key) = (self.chain, self.key);
        let mut config = config
            .with_single_cert(chain, key)
            .map_err(TlsError::unusable)?;
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).into();
        config.ticketer = ring::Ticketer::new().map_err(TlsError::unusable)?;
        config.send_tls13_tickets = TICKETS_PER_HANDSHAKE;
        Ok(config)
    }
}

#[cfg(test)]
mod tests;
