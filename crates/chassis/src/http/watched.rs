//! What is watched of a connection to know when nothing of it is under way.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Poll, ready};

use axum::body::Body;
use bytes::{Buf as _, Bytes};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

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
    /// How often something was written.
    written: AtomicU32,
    leaves: AtomicBool,
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

    /// What has happened so far: as long as it is the same, nothing new has begun and nothing was written.
    pub(super) fn moves(&self) -> (u32, u32) {
        (self.begun(), self.written.load(Ordering::Acquire))
    }

    /// Whether nothing is being answered and all that was written is on its way.
    pub(super) fn is_idle(&self) -> bool {
        self.answering.load(Ordering::Acquire) == 0 && !self.is_unflushed.load(Ordering::Acquire)
    }

    /// The client is to be asked to go elsewhere with what it wants next.
    pub(super) fn leave(&self) {
        self.leaves.store(true, Ordering::Release);
    }

    pub(super) fn leaves(&self) -> bool {
        self.leaves.load(Ordering::Acquire)
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

/// A stream that knows whether everything written was flushed, and that gives back first what was read before a rest.
#[derive(Debug)]
pub(super) struct Socket<S> {
    stream: S,
    read: Bytes,
    state: Arc<State>,
}

impl<S> Socket<S> {
    pub(super) fn new(stream: S, read: Bytes, state: Arc<State>) -> Self {
        Self {
            stream,
            read,
            state,
        }
    }

    pub(super) fn into_stream(self) -> S {
        self.stream
    }

    fn note_written(&self) {
        self.state.written.fetch_add(1, Ordering::AcqRel);
        self.state.is_unflushed.store(true, Ordering::Release);
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Socket<S> {
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

impl<S: AsyncWrite + Unpin> AsyncWrite for Socket<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.note_written();
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.note_written();
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
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
