//! Whether a scenario can be run, and what would be right where it cannot.

use std::fmt::Display;
use std::ops::RangeInclusive;

use super::{ListenerPlan, Phase, Scenario, SongPlan, Thresholds, VisitorPlan};
use crate::arrivals::Line;
use crate::listener::Player;
use crate::original;
use crate::wire::Shape;

const PHASES_MAX: usize = 1_000;
const GROUPS_MAX: usize = 100;
const PATHS_MAX: usize = 1_000;
const SECONDS_MAX: f64 = 24.0 * 3_600.0;
const STARTS_PER_S_MAX: f64 = 100_000.0;
const SESSIONS_MAX: f64 = 20_000_000.0;
const LISTEN_S_MAX: f64 = 6.0 * 3_600.0;
/// How long the plan of a session may be: a run waits for the last one that began.
const SESSION_S_MAX: f64 = 24.0 * 3_600.0;
const PATIENCE_S_MAX: f64 = 600.0;
const PACE_S_MAX: f64 = 3_600.0;
const SHARE_MAX: f64 = 1_000_000.0;
const FILE_BYTES_MAX: u64 = 1 << 40;
const SONGS_MAX: u32 = 1_000;
const SONGS_NAMED_MAX: usize = 10_000;
const REQUESTS_MAX: u32 = 1_000_000;
const ZIPF_MAX: f64 = 4.0;
const KBIT_PER_S_MAX: u64 = 100_000_000;
const ROUND_TRIP_MS_MAX: u64 = 10_000;
const THRESHOLD_MAX: f64 = 3_600_000.0;

/// What is wrong, each with its place.
pub(super) fn scenario(scenario: &Scenario) -> Vec<String> {
    let mut wrong = Wrong::default();
    if scenario.name.trim().is_empty() {
        wrong.say("name is empty");
    }
    if let Some(row) = &scenario.original
        && original::find(row).is_none()
    {
        wrong.say(format!(
            "original is {row}; it must be A1 to A6 or B1 to B18"
        ));
    }
    wrong.unless_in("checked_share", scenario.checked_share, 0.0..=1.0);
    let (phases, groups) = (
        &scenario.phases,
        scenario.listeners.len() + scenario.visitors.len(),
    );
    wrong.unless_in("the number of phases", phases.len(), 1..=PHASES_MAX);
    wrong.unless_in("the number of kinds of people", groups, 1..=GROUPS_MAX);
    for (number, phase) in (1..).zip(phases) {
        wrong.within(&format!("phase {number}: "), |wrong| {
            check_phase(phase, wrong);
        });
    }
    for (number, plan) in (1..).zip(&scenario.listeners) {
        wrong.within(&format!("listener {number}: "), |wrong| {
            check_listener(plan, wrong);
        });
    }
    for (number, plan) in (1..).zip(&scenario.visitors) {
        wrong.within(&format!("visitor {number}: "), |wrong| {
            check_visitor(plan, wrong);
        });
    }
    for (number, plan) in (1..).zip(&scenario.songs) {
        wrong.within(&format!("song {number}: "), |wrong| check_song(plan, wrong));
    }
    check_players(scenario, &mut wrong);
    wrong.within("thresholds: ", |wrong| {
        check_thresholds(&scenario.thresholds, wrong);
    });
    wrong.unless_in(
        "the number of songs",
        scenario.songs.len(),
        0..=SONGS_NAMED_MAX,
    );
    if wrong.lines.is_empty() {
        let sessions: f64 = scenario.lines().iter().map(Line::starts).sum();
        wrong.unless_in(
            "the number of sessions",
            sessions.ceil(),
            1.0..=SESSIONS_MAX,
        );
        let listeners = scenario.listeners.iter().map(|plan| plan.share);
        let shares: f64 = listeners
            .chain(scenario.visitors.iter().map(|plan| plan.share))
            .sum();
        if shares <= 0.0 {
            wrong.say("no share is above 0");
        }
    }
    wrong.lines
}

fn check_phase(phase: &Phase, wrong: &mut Wrong) {
    wrong.unless_above_zero("seconds", phase.seconds, SECONDS_MAX);
    wrong.unless_in("starts_per_s", phase.starts_per_s, 0.0..=STARTS_PER_S_MAX);
    if let Some(rate) = phase.to_starts_per_s {
        wrong.unless_in("to_starts_per_s", rate, 0.0..=STARTS_PER_S_MAX);
    }
}

fn check_listener(plan: &ListenerPlan, wrong: &mut Wrong) {
    wrong.unless_in("share", plan.share, 0.0..=SHARE_MAX);
    for (name, [shortest, longest]) in [
        ("listen_s", plan.listen_s),
        ("skip_after_s", plan.skip_after_s),
    ] {
        if !(0.0 < shortest && shortest <= longest && longest <= LISTEN_S_MAX) {
            wrong.say(format!(
                "{name} is [{shortest}, {longest}]; it must be two lengths above 0, the shorter first, at most \
                 {LISTEN_S_MAX} s"
            ));
        }
    }
    let [fewest, most] = plan.songs;
    if !(1 <= fewest && fewest <= most && most <= SONGS_MAX) {
        wrong.say(format!(
            "songs is [{fewest}, {most}]; it must be two counts from 1 to {SONGS_MAX}, the smaller first"
        ));
    }
    let longest = plan.listen_s[1].max(plan.skip_after_s[1]);
    wrong.unless_it_ends("songs x listen_s", f64::from(most) * longest);
    if let Some(ahead) = plan.ahead_s {
        wrong.unless_above_zero("ahead_s", ahead, LISTEN_S_MAX);
        if plan.player == Player::Progressive {
            wrong.say("ahead_s cannot be set for progressive: a browser decides how far ahead it loads a file; leave it out, or choose hls or spotify_like");
        }
    }
    wrong.unless_in("skips", plan.skips, 0.0..=1.0);
    wrong.unless_in("albums", plan.albums, 0.0..=1.0);
    wrong.unless_in("zipf", plan.zipf, 0.0..=ZIPF_MAX);
    wrong.unless_above_zero("start_patience_s", plan.start_patience_s, PATIENCE_S_MAX);
    wrong.unless_above_zero("stall_patience_s", plan.stall_patience_s, PATIENCE_S_MAX);
    check_link(plan.link, wrong);
}

fn check_song(plan: &SongPlan, wrong: &mut Wrong) {
    if plan.hls.is_none() && plan.file.is_none() {
        wrong.say("it has neither hls nor file");
    }
    if let Some(file) = &plan.file {
        wrong.unless_above_zero("file.length_s", file.length_s, LISTEN_S_MAX);
        wrong.unless_in("file.bytes", file.bytes, 1..=FILE_BYTES_MAX);
    }
}

/// Songs that are named have what those who listen to them load, and no server to be told of them.
fn check_players(scenario: &Scenario, wrong: &mut Wrong) {
    if scenario.songs.is_empty() {
        return;
    }
    for (number, plan) in (1..).zip(&scenario.listeners) {
        let lacks = |song: &SongPlan| match plan.player {
            Player::Hls => song.hls.is_none(),
            Player::Progressive | Player::SpotifyLike => song.file.is_none(),
        };
        if scenario.songs.iter().any(lacks) {
            wrong.say(format!(
                "listener {number}: a song has no {}",
                plan.player.loads()
            ));
        }
        if plan.reports_plays {
            wrong.say(format!("listener {number}: plays of songs that a scenario names cannot be reported: reports_plays = false"));
        }
    }
}

fn check_visitor(plan: &VisitorPlan, wrong: &mut Wrong) {
    wrong.unless_in("share", plan.share, 0.0..=SHARE_MAX);
    wrong.unless_in("the number of paths", plan.paths.len(), 1..=PATHS_MAX);
    for path in plan.paths.iter().filter(|path| !is_path(path)) {
        wrong.say(format!(
            "paths holds {path:?}; a path begins with one / and has no space or #"
        ));
    }
    wrong.unless_in("requests", plan.requests, 1..=REQUESTS_MAX);
    wrong.unless_above_zero("pace_s", plan.pace_s, PACE_S_MAX);
    wrong.unless_it_ends("requests x pace_s", f64::from(plan.requests) * plan.pace_s);
    wrong.unless_above_zero("patience_s", plan.patience_s, PATIENCE_S_MAX);
    check_link(plan.link, wrong);
}

/// Two slashes would lead to another server.
fn is_path(path: &str) -> bool {
    let has_odd = path
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || c == '#' || c == '\\');
    path.starts_with('/') && !path.starts_with("//") && !has_odd
}

fn check_link(link: Option<Shape>, wrong: &mut Wrong) {
    if let Some(link) = link {
        wrong.unless_in("link.kbit_per_s", link.kbit_per_s, 1..=KBIT_PER_S_MAX);
        wrong.unless_in(
            "link.round_trip_ms",
            link.round_trip_ms,
            0..=ROUND_TRIP_MS_MAX,
        );
    }
}

fn check_thresholds(thresholds: &Thresholds, wrong: &mut Wrong) {
    let all = [
        ("startup_p95_ms", thresholds.startup_p95_ms, THRESHOLD_MAX),
        ("startup_p99_ms", thresholds.startup_p99_ms, THRESHOLD_MAX),
        ("rebuffer_ratio", thresholds.rebuffer_ratio, 1.0),
        ("failed_share", thresholds.failed_share, 1.0),
        ("response_p95_ms", thresholds.response_p95_ms, THRESHOLD_MAX),
        ("response_p99_ms", thresholds.response_p99_ms, THRESHOLD_MAX),
    ];
    for (name, value, most) in all {
        if let Some(value) = value {
            wrong.unless_in(name, value, 0.0..=most);
        }
    }
}

/// What was found to be wrong, and where it is looked.
#[derive(Default)]
struct Wrong {
    place: String,
    lines: Vec<String>,
}

impl Wrong {
    fn say(&mut self, what: impl Display) {
        self.lines.push(format!("{}{what}", self.place));
    }

    fn within(&mut self, place: &str, look: impl FnOnce(&mut Self)) {
        place.clone_into(&mut self.place);
        look(self);
        self.place.clear();
    }

    fn unless_in<T: PartialOrd + Copy + Display>(
        &mut self,
        name: &str,
        value: T,
        range: RangeInclusive<T>,
    ) {
        if !range.contains(&value) {
            let (least, most) = range.into_inner();
            self.say(format!("{name} is {value}; it must be {least} to {most}"));
        }
    }

    /// A session is as long as a product of two values says.
    fn unless_it_ends(&mut self, product: &str, seconds: f64) {
        if SESSION_S_MAX < seconds {
            self.say(format!(
                "a session may take {seconds:.0} s ({product}), which is above {SESSION_S_MAX} s; lower one of the two"
            ));
        }
    }

    fn unless_above_zero(&mut self, name: &str, value: f64, most: f64) {
        if !(0.0 < value && value <= most) {
            self.say(format!(
                "{name} is {value}; it must be above 0, at most {most}"
            ));
        }
    }
}
