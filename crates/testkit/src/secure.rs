//! The client's side of TLS: certificates made on the spot, HTTP/1.1 and HTTP/2.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;

use axum::http::Request;
use bytes::Bytes;
use chassis::lifecycle::Tasks;
use futures_util::FutureExt as _;
use http_body_util::{BodyExt as _, Empty};
use hyper::Response;
use hyper::body::Incoming;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertificateParams, KeyPair};
use tokio::runtime::Runtime;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConfig, StreamOwned,
};

use crate::connection::{Connection, connect};

/// The name that certificates of tests are for.
const NAME: &str = "localhost";

/// A certificate that signs itself, and its key.
#[derive(Debug)]
pub struct Certificate {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

/// One HTTP/1.1 connection over TLS.
pub type Secure = StreamOwned<ClientConnection, TcpStream>;

/// One HTTP/2 connection, read by a runtime of its own.
#[derive(Debug)]
pub struct Http2 {
    runtime: Runtime,
    sender: SendRequest<Empty<Bytes>>,
}

impl Certificate {
    /// Makes one for `localhost`.
    pub fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![NAME.to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self { certificate, key }
    }

    /// The certificate in PEM.
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// Writes it as two files, one after the other.
    pub fn write(&self, certificate: &Path, key: &Path) {
        std::fs::write(certificate, self.certificate.pem()).unwrap();
        std::fs::write(key, self.key.serialize_pem()).unwrap();
    }

    /// A server that shows it.
    pub(crate) fn server(&self) -> Arc<ServerConfig> {
        let key = PrivateKeyDer::try_from(self.key.serialize_der()).unwrap();
        let provider = Arc::new(ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.der().clone()], key);
        Arc::new(config.unwrap())
    }

    /// A client that trusts only this and has met nobody before.
    fn trusting(&self, speaks: &[u8]) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.der().clone()).unwrap();
        let provider = Arc::new(ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let mut config = config.with_no_client_auth();
        config.alpn_protocols = vec![speaks.to_vec()];
        Arc::new(config)
    }
}

impl Default for Certificate {
    fn default() -> Self {
        Self::new()
    }
}

impl Connection<Secure> {
    /// Connects to a server that shows this certificate; fails when it shows another.
    pub fn open_secure(address: SocketAddr, certificate: &Certificate) -> io::Result<Self> {
        let name = ServerName::try_from(NAME).unwrap();
        let session = ClientConnection::new(certificate.trusting(b"http/1.1"), name);
        let mut stream = StreamOwned::new(session.unwrap(), connect(address));
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        Ok(Self::over(stream))
    }
}

impl Http2 {
    /// Connects to a server that shows this certificate.
    pub fn open(address: SocketAddr, certificate: &Certificate) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let connector = TlsConnector::from(certificate.trusting(b"h2"));
        let sender = runtime.block_on(async {
            let stream = tokio::net::TcpStream::connect(address).await.unwrap();
            let name = ServerName::try_from(NAME).unwrap();
            let stream = connector.connect(name, stream).await.unwrap();
            let io = TokioIo::new(stream);
            let (sender, connection) = handshake(TokioExecutor::new(), io).await.unwrap();
            // It ends with the runtime, or with the connection.
            Tasks::default().spawn(connection.map(drop));
            sender
        });
        Self { runtime, sender }
    }

    /// Asks, and waits until the answer begins.
    pub fn get(
        &mut self,
        path: &str,
        headers: &[(&str, &str)],
    ) -> hyper::Result<Response<Incoming>> {
        let mut request = Request::get(format!("https://{NAME}{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Empty::new()).unwrap();
        self.runtime.block_on(self.sender.send_request(request))
    }

    /// Waits for the rest of an answer.
    pub fn body(&self, answer: Response<Incoming>) -> hyper::Result<Bytes> {
        let body = self.runtime.block_on(answer.into_body().collect())?;
        Ok(body.to_bytes())
    }

    /// Asks until the server takes no more requests on it.
    pub fn ask_until_refused(&mut self) {
        while self.get("/live", &[]).is_ok() {
            std::thread::yield_now();
        }
    }
}
