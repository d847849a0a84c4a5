//! What bytes travel over.

use std::cell::RefCell;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::task::{Context, Poll, ready};

use rustix::net::{RecvFlags, recv};
use tokio::io::{AsyncRead, AsyncWrite, Interest};
use tokio::net::{TcpSocket, TcpStream};

/// How much is thrown away with one system call.
const DISCARD_BYTES_MAX: usize = 256 * 1024;

/// A stream of bytes of which some can be thrown away unseen.
pub(crate) trait Transport: AsyncRead + AsyncWrite + Unpin {
    /// Takes at most so many bytes off the stream; none at its end.
    fn poll_discard(&mut self, cx: &mut Context<'_>, at_most: usize) -> Poll<io::Result<usize>>;
}

/// How a listener reaches its server.
pub(crate) trait Connect {
    type Transport: Transport;

    async fn connect(&self) -> io::Result<Self::Transport>;
}

/// A connection of its own from one of this machine's addresses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tcp {
    pub(crate) server: SocketAddr,
    /// Several addresses have several times as many ports.
    pub(crate) from: Option<IpAddr>,
    /// How much the kernel keeps for a reader that takes its time, in bytes.
    pub(crate) receive_buffer_bytes: Option<u32>,
}

impl Connect for Tcp {
    type Transport = TcpStream;

    async fn connect(&self) -> io::Result<TcpStream> {
        let socket = match self.server {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        if let Some(bytes) = self.receive_buffer_bytes {
            socket.set_recv_buffer_size(bytes)?;
        }
        if let Some(from) = self.from {
            socket.bind(SocketAddr::new(from, 0))?;
        }
        let stream = socket.connect(self.server).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
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
    /// Never written: the kernel throws away as many bytes as would fit.
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
