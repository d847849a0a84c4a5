//! What proxies say of a request: the address of its client and whether that came over TLS. Only hops that are trusted
//! are believed, and what the others claim does not reach a handler.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, header};

use super::client::{ClientAddress, OverTls, PeerAddress};

/// The hops that are looked at; more are an attack.
const HOPS_MAX: usize = 16;

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The proxies that are believed, and what they speak. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    networks: Arc<[Network]>,
    spoken: Spoken,
}

/// The headers in which proxies say where a request came from. Never both: a proxy that writes one of them lets the
/// other through as its client wrote it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Spoken {
    /// `X-Forwarded-For` and `X-Forwarded-Proto`.
    #[default]
    XForwarded,
    /// `Forwarded` of RFC 7239.
    Forwarded,
}

/// Where a request came from, as far as it can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Came {
    pub(super) from: ClientAddress,
    /// Whether nobody between the client and the proxy it reached could read what was said.
    pub(super) is_secure: bool,
}

/// Finds out where a request came from, and makes its headers say the same to everybody who reads them further in:
/// `x-forwarded-proto` is there exactly when the client came over TLS, and `host` also in HTTP/2.
pub(super) fn settle<B>(request: &mut Request<B>, trusted: &TrustedProxies) -> Came {
    let peer = request.extensions().get::<PeerAddress>().map(|peer| peer.0);
    let over_tls = request.extensions().get::<OverTls>().is_some();
    let came = trusted.came(peer, over_tls, request.headers());
    if peer.is_some_and(|peer| came.from != ClientAddress(peer)) {
        request.extensions_mut().insert(came.from);
    }
    let authority = request.uri().authority().map(Authority::as_str);
    let host = authority.and_then(|authority| HeaderValue::from_str(authority).ok());
    let headers = request.headers_mut();
    if came.is_secure {
        headers.insert(PROTO, HeaderValue::from_static("https"));
    } else if headers.contains_key(&PROTO) {
        headers.remove(&PROTO);
    }
    if let Some(host) = host.filter(|_| !headers.contains_key(header::HOST)) {
        headers.insert(header::HOST, host);
    }
    came
}

impl TrustedProxies {
    pub(super) fn new(networks: Vec<Network>, spoken: Spoken) -> Self {
        Self {
            networks: networks.into(),
            spoken,
        }
    }

    fn contains(&self, address: IpAddr) -> bool {
        self.networks
            .iter()
            .any(|network| network.contains(address))
    }

    fn came(&self, peer: Option<IpAddr>, over_tls: bool, headers: &HeaderMap) -> Came {
        let mut came = Came {
            from: ClientAddress(peer.unwrap_or(Ipv6Addr::UNSPECIFIED.into())),
            is_secure: over_tls,
        };
        if !peer.is_some_and(|peer| self.contains(peer)) {
            return came;
        }
        let read = match self.spoken {
            Spoken::XForwarded => address_of,
            Spoken::Forwarded => |hop: &str| address_of(parameter(hop, "for")?),
        };
        let addresses = match self.spoken {
            Spoken::XForwarded => hops(headers, FOR),
            Spoken::Forwarded => hops(headers, header::FORWARDED),
        };
        let mut told = 0;
        for hop in addresses {
            let Some(address) = read(hop) else { break };
            told += 1;
            came.from = ClientAddress(address);
            if !self.contains(address) {
                break;
            }
        }
        // How the client came is said by the one who said where from; a proxy that says it once says it for all.
        let said = match self.spoken {
            Spoken::XForwarded => hops(headers, PROTO).take(told.max(1)).last(),
            Spoken::Forwarded => hops(headers, header::FORWARDED)
                .take(told.max(1))
                .filter_map(|hop| parameter(hop, "proto"))
                .last(),
        };
        if let Some(said) = said {
            came.is_secure = said.eq_ignore_ascii_case("https");
        }
        came
    }
}

/// The items of a header that every hop adds to, the nearest hop's first. Quotes are not looked at: the farther items
/// are anybody's, and must not swallow the nearer ones with a quote that does not end.
fn hops(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let values = headers.get_all(name).into_iter().rev();
    let texts = values.map_while(|value| value.to_str().ok());
    let hops = texts.flat_map(|text| text.rsplit(','));
    hops.take(HOPS_MAX).map(str::trim)
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711`.
fn address_of(hop: &str) -> Option<IpAddr> {
    let bare = || hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let address: Option<IpAddr> = hop.parse().ok();
    let with_port = || hop.parse::<SocketAddr>().ok().map(|hop| hop.ip());
    address.or_else(with_port).or_else(bare)
}

/// A parameter of one hop of `Forwarded`, without its quotes: `for="[2001:db8::1]:4711";proto=https`.
fn parameter<'a>(hop: &'a str, wanted: &str) -> Option<&'a str> {
    hop.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        let inner = value
            .strip_prefix('"')
            .and_then(|value| value.strip_suffix('"'));
        name.eq_ignore_ascii_case(wanted)
            .then_some(inner.unwrap_or(value))
    })
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
mod tests;
