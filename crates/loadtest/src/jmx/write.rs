//! From a scenario to a plan: for each phase and each kind of visitor a thread group.

use url::Url;

use super::address::{Server, encoded};
use super::notes::Notes;
use super::{JmxError, ORIGINAL_VARIABLE, WrittenPlan, xml};
use crate::arrivals::Process;
use crate::count::to_f64;
use crate::scenario::{Scenario, VisitorPlan};
use crate::visitor::CONNECTIONS_MAX;

/// `JMeter` has a thread for each user who is there; with more of them it measures itself.
const THREADS_USUAL_MAX: u64 = 10_000;
/// Counts that differ by less are the same.
const ROUNDING: f64 = 1e-6;

/// A thread group to be.
struct Group {
    name: String,
    users: u64,
    delay_s: u64,
    ramp_s: u64,
}

/// Writes what the visitors of a scenario do.
pub(super) fn plan(scenario: &Scenario, target: &str) -> Result<WrittenPlan, JmxError> {
    let url = Url::parse(target).ok();
    let server = url.as_ref().and_then(Server::of).ok_or_else(|| {
        JmxError::Meaning(format!(
            "{target:?} is no address of a server: it must be http://HOST:PORT"
        ))
    })?;
    if scenario.visitors.is_empty() {
        return Err(JmxError::Meaning(
            "JMeter has no listener with a playback buffer, and this scenario has only listeners: give it visitors, or run it with \
             haas load (A1 to B18 are visitors, A1-listeners to B18-listeners are not)"
                .to_owned(),
        ));
    }
    let mut notes = Notes::default();
    say_what_is_lost(scenario, &mut notes);
    let mut groups = String::new();
    for (number, plan) in (1..).zip(&scenario.visitors) {
        say_what_is_lost_of(plan, number, &mut notes);
        for group in thread_groups(scenario, number, &mut notes) {
            if THREADS_USUAL_MAX < group.users {
                notes.say(format!(
                    "{}: {} users: JMeter has a thread for each of them who is there at the same time",
                    group.name, group.users
                ));
            }
            groups.push_str(&thread_group(&group, plan));
        }
    }
    if groups.is_empty() {
        return Err(JmxError::Meaning("no phase of it has a visitor".to_owned()));
    }
    let notes = notes.into_lines();
    let text = xml::plan(
        &single_line(&scenario.name),
        &comment(scenario, &notes),
        &variables(scenario),
        &defaults(&server),
        &groups,
    );
    Ok(WrittenPlan { text, notes })
}

fn say_what_is_lost(scenario: &Scenario, notes: &mut Notes) {
    if !scenario.listeners.is_empty() {
        notes.say(
            "its listeners are left out: JMeter has no playback buffer; only its visitors come",
        );
    }
    if scenario.arrivals == Process::Poisson {
        notes.say("visitors come equally far apart instead of at random (arrivals = \"poisson\")");
    }
    if !scenario.thresholds.is_empty() {
        notes.say("its thresholds are left out");
    }
    for (number, phase) in (1..).zip(&scenario.phases) {
        if phase
            .to_starts_per_s
            .is_some_and(|rate| rate.total_cmp(&phase.starts_per_s).is_ne())
        {
            notes.say(format!(
                "phase {number}: a rate that changes is its mean instead"
            ));
        }
        if phase.seconds.fract() != 0.0 {
            notes.say(format!(
                "phase {number}: its {} s are rounded to whole seconds",
                phase.seconds
            ));
        }
    }
}

fn say_what_is_lost_of(plan: &VisitorPlan, number: usize, notes: &mut Notes) {
    if plan.link.is_some() {
        notes.say(format!(
            "visitor {number}: its link is left out: JMeter has one for all threads (httpclient.socket.http.cps)"
        ));
    }
    if 1 < plan.requests {
        notes.say(format!(
            "visitor {number}: a request that is late makes those after it late as well, and its wait is counted from when it was \
             sent, not from when it was due"
        ));
    }
    if plan.loads_assets {
        notes.say(format!(
            "visitor {number}: what a page names is found by JMeter's own rules"
        ));
    }
    if plan.paths.iter().any(|path| encoded(path) != *path) {
        notes.say(format!(
            "visitor {number}: characters of its paths that no URL has are written in percent"
        ));
    }
}

/// One for each phase in which visitors of a kind start.
fn thread_groups(scenario: &Scenario, number: usize, notes: &mut Notes) -> Vec<Group> {
    let (mut begin_s, mut due) = (0.0, 0.0);
    let mut groups = Vec::new();
    for (phase, line) in (1..).zip(scenario.lines()) {
        let end_s = begin_s + line.length.as_secs_f64();
        let (begun, ended) = (due, due + line.starts());
        (begin_s, due) = (end_s, ended);
        let all = starts_before(ended) - starts_before(begun);
        let (before, own) = shares(scenario, number);
        let until = |share: f64| whole((to_f64(all) * share).round());
        let users = until(before + own) - until(before);
        let exact = line.starts() * own;
        if ROUNDING < (to_f64(users) - exact).abs() {
            notes.say(format!(
                "phase {phase}, visitor {number}: {exact:.2} users are rounded to {users}"
            ));
        }
        let delay_s = whole((end_s - line.length.as_secs_f64()).round());
        if 0 < users {
            groups.push(Group {
                name: format!("phase {phase}, visitor {number}"),
                users,
                delay_s,
                ramp_s: (whole(end_s.round()) - delay_s).max(1),
            });
        }
    }
    groups
}

/// The first is due where the area below the rates is 0, the next where it is 1; a count that is whole but for rounding is whole.
fn starts_before(area: f64) -> u64 {
    whole((area - ROUNDING).ceil())
}

/// How much of all who come are visitors of the kinds before this, and of this.
fn shares(scenario: &Scenario, number: usize) -> (f64, f64) {
    let listeners: f64 = scenario.listeners.iter().map(|plan| plan.share).sum();
    let visitors = || scenario.visitors.iter().map(|plan| plan.share);
    let all: f64 = listeners + visitors().sum::<f64>();
    let before: f64 = visitors().take(number - 1).sum();
    let own = visitors().nth(number - 1).unwrap_or_default();
    (before / all, own / all)
}

fn thread_group(group: &Group, plan: &VisitorPlan) -> String {
    let count = plan.requests as usize;
    let rounds = count / plan.paths.len();
    let (loops, samplers) = match count % plan.paths.len() {
        0 => (rounds, samplers(plan, plan.paths.len())),
        rest if rounds == 0 => (1, samplers(plan, rest)),
        rest => (
            1,
            xml::looped(rounds, &samplers(plan, plan.paths.len())) + &samplers(plan, rest),
        ),
    };
    let mut below = String::new();
    if 1 < plan.requests {
        below.push_str(&xml::throughput_timer(60.0 / plan.pace_s));
    }
    below.push_str(&xml::browser(plan.loads_assets));
    below.push_str(&samplers);
    let longest_s = f64::from(plan.requests) * (plan.pace_s + plan.patience_s);
    xml::thread_group(&xml::ThreadGroup {
        name: &group.name,
        users: group.users,
        ramp_s: group.ramp_s,
        delay_s: group.delay_s,
        duration_s: group.ramp_s + whole(longest_s.ceil()),
        loops,
        below: &below,
    })
}

fn samplers(plan: &VisitorPlan, count: usize) -> String {
    let patience_ms = whole((plan.patience_s * 1_000.0).round()).max(1);
    let connections = plan.loads_assets.then_some(CONNECTIONS_MAX);
    let paths = plan.paths.iter().take(count);
    paths
        .map(|path| xml::sampler(&encoded(path), patience_ms, connections))
        .collect()
}

fn comment(scenario: &Scenario, notes: &[String]) -> String {
    let mut lines = Vec::new();
    if let Some(row) = &scenario.original {
        lines.push(format!(
            "A reconstruction: the plan of {row} does not exist any more. This one was made from its row in the table of the experiment."
        ));
    }
    lines.push("Written by haas load to-jmx.".to_owned());
    if !notes.is_empty() {
        lines.push("What it does not say of its scenario:".to_owned());
        lines.extend_from_slice(notes);
    }
    lines.join("\n")
}

fn variables(scenario: &Scenario) -> String {
    let original = scenario.original.as_deref();
    original
        .map(|row| xml::variable(ORIGINAL_VARIABLE, row))
        .unwrap_or_default()
}

fn defaults(server: &Server) -> String {
    xml::defaults(&server.protocol, &server.host, server.port)
}

/// A name that is a name only: `JMeter` would do what stands in `${}`.
fn single_line(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    name.replace("${", "$ {")
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count or a time that a scenario may have"
)]
fn whole(count: f64) -> u64 {
    count as u64
}
