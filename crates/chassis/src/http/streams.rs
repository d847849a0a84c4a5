//! HTTP/2: many requests at once on one connection, with the limits of HTTP/1.1 where a stream stands for a connection.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response, header};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::rt::Executor;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::time::{Instant, Sleep};
use tower::Service as _;

use super::app::App;
use super::client::{OverTls, PeerAddress};
use super::connection::{Serving, Transport};
use super::limited::SendLimit;
use super::listener::HEAD_BYTES_MAX;
use super::watched::{Answering, Socket, State};
use crate::lifecycle::Tasks;

/// Requests that one connection may have open at once; the least that the standard advises.
const STREAMS_MAX: u32 = 100;
/// What a client may send of one request body, and of all on a connection, before the handler reads it.
const STREAM_WINDOW_BYTES: u32 = 64 << 10;
const CONNECTION_WINDOW_BYTES: u32 = 256 << 10;
/// What an answer may have waiting in the connection until the client makes room for it.
const SEND_BUFFER_BYTES: usize = 64 << 10;
/// Answers are handed over in frames, the last of them too only when there is room for it: so all of an answer counts
/// when it is asked whether its client takes it.
const FRAME_BYTES: usize = 16 << 10;
/// Streams that a client may open and reset before they were looked at, and that it may have us reset; then the
/// connection ends ("rapid reset").
const RESETS_BY_CLIENT_MAX: usize = 20;
const RESETS_BY_US_MAX: usize = 256;
/// How long a client that was asked to leave, and has nothing under way, may stay.
const GOODBYE: Duration = Duration::from_secs(2);

/// Serves the connections of one listener that speak HTTP/2.
pub(super) struct Streams {
    serving: Arc<Serving>,
    builder: http2::Builder<Beside>,
}

impl Streams {
    pub(super) fn new(serving: Arc<Serving>, tasks: Tasks, limit: Arc<SendLimit>) -> Self {
        let head_bytes = u32::try_from(HEAD_BYTES_MAX).unwrap_or(u32::MAX);
        let mut builder = http2::Builder::new(Beside { tasks, limit });
        builder
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS_MAX)
            .max_header_list_size(head_bytes)
            .initial_stream_window_size(STREAM_WINDOW_BYTES)
            .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
            .max_send_buf_size(SEND_BUFFER_BYTES)
            .max_pending_accept_reset_streams(RESETS_BY_CLIENT_MAX)
            .max_local_error_reset_streams(RESETS_BY_US_MAX);
        Self { serving, builder }
    }

    /// Serves a connection until it ends, is silent for too long, or the stop begins and everything is answered.
    pub(super) async fn serve(&self, stream: impl Transport, peer: IpAddr) {
        let state = Arc::new(State::default());
        let socket = TokioIo::new(Socket::new(stream, Bytes::new(), Arc::clone(&state)));
        let service = service_fn({
            let (state, app) = (Arc::clone(&state), self.serving.app.clone());
            move |request| answer(&state, app.clone(), peer, request)
        });
        let mut connection = pin!(self.builder.serve_connection(socket, service));
        let mut stopping = pin!(self.serving.stopping.cancelled());
        let mut silence = Silence::new(self.serving.idle_timeout);
        let mut is_leaving = false;
        poll_fn(|context| {
            loop {
                if let Poll::Ready(ended) = connection.as_mut().poll(context) {
                    if let Err(error) = ended {
                        tracing::debug!(%error, "connection ended early");
                    }
                    return Poll::Ready(());
                }
                let is_silent = silence.poll(&state, context).is_ready();
                if is_leaving {
                    // It does not even answer; whoever vanished must not hold a stop up.
                    return if is_silent {
                        Poll::Ready(())
                    } else {
                        Poll::Pending
                    };
                }
                let is_stopping = stopping.as_mut().poll(context).is_ready();
                if !(is_stopping || is_silent || state.leaves()) {
                    return Poll::Pending;
                }
                is_leaving = true;
                silence.set(GOODBYE);
                connection.as_mut().graceful_shutdown();
            }
        })
        .await;
    }
}

/// Lets the app answer; what the edge says of the connection is told in the way of HTTP/2.
fn answer(
    state: &Arc<State>,
    mut app: App,
    peer: IpAddr,
    request: Request<Incoming>,
) -> impl Future<Output = Result<Response<Taken>, Infallible>> + use<> {
    let under_way = state.begin_answer();
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(PeerAddress(peer));
    request.extensions_mut().insert(OverTls);
    let state = Arc::clone(state);
    let answer = app.call(request);
    async move {
        let mut response = answer.await?;
        if response.headers_mut().remove(header::CONNECTION).is_some() {
            state.leave();
        }
        Ok(response.map(|body| Taken {
            body: Answering::new(body, under_way),
            rest: Bytes::new(),
            watch: WATCH.with(Arc::clone),
        }))
    }
}

/// Says when nothing has happened on a connection for some time: for at least that time, for less than twice as long.
struct Silence {
    time: Duration,
    timer: Pin<Box<Sleep>>,
    moves: (u32, u32),
}

impl Silence {
    fn new(time: Duration) -> Self {
        Self {
            time,
            timer: Box::pin(tokio::time::sleep(time)),
            moves: (0, 0),
        }
    }

    fn set(&mut self, time: Duration) {
        self.time = time;
        self.timer.as_mut().reset(Instant::now() + time);
    }

    fn poll(&mut self, state: &State, context: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.timer.as_mut().poll(context));
            self.set(self.time);
            let moves = state.moves();
            let before = std::mem::replace(&mut self.moves, moves);
            if before == moves && state.is_idle() {
                return Poll::Ready(());
            }
        }
    }
}

tokio::task_local! {
    /// Of the stream whose task runs.
    static WATCH: Arc<Watch>;
}

/// What is watched of one stream to see that its client takes the answer.
#[derive(Debug, Default)]
struct Watch {
    /// How many frames of the answer were asked for.
    frames: AtomicU32,
    /// Whether a frame was handed over and the client has not made room for it.
    waits: AtomicBool,
}

impl Watch {
    /// Waits until the client has taken nothing for the whole time.
    async fn stalls(&self, time: Duration) {
        let mut before = None;
        loop {
            tokio::time::sleep(time).await;
            let waits = self.waits.load(Ordering::Acquire);
            let frames = waits.then(|| self.frames.load(Ordering::Acquire));
            if waits && before == frames {
                return;
            }
            before = frames;
        }
    }
}

/// Runs each stream as a task of its own, which the stop waits for, for as long as its client takes what it asked for.
#[derive(Clone, Debug)]
struct Beside {
    tasks: Tasks,
    limit: Arc<SendLimit>,
}

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Beside {
    fn execute(&self, stream: F) {
        let limit = Arc::clone(&self.limit);
        self.tasks.spawn(async move {
            let watch = Arc::new(Watch::default());
            tokio::select! {
                () = WATCH.scope(Arc::clone(&watch), stream) => {}
                // To let go of the stream resets it.
                () = watch.stalls(limit.timeout) => {
                    limit.stalled.inc();
                }
            }
        });
    }
}

/// The body of an answer in frames; it is asked for the next when the client has made room for the one before.
#[derive(Debug)]
struct Taken {
    body: Answering,
    /// What was not handed over of a larger piece.
    rest: Bytes,
    watch: Arc<Watch>,
}

impl Taken {
    fn poll_next(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            let next = http_body::Body::poll_frame(Pin::new(&mut self.body), context);
            match ready!(next).map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(data))) => self.rest = data,
                Some(Ok(Err(other))) => return Poll::Ready(Some(Ok(other))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        let length = self.rest.len().min(FRAME_BYTES);
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(length)))))
    }
}

impl http_body::Body for Taken {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = self.poll_next(context);
        self.watch.frames.fetch_add(1, Ordering::AcqRel);
        self.watch.waits.store(frame.is_ready(), Ordering::Release);
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = u64::try_from(self.rest.len()).unwrap_or(u64::MAX);
        let body = self.body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(body.lower().saturating_add(rest));
        if let Some(upper) = body.upper() {
            hint.set_upper(upper.saturating_add(rest));
        }
        hint
    }
}

#[cfg(test)]
mod tests;
