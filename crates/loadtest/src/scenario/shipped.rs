//! Scenarios that come with the program.

use super::{ListenerPlan, Phase, Scenario, ScenarioError, VisitorPlan};
use crate::arrivals::Process;
use crate::original;

/// Name and text.
const SHIPPED: [(&str, &str); 10] = [
    ("example", include_str!("../../scenarios/example.toml")),
    ("listeners", include_str!("../../scenarios/listeners.toml")),
    (
        "flash-crowd",
        include_str!("../../scenarios/flash-crowd.toml"),
    ),
    (
        "slow-links",
        include_str!("../../scenarios/slow-links.toml"),
    ),
    (
        "visitors-300",
        include_str!("../../scenarios/visitors-300.toml"),
    ),
    ("day", include_str!("../../scenarios/day.toml")),
    ("night", include_str!("../../scenarios/night.toml")),
    ("soak", include_str!("../../scenarios/soak.toml")),
    ("at-once", include_str!("../../scenarios/at-once.toml")),
    ("starts", include_str!("../../scenarios/starts.toml")),
];
/// What follows the name of a row of the original table where its users listen.
const LISTENING: &str = "-listeners";

impl Scenario {
    /// A scenario that comes along: a file's, or a row of the original table (`A1` to `B18`: each user asks for one page,
    /// as the original's did; `A1-listeners`: each user presses play), in small letters too.
    pub fn shipped(name: &str) -> Option<Result<Self, ScenarioError>> {
        let text = SHIPPED.iter().find(|(known, _)| *known == name);
        if let Some((_, text)) = text {
            return Some(Self::read(text));
        }
        let (id, listens) = match name.strip_suffix(LISTENING) {
            Some(id) => (id, true),
            None => (name, false),
        };
        let row = original::find(&id.to_ascii_uppercase())?;
        Some(Ok(reconstruct(row, listens)))
    }

    /// The same as text, to change: a file's own words, or every value of a row.
    pub fn shipped_text(name: &str) -> Option<String> {
        let text = SHIPPED.iter().find(|(known, _)| *known == name);
        if let Some((_, text)) = text {
            return Some((*text).to_owned());
        }
        let row = Self::shipped(name)?.ok()?;
        Some(row.to_toml())
    }

    /// The scenarios that come along as files: the name of each, and what it is in a sentence.
    pub fn shipped_names() -> impl Iterator<Item = (&'static str, &'static str)> {
        SHIPPED.iter().map(|(name, text)| {
            let first = text.lines().next().unwrap_or_default();
            (*name, first.trim_start_matches("# "))
        })
    }
}

/// The load of a row of the original table.
fn reconstruct(row: &original::Row, listens: bool) -> Scenario {
    let what = if listens {
        "listeners"
    } else {
        "page requests"
    };
    let (mut listeners, mut visitors) = (Vec::new(), Vec::new());
    if listens {
        listeners.push(ListenerPlan {
            listen_s: [1.0, 2.0],
            reports_plays: false,
            ..ListenerPlan::default()
        });
    } else {
        visitors.push(VisitorPlan {
            paths: vec!["/music".to_owned()],
            ..VisitorPlan::default()
        });
    }
    Scenario {
        name: format!("{} (reconstructed, {what})", row.id),
        original: Some(row.id.to_owned()),
        seed: 0,
        sessions_min: 1_000,
        arrivals: Process::Even,
        checked_share: super::CHECKED_SHARE,
        thresholds: super::Thresholds::default(),
        phases: vec![Phase {
            seconds: f64::from(original::RAMP_S),
            starts_per_s: f64::from(row.users_per_s),
            to_starts_per_s: None,
        }],
        songs: Vec::new(),
        listeners,
        visitors,
    }
}
