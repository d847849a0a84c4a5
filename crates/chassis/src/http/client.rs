use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// Who is at the other end of the connection; set by the accept loop.
#[derive(Clone, Copy)]
pub struct PeerAddress(pub IpAddr);

/// The connection is TLS, which ends here; set by the accept loop.
#[derive(Clone, Copy, Debug)]
pub struct OverTls;

/// The address a request came from, for limits only: it has no `Display`, its `Debug` is redacted, it is never stored.
///
/// It is the peer, or what trusted proxies say. A request that did not come over a socket is from `::`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub(super) IpAddr);

impl ClientAddress {
    /// The network of the address: what a keyed tag is made of.
    pub fn network(self) -> ClientNetwork {
        match self.0.to_canonical() {
            IpAddr::V4(address) => ClientNetwork::V4(beginning(&address.octets())),
            IpAddr::V6(address) => ClientNetwork::V6(beginning(&address.octets())),
        }
    }
}

fn beginning<const LENGTH: usize>(octets: &[u8]) -> [u8; LENGTH] {
    *octets.first_chunk().expect("an address is longer")
}

/// A network that addresses are from: /24 of IPv4, /48 of IPv6. As little to be shown as an address.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientNetwork {
    /// Of IPv4.
    V4([u8; 3]),
    /// Of IPv6.
    V6([u8; 6]),
}

impl ClientNetwork {
    /// The bytes that its addresses begin with.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::V4(bytes) => bytes,
            Self::V6(bytes) => bytes,
        }
    }
}

impl fmt::Debug for ClientNetwork {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("(network)")
    }
}

impl fmt::Debug for ClientAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("(address)")
    }
}

impl fmt::Debug for PeerAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("(address)")
    }
}

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let extensions = &parts.extensions;
        let told = extensions.get::<Self>().copied();
        let peer = || extensions.get::<PeerAddress>().map(|peer| Self(peer.0));
        let nowhere = Self(Ipv6Addr::UNSPECIFIED.into());
        Ok(told.or_else(peer).unwrap_or(nowhere))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_never_shown() {
        let address = ClientAddress("203.0.113.7".parse().unwrap());
        assert_eq!(format!("{address:?}"), "(address)");
        assert_eq!(address.network().as_bytes(), [203, 0, 113]);
        assert_eq!(format!("{:?}", address.network()), "(network)");
    }
}
