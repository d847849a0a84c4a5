use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use hyper::server::conn::http1;
use prometheus_client::metrics::gauge::Gauge;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::app::App;
use super::config::Config;
use super::connection::{Serving, serve_connection};
use super::limited::{Limited, SendLimit};
use super::metrics::HttpMetrics;
use super::streams::Streams;
use super::tls::Tls;
use crate::lifecycle::Tasks;

/// Connections that wait to be accepted; tokio's 128 costs a burst of visitors a second each.
const BACKLOG: i32 = 4096;
/// Unsent bytes the kernel takes before it says stop; bounds the memory of slow listeners.
pub(super) const NOT_SENT_LOW_WATER_BYTES: u32 = 32 << 10;
/// The read buffer of a connection, hence the largest request head.
pub(super) const HEAD_BYTES_MAX: usize = 16 << 10;
/// How long a connection must be quiet until it rests: longer than between requests that belong together.
const REST_AFTER: Duration = Duration::from_millis(20);
/// How long a start may take before those who wait for it are told so.
const START_MAX: Duration = Duration::from_secs(2);
/// How long to wait when the machine has no more file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// What a connection too many is told.
const REFUSAL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\n\
content-type: application/problem+json\r\ncontent-length: 116\r\n\r\n\
{\"type\":\"/problems/unavailable\",\"title\":\"Temporarily unavailable\",\"status\":503,\"code\":\"unavailable\",\"detail\":\"full\"}";

/// What is told to whoever comes before anything can be served.
const NOT_YET: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\n\
content-type: application/problem+json\r\ncontent-length: 120\r\n\r\n\
{\"type\":\"/problems/unavailable\",\"title\":\"Temporarily unavailable\",\"status\":503,\"code\":\"unavailable\",\"detail\":\"starting\"}";

/// Says which address could not be listened on.
#[derive(Debug, thiserror::Error)]
#[error("could not listen on {address}")]
pub struct BindError {
    address: SocketAddr,
    source: std::io::Error,
}

impl BindError {
    /// What the system says of it.
    pub fn kind(&self) -> std::io::ErrorKind {
        self.source.kind()
    }
}

/// Listens on an address; port 0 takes a free one. Accepted connections inherit the socket's options.
pub fn bind(address: SocketAddr) -> Result<TcpListener, BindError> {
    let listen = || {
        let socket = Socket::new(
            Domain::for_address(address),
            Type::STREAM,
            Some(Protocol::TCP),
        )?;
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        socket.set_tcp_nodelay(true)?;
        socket.set_tcp_notsent_lowat(NOT_SENT_LOW_WATER_BYTES)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        TcpListener::from_std(socket.into())
    };
    listen().map_err(|source| BindError { address, source })
}

/// Does work that must be done before anything is served. Who connects while it takes longer than [`START_MAX`] is told to
/// come again, instead of waiting for nobody knows how long; over TLS, which nobody has begun, connections are closed.
pub async fn refuse_while<T>(
    listener: &TcpListener,
    is_tls: bool,
    work: impl Future<Output = T>,
) -> T {
    let refusing = async {
        tokio::time::sleep(START_MAX).await;
        loop {
            match listener.accept().await {
                Ok(_closed) if is_tls => {}
                Ok((stream, _peer)) => send_at_once(&stream, NOT_YET),
                Err(_gone) => tokio::time::sleep(ACCEPT_PAUSE).await,
            }
        }
    };
    tokio::select! {
        biased;
        done = work => done,
        never = refusing => never,
    }
}

/// Accepts connections with the default limits until the stop begins; for tests and the admin listener.
pub async fn serve(listener: TcpListener, app: impl Into<App>, tasks: Tasks) {
    let metrics = HttpMetrics::register(&mut prometheus_client::registry::Registry::default());
    serve_with(listener, app.into(), tasks, &Config::default(), metrics).await;
}

/// Accepts connections until the stop begins; those that are open then finish what is in flight.
pub async fn serve_with(
    listener: TcpListener,
    app: App,
    tasks: Tasks,
    config: &Config,
    metrics: HttpMetrics,
) {
    let serving = Arc::new(Serving::new(app, &tasks, config));
    let limit = Arc::new(SendLimit::new(config, &metrics));
    let accepting = Accepting {
        tasks,
        metrics,
        connections_max: config.connections_max,
        refuse,
    };
    let serve = |stream, peer: SocketAddr| {
        let stream = Limited::new(stream, Arc::clone(&limit));
        serve_connection(Arc::clone(&serving), stream, peer.ip())
    };
    accepting.accept(listener, serve).await;
}

/// As [`serve_with`], over TLS: HTTP/1.1 and HTTP/2, as the client wishes.
pub async fn serve_tls(
    listener: TcpListener,
    app: App,
    tasks: Tasks,
    config: &Config,
    metrics: HttpMetrics,
    tls: Tls,
) {
    let limit = Arc::new(SendLimit::new(config, &metrics));
    let serving = Arc::new(Serving::new(app, &tasks, config));
    let streams = Arc::new(Streams::new(
        Arc::clone(&serving),
        tasks.clone(),
        Arc::clone(&limit),
    ));
    let accepting = Accepting {
        tasks,
        metrics,
        connections_max: config.connections_max,
        // What is not encrypted means nothing to its client.
        refuse: |_stream| {},
    };
    let serve = |stream, peer: SocketAddr| {
        let stream = Limited::new(stream, Arc::clone(&limit));
        let (tls, serving, streams) = (tls.clone(), Arc::clone(&serving), Arc::clone(&streams));
        async move {
            // On the heap, so that it takes no room afterwards.
            let stream = tls.shake_hands(stream, &serving.stopping).boxed().await;
            match stream {
                Some(stream) if stream.speaks_http2() => {
                    streams.serve(stream, peer.ip()).boxed().await;
                }
                Some(stream) => serve_connection(serving, stream, peer.ip()).await,
                None => {}
            }
        }
    };
    accepting.accept(listener, serve).await;
}

impl Serving {
    fn new(app: App, tasks: &Tasks, config: &Config) -> Self {
        let mut builder = http1::Builder::new();
        // hyper's own limit sets a timer for each request; ours is in `connection`.
        builder
            .header_read_timeout(None)
            .max_buf_size(HEAD_BYTES_MAX);
        Self {
            builder,
            app,
            idle_timeout: config.idle_timeout,
            rest_after: REST_AFTER,
            stopping: tasks.stopping().clone(),
        }
    }
}

impl SendLimit {
    fn new(config: &Config, metrics: &HttpMetrics) -> Self {
        Self {
            timeout: config.send_timeout,
            stalled: metrics.connections_stalled.clone(),
        }
    }
}

/// How connections are taken, whatever is spoken on them.
struct Accepting {
    tasks: Tasks,
    metrics: HttpMetrics,
    connections_max: usize,
    /// Tells a connection too many so.
    refuse: fn(&TcpStream),
}

impl Accepting {
    /// Accepts until the stop begins.
    async fn accept<F>(self, listener: TcpListener, serve: impl Fn(TcpStream, SocketAddr) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let permits = self.connections_max.min(Semaphore::MAX_PERMITS);
        let permits = Arc::new(Semaphore::new(permits));
        let stopping = self.tasks.stopping().clone();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = stopping.cancelled() => return,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    if is_about_the_machine(&error) {
                        tracing::warn!(%error, "could not accept a connection");
                        self.tasks.pause(ACCEPT_PAUSE).await;
                    }
                    continue;
                }
            };
            let Ok(permit) = Arc::clone(&permits).try_acquire_owned() else {
                self.metrics.connections_refused.inc();
                (self.refuse)(&stream);
                continue;
            };
            let open = Open::new(&self.metrics, permit);
            let connection = serve(stream, peer);
            self.tasks.spawn(async move {
                connection.await;
                drop(open);
            });
        }
    }
}

/// Whether an accept failed for want of descriptors or memory, not because the one client went away.
fn is_about_the_machine(error: &std::io::Error) -> bool {
    use std::io::ErrorKind;
    !matches!(
        error.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::Interrupted
    )
}

/// Tells a connection too many so.
fn refuse(stream: &TcpStream) {
    send_at_once(stream, REFUSAL);
}

/// Sends a whole answer, if the socket takes the few bytes of it at once.
fn send_at_once(stream: &TcpStream, answer: &[u8]) {
    if let Err(error) = stream.try_write(answer) {
        tracing::debug!(%error, "could not refuse a connection");
    }
}

/// Counts a connection while it is open.
struct Open {
    connections: Gauge,
    _permit: OwnedSemaphorePermit,
}

impl Open {
    fn new(metrics: &HttpMetrics, permit: OwnedSemaphorePermit) -> Self {
        metrics.connections.inc();
        Self {
            connections: metrics.connections.clone(),
            _permit: permit,
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.connections.dec();
    }
}
