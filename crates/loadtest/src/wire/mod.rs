//! HTTP as a listener speaks it: bodies are counted and thrown away where nobody looks at them.

mod ask;
mod checks;
mod chunks;
mod client;
mod connections;
mod cookies;
mod fault;
mod head;
mod http1;
mod http2;
mod link;
mod names;
mod packed;
mod received;
mod shaped;
mod site;
#[cfg(test)]
mod tests;
mod tls;
mod traffic;
mod transport;

pub(crate) use ask::{Answer, Ask, BODY_BYTES_MAX, Keep};
pub(crate) use checks::Checks;
pub(crate) use client::Client;
pub(crate) use fault::{Failure, Fault};
#[cfg(test)]
pub(crate) use http2::Beside;
pub(crate) use link::Link;
pub use link::Shape;
pub(crate) use names::{Names, first_that_answers};
pub(crate) use site::Site;
pub(crate) use tls::Trust;
pub(crate) use traffic::{Meter, Traffic};
#[cfg(test)]
pub(crate) use transport::Transport;
pub(crate) use transport::{Connect, Tcp};
