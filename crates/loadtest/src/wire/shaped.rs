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
    /// What may be read next.
    reserved: usize,
    /// Until the link lets that through.
    wait: Option<Pin<Box<Sleep>>>,
}

impl<T> Shaped<T> {
    pub(super) fn new(transport: T, link: &Link, meter: &Meter) -> Self {
        Self {
            transport,
            link: link.clone(),
            meter: Rc::clone(meter),
            reserved: 0,
            wait: None,
        }
    }

    /// How many of the wanted bytes may be read.
    fn poll_permit(&mut self, cx: &mut Context<'_>, wanted: usize) -> Poll<usize> {
        if self.reserved == 0 {
            let (reserved, when) = self.link.reserve(wanted);
            self.reserved = reserved;
            self.wait = when.map(|when| Box::pin(sleep_until(when)));
        }
        if let Some(wait) = &mut self.wait {
            ready!(wait.as_mut().poll(cx));
            self.wait = None;
        }
        Poll::Ready(self.reserved.min(wanted))
    }

    /// So many bytes have come; what else was reserved is there for the person's other connections.
    fn took(&mut self, bytes: usize) {
        self.link.give_back(self.reserved.saturating_sub(bytes));
        self.reserved = 0;
        self.meter.read(bytes);
    }
}

impl<T> Drop for Shaped<T> {
    fn drop(&mut self) {
        self.link.give_back(self.reserved);
    }
}

impl<T: Transport> Transport for Shaped<T> {
    fn poll_discard(&mut self, cx: &mut Context<'_>, at_most: usize) -> Poll<io::Result<usize>> {
        let at_most = ready!(self.poll_permit(cx, at_most));
        let discarded = self.transport.poll_discard(cx, at_most);
        self.took(match &discarded {
            Poll::Ready(Ok(read)) => *read,
            _ => 0,
        });
        discarded
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
        let polled = Pin::new(&mut self.transport).poll_read(cx, &mut part);
        let read = part.filled().len();
        page.advance(read);
        self.took(read);
        polled
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
