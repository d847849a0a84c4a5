use super::*;

/// Asks as `peer` with these headers, behind proxies of `10.0.0.0/8` and `fd00::/8`.
fn asked(peer: &str, spoken: Spoken, headers: &[(&'static str, &str)]) -> (Came, HeaderMap) {
    let networks = ["10.0.0.0/8", "fd00::/8"].map(|text| text.parse().unwrap());
    let mut request = Request::new(());
    for (name, value) in headers {
        let value = value.parse().unwrap();
        request.headers_mut().append(*name, value);
    }
    let peer = peer.parse().unwrap();
    request.extensions_mut().insert(PeerAddress(peer));
    let came = settle(&mut request, &TrustedProxies::new(networks.into(), spoken));
    (came, request.headers().clone())
}

fn from(peer: &str, forwarded: &[&str]) -> String {
    let headers: Vec<_> = forwarded
        .iter()
        .map(|value| ("x-forwarded-for", *value))
        .collect();
    asked(peer, Spoken::XForwarded, &headers)
        .0
        .from
        .0
        .to_string()
}

#[test]
fn a_stranger_cannot_claim_another_address_or_scheme() {
    let claims = [
        ("x-forwarded-for", "198.51.100.1"),
        ("x-forwarded-proto", "https"),
    ];
    let (came, headers) = asked("203.0.113.7", Spoken::XForwarded, &claims);
    assert_eq!(came.from.0.to_string(), "203.0.113.7");
    assert!(!came.is_secure);
    assert!(!headers.contains_key("x-forwarded-proto"));
}

#[test]
fn the_last_address_that_no_trusted_proxy_has_counts() {
    for forwarded in [
        &["192.0.2.1, 198.51.100.1, 10.1.1.1"][..],
        &["192.0.2.1", "198.51.100.1", "10.1.1.1"],
        &["192.0.2.1", "198.51.100.1:4711 ,10.1.1.1:80"],
    ] {
        assert_eq!(from("10.0.0.1", forwarded), "198.51.100.1", "{forwarded:?}");
    }
}

#[test]
fn addresses_are_read_with_and_without_ports() {
    for (hop, address) in [
        ("192.0.2.1:567", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:80", "2001:db8::1"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
    ] {
        assert_eq!(from("fd00::1", &[hop]), address, "{hop}");
    }
    for hop in [
        "192.0.2",
        "192.0.2.1:",
        "192.0.2.1:99999",
        "2001:db8::1:80:90:1:2:3:4",
        "[]",
        "",
    ] {
        assert_eq!(from("10.0.0.1", &[hop]), "10.0.0.1", "{hop}");
    }
}

#[test]
fn an_unreadable_hop_ends_the_search() {
    assert_eq!(from("10.0.0.1", &["unknown, 10.0.0.2"]), "10.0.0.2");
    assert_eq!(from("10.0.0.1", &["198.51.100.1, unknown"]), "10.0.0.1");
}

#[test]
fn a_trusted_proxy_says_whether_its_client_came_over_tls() {
    for (proto, is_secure) in [
        ("https", true),
        ("HTTPS", true),
        ("http", false),
        ("", false),
    ] {
        let headers = [
            ("x-forwarded-for", "192.0.2.1"),
            ("x-forwarded-proto", proto),
        ];
        let (came, headers) = asked("10.0.0.1", Spoken::XForwarded, &headers);
        assert_eq!(came.is_secure, is_secure, "{proto}");
        let told = headers.get("x-forwarded-proto");
        assert_eq!(told.is_some_and(|told| told == "https"), is_secure);
        assert_eq!(told.is_some(), is_secure);
    }
}

#[test]
fn a_client_cannot_say_it_in_front_of_its_proxies() {
    let claims = [
        ("x-forwarded-for", "198.51.100.1, 192.0.2.1, 10.0.0.2"),
        ("x-forwarded-proto", "https, http, http"),
    ];
    let (came, _) = asked("10.0.0.1", Spoken::XForwarded, &claims);
    assert_eq!(came.from.0.to_string(), "192.0.2.1");
    assert!(!came.is_secure);
    // The proxy that the client reached speaks TLS with it, and the one behind in clear.
    let claims = [
        ("x-forwarded-for", "192.0.2.1, 10.0.0.2"),
        ("x-forwarded-proto", "https, http"),
    ];
    assert!(asked("10.0.0.1", Spoken::XForwarded, &claims).0.is_secure);
}

#[test]
fn the_standard_header_is_read_where_it_is_chosen_and_only_there() {
    let forwarded = "for=192.0.2.9;proto=https, For=\"[2001:db8::1]:4711\";Proto=https;by=10.0.0.2, for=10.0.0.2;proto=http";
    let both = [
        ("forwarded", forwarded),
        ("x-forwarded-for", "198.51.100.1"),
        ("x-forwarded-proto", "http"),
    ];
    let (came, _) = asked("10.0.0.1", Spoken::Forwarded, &both);
    assert_eq!(came.from.0.to_string(), "2001:db8::1");
    assert!(came.is_secure);
    let (came, _) = asked("10.0.0.1", Spoken::XForwarded, &both);
    assert_eq!(came.from.0.to_string(), "198.51.100.1");
    assert!(!came.is_secure);
}

#[test]
fn a_quote_that_does_not_end_swallows_no_hop() {
    let claims = [("forwarded", "for=\"198.51.100.1, for=192.0.2.1;proto=http")];
    let (came, _) = asked("10.0.0.1", Spoken::Forwarded, &claims);
    assert_eq!(came.from.0.to_string(), "192.0.2.1");
}

#[test]
fn a_request_of_http2_has_a_host() {
    let mut request = Request::builder().uri("https://music.example:8443/music");
    request.extensions_mut().unwrap().insert(OverTls);
    let mut request = request.body(()).unwrap();
    assert!(settle(&mut request, &TrustedProxies::default()).is_secure);
    assert_eq!(request.headers()["host"], "music.example:8443");
    assert_eq!(request.headers()["x-forwarded-proto"], "https");
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
