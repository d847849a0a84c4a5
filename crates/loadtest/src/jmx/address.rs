//! Servers and paths, as the two tools write them.

use std::fmt::{self, Write as _};

use url::Url;

/// A server that a sampler asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) protocol: String,
    pub(super) host: String,
    pub(super) port: u16,
}

impl Server {
    /// The server of an address, if it is one that can be asked at all.
    pub(super) fn of(url: &Url) -> Option<Self> {
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        Some(Self {
            protocol: url.scheme().to_owned(),
            host: url.host_str()?.to_owned(),
            port: url.port_or_known_default()?,
        })
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usual = if self.protocol == "https" { 443 } else { 80 };
        write!(f, "{}://{}", self.protocol, self.host)?;
        if self.port == usual {
            return Ok(());
        }
        write!(f, ":{}", self.port)
    }
}

/// A path as Java takes it: whatever RFC 3986 has no place for is written in percent, and so is what `JMeter` would take for
/// a variable.
pub(super) fn encoded(path: &str) -> String {
    const PLAIN: &[u8] = b"-._~:/?@!&'()*+,;=";
    let mut encoded = String::new();
    for (at, byte) in path.bytes().enumerate() {
        let is_kept = match byte {
            b'%' => path.get(at + 1..at + 3).is_some_and(is_hex),
            b'$' => path.get(at + 1..at + 2) != Some("{"),
            _ => byte.is_ascii_alphanumeric() || PLAIN.contains(&byte),
        };
        if is_kept {
            encoded.push(char::from(byte));
        } else {
            let _infallible = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
