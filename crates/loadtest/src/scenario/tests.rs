use proptest::prelude::*;

use super::*;

const ONE_PHASE: &str = "name = 'x'\n[[phase]]\nseconds = 120\nstarts_per_s = 50\n";

fn starts(scenario: &Scenario) -> f64 {
    scenario.lines().iter().map(Line::starts).sum()
}

#[test]
fn a_short_scenario_is_whole() {
    let scenario = Scenario::read(ONE_PHASE).unwrap();
    assert_eq!(scenario.sessions_min, 1_000);
    assert!((starts(&scenario) - 6_000.0).abs() < 0.001);
    assert!((starts(&scenario.at_rate(0.5)) - 3_000.0).abs() < 0.001);
    assert_eq!(scenario.listeners, [ListenerPlan::default()]);
    assert!(scenario.visitors.is_empty());
}

#[test]
fn what_is_written_is_read_again() {
    let text = format!(
        "{ONE_PHASE}[[listener]]\nlink = {{ kbit_per_s = 500 }}\n[[visitor]]\nshare = 3\n[thresholds]\nfailed_share = 0\n"
    );
    let scenario = Scenario::read(&text).unwrap();
    assert_eq!(Scenario::read(&scenario.to_toml()).unwrap(), scenario);
}

#[test]
fn every_scenario_that_comes_along_can_be_run() {
    let rows = ["A1", "B18", "a1", "b5-listeners"];
    for name in Scenario::shipped_names().map(|(name, _)| name).chain(rows) {
        let scenario = Scenario::shipped(name).unwrap().unwrap();
        let scenario = scenario.checked().unwrap();
        // Chance makes it fewer by one standard deviation in six runs; here there is room for four.
        let least = f64::from(u32::try_from(scenario.sessions_min).unwrap());
        let room = match scenario.arrivals {
            Process::Even => 0.0,
            Process::Poisson => 4.0 * least.sqrt(),
        };
        let starts = starts(&scenario);
        assert!(least + room <= starts, "{name}: {starts} starts");
    }
    assert!(Scenario::shipped("nothing").is_none());
    assert!(Scenario::shipped("A7").is_none());
}

#[test]
fn a_row_of_the_original_table_has_its_users() {
    let scenario = Scenario::shipped("B9").unwrap().unwrap();
    assert!((starts(&scenario) - 1_200_000.0).abs() < 0.001);
    assert_eq!(scenario.original.as_deref(), Some("B9"));
    assert_eq!((scenario.listeners.len(), scenario.visitors.len()), (0, 1));
}

#[test]
fn everything_that_is_wrong_is_named_at_once() {
    let text = "name = ' '\noriginal = 'C1'\nchecked_share = 1.5\n[[phase]]\nseconds = 0\nstarts_per_s = -1\n\
        [[phase]]\nseconds = 1\nstarts_per_s = nan\n\
        [[listener]]\nlisten_s = [30, 20]\nsongs = [0, 1]\nskips = 2\nzipf = 9\nstall_patience_s = 0\n\
        link = { kbit_per_s = 0 }\n\
        [[visitor]]\npaths = ['//elsewhere.test/']\nrequests = 0\npace_s = 0\n\
        [thresholds]\nrebuffer_ratio = 2\n";
    let ScenarioError(wrong) = Scenario::read(text).unwrap_err();
    let about: Vec<&str> = wrong
        .iter()
        .filter_map(|line| line.split(" is ").next())
        .collect();
    let expected = [
        "name",
        "original",
        "checked_share",
        "phase 1: seconds",
        "phase 1: starts_per_s",
        "phase 2: starts_per_s",
        "listener 1: listen_s",
        "listener 1: songs",
        "listener 1: skips",
        "listener 1: zipf",
        "listener 1: stall_patience_s",
        "listener 1: link.kbit_per_s",
        "visitor 1: paths holds \"//elsewhere.test/\"; a path begins with one / and has no space or #",
        "visitor 1: requests",
        "visitor 1: pace_s",
        "thresholds: rebuffer_ratio",
    ];
    assert_eq!(about, expected);
}

#[test]
fn an_unknown_key_is_named_with_its_place() {
    let error = Scenario::read("name = 'x'\nfase = 1\n")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("fase") && error.contains("line 2"),
        "{error}"
    );
}

#[test]
fn how_far_a_browser_loads_a_file_ahead_cannot_be_said() {
    let read = |player: &str| {
        Scenario::read(&format!(
            "{ONE_PHASE}[[listener]]\nplayer = '{player}'\nahead_s = 10\n"
        ))
    };
    let error = read("progressive").unwrap_err().to_string();
    assert!(
        error.contains("listener 1: ahead_s cannot be set for progressive"),
        "{error}"
    );
    for player in ["hls", "spotify_like"] {
        assert!(read(player).is_ok(), "{player}");
    }
}

#[test]
fn a_scenario_without_end_or_without_people_is_refused() {
    let error = |text: &str| Scenario::read(text).unwrap_err().to_string();
    let endless = error("name = 'x'\n[[phase]]\nseconds = 86400\nstarts_per_s = 1000\n");
    assert!(endless.contains("sessions is 86400000"), "{endless}");
    let nobody = error(&format!("{ONE_PHASE}[[visitor]]\nshare = 0\n"));
    assert!(nobody.contains("no share is above 0"), "{nobody}");
}

#[test]
fn a_session_that_takes_more_than_a_day_is_refused() {
    let error = |kind: &str| {
        let scenario = Scenario::read(&format!("{ONE_PHASE}{kind}"));
        scenario.err().map(|ScenarioError(wrong)| wrong)
    };
    let years = error("[[visitor]]\nrequests = 1000000\npace_s = 3600\n");
    let said = "visitor 1: a session may take 3600000000 s (requests x pace_s), which is above 86400 s; lower one of the two";
    assert_eq!(years, Some(vec![said.to_owned()]));
    let months = error("[[listener]]\nsongs = [1, 1000]\nlisten_s = [20, 21600]\n");
    let said = "listener 1: a session may take 21600000 s (songs x listen_s), which is above 86400 s; lower one of the two";
    assert_eq!(months, Some(vec![said.to_owned()]));
    // A day is not too much.
    assert_eq!(error("[[visitor]]\nrequests = 86400\npace_s = 1\n"), None);
    assert_eq!(
        error("[[listener]]\nsongs = [4, 4]\nlisten_s = [20, 21600]\n"),
        None
    );
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader(text: String) {
        let _ = Scenario::read(&text);
    }
}

#[test]
fn the_guide_knows_every_scenario_that_comes_along() {
    let guide = include_str!("../../../../docs/load-guide.md");
    for (name, _) in Scenario::shipped_names().filter(|(name, _)| *name != "example") {
        assert!(guide.contains(&format!("`{name}`")), "{name}");
    }
}
