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
            such as sqlite:FILE, postgres://USER:PASSWORD@HOST:5432/NAME or mysql://USER:PASSWORD@HOST:3306/NAME\n";
        for part in [expected, "has 2 problems"] {
            assert!(output.stderr.contains(part), "{part}\n{}", output.stderr);
        }
        assert!(!output.stderr.contains("hush"), "{}", output.stderr);
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
