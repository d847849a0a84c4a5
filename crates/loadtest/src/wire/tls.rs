//! Secure connections: who is trusted, and which HTTP is spoken.

use std::io;
use std::path::Path;
use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::fault::Fault;
use super::site::Site;
use super::transport::Transport;
use crate::bounded::read_bounded;

/// All public authorities together are a quarter of a megabyte.
const AUTHORITIES_BYTES_MAX: u64 = 4 * 1024 * 1024;
const HTTP2: &[u8] = b"h2";
const HTTP1: &[u8] = b"http/1.1";

/// Why a file names nobody to be trusted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrustError {
    #[error(transparent)]
    Unreadable(#[from] io::Error),
    #[error("it holds no certificate as PEM")]
    Empty,
    #[error("it holds a certificate of no authority: {0}")]
    Odd(String),
}

/// Those whose word on a server is believed: the public authorities, and one's own.
#[derive(Clone, Debug)]
pub(crate) struct Trust(Arc<ClientConfig>);

impl Trust {
    /// The public authorities, and those whose certificates a file holds.
    pub(crate) fn read(own: Option<&Path>) -> Result<Self, TrustError> {
        let own = own.map(|file| read_bounded(file, AUTHORITIES_BYTES_MAX));
        let own = own.transpose()?;
        Self::new(own.as_deref())
    }

    pub(crate) fn new(pem: Option<&[u8]>) -> Result<Self, TrustError> {
        let mut roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
        if let Some(pem) = pem {
            let mut has_any = false;
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate = certificate.map_err(|_odd| TrustError::Empty)?;
                let added = roots.add(certificate);
                added.map_err(|error| TrustError::Odd(error.to_string()))?;
                has_any = true;
            }
            if !has_any {
                return Err(TrustError::Empty);
            }
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has what every version needs");
        let mut config = config.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![HTTP2.to_vec(), HTTP1.to_vec()];
        Ok(Self(Arc::new(config)))
    }

    /// Makes a connection secure, and tells whether it is one for HTTP/2.
    pub(super) async fn secure<T: Transport>(
        &self,
        site: &Site,
        transport: T,
    ) -> Result<(TlsStream<T>, bool), Fault> {
        let connector = TlsConnector::from(Arc::clone(&self.0));
        let stream = connector.connect(site.certified_name()?, transport).await?;
        let (_, session) = stream.get_ref();
        let is_http2 = session.alpn_protocol() == Some(HTTP2);
        Ok((stream, is_http2))
    }
}

impl Default for Trust {
    fn default() -> Self {
        Self::new(None).expect("only a file can be wrong")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_file_that_names_nobody_is_refused() {
        let empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for (pem, reason) in [
            ("", "no certificate"),
            ("music", "no certificate"),
            (empty, "no authority"),
        ] {
            let error = Trust::new(Some(pem.as_bytes())).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
        let missing = Trust::read(Some(Path::new("/nowhere/ca.pem")));
        assert!(matches!(missing, Err(TrustError::Unreadable(_))));
        let endless = Trust::read(Some(Path::new("/dev/zero"))).unwrap_err();
        assert_eq!(endless.to_string(), "it has more than 4194304 bytes");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_file_breaks_the_reader(text in "[ -~\n]{0,200}") {
            let _ = Trust::new(Some(text.as_bytes()));
            let _ = Trust::new(Some(format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n").as_bytes()));
        }
    }
}
