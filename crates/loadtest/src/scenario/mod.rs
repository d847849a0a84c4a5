//! What is asked of a server: who comes when, and what they do. A file in TOML.

mod check;
mod shipped;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::arrivals::{Line, Process};
use crate::listener::Player;
use crate::wire::Shape;

/// Enough to find a server that gives wrong bytes again and again, and too little to be felt.
pub(crate) const CHECKED_SHARE: f64 = 0.01;

/// Who comes when, and what they do.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What reports call it.
    pub name: String,
    /// The row of the original table that it reconstructs: `A1` to `B18`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<String>,
    /// The same seed gives the same starts, songs and lengths.
    #[serde(default)]
    pub seed: u64,
    /// Fewer sessions say nothing about percentiles.
    #[serde(default = "sessions_min")]
    pub sessions_min: u64,
    /// How starts follow from the rates of the phases.
    #[serde(default)]
    pub arrivals: Process,
    /// How many of the bodies of music are compared, by their digests, with what the server says they are or gave before (0
    /// to 1). The others are thrown away unseen.
    #[serde(default = "checked_share")]
    pub checked_share: f64,
    /// What must hold besides the verdict.
    #[serde(default, skip_serializing_if = "Thresholds::is_empty")]
    pub thresholds: Thresholds,
    /// One after the other.
    #[serde(rename = "phase")]
    pub phases: Vec<Phase>,
    /// What is listened to, the favourites first; where none is named, what a server of HaaS has.
    #[serde(default, rename = "song", skip_serializing_if = "Vec::is_empty")]
    pub songs: Vec<SongPlan>,
    /// Kinds of people who listen.
    #[serde(default, rename = "listener", skip_serializing_if = "Vec::is_empty")]
    pub listeners: Vec<ListenerPlan>,
    /// Kinds of people who read.
    #[serde(default, rename = "visitor", skip_serializing_if = "Vec::is_empty")]
    pub visitors: Vec<VisitorPlan>,
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

/// What a run must keep besides its verdict: each the most that is accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Thresholds {
    /// From a due press to the first sound, in milliseconds, for 95 of 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub startup_p95_ms: Option<f64>,
    /// The same for 99 of 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub startup_p99_ms: Option<f64>,
    /// Silence in the share of silence and sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rebuffer_ratio: Option<f64>,
    /// Plays and requests that failed, as a share of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_share: Option<f64>,
    /// From a due request to the end of its answer, in milliseconds, for 95 of 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_p95_ms: Option<f64>,
    /// The same for 99 of 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_p99_ms: Option<f64>,
}

/// A song on any server, as its players load it: at least one of the two.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SongPlan {
    /// The address of its HLS playlist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hls: Option<String>,
    /// Its file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FilePlan>,
}

/// A file of music.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FilePlan {
    /// Its address.
    pub url: String,
    /// How long it plays, in seconds.
    pub length_s: f64,
    /// How large it is.
    pub bytes: u64,
}

/// What a kind of listener does.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListenerPlan {
    /// How many of all who come are of this kind: a share of the sum of all shares.
    pub share: f64,
    /// How their player loads.
    pub player: Player,
    /// How far ahead the player loads, in seconds (`hls`, `spotify_like`); as such players do where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ahead_s: Option<f64>,
    /// How long each song is listened to: between these two, in seconds, or to its end.
    pub listen_s: [f64; 2],
    /// How many songs a session has: between these two.
    pub songs: [u32; 2],
    /// How many songs of a hundred parts are skipped (0 to 1), each after a time between `skip_after_s`.
    pub skips: f64,
    /// When a song that is skipped is left, in seconds.
    pub skip_after_s: [f64; 2],
    /// How many sessions play an album in its order instead of single songs (0 to 1).
    pub albums: f64,
    /// How much more often the first song is chosen than the second: the n-th has the weight n^-zipf.
    pub zipf: f64,
    /// How long a person waits for the first sound, in seconds.
    pub start_patience_s: f64,
    /// And in a stall.
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
            share: 1.0,
            player: Player::Hls,
            ahead_s: None,
            listen_s: [20.0, 240.0],
            songs: [1, 1],
            skips: 0.0,
            skip_after_s: [2.0, 15.0],
            albums: 0.0,
            zipf: 1.0,
            start_patience_s: 10.0,
            stall_patience_s: 20.0,
            link: None,
            reports_plays: true,
        }
    }
}

/// What a kind of visitor does: requests at a pace.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct VisitorPlan {
    /// How many of all who come are of this kind: a share of the sum of all shares.
    pub share: f64,
    /// What is asked for, one after the other and again from the first: paths of the server, with their query.
    pub paths: Vec<String>,
    /// How many requests a visit has.
    pub requests: u32,
    /// From one due request to the next, in seconds.
    pub pace_s: f64,
    /// Whether what a page names (styles, scripts, pictures) is loaded with it, as a browser does, once a visit.
    pub loads_assets: bool,
    /// How long a person waits for an answer, in seconds.
    pub patience_s: f64,
    /// What each visitor's link can do; all that there is where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<Shape>,
}

impl Default for VisitorPlan {
    fn default() -> Self {
        Self {
            share: 1.0,
            paths: vec!["/".to_owned()],
            requests: 1,
            pace_s: 1.0,
            loads_assets: false,
            patience_s: 10.0,
            link: None,
        }
    }
}

/// Everything that is wrong with a scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the scenario cannot be run:\n  {}", .0.join("\n  "))]
pub struct ScenarioError(pub(crate) Vec<String>);

fn sessions_min() -> u64 {
    1_000
}

fn checked_share() -> f64 {
    CHECKED_SHARE
}

impl Thresholds {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Scenario {
    /// Reads a scenario; an error names everything that is wrong, with what would be right. Where nobody is named who
    /// comes, they are listeners.
    pub fn read(text: &str) -> Result<Self, ScenarioError> {
        let mut scenario: Self = toml::from_str(text).map_err(|error| {
            ScenarioError(error.to_string().lines().map(str::to_owned).collect())
        })?;
        if scenario.listeners.is_empty() && scenario.visitors.is_empty() {
            scenario.listeners.push(ListenerPlan::default());
        }
        scenario.checked()
    }

    /// The scenario, if it can be run.
    pub fn checked(self) -> Result<Self, ScenarioError> {
        let wrong = check::scenario(&self);
        if wrong.is_empty() {
            Ok(self)
        } else {
            Err(ScenarioError(wrong))
        }
    }

    /// As a file: what was read is written with every value that counts.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("numbers, texts and tables of them")
    }

    /// How long sessions start, in seconds.
    pub fn seconds(&self) -> f64 {
        self.phases.iter().map(|phase| phase.seconds).sum()
    }

    /// The highest rate of its phases, in starts a second.
    pub fn peak_starts_per_s(&self) -> f64 {
        let rates = self
            .phases
            .iter()
            .flat_map(|phase| [Some(phase.starts_per_s), phase.to_starts_per_s]);
        rates.flatten().fold(0.0, f64::max)
    }

    /// The same people at another pace: every rate times a factor.
    #[must_use]
    pub fn at_rate(&self, factor: f64) -> Self {
        let mut scenario = self.clone();
        for phase in &mut scenario.phases {
            phase.starts_per_s *= factor;
            phase.to_starts_per_s = phase.to_starts_per_s.map(|rate| rate * factor);
        }
        scenario
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
}
