use testkit::{Connection, Haas};

use crate::HAAS;

fn serve() -> (tempfile::TempDir, Haas) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let haas = Haas::serve(HAAS, folder.path(), &[]);
    (folder, haas)
}

#[test]
fn the_first_line_is_the_address_and_the_admin_listener_tells_the_state() {
    let (_folder, haas) = serve();
    assert_eq!(haas.first_line, format!("http://{}", haas.public));
    assert_eq!(haas.admin("/live").text(), "live\n");
    assert_eq!(haas.ready().text(), "ready\n");
    let metrics = haas.admin("/metrics");
    assert!(
        metrics.text().contains("process_resident_memory_bytes "),
        "{}",
        metrics.text()
    );
    assert!(metrics.text().contains("http_server_open_connections "));
    assert!(haas.admin("/config").text().contains("[server]"));
}

#[test]
fn the_admin_paths_are_not_public() {
    let (_folder, haas) = serve();
    for path in ["/metrics", "/ready", "/config"] {
        assert_eq!(haas.get(path).status, 404, "{path}");
    }
}

#[test]
fn the_root_leads_to_music() {
    let (_folder, haas) = serve();
    let answer = haas.get("/");
    assert_eq!(answer.status, 307);
    assert_eq!(answer.header("location"), "/music");
}

#[test]
fn errors_are_problems() {
    let (_folder, haas) = serve();
    assert_eq!(
        haas.get("/nowhere").refusal(),
        (404, "not_found".to_owned())
    );
    let track = "/api/music/v1/tracks/0198c0de-0000-7000-8000-000000000000";
    assert_eq!(
        haas.get(track).refusal(),
        (404, "music.track_not_found".to_owned())
    );
    let answer = haas.send("DELETE", track, &[], b"");
    assert_eq!(answer.refusal(), (405, "method_not_allowed".to_owned()));
    assert_eq!(answer.header("allow"), "GET,HEAD");
}

#[test]
fn a_page_is_compressed_and_has_the_policy_of_the_site() {
    let (_folder, haas) = serve();
    let answer = haas.send("GET", "/music", &[("accept-encoding", "br")], b"");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-encoding"), "br");
    let policy = answer.header("content-security-policy");
    let directives = [
        "default-src 'self'",
        "script-src 'self' 'sha256-",
        "frame-ancestors 'none'",
    ];
    for directive in directives {
        assert!(policy.contains(directive), "{directive}: {policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("referrer-policy"), "same-origin");

    let head = haas.send("HEAD", "/music", &[("accept-encoding", "br")], b"");
    assert_eq!((head.status, head.body.len()), (answer.status, 0));
    assert_eq!(head.header("etag"), answer.header("etag"));
}

#[test]
fn bad_json_a_bad_query_and_an_oversized_body_are_problems() {
    let (_folder, haas) = serve();
    let json = [("content-type", "application/json")];
    let plays = "/api/music/v1/plays";
    let answer = haas.send("POST", plays, &json, b"{\"track_id\":");
    assert_eq!(answer.refusal(), (400, "invalid".to_owned()));
    let answer = haas.send("POST", plays, &json, &vec![b' '; (1 << 20) + 1]);
    assert_eq!(answer.refusal(), (413, "too_large".to_owned()));
    let answer = haas.get("/api/music/v1/tracks?limit=many");
    assert_eq!(answer.refusal(), (400, "invalid".to_owned()));
}

#[test]
fn a_head_of_an_error_has_no_body() {
    let (_folder, haas) = serve();
    let mut connection = Connection::open(haas.public);
    for _ in 0..2 {
        connection.send("HEAD", "/nowhere", &[], b"");
        let answer = connection.answer(true);
        assert_eq!(answer.status, 404);
        assert_ne!(answer.header("content-length"), "0");
    }
}

#[test]
fn a_request_head_that_is_too_large_is_refused() {
    let (_folder, haas) = serve();
    let long = "x".repeat(64 << 10);
    let mut connection = Connection::open(haas.public);
    connection.send("GET", "/", &[("x-long", &long)], b"");
    assert_eq!(connection.head().0, 431);
}

#[test]
fn requests_are_counted_by_route_and_never_by_path() {
    let (_folder, haas) = serve();
    haas.get("/nowhere/secret-path");
    haas.get("/api/music/v1/tracks/0198c0de-0000-7000-8000-000000000000");
    let metrics = haas.admin("/metrics");
    let route = "service=\"music\",http_request_method=\"GET\",http_route=\"/api/music/v1/tracks/{id}\",http_response_status_code=\"404\"";
    assert!(metrics.text().contains(route), "{}", metrics.text());
    assert!(metrics.text().contains("http_route=\"unmatched\""));
    assert!(!metrics.text().contains("secret-path"));
}

#[test]
fn logs_have_no_addresses_no_queries_and_no_paths() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("haas.toml");
    let text = "[telemetry]\nlog_level = \"trace\"\nlog_format = \"json\"\n";
    std::fs::write(&config, text).unwrap();
    let haas = Haas::serve(HAAS, folder.path(), &["--config", config.to_str().unwrap()]);
    let track = "/api/music/v1/tracks/0198c0de-0000-7000-8000-000000000000?token=hush";
    let headers = [
        ("cookie", "listener=hush"),
        ("authorization", "Bearer hush"),
    ];
    let answer = haas.send("GET", track, &headers, b"");
    let log = haas.log();
    assert!(log.contains(answer.header("x-request-id")), "{log}");
    assert!(log.lines().all(|line| line.starts_with('{')), "{log}");
    assert!(!log.contains("hush") && !log.contains("0198c0de"), "{log}");
    assert!(!log.contains("127.0.0.1"), "{log}");
}

#[test]
fn a_browser_gets_a_page_that_names_the_public_address() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("haas.toml");
    std::fs::write(
        &config,
        "[server]\npublic_url = \"https://music.example/\"\n",
    )
    .unwrap();
    let haas = Haas::serve(HAAS, folder.path(), &["--config", config.to_str().unwrap()]);
    let headers = [("accept", "text/html"), ("accept-language", "en")];
    let missing = haas.send("GET", "/nowhere", &headers, b"");
    assert_eq!(missing.status, 404);
    assert_eq!(missing.header("content-type"), "text/html; charset=utf-8");
    assert!(missing.text().contains("This page does not exist"));
    let page = haas.send("GET", "/music", &headers, b"");
    let canonical = "<link rel=\"canonical\" href=\"https://music.example/music\">";
    assert!(page.text().contains(canonical), "{}", page.text());
    let robots = haas.get("/robots.txt");
    assert!(
        robots
            .text()
            .ends_with("Sitemap: https://music.example/sitemap.xml\n")
    );
}
