//! Thread groups beside and after each other become phases of one scenario, whose mix of people is the same all the time.

use super::JmxError;
use super::group::Group;
use crate::arrivals::{Line, Process};
use crate::count::to_f64;
use crate::scenario::{CHECKED_SHARE, Phase, Scenario, Thresholds, VisitorPlan};

/// Fewer sessions say nothing about percentiles; a plan with fewer users is run all the same.
const SESSIONS_MIN: u64 = 1_000;
/// A mix may differ from that of the whole by so many users: they are whole.
const ROUNDED_USERS: f64 = 1.0;
/// A rate that is rounded up could make one user more; one or two steps bring it below.
const ROUNDINGS_MAX: usize = 16;

/// People of one kind.
struct Kind<'a> {
    visitor: &'a VisitorPlan,
    groups: Vec<&'a Group>,
}

impl Kind<'_> {
    fn users(&self) -> u64 {
        self.groups.iter().map(|group| u64::from(group.users)).sum()
    }
}

/// The scenario of at least one group.
pub(super) fn scenario(name: String, groups: &[Group]) -> Result<Scenario, JmxError> {
    let kinds = kinds(groups);
    let phases = phases(groups);
    let users: u64 = kinds.iter().map(Kind::users).sum();
    let mut begin_s = 0.0;
    for phase in &phases {
        let span = (begin_s, begin_s + phase.seconds);
        begin_s = span.1;
        let all = users_within(groups, span);
        for kind in &kinds {
            let expected = to_f64(kind.users()) / to_f64(users) * all;
            let found: f64 = kind
                .groups
                .iter()
                .map(|group| group.users_within(span))
                .sum();
            if ROUNDED_USERS < (found - expected).abs() {
                let place = kind.groups.first().map_or("", |group| group.place.as_str());
                return Err(JmxError::Meaning(format!(
                    "{place}: from {} to {} s it has another share of all users than in the whole plan; a scenario has one mix of \
                     people for all its time: disable it, read the plan, and make a second scenario of it alone",
                    span.0, span.1
                )));
            }
        }
    }
    let divisor = kinds.iter().map(Kind::users).fold(0, gcd);
    let visitors = kinds.iter().map(|kind| VisitorPlan {
        share: to_f64(kind.users() / divisor.max(1)),
        ..kind.visitor.clone()
    });
    Ok(Scenario {
        name,
        original: None,
        seed: 0,
        sessions_min: users.min(SESSIONS_MIN),
        checked_share: CHECKED_SHARE,
        arrivals: Process::Even,
        thresholds: Thresholds::default(),
        phases,
        songs: Vec::new(),
        listeners: Vec::new(),
        visitors: visitors.collect(),
    })
}

fn kinds(groups: &[Group]) -> Vec<Kind<'_>> {
    let mut kinds: Vec<Kind<'_>> = Vec::new();
    for group in groups {
        match kinds.iter_mut().find(|kind| *kind.visitor == group.visitor) {
            Some(kind) => kind.groups.push(group),
            None => kinds.push(Kind {
                visitor: &group.visitor,
                groups: vec![group],
            }),
        }
    }
    kinds
}

/// From each time when a group begins or ends its ramp to the next such time.
fn phases(groups: &[Group]) -> Vec<Phase> {
    let ends = groups
        .iter()
        .flat_map(|group| [group.delay_s, group.ends_s()]);
    let mut times: Vec<f64> = std::iter::once(0.0).chain(ends).collect();
    times.sort_by(f64::total_cmp);
    times.dedup_by(|one, other| one.total_cmp(other).is_eq());
    let phase = |span: &[f64]| {
        let &[begin_s, end_s] = span else { return None };
        let seconds = end_s - begin_s;
        Some(Phase {
            seconds,
            starts_per_s: users_within(groups, (begin_s, end_s)) / seconds,
            to_starts_per_s: None,
        })
    };
    let mut phases: Vec<Phase> = times.windows(2).filter_map(phase).collect();
    let users: u64 = groups.iter().map(|group| u64::from(group.users)).sum();
    let last = phases.iter().rposition(|phase| 0.0 < phase.starts_per_s);
    for _ in 0..ROUNDINGS_MAX {
        let excess = area(&phases) - to_f64(users);
        let Some(phase) = last.and_then(|last| phases.get_mut(last)) else {
            break;
        };
        if excess <= 0.0 {
            break;
        }
        phase.starts_per_s = (phase.starts_per_s - excess / phase.seconds).next_down();
    }
    phases
}

/// How many sessions phases have, as starts are counted.
fn area(phases: &[Phase]) -> f64 {
    let lines = phases.iter().map(|phase| Line {
        length: std::time::Duration::try_from_secs_f64(phase.seconds).unwrap_or_default(),
        from_per_s: phase.starts_per_s,
        to_per_s: phase.starts_per_s,
    });
    lines.map(|line| line.starts()).sum()
}

/// How many users of all groups start from one time to another.
fn users_within(groups: &[Group], span: (f64, f64)) -> f64 {
    groups.iter().map(|group| group.users_within(span)).sum()
}

impl Group {
    fn ends_s(&self) -> f64 {
        self.delay_s + self.ramp_s
    }

    fn users_within(&self, (begin_s, end_s): (f64, f64)) -> f64 {
        let seconds = end_s.min(self.ends_s()) - begin_s.max(self.delay_s);
        f64::from(self.users) * (seconds.max(0.0) / self.ramp_s)
    }
}

fn gcd(one: u64, other: u64) -> u64 {
    if other == 0 {
        one
    } else {
        gcd(other, one % other)
    }
}
