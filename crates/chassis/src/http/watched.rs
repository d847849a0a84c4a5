//! What is watched of a connection to know when nothing of it is under way.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use bytes::{Buf as _, Bytes};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use prometheus_client::metrics::counter::Counter;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

/// What is under way on one connection. Everything that changes it runs in the connection's own task, or ends before
/// that task is woken, so that relaxed counters do.
#[derive(Debug, Default)]
pub(super) struct State {
    begun: AtomicU32,
    /// Answers whose last byte hyper has not been given.
    answering: AtomicU32,
    /// Request bodies that have not been read to their end.
    reading: AtomicU32,
    is_unflushed: AtomicBool,
    stays_awake: AtomicBool,
}

impl State {
    /// Whether something was answered, all of it was handed to the system, and nothing else is under way.
    pub(super) fn may_rest(&self) -> bool {
        let order = Ordering::Acquire;
        0 < self.begun.load(order)
            && self.answering.load(order) == 0
            && self.reading.load(order) == 0
            && !self.is_unflushed.load(order)
            && !self.stays_awake.load(order)
    }

    /// How many requests have begun.
    pub(super) fn begun(&self) -> u32 {
        self.begun.load(Ordering::Acquire)
    }

    /// The connection is not one that simply waits for the next request.
    pub(super) fn stay_awake(&self) {
        self.stays_awake.store(true, Ordering::Release);
    }

    pub(super) fn begin_answer(self: &Arc<Self>) -> UnderWay {
        self.begun.fetch_add(1, Ordering::AcqRel);
        self.answering.fetch_add(1, Ordering::AcqRel);
        UnderWay(Arc::clone(self))
    }
}

/// An answer that has not ended.
#[derive(Debug)]
pub(super) struct UnderWay(Arc<State>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.answering.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The body of an answer; hyper drops it once it has all of it.
#[derive(Debug)]
pub(super) struct Answering {
    body: Body,
    _under_way: UnderWay,
}

impl Answering {
    pub(super) fn new(body: Body, under_way: UnderWay) -> Self {
        Self {
            body,
            _under_way: under_way,
        }
    }
}

impl http_body::Body for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of a request. If it is dropped before its end the connection stays awake: hyper has to deal with the rest.
#[derive(Debug)]
pub(super) struct Reading {
    body: Incoming,
    state: Arc<State>,
    has_ended: bool,
}

impl Reading {
    pub(super) fn new(body: Incoming, state: &Arc<State>) -> Self {
        state.reading.fetch_add(1, Ordering::AcqRel);
        Self {
            body,
            state: Arc::clone(state),
            has_ended: false,
        }
    }
}

impl http_body::Body for Reading {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if frame.is_none() && !self.has_ended {
            self.has_ended = true;
            self.state.reading.fetch_sub(1, Ordering::AcqRel);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// How long a client may take nothing of what is sent to it. Needs the listener's `tcp_notsent_lowat`: without it the
/// system takes megabytes at once, and then nothing for a while although the client reads.
#[derive(Clone, Debug)]
pub(super) struct SendLimit {
    pub(super) timeout: Duration,
    /// Counts those who took longer.
    pub(super) stalled: Counter,
}

/// A socket that knows whether everything written was flushed, that gives back first what was read before a rest, and
/// that fails when the other end takes nothing for too long: else it would hold what the answer holds for ever.
#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
    read: Bytes,
    state: Arc<State>,
    send_limit: SendLimit,
    /// Runs while the system takes no more.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Socket {
    pub(super) fn new(
        stream: TcpStream,
        read: Bytes,
        state: Arc<State>,
        send_limit: SendLimit,
    ) -> Self {
        Self {
            stream,
            read,
            state,
            send_limit,
            waiting: None,
        }
    }

    pub(super) fn into_stream(self) -> TcpStream {
        self.stream
    }

    fn note_written(&self) {
        self.state.is_unflushed.store(true, Ordering::Release);
    }

    /// Ends the wait for a write that the system does not take.
    fn limit(
        &mut self,
        written: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.waiting = None;
            return written;
        }
        let timeout = self.send_limit.timeout;
        let waiting = self
            .waiting
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout)));
        ready!(waiting.as_mut().poll(context));
        self.send_limit.stalled.inc();
        let reason = "the client took nothing of the answer for too long";
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, reason)))
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.read.is_empty() {
            return Pin::new(&mut self.stream).poll_read(context, buffer);
        }
        let length = self.read.len().min(buffer.remaining());
        buffer.put_slice(self.read.get(..length).unwrap_or_default());
        self.read.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.note_written();
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.limit(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.note_written();
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.limit(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        self.state.is_unflushed.store(false, Ordering::Release);
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
