//! The search for what a server can take.

use std::path::Path;

use serde_json::Value;
use testkit::{Binary, Haas};

use crate::HAAS;

/// Five people a second for a second, who look at a page, which needs no music.
const SCENARIO: &str = "name = 'a second of visitors'\n\
    [[phase]]\nseconds = 1\nstarts_per_s = 5\n\
    [[visitor]]\npaths = ['/music']\n";
/// What these need, and no more than a few of them at once may have: a search that is bound by it is short anywhere.
const DESCRIPTORS: u32 = 100;

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[test]
fn a_search_ends_with_a_rate_and_what_its_limit_was() {
    let folder = tempfile::tempdir().unwrap();
    let haas = Haas::serve(HAAS, &folder.path().join("data"), &[]);
    let (scenario, file) = (
        folder.path().join("scenario.toml"),
        folder.path().join("found.json"),
    );
    std::fs::write(&scenario, SCENARIO).unwrap();
    let search = format!(
        "ulimit -n {DESCRIPTORS}; exec {HAAS} load capacity {} --target http://{} --repeats 2 --precision 100 --report {}",
        text(&scenario),
        haas.public,
        text(&file)
    );
    let output = Binary::new("sh").run(&["-c", &search]);
    let found: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    // How much it is, is the machine's: a busy one may have found nothing.
    let is_found = !found["starts_per_s"].is_null();
    let code = if is_found { 0 } else { 11 };
    assert_eq!(output.code, Some(code), "{output:?}");
    assert!(
        output
            .stderr
            .contains("run 1: trying 5.0 starts a second, as in the scenario"),
        "{output:?}"
    );
    for said in [
        ") at 5.0 starts a second",
        "waiting until the server answers promptly",
    ] {
        assert!(output.stderr.contains(said), "{said}: {output:?}");
    }
    assert_eq!(found["schema"], 1);
    assert_eq!(found["environment"]["version"], env!("CARGO_PKG_VERSION"));
    assert!(
        found["begun_at"].as_str().unwrap().ends_with('Z'),
        "{found:#}"
    );
    assert!(1.0 <= found["seconds"].as_f64().unwrap(), "{found:#}");
    let comparison = Haas::run(HAAS, &["load", "compare", text(&file)]);
    assert_eq!(comparison.code, Some(64), "{comparison:?}");
    let said = "the result of a search";
    assert!(comparison.stderr.contains(said), "{comparison:?}");
    let tried = found["tried"].as_array().unwrap();
    assert!(!tried.is_empty(), "{found:#}");
    assert!(
        tried
            .iter()
            .all(|run| run["starts_per_s"].as_f64() < Some(40.0)),
        "{found:#}"
    );
    assert_eq!(tried[0]["sessions"], 5, "{found:#}");
    let fails = found["fails_at_starts_per_s"].as_f64().unwrap();
    assert!(fails <= 40.0, "{found:#}");
    if is_found {
        assert_eq!(found["runs"], 2, "{found:#}");
        assert!(output.stdout.contains("stable in 2 of"), "{output:?}");
    }
    if 39.9 < fails {
        let limit = found["bound"]["machine"].as_str().unwrap();
        assert!(limit.contains("ulimit -n"), "{found:#}");
        assert!(output.stdout.contains("not tried at 40.0"), "{output:?}");
    }
    assert!(haas.stop().success());
}

#[test]
fn a_file_that_could_not_be_written_and_a_wrong_target_are_said_before_the_search() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("none/found.json");
    let search = |arguments: &[&str]| {
        Haas::run(HAAS, &[&["load", "capacity", "starts"], arguments].concat())
    };
    let output = search(&["--report", text(&nowhere)]);
    assert_eq!(output.code, Some(1));
    assert!(
        output
            .stderr
            .contains("none/found.json could not be written"),
        "{output:?}"
    );
    let output = search(&["--target", "music"]);
    assert_eq!(output.code, Some(64));
    assert!(
        output.stderr.contains("music: it is no address"),
        "{output:?}"
    );
}
