use std::path::Path;

use testkit::Haas;

use crate::HAAS;

/// Two phases of people who read two pages.
const SCENARIO: &str = "name = 'readers'\nsessions_min = 60\n[[phase]]\nseconds = 2\nstarts_per_s = 10\n\
    [[phase]]\nseconds = 4\nstarts_per_s = 10\n\
    [[visitor]]\npaths = ['/music', '/music/search']\nrequests = 4\npace_s = 0.5\n";

fn load(arguments: &[&str]) -> testkit::Output {
    Haas::run(HAAS, &[&["load"], arguments].concat())
}

fn written(folder: &Path, name: &str, text: &str) -> String {
    let file = folder.join(name);
    std::fs::write(&file, text).expect("a folder of its own");
    file.to_str().expect("UTF-8").to_owned()
}

#[test]
fn a_scenario_goes_to_a_plan_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = written(folder.path(), "readers.toml", SCENARIO);
    let target = "http://music.test:8443";
    let plan = load(&["to-jmx", &scenario, "--target", target]);
    assert_eq!(plan.code, Some(0), "{}", plan.stderr);
    assert!(
        plan.stderr.starts_with("note: visitor 1: "),
        "{}",
        plan.stderr
    );

    let file = written(folder.path(), "readers.jmx", &plan.stdout);
    let back = load(&["from-jmx", &file]);
    assert_eq!(back.code, Some(0), "{}", back.stderr);
    assert!(
        back.stderr.contains(&format!("run with --target {target}")),
        "{}",
        back.stderr
    );
    let back = written(folder.path(), "back.toml", &back.stdout);
    let again = load(&["to-jmx", &back, "--target", target]);
    assert_eq!(again.stdout, plan.stdout);
}

#[test]
fn a_row_of_the_original_table_is_exported_as_a_reconstruction() {
    let plan = load(&["to-jmx", "B3"]);
    assert_eq!(plan.code, Some(0), "{}", plan.stderr);
    assert!(
        plan.stdout.contains("A reconstruction: the plan of B3"),
        "{}",
        plan.stdout
    );
    assert!(plan.stderr.contains("360000 users"), "{}", plan.stderr);
}

#[test]
fn what_is_no_plan_or_cannot_be_one_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let laughs = "<!DOCTYPE a [<!ENTITY b 'ha'>]>\n<a>&b;</a>";
    let file = written(folder.path(), "laughs.jmx", laughs);
    let refused = load(&["from-jmx", &file]);
    assert_eq!(refused.code, Some(64), "{}", refused.stderr);
    assert!(
        refused
            .stderr
            .contains("laughs.jmx: line 1: a document type is not read"),
        "{}",
        refused.stderr
    );

    std::fs::write(folder.path().join("bytes.jmx"), [0xff, 0xfe, 0]).unwrap();
    let bytes = folder.path().join("bytes.jmx");
    let refused = load(&["from-jmx", bytes.to_str().unwrap()]);
    assert_eq!(refused.code, Some(64), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("invalid utf-8"),
        "{}",
        refused.stderr
    );

    let missing = load(&["from-jmx", "no-such-plan.jmx"]);
    assert_eq!(missing.code, Some(64), "{}", missing.stderr);
    assert!(
        missing.stderr.contains("no-such-plan.jmx"),
        "{}",
        missing.stderr
    );

    let listening = load(&["to-jmx", "A1-listeners"]);
    assert_eq!(listening.code, Some(64), "{}", listening.stderr);
    assert!(
        listening.stderr.contains("give it visitors"),
        "{}",
        listening.stderr
    );
    let nowhere = load(&["to-jmx", "A1", "--target", "music"]);
    assert_eq!(nowhere.code, Some(64), "{}", nowhere.stderr);
}
