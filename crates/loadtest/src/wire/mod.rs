//! HTTP/1.1 as a listener speaks it, on bare sockets: bodies are counted and thrown away where nobody looks at them.

mod body;
mod client;
mod fault;
mod head;
mod link;
mod traffic;
mod transport;

pub(crate) use client::{Answer, Ask, Client, Keep};
pub(crate) use fault::Fault;
pub(crate) use link::Link;
pub use link::Shape;
pub(crate) use traffic::{Meter, Traffic};
#[cfg(test)]
pub(crate) use transport::Transport;
pub(crate) use transport::{Connect, Tcp};
