//! Telling the one who started us where we stand, as `sd_notify(3)` does: nothing where nobody asked.

use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};

use crate::config::common_variable;

/// What a supervisor is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Requests are welcome.
    Ready,
    /// A stop began.
    Stopping,
}

/// Tells it. Whoever cannot be told learns it by other means, so that a failure is only logged.
pub fn tell(state: State) {
    if let Some(socket) = common_variable("NOTIFY_SOCKET")
        && let Err(error) = send(&socket, state)
    {
        tracing::warn!(%error, "could not tell the supervisor where we stand");
    }
}

fn send(socket: &str, state: State) -> io::Result<()> {
    let address = match socket.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(socket)?,
    };
    let text = match state {
        State::Ready => "READY=1",
        State::Stopping => "STOPPING=1",
    };
    let sender = UnixDatagram::unbound()?;
    sender.set_nonblocking(true)?;
    sender.send_to_addr(text.as_bytes(), &address).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receive(socket: &UnixDatagram) -> String {
        let mut text = [0; 64];
        let length = socket.recv(&mut text).unwrap();
        String::from_utf8(text[..length].to_vec()).unwrap()
    }

    #[test]
    fn a_supervisor_is_told_through_a_file_or_an_abstract_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        send(path.to_str().unwrap(), State::Ready).unwrap();
        assert_eq!(receive(&socket), "READY=1");
        let name = format!("haas-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let socket = UnixDatagram::bind_addr(&address).unwrap();
        send(&format!("@{name}"), State::Stopping).unwrap();
        assert_eq!(receive(&socket), "STOPPING=1");
        assert!(send("/nowhere/notify", State::Ready).is_err());
    }
}
