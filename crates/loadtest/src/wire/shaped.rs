//! The reading end of a link: below TLS, where the bytes of the network are.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep_until};

use super::link::Link;
use super::traffic::Meter;
use super::transport::Transport;

/// A transport that lets through what a link does, and counts it.
pub(super) struct Shaped<T> {
    transport: T,
    link: Link,
    meter: Meter,
    /// Until the link lets more through.
    wait: Option<Pin<Box<Sleep>>>,
}

impl<T> Shaped<T> {
    pub(super) fn new(transport: T, link: Link, meter: &Meter) -> Self {
        Self {
            transport,
            link,
            meter: Rc::clone(meter),
            wait: None,
        }
    }

    /// How many of the wanted bytes may be read.
    fn poll_permit(&mut self, cx: &mut Context<'_>, wanted: usize) -> Poll<usize> {
        loop {
            if let Some(wait) = &mut self.wait {
                ready!(wait.as_mut().poll(cx));
                self.wait = None;
            }
            match self.link.permit(wanted) {
                Ok(permitted) => return Poll::Ready(permitted),
                Err(then) => self.wait = Some(Box::pin(sleep_until(then))),
            }
        }
    }

    fn took(&mut self, bytes: usize) {
        self.link.spend(bytes);
        self.meter.read(bytes);
    }
}

impl<T: Transport> Transport for Shaped<T> {
    fn poll_discard(&mut self, cx: &mut Context<'_>, at_most: usize) -> Poll<io::Result<usize>> {
        let at_most = ready!(self.poll_permit(cx, at_most));
        let read = ready!(self.transport.poll_discard(cx, at_most))?;
        self.took(read);
        Poll::Ready(Ok(read))
    }
}

impl<T: Transport> AsyncRead for Shaped<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        page: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let at_most = ready!(self.poll_permit(cx, page.remaining()));
        let mut part = ReadBuf::new(page.initialize_unfilled_to(at_most));
        ready!(Pin::new(&mut self.transport).poll_read(cx, &mut part))?;
        let read = part.filled().len();
        page.advance(read);
        self.took(read);
        Poll::Ready(Ok(()))
    }
}

impl<T: Transport> AsyncWrite for Shaped<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.transport).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.transport).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.transport).poll_shutdown(cx)
    }
}
