use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::http::Version;
use axum::routing::get;
use hyper::server::conn::http1;
use prometheus_client::metrics::counter::Counter;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_util::sync::CancellationToken;

use super::certificate::end_of;
use super::metrics::{Failed, FailedLabels};
use super::*;
use crate::http::connection::{Serving, serve_connection};
use crate::http::limited::{Limited, SendLimit};
use crate::http::{Config, HttpMetrics, OverTls, bind, serve_tls};
use crate::lifecycle::Tasks;
use crate::problem;

/// A certificate that signs itself, until the begin of a year, and its key; in PEM.
fn made(until: i32) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["music.test".to_owned()]).unwrap();
    params.not_after = date_time_ymd(until, 1, 1);
    let certificate = params.self_signed(&key).unwrap();
    (certificate.pem(), key.serialize_pem())
}

fn files_in(folder: &Path) -> TlsFiles {
    TlsFiles {
        certificate: folder.join("tls.crt"),
        key: folder.join("tls.key"),
    }
}

fn write(files: &TlsFiles, (certificate, key): &(String, String)) {
    std::fs::write(&files.certificate, certificate).unwrap();
    std::fs::write(&files.key, key).unwrap();
}

fn refusal(certificate: &str, key: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let files = files_in(folder.path());
    write(&files, &(certificate.to_owned(), key.to_owned()));
    let error = Tls::open(files, TlsMetrics::default()).unwrap_err();
    problem::chain(&error).replace(&folder.path().display().to_string(), "DIR")
}

#[test]
fn what_cannot_be_used_is_said_with_its_file_and_not_with_what_is_in_it() {
    let (certificate, key) = made(2040);
    let (_, other_key) = made(2040);
    assert_eq!(refusal("", &key), "DIR/tls.crt has no certificate in PEM");
    assert_eq!(refusal(&key, &key), "DIR/tls.crt has no certificate in PEM");
    assert_eq!(
        refusal(&certificate, ""),
        "DIR/tls.key has no private key in PEM"
    );
    assert_eq!(
        refusal(&certificate, &certificate),
        "DIR/tls.key has no private key in PEM"
    );
    assert_eq!(
        refusal(&certificate, &other_key),
        "the key DIR/tls.key does not belong to the certificate DIR/tls.crt"
    );
    let junk = "-----BEGIN PRIVATE KEY-----\naHVzaA==\n-----END PRIVATE KEY-----\n";
    let said = refusal(&certificate, junk);
    assert!(
        said.starts_with("certificate and key cannot be used: "),
        "{said}"
    );
    assert!(!said.contains("aHVzaA"), "{said}");

    let nowhere = files_in(Path::new("/nowhere"));
    let error = Tls::open(nowhere, TlsMetrics::default()).unwrap_err();
    let said = problem::chain(&error);
    assert!(
        said.starts_with("could not read /nowhere/tls.crt: "),
        "{said}"
    );
}

#[test]
fn the_end_of_a_certificate_is_read_in_both_of_its_forms() {
    for (until, unix) in [
        (2030, 1_893_456_000),
        (2049, 2_493_072_000),
        (2060, 2_840_140_800),
    ] {
        let (certificate, _) = made(until);
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
        assert_eq!(end_of(&certificate).unwrap().as_second(), unix, "{until}");
        for length in 0..certificate.len().min(100) {
            assert_eq!(end_of(&certificate[..length]), None, "{length}");
        }
    }
}

/// A listener that speaks TLS with a certificate of its own.
struct Served {
    folder: TempDir,
    address: SocketAddr,
    tls: Tls,
    certificate: String,
    tasks: Tasks,
}

fn served(config: Config, handshake_timeout: Duration) -> Served {
    let folder = tempfile::tempdir().unwrap();
    let files = files_in(folder.path());
    let made = made(2040);
    write(&files, &made);
    let mut tls = Tls::open(files, TlsMetrics::default()).unwrap();
    tls.handshake_timeout = handshake_timeout;
    let listener = bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let tasks = Tasks::default();
    let metrics = HttpMetrics::register(&mut prometheus_client::registry::Registry::default());
    let (serving, own) = (tasks.clone(), tls.clone());
    tasks.spawn(async move {
        serve_tls(listener, routes().into(), serving, &config, metrics, own).await;
    });
    Served {
        folder,
        address,
        tls,
        certificate: made.0,
        tasks,
    }
}

fn routes() -> Router {
    let seen = |version: Version, tls: axum::Extension<OverTls>| async move {
        format!("{version:?} {:?}", tls.0)
    };
    Router::new()
        .route("/", get(seen))
        .route("/long", get(|| async { vec![b'x'; 4 << 20] }))
}

/// Long enough that no test waits for it.
const PATIENCE: Duration = Duration::from_mins(1);

async fn connect(
    address: SocketAddr,
    certificate: &str,
    speaks: &[u8],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
    roots.add(certificate).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let mut config = config.with_no_client_auth();
    config.alpn_protocols = vec![speaks.to_vec()];
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("music.test").unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}

const ASK: &str = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";

/// Sends each text as a record of its own, and waits for one answer.
async fn hear(stream: &mut TlsStream<TcpStream>, records: &[&str]) -> String {
    for record in records {
        stream.write_all(record.as_bytes()).await.unwrap();
    }
    let mut heard = Vec::new();
    while !heard.ends_with(b"OverTls") {
        assert_ne!(stream.read_buf(&mut heard).await.unwrap(), 0);
    }
    String::from_utf8(heard).unwrap()
}

fn failures(served: &Served, reason: Failed) -> u64 {
    let failed = &served.tls.metrics.failed_handshakes;
    failed.get_or_create(&FailedLabels { reason }).get()
}

async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        tokio::task::yield_now().await;
    }
}

/// A connection that rests as soon as it can, past the listener.
async fn connect_resting() -> (TlsStream<TcpStream>, JoinSet<()>) {
    let folder = tempfile::tempdir().unwrap();
    let files = files_in(folder.path());
    let made = made(2040);
    write(&files, &made);
    let tls = Tls::open(files, TlsMetrics::default()).unwrap();
    let listener = bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let serving = Serving {
        builder: http1::Builder::new(),
        app: routes().into(),
        idle_timeout: PATIENCE,
        rest_after: Duration::ZERO,
        stopping: CancellationToken::new(),
    };
    let limit = SendLimit {
        timeout: PATIENCE,
        stalled: Counter::default(),
    };
    let mut served = JoinSet::new();
    served.spawn(async move {
        let (stream, peer) = listener.accept().await.unwrap();
        let stream = Limited::new(stream, limit.into());
        let stream = tls.shake_hands(stream, &serving.stopping).await.unwrap();
        assert!(!stream.speaks_http2());
        serve_connection(Arc::new(serving), stream, peer.ip()).await;
    });
    let stream = connect(address, &made.0, b"http/1.1").await.unwrap();
    (stream, served)
}

#[tokio::test]
async fn requests_follow_each_other_and_long_answers_arrive_whole() {
    let (mut stream, mut served) = connect_resting().await;
    for _ in 0..3 {
        let heard = hear(&mut stream, &[ASK]).await;
        assert!(heard.contains("HTTP/1.1 OverTls"), "{heard}");
        // Two in one record, the second of which is not whole.
        let (begin, rest) = ASK.split_at(9);
        hear(&mut stream, &[&format!("{ASK}{begin}")]).await;
        hear(&mut stream, &[rest]).await;
    }
    let long = b"GET /long HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    stream.write_all(long).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let body = &answer[head.unwrap() + 4..];
    assert_eq!(body.len(), 4 << 20);
    assert!(body.iter().all(|byte| *byte == b'x'));
    served.join_next().await.unwrap().unwrap();
}

#[tokio::test]
async fn a_connection_at_rest_is_told_farewell_by_the_stop() {
    let served = served(Config::default(), PATIENCE);
    let mut stream = connect(served.address, &served.certificate, b"http/1.1")
        .await
        .unwrap();
    hear(&mut stream, &[ASK]).await;
    assert!(served.tasks.stop(PATIENCE).await);
    // A connection that is cut would be an error here.
    assert_eq!(stream.read(&mut [0]).await.unwrap(), 0);
}

#[tokio::test]
async fn who_speaks_http_is_told_what_is_spoken_here() {
    let served = served(Config::default(), PATIENCE);
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 400 "), "{head}");
    assert!(
        head.ends_with(&format!("content-length: {}", body.len())),
        "{head}"
    );
    assert!(body.starts_with("This port speaks HTTPS"), "{body}");
    drop(stream);
    until(|| failures(&served, Failed::PlainHttp) == 1).await;
}

#[tokio::test]
async fn a_handshake_that_does_not_end_is_cut_off_and_took_a_connections_place() {
    let config = Config {
        connections_max: 1,
        ..Config::default()
    };
    let served = served(config, Duration::from_millis(300));
    let mut silent = TcpStream::connect(served.address).await.unwrap();
    // The begin of a ClientHello.
    silent.write_all(&[0x16, 0x03, 0x01]).await.unwrap();
    let mut too_many = TcpStream::connect(served.address).await.unwrap();
    assert_eq!(too_many.read(&mut [0]).await.unwrap_or(0), 0);
    assert_eq!(silent.read(&mut [0]).await.unwrap_or(0), 0);
    assert_eq!(failures(&served, Failed::Late), 1);
    until_served(&served).await;
}

/// The place is free again.
async fn until_served(served: &Served) {
    while connect(served.address, &served.certificate, b"http/1.1")
        .await
        .is_err()
    {}
}

#[tokio::test]
async fn who_does_not_trust_the_certificate_is_counted() {
    let served = served(Config::default(), PATIENCE);
    let (stranger, _) = made(2040);
    assert!(connect(served.address, &stranger, b"h2").await.is_err());
    until(|| failures(&served, Failed::Refused) == 1).await;
}

#[tokio::test]
async fn a_changed_certificate_is_for_new_connections_and_a_bad_one_for_nobody() {
    let served = served(Config::default(), PATIENCE);
    let files = files_in(served.folder.path());
    let watching = served
        .tls
        .clone()
        .watch(Duration::from_millis(1), served.tasks.clone());
    served.tasks.spawn(watching);
    let mut old = connect(served.address, &served.certificate, b"http/1.1")
        .await
        .unwrap();
    hear(&mut old, &[ASK]).await;

    let changed = made(2041);
    write(&files, &changed);
    until(|| served.tls.metrics.reloads.get() == 1).await;
    assert!(hear(&mut old, &[ASK]).await.contains("HTTP/1.1 200"));
    assert!(
        connect(served.address, &served.certificate, b"http/1.1")
            .await
            .is_err()
    );
    assert!(
        connect(served.address, &changed.0, b"http/1.1")
            .await
            .is_ok()
    );
    assert_eq!(served.tls.metrics.certificate_end.get(), 2_240_611_200);

    std::fs::write(&files.key, "not a key").unwrap();
    until(|| served.tls.metrics.failed_reloads.get() == 1).await;
    std::fs::remove_file(&files.certificate).unwrap();
    until(|| served.tls.metrics.failed_reloads.get() == 2).await;
    assert!(
        connect(served.address, &changed.0, b"http/1.1")
            .await
            .is_ok()
    );

    // What was in force is written again, and is no change.
    let last = made(2042);
    write(&files, &last);
    until(|| served.tls.metrics.reloads.get() == 2).await;
    assert_eq!(served.tls.metrics.failed_reloads.get(), 2);
    assert!(connect(served.address, &last.0, b"http/1.1").await.is_ok());
}
