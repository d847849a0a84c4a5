//! Scheme and host of our own addresses, as search engines and previews get to see them.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header::HOST;

/// The longest host name that a page repeats in its own addresses, in bytes.
const HOST_MAX_BYTES: usize = 255;
/// Stands for a host that is none.
const NO_HOST: &str = "localhost";

/// Where the public reaches us: `https://music.example`. As a request's extension it outranks what the request says
/// of its host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicOrigin(Arc<str>);

/// A text that is not an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoOrigin;

impl PublicOrigin {
    /// Where the host that a request names is reached over HTTPS at another port; nothing for what is no host.
    pub fn over_https(host: &str, port: u16) -> Option<Self> {
        const HTTPS_PORT: u16 = 443;
        let name = match host.rsplit_once(':') {
            Some((name, _port)) if is_host(host) && !host.ends_with(']') => name,
            _ => host,
        };
        let text = match port {
            HTTPS_PORT => format!("https://{name}"),
            _ => format!("https://{name}:{port}"),
        };
        text.parse().ok()
    }

    /// Whether it is reached over HTTPS.
    pub fn is_secure(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// The text, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PublicOrigin {
    type Err = NoOrigin;

    fn from_str(text: &str) -> Result<Self, NoOrigin> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let (scheme, host) = text.split_once("://").ok_or(NoOrigin)?;
        if !matches!(scheme, "http" | "https") || !is_host(host) {
            return Err(NoOrigin);
        }
        Ok(Self(text.to_ascii_lowercase().into()))
    }
}

impl fmt::Display for PublicOrigin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for NoOrigin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not http:// or https:// and a host")
    }
}

impl std::error::Error for NoOrigin {}

/// The scheme and host that the client used. Whoever ends TLS says so in `X-Forwarded-Proto`, which is there only where
/// it can be believed (`chassis::http`); a host that is none is not repeated.
pub(crate) fn origin_of(headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(HOST.as_str())
        .filter(|host| is_host(host))
        .unwrap_or(NO_HOST);
    let scheme = if text("x-forwarded-proto") == Some("https") {
        "https"
    } else {
        "http"
    };
    format!("{scheme}://{host}")
}

/// `music.example`, `127.0.0.1:8080`, `[::1]:80`.
fn is_host(text: &str) -> bool {
    if HOST_MAX_BYTES < text.len() {
        return false;
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    port.is_none_or(|port| port.parse::<u16>().is_ok()) && (is_address(host) || is_name(host))
}

fn is_address(host: &str) -> bool {
    let inner = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    inner.is_some_and(|inner| inner.parse::<std::net::Ipv6Addr>().is_ok())
}

/// Labels of letters, digits and hyphens; an address of IPv4 looks like one.
fn is_name(host: &str) -> bool {
    host.split('.').all(|label| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(headers: &[(&'static str, &str)]) -> String {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        origin_of(&headers.collect())
    }

    #[test]
    fn only_a_host_is_repeated() {
        for host in [
            "music.example:8080",
            "127.0.0.1",
            "[::1]:80",
            "[::1]",
            "a-b",
        ] {
            assert_eq!(origin(&[("host", host)]), format!("http://{host}"));
        }
        for host in [
            "a\"><script>",
            "music.example/evil",
            "user@host",
            "a:b",
            "a:99999",
            "[::1",
            "::1",
            "a..b",
            "-a",
            "",
            &"a".repeat(256),
        ] {
            assert_eq!(origin(&[("host", host)]), "http://localhost", "{host}");
        }
        let secure = [("host", "[::1]:80"), ("x-forwarded-proto", "https")];
        assert_eq!(origin(&secure), "https://[::1]:80");
    }

    #[test]
    fn the_same_host_is_reached_over_https() {
        let over_https = |host: &str, port| {
            PublicOrigin::over_https(host, port).map(|origin| origin.to_string())
        };
        for (host, port, found) in [
            ("music.example", 443, "https://music.example"),
            ("music.example:80", 443, "https://music.example"),
            ("127.0.0.1:8080", 8443, "https://127.0.0.1:8443"),
            ("[::1]:80", 443, "https://[::1]"),
            ("[::1]", 8443, "https://[::1]:8443"),
        ] {
            assert_eq!(over_https(host, port).as_deref(), Some(found), "{host}");
        }
        for host in ["", "a/b", "a@b", "a:b:80", "a\r\nx: y", ":80", "[::1"] {
            assert_eq!(over_https(host, 443), None, "{host}");
        }
    }

    #[test]
    fn a_public_address_is_a_scheme_and_a_host() {
        let read = |text: &str| {
            text.parse::<PublicOrigin>()
                .map(|origin| origin.to_string())
        };
        assert_eq!(
            read("https://Music.example/").unwrap(),
            "https://music.example"
        );
        assert_eq!(read("http://127.0.0.1:80").unwrap(), "http://127.0.0.1:80");
        for text in ["music.example", "ftp://a", "https://a/path", "https://", ""] {
            assert_eq!(read(text), Err(NoOrigin), "{text}");
        }
    }
}
