use testkit::Haas;

use crate::HAAS;

#[test]
fn everything_wrong_is_said_at_once_and_the_exit_code_is_64() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("haas.toml");
    let text =
        "[server]\nlisten = \"nowhere\"\ndrian = \"5s\"\n\n[http]\nbody_max = \"1 parsec\"\n";
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let arguments = ["serve", "--config", file, "--admin-listen", "x"];
    let variables = [("HAAS_TELEMETRY__LOG_LEVEL", "loud")];
    let output = Haas::run_with(HAAS, &arguments, &variables);
    assert_eq!(output.code, Some(64));
    assert_eq!(output.stdout, "");
    let expected = [
        format!("{file}:2: server.listen = \"nowhere\" is not accepted; accepted is an address and port"),
        "--admin-listen: server.admin_listen = \"x\" is not accepted".to_owned(),
        format!("{file}:3: unknown key server.drian; did you mean server.drain?"),
        format!("{file}:6: http.body_max = \"1 parsec\" is not accepted; accepted is a size from 1KiB to 64MiB"),
        "HAAS_TELEMETRY__LOG_LEVEL: telemetry.log_level = \"loud\" is not accepted; accepted is one of error, warn, info, debug, trace".to_owned(),
    ];
    for problem in expected {
        assert!(
            output.stderr.contains(&problem),
            "{problem}\n{}",
            output.stderr
        );
    }
    assert!(
        output.stderr.contains("has 5 problems"),
        "{}",
        output.stderr
    );
}

#[test]
fn check_shows_what_is_in_force_and_no_secret() {
    let variables = [("HAAS_MUSIC__DATABASE_URL", "postgres://me:hush@db/music")];
    let output = Haas::run_with(
        HAAS,
        &["check", "--print", "--data", "/srv/haas"],
        &variables,
    );
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    assert!(
        output.stdout.contains("data = \"/srv/haas\"  # --data\n"),
        "{}",
        output.stdout
    );
    assert!(
        output
            .stdout
            .contains("listen = \"127.0.0.1:8080\"  # default\n")
    );
    assert!(
        output
            .stdout
            .contains("database_url = \"(secret)\"  # HAAS_MUSIC__DATABASE_URL\n")
    );
    assert!(!output.stdout.contains("hush"));
}

#[test]
fn a_database_that_cannot_be_reached_by_its_url_is_refused_without_showing_it() {
    for url in [
        "oracle://me:hush@db/music",
        "postgres:hush",
        "postgres://me:hush@db:port/music",
        "mysql://me:hush@db:99999/music",
    ] {
        let variables = [
            ("HAAS_MUSIC__DATABASE_URL", url),
            ("HAAS_TELEMETRY__LOG_LEVEL", "loud"),
        ];
        let output = Haas::run_with(HAAS, &["check"], &variables);
        assert_eq!(output.code, Some(64), "{url}");
        let expected = "HAAS_MUSIC__DATABASE_URL: music.database_url = (not shown) is not accepted; accepted is a URL \
            such as sqlite:FILE, postgres://USER:PASSWORD@HOST:5432/NAME or mysql://USER:PASSWORD@HOST:3306/NAME, ";
        for part in [expected, "has 2 problems"] {
            assert!(output.stderr.contains(part), "{part}\n{}", output.stderr);
        }
        assert!(!output.stderr.contains("hush"), "{}", output.stderr);
    }
}

#[test]
fn a_place_for_objects_that_cannot_be_meant_is_refused_without_its_secrets() {
    let bucket = [("HAAS_MUSIC__OBJECTS", "s3://music")];
    let in_host = [
        bucket[0],
        ("HAAS_MUSIC__OBJECTS_ENDPOINT", "http://127.0.0.1:9000"),
        ("HAAS_MUSIC__OBJECTS_ADDRESSING", "virtual-host"),
        ("HAAS_MUSIC__OBJECTS_ACCESS_KEY_ID", "id"),
        ("HAAS_MUSIC__OBJECTS_SECRET_ACCESS_KEY", "hush"),
    ];
    let with_key = [
        bucket[0],
        ("HAAS_MUSIC__OBJECTS_ENDPOINT", "http://id:hush@s3.example"),
    ];
    let misspelt = [("HAAS_MUSIC__OBJECTS", "s3:music/library")];
    for (variables, code, expected) in [
        (&in_host[..], 1, "the endpoint is an IP address"),
        (&with_key, 64, "\"http://…@s3.example\" is not accepted"),
        (&misspelt, 64, "\"s3:music/library\" is not accepted"),
    ] {
        let output = Haas::run_with(HAAS, &["check"], variables);
        assert_eq!(output.code, Some(code), "{output:?}");
        assert!(output.stderr.contains(expected), "{output:?}");
        assert!(!output.stderr.contains("hush"), "{output:?}");
    }
}

#[test]
fn check_finds_what_a_start_would_find() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none.pem").display().to_string();
    let tls = [
        ("HAAS_SERVER__TLS_CERT", missing.as_str()),
        ("HAAS_SERVER__TLS_KEY", &missing),
    ];
    let one_address = [
        ("HAAS_SERVER__LISTEN", "127.0.0.1:8080"),
        ("HAAS_SERVER__ADMIN_LISTEN", "127.0.0.1:8080"),
    ];
    for (variables, expected) in [
        (&tls[..], "none.pem"),
        (&one_address, "server.listen and server.admin_listen"),
    ] {
        let output = Haas::run_with(HAAS, &["check"], variables);
        assert_eq!(output.code, Some(64), "{output:?}");
        assert!(output.stderr.contains(expected), "{output:?}");
    }
}

#[test]
fn an_unknown_service_is_refused_with_the_known_ones() {
    let output = Haas::run(HAAS, &["serve", "--only", "musik"]);
    assert_eq!(output.code, Some(64));
    let expected = "--only: server.only = \"musik\" is not accepted; accepted is a list of services, of: music";
    assert!(output.stderr.contains(expected), "{}", output.stderr);
}

#[test]
fn an_unknown_flag_is_64_with_a_suggestion() {
    let output = Haas::run(HAAS, &["serve", "--lisen", "127.0.0.1:0"]);
    assert_eq!(output.code, Some(64));
    assert!(output.stderr.contains("--listen"), "{}", output.stderr);
}

#[test]
fn the_document_of_the_keys_has_every_section() {
    let output = Haas::run(HAAS, &["check", "--markdown"]);
    for section in ["http", "music", "server", "telemetry"] {
        assert!(
            output.stdout.contains(&format!("\n## {section}\n")),
            "{}",
            output.stdout
        );
    }
    assert!(
        output
            .stdout
            .contains("| `drain` | `\"0s\"` | a time from 0s to 10min")
    );
}
