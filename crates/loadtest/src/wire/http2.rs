//! HTTP/2 by a library: all questions of a person share one connection.

use std::error::Error as _;
use std::io;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http2;
use hyper_util::rt::TokioIo;
use tokio::task::spawn_local;
use tokio::time::{Instant, sleep_until};

use super::ask::Question;
use super::fault::Fault;
use super::head::{HEAD_BYTES_MAX, Head};
use super::received::Received;
use super::transport::Transport;

/// How much a server may send that nobody has taken: what a player that has enough leaves unread.
const STREAM_WINDOW_BYTES: u32 = 256 * 1024;
const CONNECTION_WINDOW_BYTES: u32 = 1024 * 1024;
/// How much of a question is kept until it can be sent.
const SEND_BUFFER_BYTES: usize = 16 * 1024;

/// A way to ask on a connection that others ask on too.
#[derive(Clone)]
pub(super) struct Http2(http2::SendRequest<Full<Bytes>>);

/// What hyper runs beside is part of the thread's sessions.
#[derive(Clone, Copy)]
pub(crate) struct Beside;

impl<F: Future + 'static> hyper::rt::Executor<F> for Beside {
    fn execute(&self, future: F) {
        drop(spawn_local(async move { drop(future.await) }));
    }
}

impl Http2 {
    /// The connection lasts until nobody can ask on it any more.
    pub(super) async fn new(stream: impl Transport + 'static) -> Result<Self, Fault> {
        let (sender, connection) = http2::Builder::new(Beside)
            .initial_stream_window_size(STREAM_WINDOW_BYTES)
            .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
            .max_send_buf_size(SEND_BUFFER_BYTES)
            .max_header_list_size(u32::try_from(HEAD_BYTES_MAX).unwrap_or(u32::MAX))
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| fault(&error))?;
        // How it ends is told to those who ask on it.
        hyper::rt::Executor::execute(&Beside, connection);
        Ok(Self(sender))
    }

    pub(super) fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    /// Asks, and reads the head of the answer.
    pub(super) async fn begin(mut self, question: Question<'_>) -> Result<(Incoming, Head), Fault> {
        let Question { ask, cookie, .. } = question;
        let body = ask.body.map(|body| Bytes::copy_from_slice(body.as_bytes()));
        let request = ask.request(cookie, Full::new(body.unwrap_or_default()))?;
        question.link.round_trip().await;
        self.0.ready().await.map_err(|error| fault(&error))?;
        let response = self.0.send_request(request).await;
        let (parts, body) = response.map_err(|error| fault(&error))?.into_parts();
        Ok((body, Head::of(&parts, question.is_checked)?))
    }
}

/// Reads a body to its end. While nobody reads, the server may send no more than the window.
pub(super) async fn receive(
    stream: &mut Incoming,
    body: &mut Received,
    more: &mut impl FnMut(u64) -> Option<Instant>,
) -> Result<(), Fault> {
    loop {
        body.check()?;
        if let Some(enough_until) = more(body.bytes) {
            sleep_until(enough_until).await;
        }
        let Some(frame) = stream.frame().await else {
            return Ok(());
        };
        let frame = frame.map_err(|error| fault(&error))?;
        if let Some(data) = frame.data_ref() {
            body.take(data);
        }
    }
}

/// What lies behind an error of the library.
fn fault(error: &hyper::Error) -> Fault {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Fault::from(error);
        }
        source = error.source();
    }
    Fault::Lost
}
