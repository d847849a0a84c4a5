use std::io::Write as _;
use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn from_environment(variables: &[(&str, &str)]) -> Reader {
    let environment = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Reader::open(Sources {
        environment: environment.collect(),
        ..Sources::default()
    })
}

fn from_file(text: &str) -> (tempfile::NamedTempFile, Sources) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let sources = Sources {
        file: Some(file.path().to_owned()),
        ..Sources::default()
    };
    (file, sources)
}

fn read_body_max(reader: &mut Reader) -> u64 {
    reader
        .section("http")
        .size("body_max", 1 << 20, 1024..=1 << 26, "Largest body.")
}

#[test]
fn a_flag_wins_over_a_variable_and_a_variable_over_the_file() {
    let (_file, mut sources) = from_file("[http]\nbody_max = \"2MiB\"\n");
    let mut reader = Reader::open(sources.clone());
    assert_eq!(read_body_max(&mut reader), 2 << 20);

    sources.environment = vec![("HAAS_HTTP__BODY_MAX".into(), "3MiB".into())];
    let mut reader = Reader::open(sources.clone());
    assert_eq!(read_body_max(&mut reader), 3 << 20);

    sources.flags = vec![Flag {
        name: "--body-max",
        key: "http.body_max",
        value: "4MiB".into(),
    }];
    let mut reader = Reader::open(sources);
    assert_eq!(read_body_max(&mut reader), 4 << 20);
    reader.finish().unwrap();
}

#[test]
fn everything_wrong_is_reported_at_once_with_place_value_and_what_is_accepted() {
    let (file, mut sources) =
        from_file("[http]\nbody_max = \"12 parsecs\"\nbody_mx = 3\n\n[htp]\nlisten = 1\n");
    sources.environment = vec![("HAAS_HTTP__IDLE".into(), "5".into())];
    let mut reader = Reader::open(sources);
    read_body_max(&mut reader);
    let mut http = reader.section("http");
    let minute = Duration::from_mins(1);
    http.duration("idle", minute, Duration::ZERO..=minute, "Idle time.");
    let error = reader.finish().unwrap_err();
    let path = file.path().display();
    assert_eq!(
        error.problems(),
        [
            format!(
                "{path}:2: http.body_max = \"12 parsecs\" is not accepted; accepted is a size from 1KiB to 64MiB, such as \"1MiB\""
            ),
            "HAAS_HTTP__IDLE: http.idle = \"5\" is not accepted; accepted is a time from 0s to 1min, such as \"1min\"".to_owned(),
            format!("{path}:3: unknown key http.body_mx; did you mean http.body_max?"),
            format!("{path}:6: unknown key htp.listen; `haas check --print` lists the known ones"),
        ]
    );
}

#[test]
fn a_short_name_is_not_taken_for_any_other() {
    let (_file, sources) = from_file("[http]\nfoo = 1\nidel = \"1min\"\n");
    let mut reader = Reader::open(sources);
    let mut http = reader.section("http");
    let minute = Duration::from_mins(1);
    http.duration("idle", minute, Duration::ZERO..=minute, "Idle time.");
    http.switch("fast", true, "Whether it is.");
    let error = reader.finish().unwrap_err().to_string();
    assert!(
        error.contains("unknown key http.foo; `haas check"),
        "{error}"
    );
    assert!(error.contains("did you mean http.idle?"), "{error}");
}

#[test]
fn a_list_of_nothing_but_commas_is_refused() {
    let read = |text| {
        let mut reader = from_environment(&[("HAAS_HTTP__PORTS", text)]);
        let ports = reader
            .section("http")
            .list::<u16>("ports", "ports", "Ports.");
        reader.finish().map(|_effective| ports)
    };
    assert_eq!(read("80, 81").unwrap(), [80, 81]);
    assert!(read("").unwrap().is_empty());
    read(" , ").unwrap_err();
}

#[test]
fn broken_toml_says_file_and_line() {
    let (file, sources) = from_file("[http]\nbody_max = \n");
    let error = Reader::open(sources).finish().unwrap_err();
    let start = format!("{}:2: ", file.path().display());
    assert!(error.problems()[0].starts_with(&start), "{error}");
}

#[test]
fn a_missing_file_is_a_problem() {
    let sources = Sources {
        file: Some("/nonexistent/haas.toml".into()),
        ..Sources::default()
    };
    let error = Reader::open(sources).finish().unwrap_err();
    assert!(
        error.problems()[0].starts_with("/nonexistent/haas.toml: could not be read"),
        "{error}"
    );
}

#[test]
fn variables_without_a_section_are_not_keys() {
    let reader = from_environment(&[("HAAS_SERVICE_HOST", "10.0.0.1")]);
    reader.finish().unwrap();
}

#[test]
fn a_variable_that_lacks_an_underscore_is_a_problem() {
    let mut reader = from_environment(&[("HAAS_HTTP_BODY_MAX", "1MiB")]);
    read_body_max(&mut reader);
    let error = reader.finish().unwrap_err();
    assert_eq!(
        error.problems(),
        ["HAAS_HTTP_BODY_MAX: is not a key; did you mean HAAS_HTTP__BODY_MAX?"]
    );
}

#[test]
fn a_secret_is_never_shown() {
    let mut reader = from_environment(&[("HAAS_DATABASE__URL", "postgres://me:hush@db/music")]);
    let secret = reader
        .section("database")
        .secret("url", "a URL", "The database.");
    assert_eq!(
        secret.as_ref().unwrap().reveal(),
        "postgres://me:hush@db/music"
    );
    assert_eq!(format!("{secret:?}"), "Some((secret))");
    let shown = reader.finish().unwrap().to_toml();
    assert!(!shown.contains("hush"), "{shown}");
}

#[test]
fn a_secret_of_the_wrong_name_is_not_shown_either() {
    let mut reader = from_environment(&[("HAAS_DATABASE__ULR", "postgres://me:hush@db/music")]);
    reader
        .section("database")
        .secret("url", "a URL", "The database.");
    let error = reader.finish().unwrap_err().to_string();
    assert!(error.contains("did you mean database.url?"), "{error}");
    assert!(!error.contains("hush"), "{error}");
}

#[test]
fn a_secret_comes_from_a_file_without_its_line_end_and_never_from_both() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"hush\n").unwrap();
    let path = file.path().to_str().unwrap();
    let mut reader = from_environment(&[("HAAS_DATABASE__URL_FILE", path)]);
    let secret = reader.section("database").secret("url", "a URL", "");
    assert_eq!(secret, Some(Secret::new("hush")));
    reader.finish().unwrap();

    let both = [
        ("HAAS_DATABASE__URL_FILE", path),
        ("HAAS_DATABASE__URL", "x"),
    ];
    let mut reader = from_environment(&both);
    reader.section("database").secret("url", "a URL", "");
    let error = reader.finish().unwrap_err().to_string();
    assert!(error.contains("exclude each other"), "{error}");
}

#[test]
fn what_is_in_force_reads_back_as_a_file() {
    let mut reader = Reader::of_defaults();
    read_body_max(&mut reader);
    reader
        .section("http")
        .list::<String>("hops", "addresses", "Trusted.");
    let toml = reader.finish().unwrap().to_toml();
    assert_eq!(
        toml,
        "[http]\nbody_max = \"1MiB\"  # default\nhops = []  # default\n"
    );
    let (_file, sources) = from_file(&toml);
    let mut reader = Reader::open(sources);
    assert_eq!(read_body_max(&mut reader), 1 << 20);
}

#[test]
fn a_choice_names_what_can_be_chosen() {
    let mut reader = from_environment(&[("HAAS_TELEMETRY__FORMAT", "xml")]);
    let choices = [("text", 1), ("json", 2)];
    let mut section = reader.section("telemetry");
    assert_eq!(section.choice("format", "text", &choices, ""), 1);
    let error = reader.finish().unwrap_err().to_string();
    assert!(error.contains("accepted is one of text, json"), "{error}");
}

proptest! {
    #[test]
    fn a_duration_reads_back_as_written(millis in 0..u64::MAX / 2) {
        let duration = Duration::from_millis(millis);
        prop_assert_eq!(parse_duration(&duration_text(duration)), Some(duration));
    }

    #[test]
    fn a_size_reads_back_as_written(bytes: u64) {
        prop_assert_eq!(parse_size(&size_text(bytes)), Some(bytes));
    }

    #[test]
    fn no_text_makes_the_parsers_panic(text: String) {
        let _any = (parse_duration(&text), parse_size(&text));
    }

    #[test]
    fn a_number_without_a_unit_is_refused(number: u64) {
        prop_assert_eq!(parse_duration(&number.to_string()), None);
        prop_assert_eq!(parse_size(&number.to_string()), None);
    }

    #[test]
    fn no_file_makes_the_reader_panic(text in "\\PC{0,200}|([a-z\\[\\].=\"'{}#0-9\n ]{0,200})") {
        let (_file, sources) = from_file(&text);
        let mut reader = Reader::open(sources);
        read_body_max(&mut reader);
        let _any = reader.finish();
    }
}
