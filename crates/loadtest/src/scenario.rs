//! What is asked of a server: who comes when, and what they do. A file in TOML.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::arrivals::{Line, Process};
use crate::listener::Player;
use crate::wire::Shape;

const PHASES_MAX: usize = 1_000;
const SECONDS_MAX: f64 = 24.0 * 3_600.0;
const STARTS_PER_S_MAX: f64 = 100_000.0;
const SESSIONS_MAX: f64 = 20_000_000.0;
const LISTEN_S_MAX: f64 = 6.0 * 3_600.0;
const PATIENCE_S_MAX: f64 = 600.0;
const SHARE_MAX: f64 = 1_000_000.0;
const SONGS_MAX: u32 = 1_000;
const ZIPF_MAX: f64 = 4.0;
const KBIT_PER_S_MAX: u64 = 100_000_000;
const ROUND_TRIP_MS_MAX: u64 = 10_000;

/// Scenarios that come with the program: name and text.
const SHIPPED: [(&str, &str); 3] = [
    ("listeners", include_str!("../scenarios/listeners.toml")),
    ("flash-crowd", include_str!("../scenarios/flash-crowd.toml")),
    ("slow-links", include_str!("../scenarios/slow-links.toml")),
];

/// Who comes when, and what they do.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What reports call it.
    pub name: String,
    /// The same seed gives the same starts, songs and lengths.
    #[serde(default)]
    pub seed: u64,
    /// Fewer sessions say nothing about percentiles.
    #[serde(default = "sessions_min")]
    pub sessions_min: u64,
    /// How starts follow from the rates of the phases.
    #[serde(default)]
    pub arrivals: Process,
    /// One after the other.
    #[serde(rename = "phase")]
    pub phases: Vec<Phase>,
    /// What everybody does who starts.
    #[serde(default)]
    pub listener: ListenerPlan,
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// How long it lasts.
    pub seconds: f64,
    /// Sessions that start a second, at its beginning.
    pub starts_per_s: f64,
    /// And at its end, where that differs: the rate changes in a straight line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_starts_per_s: Option<f64>,
}

/// What a listener does.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListenerPlan {
    /// How many of all have each kind of player: shares of their sum.
    pub players: BTreeMap<Player, f64>,
    /// How long each song is listened to: between these two, in seconds, or to its end.
    pub listen_s: [f64; 2],
    /// How many songs a session has: between these two.
    pub songs: [u32; 2],
    /// How much more often the first song is chosen than the second: the n-th has the weight n^-zipf.
    pub zipf: f64,
    /// How long a person waits for the first sound, in seconds.
    pub start_patience_s: f64,
    /// And in a silence.
    pub stall_patience_s: f64,
    /// What each listener's link can do; all that there is where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<Shape>,
    /// Whether plays are reported to the server's API, marked as simulated.
    pub reports_plays: bool,
}

impl Default for ListenerPlan {
    fn default() -> Self {
        Self {
            players: BTreeMap::from([(Player::Hls, 1.0)]),
            listen_s: [20.0, 240.0],
            songs: [1, 1],
            zipf: 1.0,
            start_patience_s: 10.0,
            stall_patience_s: 20.0,
            link: None,
            reports_plays: true,
        }
    }
}

/// Everything that is wrong with a scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the scenario cannot be run:\n  {}", .0.join("\n  "))]
pub struct ScenarioError(Vec<String>);

fn sessions_min() -> u64 {
    1_000
}

impl Scenario {
    /// The text of a scenario that comes with the program.
    pub fn shipped(name: &str) -> Option<&'static str> {
        let (_, text) = SHIPPED.iter().find(|(known, _)| *known == name)?;
        Some(text)
    }

    /// The names of the scenarios that come with the program.
    pub fn shipped_names() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(name, _)| *name)
    }

    /// Reads a scenario; an error names everything that is wrong, with what would be right.
    pub fn read(text: &str) -> Result<Self, ScenarioError> {
        let scenario: Self = toml::from_str(text).map_err(|error| {
            ScenarioError(error.to_string().lines().map(str::to_owned).collect())
        })?;
        let wrong = scenario.check();
        if wrong.is_empty() {
            Ok(scenario)
        } else {
            Err(ScenarioError(wrong))
        }
    }

    /// The rates of its phases.
    pub(crate) fn lines(&self) -> Vec<Line> {
        let lines = self.phases.iter().map(|phase| Line {
            length: Duration::from_secs_f64(phase.seconds),
            from_per_s: phase.starts_per_s,
            to_per_s: phase.to_starts_per_s.unwrap_or(phase.starts_per_s),
        });
        lines.collect()
    }

    fn check(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        if self.name.trim().is_empty() {
            wrong.push("name is empty".to_owned());
        }
        let count = self.phases.len();
        if !(1..=PHASES_MAX).contains(&count) {
            wrong.push(format!(
                "there are {count} phases; there must be 1 to {PHASES_MAX}"
            ));
        }
        for (number, phase) in (1..).zip(&self.phases) {
            let said = phase.check().into_iter();
            wrong.extend(said.map(|what| format!("phase {number}: {what}")));
        }
        let said = self.listener.check().into_iter();
        wrong.extend(said.map(|what| format!("listener.{what}")));
        if wrong.is_empty() {
            let sessions: f64 = self.lines().iter().map(Line::starts).sum();
            if !(1.0..=SESSIONS_MAX).contains(&sessions) {
                wrong.push(format!(
                    "{sessions:.0} sessions would start; there must be 1 to {SESSIONS_MAX}"
                ));
            }
        }
        wrong
    }
}

impl Phase {
    fn check(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let seconds = self.seconds;
        if !(0.0 < seconds && seconds <= SECONDS_MAX) {
            wrong.push(format!(
                "seconds is {seconds}; it must be above 0, at most {SECONDS_MAX}"
            ));
        }
        for rate in [Some(self.starts_per_s), self.to_starts_per_s]
            .into_iter()
            .flatten()
        {
            if !(0.0..=STARTS_PER_S_MAX).contains(&rate) {
                wrong.push(format!(
                    "{rate} starts a second; it must be 0 to {STARTS_PER_S_MAX}"
                ));
            }
        }
        wrong
    }
}

impl ListenerPlan {
    fn check(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let shares = || self.players.values().copied();
        if shares().any(|share| !(0.0..=SHARE_MAX).contains(&share)) || shares().sum::<f64>() <= 0.0
        {
            wrong.push(format!(
                "players must have shares from 0 to {SHARE_MAX}, at least one above 0: hls, progressive, spotify_like"
            ));
        }
        let [shortest, longest] = self.listen_s;
        if !(0.0 < shortest && shortest <= longest && longest <= LISTEN_S_MAX) {
            wrong.push(format!(
                "listen_s is [{shortest}, {longest}]; it must be two lengths above 0, the shorter first, at most \
                 {LISTEN_S_MAX} s"
            ));
        }
        let [fewest, most] = self.songs;
        if !(1 <= fewest && fewest <= most && most <= SONGS_MAX) {
            wrong.push(format!(
                "songs is [{fewest}, {most}]; it must be two counts from 1 to {SONGS_MAX}, the smaller first"
            ));
        }
        let zipf = self.zipf;
        if !(0.0..=ZIPF_MAX).contains(&zipf) {
            wrong.push(format!(
                "zipf is {zipf}; it must be 0 (all songs alike) to {ZIPF_MAX}"
            ));
        }
        for (name, seconds) in [
            ("start_patience_s", self.start_patience_s),
            ("stall_patience_s", self.stall_patience_s),
        ] {
            if !(0.0 < seconds && seconds <= PATIENCE_S_MAX) {
                wrong.push(format!(
                    "{name} is {seconds}; it must be above 0, at most {PATIENCE_S_MAX}"
                ));
            }
        }
        if let Some(link) = self.link {
            let (rate, delay) = (link.kbit_per_s, link.round_trip_ms);
            if !(1..=KBIT_PER_S_MAX).contains(&rate) {
                wrong.push(format!(
                    "link.kbit_per_s is {rate}; it must be 1 to {KBIT_PER_S_MAX}"
                ));
            }
            if ROUND_TRIP_MS_MAX < delay {
                wrong.push(format!(
                    "link.round_trip_ms is {delay}; it must be {ROUND_TRIP_MS_MAX} at most"
                ));
            }
        }
        wrong
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_short_scenario_is_whole() {
        let scenario =
            Scenario::read("name = 'x'\n[[phase]]\nseconds = 120\nstarts_per_s = 50\n").unwrap();
        assert_eq!(scenario.sessions_min, 1_000);
        let starts: f64 = scenario.lines().iter().map(Line::starts).sum();
        assert!((starts - 6_000.0).abs() < 0.001);
        assert_eq!(scenario.listener, ListenerPlan::default());
    }

    #[test]
    fn every_scenario_that_comes_along_can_be_run() {
        for name in Scenario::shipped_names() {
            let scenario = Scenario::read(Scenario::shipped(name).unwrap()).unwrap();
            let starts: f64 = scenario.lines().iter().map(Line::starts).sum();
            // Chance makes it fewer by one standard deviation in six runs; here there is room for four.
            let least = f64::from(u32::try_from(scenario.sessions_min).unwrap());
            assert!(
                least + 4.0 * least.sqrt() < starts,
                "{name}: {starts} starts"
            );
        }
        assert_eq!(Scenario::shipped("nothing"), None);
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        let text = "name = ' '\n[[phase]]\nseconds = 0\nstarts_per_s = -1\n[[phase]]\nseconds = 1\nstarts_per_s = nan\n\
            [listener]\nlisten_s = [30, 20]\nsongs = [0, 1]\nzipf = 9\nstall_patience_s = 0\nlink = { kbit_per_s = 0 }\n";
        let ScenarioError(wrong) = Scenario::read(text).unwrap_err();
        let about: Vec<&str> = wrong
            .iter()
            .filter_map(|line| line.split(" is ").next())
            .collect();
        let expected = [
            "name",
            "phase 1: seconds",
            "phase 1: -1 starts a second; it must be 0 to 100000",
            "phase 2: NaN starts a second; it must be 0 to 100000",
            "listener.listen_s",
            "listener.songs",
            "listener.zipf",
            "listener.stall_patience_s",
            "listener.link.kbit_per_s",
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
    fn a_scenario_without_end_is_refused() {
        let text = "name = 'x'\n[[phase]]\nseconds = 86400\nstarts_per_s = 1000\n";
        let error = Scenario::read(text).unwrap_err().to_string();
        assert!(error.contains("86400000 sessions"), "{error}");
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text: String) {
            let _ = Scenario::read(&text);
        }
    }
}
