//! One connection: awake while it answers, and at rest between requests, where it holds its socket and little else.
//!
//! hyper keeps 16 KiB of buffers for as long as it has a connection. Most connections of listeners are silent most of
//! the time, so hyper is let go when everything is answered and nothing is half read, and comes back with the first
//! byte of the next request.

use std::future::poll_fn;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Request, Response, Version, header};
use bytes::Bytes;
use futures_util::FutureExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, Sleep};
use tokio_util::sync::CancellationToken;
use tower::Service as _;

use super::app::App;
use super::client::{OverTls, PeerAddress};
use super::limited::Limited;
use super::watched::{Answering, Reading, Socket, State};

/// What all connections of one listener share.
#[derive(Debug)]
pub(super) struct Serving {
    pub(super) builder: http1::Builder,
    pub(super) app: App,
    pub(super) idle_timeout: Duration,
    /// How long it must be quiet until a connection rests; waking up costs a microsecond, which busy ones need not pay.
    pub(super) rest_after: Duration,
    pub(super) stopping: CancellationToken,
}

/// What a connection comes over: a socket, or TLS on one.
pub(super) trait Transport: AsyncRead + AsyncWrite + Unpin + Send + Sized + 'static {
    /// Whether nobody between the client and us can read what is said.
    const IS_TLS: bool;

    /// Waits until there is something to read, and takes no room for it; says false when there never will be.
    fn hears_more(&mut self) -> impl Future<Output = bool> + Send;

    /// Says that nothing follows, where closing the socket does not say it.
    fn part(self) -> impl Future<Output = ()> + Send;
}

impl Transport for Limited {
    const IS_TLS: bool = false;

    async fn hears_more(&mut self) -> bool {
        self.stream().readable().await.is_ok()
    }

    async fn part(self) {}
}

/// How a time awake ended.
enum Outcome<T> {
    /// Everything is answered. What was read of the next request, if anything, comes along.
    Rest(T, Bytes),
    /// The connection is over.
    Over,
}

/// Serves a connection until it ends, is silent for too long, or the stop begins.
pub(super) async fn serve_connection<T: Transport>(
    serving: Arc<Serving>,
    mut stream: T,
    peer: IpAddr,
) {
    let mut read = Bytes::new();
    loop {
        if read.is_empty() && !serving.hears_more(&mut stream).await {
            stream.part().boxed().await;
            return;
        }
        // On the heap, so that it takes no room at rest.
        match serving.wake(stream, read, peer).boxed().await {
            Outcome::Rest(rested, begun) => (stream, read) = (rested, begun),
            Outcome::Over => return,
        }
    }
}

impl Serving {
    /// Waits for the next request; says false when none is to be waited for.
    async fn hears_more(&self, stream: &mut impl Transport) -> bool {
        tokio::select! {
            // A request that is there is answered, also when the stop begins in the same moment.
            biased;
            heard = tokio::time::timeout(self.idle_timeout, stream.hears_more()) => heard.unwrap_or(false),
            () = self.stopping.cancelled() => false,
        }
    }

    async fn wake<T: Transport>(&self, stream: T, read: Bytes, peer: IpAddr) -> Outcome<T> {
        let state = Arc::new(State::default());
        let socket = TokioIo::new(Socket::new(stream, read, Arc::clone(&state)));
        let service = service_fn({
            let (state, app) = (Arc::clone(&state), self.app.clone());
            move |mut request: Request<Incoming>| {
                if T::IS_TLS {
                    request.extensions_mut().insert(OverTls);
                }
                answer(&state, app.clone(), peer, request)
            }
        });
        let mut connection = Some(self.builder.serve_connection(socket, service));
        let mut stopping = pin!(self.stopping.cancelled());
        let mut is_stopping = false;
        let mut quiet = Quiet::new(self.rest_after);
        let mut idle = Quiet::new(self.idle_timeout);
        poll_fn(move |context| {
            if !is_stopping && stopping.as_mut().poll(context).is_ready() {
                is_stopping = true;
                if let Some(awake) = connection.as_mut() {
                    Pin::new(awake).graceful_shutdown();
                }
            }
            let Some(awake) = connection.as_mut() else {
                return Poll::Ready(Outcome::Over);
            };
            if let Poll::Ready(ended) = awake.poll_unpin(context) {
                if let Err(error) = ended {
                    tracing::debug!(%error, "connection ended early");
                }
                return Poll::Ready(Outcome::Over);
            }
            if state.is_idle() && idle.poll_since(state.begun(), context).is_ready() {
                tracing::debug!("a request did not come, or not the whole of its head");
                return Poll::Ready(Outcome::Over);
            }
            if is_stopping || !state.may_rest() {
                return Poll::Pending;
            }
            ready!(quiet.poll_since(state.begun(), context));
            let Some(parts) = connection.take().map(http1::Connection::into_parts) else {
                return Poll::Ready(Outcome::Over);
            };
            let stream = parts.io.into_inner().into_stream();
            // An empty buffer would still hold its room.
            let begun = Some(parts.read_buf).filter(|read| !read.is_empty());
            Poll::Ready(Outcome::Rest(stream, begun.unwrap_or_default()))
        })
        .await
    }
}

/// Waits until nothing new has begun for a while: for at least that time, and where something began meanwhile for less
/// than twice as long. A busy connection does not touch the timer with each request, only
/// when it fires, and one that is over at once has none.
struct Quiet {
    time: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    /// How many requests had begun when the timer was set.
    begun: Option<u32>,
}

impl Quiet {
    fn new(time: Duration) -> Self {
        Self {
            time,
            timer: None,
            begun: None,
        }
    }

    fn poll_since(&mut self, begun: u32, context: &mut Context<'_>) -> Poll<()> {
        while !self.time.is_zero() {
            let time = self.time;
            let timer = self
                .timer
                .get_or_insert_with(|| Box::pin(tokio::time::sleep(time)));
            if self.begun.is_none() {
                self.begun = Some(begun);
                timer.as_mut().reset(Instant::now() + time);
            }
            ready!(timer.as_mut().poll(context));
            if self.begun == Some(begun) {
                break;
            }
            self.begun = None;
        }
        Poll::Ready(())
    }
}

/// Lets the app answer, and notes what stands in the way of a rest.
fn answer(
    state: &Arc<State>,
    mut app: App,
    peer: IpAddr,
    request: Request<Incoming>,
) -> impl Future<Output = Result<Response<Answering>, std::convert::Infallible>> + use<> {
    let answering = state.begin_answer();
    if request.version() != Version::HTTP_11 || !may_go_on(request.headers()) {
        state.stay_awake();
    }
    let mut request = request.map(|body| {
        if body.is_end_stream() {
            Body::empty()
        } else {
            Body::new(Reading::new(body, state))
        }
    });
    request.extensions_mut().insert(PeerAddress(peer));
    let state = Arc::clone(state);
    let answer = app.call(request);
    async move {
        let response = answer.await?;
        if !may_go_on(response.headers()) {
            state.stay_awake();
        }
        Ok(response.map(|body| Answering::new(body, answering)))
    }
}

/// Whether another request may follow; who says anything else (`close`, an upgrade) is left to hyper.
fn may_go_on(headers: &HeaderMap) -> bool {
    let wish = headers.get(header::CONNECTION);
    wish.is_none_or(|wish| wish.as_bytes().eq_ignore_ascii_case(b"keep-alive"))
}

#[cfg(test)]
mod tests;
