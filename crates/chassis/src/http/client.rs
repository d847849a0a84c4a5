use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;

/// The hops of `X-Forwarded-For` that are looked at; more are an attack.
const HOPS_MAX: usize = 16;

/// Who is at the other end of the connection; set by the accept loop.
#[derive(Clone, Copy)]
pub struct PeerAddress(pub IpAddr);

/// The address a request came from, for limits only: it has no `Display`, its `Debug` is redacted, it is never stored.
///
/// It is the peer, or what trusted proxies say. A request that did not come over a socket is from `::`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(IpAddr);

impl ClientAddress {
    /// The network of the address (/24 of IPv4, /48 of IPv6): what a keyed tag is made of.
    pub fn network(self) -> Vec<u8> {
        match self.0.to_canonical() {
            IpAddr::V4(address) => address.octets()[..3].to_vec(),
            IpAddr::V6(address) => address.octets()[..6].to_vec(),
        }
    }

    pub(super) fn of(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &TrustedProxies) -> Self {
        let Some(peer) = peer else {
            return Self(Ipv6Addr::UNSPECIFIED.into());
        };
        if !trusted.contains(peer) {
            return Self(peer);
        }
        let values = headers.get_all("x-forwarded-for").iter();
        let texts: Vec<_> = values.filter_map(|value| value.to_str().ok()).collect();
        let hops = texts.iter().rev().flat_map(|text| text.rsplit(','));
        let mut nearest = peer;
        for hop in hops.take(HOPS_MAX) {
            let Ok(hop) = hop.trim().parse() else {
                break;
            };
            nearest = hop;
            if !trusted.contains(hop) {
                break;
            }
        }
        Self(nearest)
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
        let peer = extensions.get::<PeerAddress>().map(|peer| peer.0);
        let trusted = extensions.get::<TrustedProxies>();
        let nobody = TrustedProxies::default();
        Ok(Self::of(peer, &parts.headers, trusted.unwrap_or(&nobody)))
    }
}

/// The proxies whose `X-Forwarded-For` is believed. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Arc<[Network]>);

impl TrustedProxies {
    pub(super) fn new(networks: Vec<Network>) -> Self {
        Self(networks.into())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

/// A network such as `10.0.0.0/8`, or a single address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    fn contains(self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let differing = own.to_bits() ^ other.to_bits();
                differing.leading_zeros() >= self.bits
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let differing = own.to_bits() ^ other.to_bits();
                differing.leading_zeros() >= self.bits
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_unreadable| ())?;
        let bits_max = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(bits_max), str::parse);
        let bits = bits.map_err(|_unreadable| ())?;
        (bits <= bits_max)
            .then_some(Self { address, bits })
            .ok_or(())
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.address, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address_of(peer: &str, forwarded: &[&str], trusted: &[&str]) -> IpAddr {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let trusted = trusted.iter().map(|text| text.parse().unwrap()).collect();
        let peer = Some(peer.parse().unwrap());
        ClientAddress::of(peer, &headers, &TrustedProxies::new(trusted)).0
    }

    #[test]
    fn a_stranger_cannot_claim_another_address() {
        let address = address_of("203.0.113.7", &["198.51.100.1"], &["10.0.0.0/8"]);
        assert_eq!(address.to_string(), "203.0.113.7");
    }

    #[test]
    fn the_last_address_that_no_trusted_proxy_has_counts() {
        let forwarded = ["192.0.2.1, 198.51.100.1, 10.1.1.1"];
        let address = address_of("10.0.0.1", &forwarded, &["10.0.0.0/8"]);
        assert_eq!(address.to_string(), "198.51.100.1");
        let split = ["192.0.2.1", "198.51.100.1", "10.1.1.1"];
        let address = address_of("10.0.0.1", &split, &["10.0.0.0/8"]);
        assert_eq!(address.to_string(), "198.51.100.1");
    }

    #[test]
    fn an_unreadable_hop_ends_the_search() {
        let address = address_of("10.0.0.1", &["unknown, 10.0.0.2"], &["10.0.0.0/8"]);
        assert_eq!(address.to_string(), "10.0.0.2");
    }

    #[test]
    fn networks_are_read_with_their_limits() {
        let refused = ["10.0.0.0/33", "10.0.0", "::/129", "", "10.0.0.0/"];
        for text in refused {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
        let all: Network = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains("255.255.255.255".parse().unwrap()));
        let one: Network = "2001:db8::1".parse().unwrap();
        assert!(!one.contains("2001:db8::2".parse().unwrap()));
    }

    #[test]
    fn an_address_is_never_shown() {
        let address = ClientAddress("203.0.113.7".parse().unwrap());
        assert_eq!(format!("{address:?}"), "(address)");
        assert_eq!(address.network(), [203, 0, 113]);
    }
}
