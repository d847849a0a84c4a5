//! What bytes travel over.

use std::cell::RefCell;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use rustix::net::{RecvFlags, recv};
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::client::TlsStream;

use super::names::Names;
use super::site::Site;

/// How much is thrown away with one system call.
const DISCARD_BYTES_MAX: usize = 256 * 1024;

/// A stream of bytes of which some can be thrown away unseen.
pub(crate) trait Transport: AsyncRead + AsyncWrite + Unpin {
    /// Takes at most so many bytes off the stream; none at its end.
    fn poll_discard(&mut self, cx: &mut Context<'_>, at_most: usize) -> Poll<io::Result<usize>>;
}

/// How a listener reaches servers.
pub(crate) trait Connect {
    type Transport: Transport + 'static;

    async fn connect(&self, site: &Site) -> io::Result<Self::Transport>;
}

/// A connection of its own from one of this machine's addresses.
#[derive(Clone, Debug)]
pub(crate) struct Tcp {
    pub(crate) names: Arc<Names>,
    /// Several addresses have several times as many ports.
    pub(crate) from: Option<IpAddr>,
    /// How much the kernel keeps for a reader that takes its time, in bytes.
    pub(crate) receive_buffer_bytes: Option<u32>,
}

impl Connect for Tcp {
    type Transport = TcpStream;

    async fn connect(&self, site: &Site) -> io::Result<TcpStream> {
        let server = self.names.find(site).await?;
        let socket = match server {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        if let Some(bytes) = self.receive_buffer_bytes {
            socket.set_recv_buffer_size(bytes)?;
        }
        if let Some(from) = self.from.filter(|from| can_reach(*from, server.ip())) {
            socket.bind(SocketAddr::new(from, 0))?;
        }
        let stream = socket.connect(server).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

/// Music may lead from a server on this machine to one that is not.
fn can_reach(from: IpAddr, server: IpAddr) -> bool {
    from.is_ipv4() == server.is_ipv4() && (server.is_loopback() || !from.is_loopback())
}

impl<T: Transport> Transport for TlsStream<T> {
    /// What is thrown away has to be read to be deciphered.
    fn poll_discard(&mut self, cx: &mut Context<'_>, at_most: usize) -> Poll<io::Result<usize>> {
        BIN.with_borrow_mut(|bin| {
            let length = at_most.min(bin.len());
            let mut bin = ReadBuf::new(bin.get_mut(..length).unwrap_or_default());
            ready!(Pin::new(self).poll_read(cx, &mut bin))?;
            Poll::Ready(Ok(bin.filled().len()))
        })
    }
}

impl Transport for TcpStream {
    fn poll_discard(&mut self, cx: &mut Context<'_>, at_most: usize) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.poll_read_ready(cx))?;
            match self.try_io(Interest::READABLE, || discard(self.as_fd(), at_most)) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                taken => return Poll::Ready(taken),
            }
        }
    }
}

thread_local! {
    /// Written only by TLS: otherwise the kernel throws away as many bytes as would fit.
    static BIN: RefCell<Vec<u8>> = RefCell::new(vec![0; DISCARD_BYTES_MAX]);
}

fn discard(socket: BorrowedFd<'_>, at_most: usize) -> io::Result<usize> {
    BIN.with_borrow_mut(|bin| {
        let length = at_most.min(bin.len());
        let bin = bin.get_mut(..length).unwrap_or_default();
        let (_, taken) = recv(socket, bin, RecvFlags::TRUNC)?;
        Ok(taken)
    })
}
