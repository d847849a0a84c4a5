use std::time::Duration;

use axum::http::HeaderValue;

use super::forwarded::{Network, Spoken, TrustedProxies};
use crate::config::Section;

/// The limits of the public listener.
#[derive(Clone, Debug)]
pub struct Config {
    /// The largest body an extractor reads, in bytes.
    pub body_bytes_max: usize,
    /// How long a handler may take until its answer begins.
    pub request_timeout: Duration,
    /// How long a connection may take to send a request head, also between requests.
    pub idle_timeout: Duration,
    /// How long a client may take none of the bytes that are sent to it.
    pub send_timeout: Duration,
    /// How many requests are being answered at once; half of them may come from one network.
    pub in_flight_max: usize,
    /// How many connections are open at once.
    pub connections_max: usize,
    /// Who is believed about where a request came from.
    pub trusted_proxies: TrustedProxies,
    /// What browsers that came over TLS are told of coming over TLS only; nothing where it is not wished.
    pub hsts: Option<HeaderValue>,
}

impl Config {
    /// Reads the section `http`.
    pub fn read(section: &mut Section<'_>) -> Self {
        let second = Duration::from_secs(1);
        let body = section.size(
            "body_max",
            1 << 20,
            1 << 10..=64 << 20,
            "The largest request body that is read; more is answered with 413.",
        );
        let request_timeout = section.duration(
            "request_timeout",
            30 * second,
            second..=600 * second,
            "How long a request may take until its answer begins; then 503. Answers that have begun may go on.",
        );
        let idle_timeout = section.duration(
            "idle_timeout",
            60 * second,
            second..=3600 * second,
            "How long a connection may be silent, between requests or within a request head.",
        );
        let send_timeout = section.duration(
            "send_timeout",
            60 * second,
            second..=3600 * second,
            "How long a client may take nothing of an answer; then the connection is closed. A player goes on with a range.",
        );
        let in_flight = section.count(
            "in_flight_max",
            1024,
            1..=1_000_000,
            "How many requests are answered at once, at most half of them to one network; more get 503 with Retry-After.",
        );
        let connections = section.count(
            "connections_max",
            16_384,
            1..=1_000_000,
            "How many connections are open at once; more get 503 and are closed.",
        );
        let trusted_proxies = read_trusted(section);
        let hsts = read_hsts(section);
        Self {
            body_bytes_max: usize_of(body),
            request_timeout,
            idle_timeout,
            send_timeout,
            in_flight_max: usize_of(in_flight),
            connections_max: usize_of(connections),
            trusted_proxies,
            hsts,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::read(&mut crate::config::Reader::of_defaults().section("http"))
    }
}

fn read_trusted(section: &mut Section<'_>) -> TrustedProxies {
    let trusted = section.list::<Network>(
        "trusted_proxies",
        "a list of addresses or networks such as \"10.0.0.0/8\"",
        "Proxies that are believed about the address of a client and whether it came over TLS. The address is only used to limit, never stored or logged. Without them all who come through a proxy are one network, and share the limits of one.",
    );
    let spoken = section.choice(
        "proxy_headers",
        "x-forwarded",
        &[("x-forwarded", Spoken::XForwarded), ("forwarded", Spoken::Forwarded)],
        "What trusted proxies write: X-Forwarded-For and X-Forwarded-Proto, or Forwarded (RFC 7239). The other is not looked at: a proxy lets it through as the client wrote it.",
    );
    TrustedProxies::new(trusted, spoken)
}

/// Off by default: a browser that was told does not come back without TLS until the time is over, whatever else runs on
/// other ports of the host.
fn read_hsts(section: &mut Section<'_>) -> Option<HeaderValue> {
    let day = Duration::from_hours(24);
    let time = section.duration(
        "hsts",
        Duration::ZERO,
        Duration::ZERO..=730 * day,
        "For how long a browser that came over TLS comes over TLS only (Strict-Transport-Security); 0s says nothing of it. It counts for every port of the host, and cannot be taken back before it ends.",
    );
    let seconds = Some(time.as_secs()).filter(|seconds| 0 < *seconds)?;
    HeaderValue::from_str(&format!("max-age={seconds}")).ok()
}

fn usize_of(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
