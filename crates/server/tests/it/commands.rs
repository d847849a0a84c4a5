use std::net::TcpListener;
use std::path::Path;

use testkit::{Binary, Connection, Haas};

use crate::HAAS;

#[test]
fn a_taken_port_is_named_with_the_flag_that_helps() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let free = "127.0.0.1:0";
    for (flag, listen, admin) in [
        ("--listen", address.as_str(), free),
        ("--admin-listen", free, &address),
    ] {
        let listeners = ["--listen", listen, "--admin-listen", admin];
        let output = Haas::run(HAAS, &[&["serve", "--data", data], &listeners[..]].concat());
        assert_eq!(output.code, Some(1), "{}", output.stderr);
        let expected = format!(
            "haas: could not start (another address: {flag}): could not listen on {address}: Address already in use"
        );
        assert!(output.stderr.contains(&expected), "{}", output.stderr);
    }
}

#[test]
fn a_data_folder_that_cannot_be_written_is_named() {
    let arguments = [
        "serve",
        "--data",
        "/proc/haas",
        "--listen",
        "127.0.0.1:0",
        "--admin-listen",
        "127.0.0.1:0",
    ];
    let output = Haas::run(HAAS, &arguments);
    assert_eq!(output.code, Some(1));
    let expected = "could not use the data folder /proc/haas (another one: --data DIR): ";
    assert!(output.stderr.contains(expected), "{}", output.stderr);
}

#[test]
fn a_database_that_is_behind_is_refused_with_the_command_that_mends_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let serve = [
        "serve",
        "--data",
        data,
        "--listen",
        "127.0.0.1:0",
        "--admin-listen",
        "127.0.0.1:0",
        "--no-migrate",
    ];
    let output = Haas::run(HAAS, &serve);
    assert_eq!(output.code, Some(1));
    assert!(
        output.stderr.contains("run `haas migrate`"),
        "{}",
        output.stderr
    );
    assert_eq!(output.stdout, "", "an address where nobody will answer");

    let output = Haas::run(HAAS, &["migrate", "--data", data]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    assert_eq!(output.stdout, "the database of music is up to date\n");
    let haas = Haas::serve(HAAS, folder.path(), &["--no-migrate"]);
    assert!(haas.stop().success());
}

#[test]
fn processes_that_start_together_on_an_empty_folder_migrate_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let (outputs, haas) = std::thread::scope(|scope| {
        let migrating =
            [(); 4].map(|()| scope.spawn(|| Haas::run(HAAS, &["migrate", "--data", data])));
        let haas = Haas::serve(HAAS, folder.path(), &[]);
        (migrating.map(|thread| thread.join().unwrap()), haas)
    });
    for output in outputs {
        assert_eq!(output.code, Some(0), "{}", output.stderr);
    }
    assert!(haas.stop().success());
}

#[test]
fn who_comes_while_the_database_is_away_is_told_to_come_again() {
    let folder = tempfile::tempdir().unwrap();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://me@{}/music", nobody.local_addr().unwrap());
    drop(nobody);
    let data = folder.path().to_str().unwrap();
    let arguments = ["serve", "--data", data, "--listen", "127.0.0.1:0"];
    let admin = ["--admin-listen", "127.0.0.1:0"];
    let mut haas = Binary::new(HAAS)
        .with("HAAS_MUSIC__DATABASE_URL", &url)
        .start(&[&arguments[..], &admin].concat());
    let address = haas.line().expect("its address");
    let address = address.strip_prefix("http://").expect("a URL").parse();
    let mut connection = Connection::open(address.expect("an address"));
    connection.send("GET", "/music", &[], b"");
    let answer = connection.answer(false);
    assert_eq!(answer.status, 503);
    assert_eq!(answer.headers["retry-after"], "1");
    assert!(answer.text().contains("\"starting\""), "{}", answer.text());
    haas.signal("TERM");
    assert_eq!(haas.wait().code, Some(0));
}

#[test]
fn health_follows_readiness() {
    let folder = tempfile::tempdir().unwrap();
    let haas = Haas::serve(HAAS, folder.path(), &[]);
    let admin = haas.admin.to_string();
    let output = Haas::run(HAAS, &["health", "--admin", &admin]);
    assert_eq!((output.code, output.stdout.as_str()), (Some(0), "ready\n"));
    assert!(haas.stop().success());
    let output = Haas::run(HAAS, &["health", "--admin", &admin]);
    assert_eq!(output.code, Some(1));
    assert!(
        output.stderr.contains("nobody answers on"),
        "{}",
        output.stderr
    );
}

#[test]
fn the_description_of_the_api_is_written_and_a_changed_one_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    assert_eq!(Haas::run(HAAS, &["openapi", "--out", out]).code, Some(0));
    assert_eq!(
        Haas::run(HAAS, &["openapi", "--out", out, "--check"]).code,
        Some(0)
    );
    let file = Path::new(out).join("music.json");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("/api/music/v1/tracks/{id}"));
    std::fs::write(&file, text + " ").unwrap();
    let output = Haas::run(HAAS, &["openapi", "--out", out, "--check"]);
    assert_eq!(output.code, Some(1));
    assert!(
        output.stderr.contains("run `haas openapi`"),
        "{}",
        output.stderr
    );
}
