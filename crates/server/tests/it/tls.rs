//! The public listener over TLS: what is served, how certificates change, how it stops.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use testkit::{Certificate, Connection, Haas, Http2, Secure};

use crate::stop::wave;
use crate::{HAAS, shelf};

/// More than sockets and windows hold, so that most of it is unsent when something happens in the middle.
const AUDIO_BYTES: usize = 8 << 20;
const PATIENCE: Duration = Duration::from_mins(1);

/// A server with a certificate, in a folder of its own.
struct Served {
    folder: TempDir,
    haas: Haas,
    certificate: Certificate,
}

/// Serves with more of the configuration; the certificate's files are looked at often.
fn serve(more: &str) -> Served {
    let folder = tempfile::tempdir().expect("a folder");
    serve_in(folder, more)
}

fn serve_in(folder: TempDir, more: &str) -> Served {
    let certificate = Certificate::new();
    let (cert, key) = files(folder.path());
    certificate.write(&cert, &key);
    let config = folder.path().join("haas.toml");
    let server = "[server]\ntls_reload_every = \"20ms\"\n";
    std::fs::write(&config, format!("{server}{more}")).expect("a file");
    let arguments = [
        "--config",
        config.to_str().expect("UTF-8"),
        "--tls-cert",
        cert.to_str().expect("UTF-8"),
        "--tls-key",
        key.to_str().expect("UTF-8"),
    ];
    let haas = Haas::serve(HAAS, &folder.path().join("data"), &arguments);
    Served {
        folder,
        haas,
        certificate,
    }
}

fn files(folder: &Path) -> (PathBuf, PathBuf) {
    (folder.join("tls.crt"), folder.join("tls.key"))
}

/// Serves one song; gives its bytes and the path of its stream.
fn serve_song(more: &str) -> (Served, Vec<u8>, String) {
    let audio = wave(AUDIO_BYTES);
    // Other qualities would take the processor, and are not asked for.
    let folder = imported(&audio, &["--defer"]);
    let served = serve_in(
        folder,
        &format!("{more}\n[music]\npreparation_workers = 0\n"),
    );
    let mut connection = served.http1();
    connection.send("GET", "/api/music/v1/tracks", &[], b"");
    let tracks = connection.answer(false).json();
    let stream_url = tracks["items"][0]["stream_url"].as_str().expect("a track");
    let stream_url = stream_url.to_owned();
    (served, audio, stream_url)
}

/// A folder with a library of one song.
fn imported(audio: &[u8], arguments: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let music = folder.path().join("music");
    std::fs::create_dir(&music).expect("a folder");
    std::fs::write(music.join("Artist - Title.wav"), audio).expect("a file");
    let data = folder.path().join("data");
    let [data, music] = [&data, &music].map(|path| path.to_str().expect("UTF-8"));
    let import = ["music", "import", "--data", data, music];
    let imported = Haas::run(HAAS, &[&import[..], arguments].concat());
    assert_eq!(imported.code, Some(0), "{}", imported.stderr);
    folder
}

impl Served {
    fn http1(&self) -> Connection<Secure> {
        Connection::open_secure(self.haas.public, &self.certificate).expect("a connection")
    }

    fn http2(&self) -> Http2 {
        Http2::open(self.haas.public, &self.certificate)
    }

    fn wait_for_metric(&self, line: &str) {
        let started = Instant::now();
        loop {
            let metrics = self.haas.admin("/metrics");
            if metrics.text().lines().any(|said| said == line) {
                return;
            }
            let log = self.haas.log();
            assert!(
                started.elapsed() < PATIENCE,
                "{line}\n{}\n{log}",
                metrics.text()
            );
            std::thread::yield_now();
        }
    }
}

#[test]
fn pages_and_ranges_come_over_both_kinds_of_http() {
    let (served, audio, stream_url) = serve_song("");
    let public = served.haas.public;
    assert_eq!(served.haas.first_line, format!("https://{public}"));
    let canonical = "<link rel=\"canonical\" href=\"https://localhost/music\">";
    let part = &audio[100_000..=1_099_999];

    let mut http1 = served.http1();
    http1.send("GET", "/music", &[], b"");
    let page = http1.answer(false);
    assert!(page.text().contains(canonical), "{}", page.text());
    assert_eq!(page.header("strict-transport-security"), "");
    http1.send(
        "GET",
        &stream_url,
        &[("range", "bytes=100000-1099999")],
        b"",
    );
    let answer = http1.answer(false);
    assert_eq!(answer.status, 206);
    assert!(answer.body == part, "the range is not the file's");
    http1.send("HEAD", "/music", &[], b"");
    assert_eq!(http1.answer(true).status, 200);

    let mut http2 = served.http2();
    let page = http2.get("/music", &[("accept-language", "en")]).unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.headers().contains_key("content-security-policy"));
    let page = http2.body(page).unwrap();
    let page = String::from_utf8_lossy(&page);
    assert!(page.contains(canonical), "{page}");
    let range = [("range", "bytes=100000-1099999")];
    let answer = http2.get(&stream_url, &range).unwrap();
    assert_eq!(answer.status(), 206);
    assert_eq!(answer.headers()["content-length"], "1000000");
    assert!(
        http2.body(answer).unwrap() == part,
        "the range is not the file's"
    );
    let whole = http2.get(&stream_url, &[]).unwrap();
    assert!(
        http2.body(whole).unwrap() == audio,
        "the stream is not the file"
    );
    assert_eq!(http2.get("/nowhere", &[]).unwrap().status(), 404);
}

#[test]
fn a_cookie_is_secure_and_https_is_remembered_where_that_is_wished() {
    let (served, _, stream_url) = serve_song("[http]\nhsts = \"1d\"\n");
    let track_id = stream_url.split('/').find(|part| part.len() == 36);
    let track_id = track_id.unwrap_or_else(|| panic!("no id in {stream_url}"));
    let body = format!("{{\"track_id\":\"{track_id}\"}}");
    let json = [("content-type", "application/json")];
    let mut connection = served.http1();
    connection.send("POST", "/api/music/v1/plays", &json, body.as_bytes());
    let answer = connection.answer(false);
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert!(answer.header("set-cookie").ends_with("; Secure"));
    let hsts = answer.header("strict-transport-security");
    assert_eq!(hsts, "max-age=86400");
}

#[test]
fn who_speaks_http_is_told_and_no_address_is_logged() {
    let served = serve("\n[telemetry]\nlog_level = \"trace\"\n");
    let mut plain = Connection::open(served.haas.public);
    plain.send("GET", "/music", &[], b"");
    let answer = plain.answer(false);
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("HTTPS"), "{}", answer.text());
    assert!(plain.is_closed());
    let stranger = Certificate::new();
    assert!(Connection::open_secure(served.haas.public, &stranger).is_err());
    let failed = "http_server_tls_failed_handshakes_total";
    served.wait_for_metric(&format!("{failed}{{reason=\"plain_http\"}} 1"));
    served.wait_for_metric(&format!("{failed}{{reason=\"refused\"}} 1"));
    let log = served.haas.log();
    assert!(log.contains("ready") && !log.contains("127.0.0.1"), "{log}");
}

#[test]
fn a_changed_certificate_is_taken_while_an_answer_is_in_flight() {
    let (served, audio, stream_url) = serve_song("");
    let mut old = served.http1();
    old.send("GET", &stream_url, &[], b"");
    assert_eq!(old.head().0, 200);
    let mut heard = old.bytes(100_000);

    let changed = Certificate::new();
    let (cert, key) = files(served.folder.path());
    changed.write(&cert, &key);
    served.wait_for_metric("http_server_tls_reloads_total 1");
    let public = served.haas.public;
    assert!(Connection::open_secure(public, &served.certificate).is_err());
    assert!(Connection::open_secure(public, &changed).is_ok());

    std::fs::write(&key, "not a key").unwrap();
    served.wait_for_metric("http_server_tls_failed_reloads_total 1");
    assert!(Connection::open_secure(public, &changed).is_ok());
    let log = served.haas.log();
    assert_eq!(log.matches("cannot be used").count(), 1, "{log}");

    heard.extend(old.bytes(AUDIO_BYTES - heard.len()));
    assert!(heard == audio, "the stream is not the file");
    old.send("GET", "/nowhere", &[], b"");
    assert_eq!(old.answer(false).status, 404);
}

#[test]
fn a_stop_in_the_middle_of_streams_lets_every_byte_arrive() {
    let (served, audio, stream_url) = serve_song("");
    let (mut http1, mut http2, mut idle) = (served.http1(), served.http2(), served.http2());
    assert_eq!(idle.get("/nowhere", &[]).unwrap().status(), 404);
    http1.send("GET", &stream_url, &[], b"");
    assert_eq!(http1.head().0, 200);
    let mut heard = http1.bytes(100_000);
    let stream = http2.get(&stream_url, &[]).unwrap();
    assert_eq!(stream.status(), 200);

    served.haas.signal("TERM");
    http2.ask_until_refused();
    idle.ask_until_refused();
    // Who comes again comes to another server, as soon as the listener is closed: that is another task's.
    while std::net::TcpStream::connect(served.haas.public).is_ok() {
        std::thread::yield_now();
    }
    assert!(
        http2.body(stream).unwrap() == audio,
        "the stream is not the file"
    );
    heard.extend(http1.bytes(AUDIO_BYTES - heard.len()));
    assert!(heard == audio, "the stream is not the file");
    assert!(served.haas.wait().success());
}

#[test]
fn while_it_drains_clients_are_asked_to_leave_and_a_second_signal_ends_it() {
    let (mut served, _, stream_url) = serve_song("drain = \"10min\"\n");
    let mut http2 = served.http2();
    let stream = http2.get(&stream_url, &[]).unwrap();
    served.haas.signal("TERM");
    while served.haas.ready().status == 200 {
        std::thread::yield_now();
    }
    let answer = http2.get("/nowhere", &[]).unwrap();
    assert_eq!(answer.status(), 404);
    assert!(!answer.headers().contains_key("connection"));
    http2.ask_until_refused();
    let mut http1 = served.http1();
    http1.send("GET", "/nowhere", &[], b"");
    assert_eq!(http1.answer(false).header("connection"), "close");
    assert!(http1.is_closed());
    while !served.haas.has_ended() {
        served.haas.signal("TERM");
    }
    assert!(served.haas.wait().success());
    assert!(http2.body(stream).is_err(), "it was not cut off");
}

#[test]
fn plain_http_is_sent_to_https() {
    for (more, host, location) in [
        (
            "",
            "music.example:80",
            "https://music.example:PORT/music?a=b",
        ),
        ("", "[::1]", "https://[::1]:PORT/music?a=b"),
        ("", "music.example/evil", ""),
        (
            "public_url = \"https://music.example\"\n",
            "evil.example",
            "https://music.example/music?a=b",
        ),
    ] {
        let mut served = serve(&format!("redirect_listen = \"127.0.0.1:0\"\n{more}"));
        let line = served.haas.line().unwrap();
        let address = line.strip_prefix("redirect http://").unwrap();
        let mut connection = Connection::open(address.parse().unwrap());
        let request =
            format!("POST /music?a=b HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\n\r\n");
        connection.write(request.as_bytes());
        let answer = connection.answer(false);
        let port = served.haas.public.port().to_string();
        assert_eq!(
            answer.header("location"),
            location.replace("PORT", &port),
            "{host}"
        );
        assert_eq!(answer.status, if location.is_empty() { 400 } else { 308 });
        assert!(served.haas.stop().success());
    }
}

#[test]
fn what_does_not_fit_together_is_refused_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = files(folder.path());
    Certificate::new().write(&cert, &key);
    let (cert, key) = (cert.to_str().unwrap(), key.to_str().unwrap());
    let (other_cert, other_key) = (format!("{cert}.2"), format!("{key}.2"));
    Certificate::new().write(other_cert.as_ref(), other_key.as_ref());
    let nowhere = format!("{cert}.3");
    for (arguments, variables, reason) in [
        (
            vec!["--tls-cert", cert],
            vec![],
            "server.tls_cert needs server.tls_key",
        ),
        (
            vec!["--tls-key", key],
            vec![],
            "server.tls_key needs server.tls_cert",
        ),
        (
            vec!["--tls-cert", cert, "--tls-key", &other_key],
            vec![],
            "does not belong to",
        ),
        (
            vec!["--tls-cert", &nowhere, "--tls-key", key],
            vec![],
            "could not read",
        ),
        (
            vec!["--tls-cert", key, "--tls-key", key],
            vec![],
            "has no certificate in PEM",
        ),
        (
            vec!["--tls-cert", cert, "--tls-key", key],
            vec![("HAAS_SERVER__PUBLIC_URL", "http://music.example")],
            "server.public_url begins with http://",
        ),
        (
            vec![],
            vec![("HAAS_SERVER__REDIRECT_LISTEN", "127.0.0.1:0")],
            "server.redirect_listen leads to HTTPS",
        ),
    ] {
        let data = folder.path().join("data");
        let serve = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--admin-listen",
            "127.0.0.1:0",
        ];
        let data = ["--data", data.to_str().unwrap()];
        let output = Haas::run_with(HAAS, &[&serve[..], &data, &arguments].concat(), &variables);
        assert_eq!(output.code, Some(64), "{reason}\n{}", output.stderr);
        assert_eq!(output.stdout, "");
        assert!(
            output.stderr.contains(reason),
            "{reason}\n{}",
            output.stderr
        );
    }
}

#[test]
fn virtual_listeners_hear_it_over_https() {
    if !testkit::has_ffmpeg() {
        return;
    }
    let served = serve_in(imported(&shelf::wave(1, 3_000), &[]), "");
    let authority = served.folder.path().join("authority.pem");
    std::fs::write(&authority, served.certificate.pem()).unwrap();
    let mut scenario = "name = 'over https'\nseed = 7\nsessions_min = 5\n".to_owned();
    scenario.push_str("[[phase]]\nseconds = 1\nstarts_per_s = 5\n");
    write!(scenario, "[[listener]]\nlisten_s = [1, 1]\n").unwrap();
    let file = served.folder.path().join("scenario.toml");
    std::fs::write(&file, scenario).unwrap();
    let report = served.folder.path().join("report.json");
    let target = format!("https://localhost:{}", served.haas.public.port());
    let [file, report, authority] = [&file, &report, &authority].map(|path| path.to_str().unwrap());
    let arguments = [
        "load", file, "--target", &target, "--report", report, "--ca", authority,
    ];
    let output = Haas::run(HAAS, &arguments);
    let said = format!("{}{}", output.stdout, output.stderr);
    let read = std::fs::read(report).unwrap_or_else(|_| panic!("{said}"));
    let report: serde_json::Value = serde_json::from_slice(&read).unwrap();
    assert_eq!(report["sessions"]["ended"], 5, "{said}");
    assert_eq!(report["listening"]["failed"], 0, "{report:#}");
}
