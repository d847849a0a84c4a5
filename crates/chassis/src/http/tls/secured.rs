use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio_rustls::server::TlsStream;

use crate::http::connection::Transport;
use crate::http::limited::Limited;

/// How long saying farewell may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// A connection over TLS. In a box: it is moved between the tasks' states, and is large.
#[derive(Debug)]
pub(in crate::http) struct Secured(Box<TlsStream<Limited>>);

impl Secured {
    pub(super) fn new(stream: TlsStream<Limited>) -> Self {
        Self(Box::new(stream))
    }

    /// Whether the client chose HTTP/2.
    pub(in crate::http) fn speaks_http2(&self) -> bool {
        self.0.get_ref().1.alpn_protocol() == Some(b"h2")
    }
}

impl Transport for Secured {
    const IS_TLS: bool = true;

    async fn hears_more(&mut self) -> bool {
        let (socket, session) = self.0.get_mut();
        let is_there = match session.process_new_packets() {
            Ok(state) => 0 < state.plaintext_bytes_to_read() || state.peer_has_closed(),
            // Whoever reads next finds out.
            Err(_) => true,
        };
        is_there || socket.hears_more().await
    }

    async fn part(mut self) {
        let _said_if_it_can_be = tokio::time::timeout(FAREWELL, self.0.shutdown()).await;
    }
}

impl AsyncRead for Secured {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Secured {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_shutdown(context)
    }
}
