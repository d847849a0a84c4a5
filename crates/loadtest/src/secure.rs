//! A scripted server behind TLS, in this process: in HTTP/1.1 or HTTP/2, with a certificate made on the spot.

use std::cell::Cell;
use std::convert::Infallible;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, Stream};
use http_body_util::StreamBody;
use hyper::body::{Bytes, Frame, Incoming};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, duplex};
use tokio::sync::Notify;
use tokio::task::spawn_local;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::server::TlsStream;

use crate::scripted::{Reply, Scripted};
use crate::wire::{Beside, Connect, Site, Trust};

/// How much of an answer is sent at once.
const PIECE_BYTES: usize = 16 * 1024;

/// Connections to a server that shows who it is.
#[derive(Clone)]
pub(crate) struct Secure {
    scripted: Scripted,
    acceptor: TlsAcceptor,
    authority: Rc<str>,
    connections: Rc<Cell<u32>>,
    /// How many bytes of bodies it has made.
    sent: Rc<Cell<usize>>,
    going_away: Rc<Notify>,
}

/// What a certificate says.
#[derive(Clone, Copy)]
pub(crate) struct Certificate {
    pub(crate) names: &'static [&'static str],
    /// The last year in which it holds.
    pub(crate) until: i32,
}

/// For `https://music.test`, for a long time.
pub(crate) const GOOD: Certificate = Certificate {
    names: &["music.test"],
    until: 4_000,
};

impl Secure {
    /// A server that speaks some of `h2` and `http/1.1`, the first that the client knows too.
    pub(crate) fn new(scripted: Scripted, speaks: &[&str], certificate: Certificate) -> Self {
        let own = KeyPair::generate().unwrap();
        let mut authority = CertificateParams::new([]).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = authority.self_signed(&own).unwrap().pem();
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = certificate
            .names
            .iter()
            .map(|name| (*name).to_owned())
            .collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.not_after = date_time_ymd(certificate.until, 1, 1);
        let signed = params
            .signed_by(&key, &Issuer::new(authority, own))
            .unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth();
        let mut config = config
            .with_single_cert(vec![signed.der().clone()], key)
            .unwrap();
        config.alpn_protocols = speaks.iter().map(|name| name.as_bytes().to_vec()).collect();
        Self {
            scripted,
            acceptor: TlsAcceptor::from(Arc::new(config)),
            authority: pem.into(),
            connections: Rc::default(),
            sent: Rc::default(),
            going_away: Rc::default(),
        }
    }

    /// Trusts whoever signed its certificate.
    pub(crate) fn trust(&self) -> Trust {
        Trust::new(Some(self.authority.as_bytes())).unwrap()
    }

    /// The certificate of whoever signed its own, as a file.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// How often it was connected to.
    pub(crate) fn connections(&self) -> u32 {
        self.connections.get()
    }

    pub(crate) fn sent(&self) -> usize {
        self.sent.get()
    }

    /// Ends every connection that is open now.
    pub(crate) fn go_away(&self) {
        self.going_away.notify_waiters();
    }

    /// Answers on one connection, in the HTTP that both sides speak.
    pub(crate) async fn serve(self, stream: impl AsyncRead + AsyncWrite + Unpin + 'static) {
        // Whoever does not trust it hangs up.
        let Ok(stream) = self.acceptor.accept(stream).await else {
            return;
        };
        let going_away = Rc::clone(&self.going_away);
        tokio::select! {
            () = going_away.notified() => {}
            () = self.speak(stream) => {}
        }
    }

    async fn speak(self, stream: TlsStream<impl AsyncRead + AsyncWrite + Unpin + 'static>) {
        if stream.get_ref().1.alpn_protocol() != Some(b"h2") {
            // It ends when its client does.
            let _ended = self.scripted.serve(stream).await;
            return;
        }
        let service = service_fn(|request: Request<Incoming>| {
            let (target, range) = (request.uri().path(), request.headers().get("range"));
            let range = range.map(|range| range.to_str().unwrap());
            let reply = self.scripted.answer(target, range);
            let own = self.clone();
            async move {
                sleep(reply.delay).await;
                Ok::<_, Infallible>(own.respond(reply))
            }
        });
        let serving = http2::Builder::new(Beside).serve_connection(TokioIo::new(stream), service);
        let _ended = serving.await;
    }

    fn respond(
        &self,
        reply: Reply,
    ) -> Response<StreamBody<impl Stream<Item = io::Result<Frame<Bytes>>> + use<>>> {
        let mut response = Response::builder().status(reply.status);
        for field in reply.fields.lines() {
            let (name, value) = field.split_once(": ").unwrap();
            response = response.header(name, value);
        }
        let own = self.clone();
        let body = stream::unfold(0, move |sent| {
            let piece = own.piece(&reply, sent);
            let pause = reply.rate.map(|_| Duration::from_millis(10));
            async move {
                sleep(pause.unwrap_or_default()).await;
                let piece = piece?;
                let length = piece.as_ref().map_or(0, Bytes::len);
                Some((piece.map(Frame::data), sent + length))
            }
        });
        response.body(StreamBody::new(body)).unwrap()
    }

    /// The next piece of an answer; none at its end.
    fn piece(&self, reply: &Reply, from: usize) -> Option<io::Result<Bytes>> {
        if reply.cut_after.is_some_and(|end| end <= from) {
            self.go_away();
            return Some(Err(io::ErrorKind::BrokenPipe.into()));
        }
        // A piece each 10 ms, as the script's own network has it.
        let most = reply.rate.map_or(PIECE_BYTES, |rate| {
            usize::try_from(rate / 100).unwrap().max(1)
        });
        let end = reply.cut_after.unwrap_or(usize::MAX).min(reply.body.len());
        let piece = reply
            .body
            .get(from..end.min(from + most))
            .unwrap_or_default();
        if piece.is_empty() {
            return None;
        }
        self.sent.set(self.sent.get() + piece.len());
        Some(Ok(Bytes::copy_from_slice(piece)))
    }
}

impl Connect for Secure {
    type Transport = DuplexStream;

    async fn connect(&self, _site: &Site) -> io::Result<DuplexStream> {
        let (ours, theirs) = duplex(64 * 1024);
        self.connections.set(self.connections.get() + 1);
        spawn_local(self.clone().serve(theirs));
        Ok(ours)
    }
}
