//! From the elements of a plan to thread groups that are understood.
//!
//! A plan is a list of elements, each followed by a `hashTree` with what is below it. Timers and defaults hold for all that is
//! beside and below them, wherever they stand.

use super::address::Server;
use super::element::{Element, Http, Scope, elements};
use super::group::{Group, Rounds, Steps, microseconds};
use super::notes::Notes;
use super::tree::Node;
use super::variables::Variables;
use super::{JmxError, ORIGINAL_VARIABLE, ReadPlan, arrange};

/// Users who start at once come so fast here: a scenario has no moment in which all of them are there.
const AT_ONCE_PER_S: f64 = 1_000.0;
const GROUPS_MAX: usize = 1_000;

/// Reads a tree from its top.
pub(super) fn plan(root: &Node) -> Result<ReadPlan, JmxError> {
    let top = root
        .child("jmeterTestPlan")
        .and_then(|top| top.child("hashTree"));
    let elements = top.map(elements).unwrap_or_default();
    let plan = elements
        .iter()
        .find(|element| element.node.tag == "TestPlan");
    let plan = plan.ok_or_else(|| {
        JmxError::Meaning(
            "it is no plan of JMeter: <jmeterTestPlan> with a <TestPlan> is missing".to_owned(),
        )
    })?;
    let mut reading = Reading::default();
    if let Some(variables) = plan.node.property("TestPlan.user_defined_variables") {
        reading.define(variables)?;
    }
    let scope = reading.scope(&plan.below, &Scope::default())?;
    for element in &plan.below {
        if element.node.tag == "ThreadGroup" {
            reading.group(element, &scope)?;
        } else {
            reading.aside(element);
        }
    }
    if 1 < reading.groups.len() && plan.node.is("TestPlan.serialize_threadgroups") {
        return Err(JmxError::Meaning(
            "its thread groups run one after the other, each when the one before has ended, whenever that is: give each a delay \
             instead, or disable all but one".to_owned(),
        ));
    }
    if reading.groups.is_empty() {
        let mut text = "there is no thread group with a request that is understood".to_owned();
        for note in reading.notes.into_lines() {
            text.push_str("\n  ");
            text.push_str(&note);
        }
        return Err(JmxError::Meaning(text));
    }
    let name = plan.node.attribute("testname").unwrap_or_default().trim();
    let name = if name.is_empty() {
        "a plan of JMeter"
    } else {
        name
    };
    reading.spread_who_start_at_once();
    let mut scenario = arrange::scenario(name.to_owned(), &reading.groups)?;
    scenario.original = reading.variables.get(ORIGINAL_VARIABLE).map(str::to_owned);
    if 1 < scenario.visitors.len() {
        reading.notes.say(
            "which kind a visitor is of is drawn by the shares: each kind has its users on average, all together have theirs exactly",
        );
    }
    Ok(ReadPlan {
        scenario: scenario.checked()?,
        target: reading.target.map(|server| server.to_string()),
        notes: reading.notes.into_lines(),
    })
}

/// What was found so far.
#[derive(Default)]
pub(super) struct Reading {
    variables: Variables,
    notes: Notes,
    groups: Vec<Group>,
    /// The first server that is asked.
    pub(super) target: Option<Server>,
}

impl Reading {
    pub(super) fn fill(&mut self, text: &str, place: &str) -> Result<String, JmxError> {
        self.variables.fill(text, place, &mut self.notes)
    }

    pub(super) fn say(&mut self, note: &str) {
        self.notes.say(note);
    }

    fn define(&mut self, arguments: &Node) -> Result<(), JmxError> {
        let place = format!("variables (line {})", arguments.line);
        let all = arguments.property("Arguments.arguments");
        for argument in all.map(|all| all.children.as_slice()).unwrap_or_default() {
            let name = argument.value("Argument.name").unwrap_or_default();
            let value = argument.value("Argument.value").unwrap_or_default();
            let value = self.fill(value, &place)?;
            self.variables.set(name, value);
        }
        Ok(())
    }

    /// What the configuration among some elements means for all of them.
    fn scope<'a>(
        &mut self,
        elements: &[Element<'a>],
        outer: &Scope<'a>,
    ) -> Result<Scope<'a>, JmxError> {
        let mut scope = outer.clone();
        for element in elements {
            let node = element.node;
            match node.tag.as_str() {
                "Arguments" => self.define(node)?,
                "ConfigTestElement" => scope.defaults = Http::of(node).or(scope.defaults),
                "ConstantTimer" => {
                    let delay_ms = self.number(element, "ConstantTimer.delay")?.unwrap_or(0);
                    self.notes.say(format!(
                        "{}: JMeter waits {delay_ms} ms after each answer; here each request is due that long after the one before",
                        element.place()
                    ));
                    scope.wait(u64::from(delay_ms) * 1_000);
                }
                "ConstantThroughputTimer" => {
                    let per_minute = node.value("throughput").unwrap_or_default();
                    let per_minute = self.fill(per_minute, &element.place())?;
                    match (node.value("calcMode"), per_minute.parse::<f64>()) {
                        (None | Some("0"), Ok(rate)) if 0.0 < rate => {
                            scope.wait(microseconds(60.0 / rate));
                        }
                        _ => self.skip(element, "it is only understood for each thread by itself"),
                    }
                }
                _ => {}
            }
        }
        Ok(scope)
    }

    /// Says that an element is left out with all that is below it.
    pub(super) fn skip(&mut self, element: &Element<'_>, why: &str) {
        let inside = match element.requests_below() {
            0 => String::new(),
            1 => ", with the request in it".to_owned(),
            count => format!(", with the {count} requests in it"),
        };
        let place = element.place();
        self.notes.say(format!("{place}: left out{inside}: {why}"));
    }

    /// A number of an element, where it is given.
    fn number(&mut self, element: &Element<'_>, name: &str) -> Result<Option<u32>, JmxError> {
        let Some(text) = element.node.value(name) else {
            return Ok(None);
        };
        let place = element.place();
        let filled = self.fill(text, &place)?;
        filled.trim().parse().map(Some).map_err(|_error| {
            JmxError::Meaning(format!(
                "{place}: {name} is {filled:?}; it must be a whole number from 0"
            ))
        })
    }

    fn group<'a>(&mut self, element: &Element<'a>, outer: &Scope<'a>) -> Result<(), JmxError> {
        let place = element.place();
        let users = self
            .number(element, "ThreadGroup.num_threads")?
            .unwrap_or(1);
        let ramp_s = self.number(element, "ThreadGroup.ramp_time")?.unwrap_or(0);
        let is_scheduled = element.node.is("ThreadGroup.scheduler");
        let delay_s = self
            .number(element, "ThreadGroup.delay")?
            .filter(|_| is_scheduled);
        let duration_s = self
            .number(element, "ThreadGroup.duration")?
            .filter(|_| is_scheduled);
        let rounds = self.rounds(element, f64::from(ramp_s), duration_s)?;
        self.say_how_users_differ(element.node, &place);
        let mut steps = Steps::default();
        let scope = self.scope(&element.below, outer)?;
        self.walk(&element.below, &scope, &mut steps)?;
        let is_never = matches!(rounds, Rounds::Times(0) | Rounds::TimesWithin(0, _));
        if users == 0 || steps.order.is_empty() || is_never {
            self.skip(element, "it asks for nothing");
            return Ok(());
        }
        if self.groups.len() == GROUPS_MAX {
            return Err(JmxError::Meaning(format!(
                "more than {GROUPS_MAX} thread groups"
            )));
        }
        let visitor = steps.visitor(rounds, &place, &mut self.notes)?;
        self.groups.push(Group {
            place,
            users,
            delay_s: delay_s.map_or(0.0, f64::from),
            ramp_s: f64::from(ramp_s),
            visitor,
        });
        Ok(())
    }

    /// What a plan asks of users that visitors never do.
    fn say_how_users_differ(&mut self, group: &Node, place: &str) {
        let is = |name, value| group.value(name) == Some(value);
        if is("ThreadGroup.same_user_on_next_iteration", "false") {
            self.notes.say(format!(
                "{place}: each round is another user to it (same_user_on_next_iteration); here the same visitor goes on"
            ));
        }
        let on_error = group.value("ThreadGroup.on_sample_error");
        if let Some(on_error) = on_error.filter(|it| *it != "continue") {
            self.notes.say(format!(
                "{place}: after an error it does {on_error:?} (on_sample_error); here visitors go on"
            ));
        }
    }

    /// Groups whose users start all at once share a short time in which they do.
    fn spread_who_start_at_once(&mut self) {
        let at_once = |group: &&mut Group| group.ramp_s == 0.0;
        let users = self.groups.iter_mut().filter(at_once);
        let users: f64 = users.map(|group| f64::from(group.users)).sum();
        let seconds = users / AT_ONCE_PER_S;
        for group in self.groups.iter_mut().filter(at_once) {
            group.ramp_s = seconds;
            if 1.0 < users {
                let place = &group.place;
                self.notes.say(format!(
                    "{place}: its users start all at once; here within {seconds} s"
                ));
            }
        }
    }

    fn rounds(
        &mut self,
        element: &Element<'_>,
        ramp_s: f64,
        duration_s: Option<u32>,
    ) -> Result<Rounds, JmxError> {
        let place = element.place();
        let Some(controller) = element.node.property("ThreadGroup.main_controller") else {
            return Ok(Rounds::Times(1));
        };
        let loops = controller.value("LoopController.loops").unwrap_or("1");
        let loops = self.fill(loops, &place)?;
        let is_endless = controller.is("LoopController.continue_forever") || loops.starts_with('-');
        match (is_endless, duration_s.filter(|seconds| 0 < *seconds)) {
            (true, None) => Err(JmxError::Meaning(format!(
                "{place}: its users go on without end: give it a number of loops, or a duration"
            ))),
            (true, Some(seconds)) => Ok(Rounds::For(self.each_has_s(seconds, ramp_s, &place))),
            (false, duration) => {
                let times = loops.trim().parse().map_err(|_error| {
                    JmxError::Meaning(format!(
                        "{place}: LoopController.loops is {loops:?}; it must be a whole number"
                    ))
                })?;
                Ok(match duration {
                    Some(seconds) => {
                        Rounds::TimesWithin(times, self.each_has_s(seconds, ramp_s, &place))
                    }
                    None => Rounds::Times(times),
                })
            }
        }
    }

    /// How long a user of a group with a duration has, on average: each starts somewhere in the ramp.
    fn each_has_s(&mut self, duration_s: u32, ramp_s: f64, place: &str) -> f64 {
        let duration = f64::from(duration_s);
        if duration < ramp_s {
            self.notes.say(format!(
                "{place}: its duration of {duration_s} s ends before all its users have started; here all start"
            ));
        }
        (duration - ramp_s / 2.0).max(0.0)
    }

    /// Samplers and controllers, in their order.
    fn walk<'a>(
        &mut self,
        elements: &[Element<'a>],
        scope: &Scope<'a>,
        steps: &mut Steps,
    ) -> Result<(), JmxError> {
        for element in elements {
            match element.node.tag.as_str() {
                "HTTPSamplerProxy" => {
                    let inner = self.scope(&element.below, scope)?;
                    self.sampler(element, &inner, steps)?;
                    for below in &element.below {
                        self.aside(below);
                    }
                }
                "GenericController" | "TransactionController" | "LoopController" => {
                    let inner = self.scope(&element.below, scope)?;
                    let since = steps.order.len();
                    self.walk(&element.below, &inner, steps)?;
                    let times = match self.loops(element)? {
                        Some(times) => usize::try_from(times).unwrap_or(usize::MAX),
                        None => 1,
                    };
                    steps.repeat(since, times, &element.place())?;
                }
                _ => self.aside(element),
            }
        }
        Ok(())
    }

    /// How often a controller inside of a thread group does what is in it.
    fn loops(&mut self, element: &Element<'_>) -> Result<Option<u32>, JmxError> {
        // continue_forever says only that it may be gone through again in the next round of what it is in.
        let loops = element.node.value("LoopController.loops");
        let is_endless = loops.is_some_and(|loops| loops.starts_with('-'));
        if is_endless && element.node.tag == "LoopController" {
            let place = element.place();
            return Err(JmxError::Meaning(format!(
                "{place}: it goes on without end: give it a number of loops"
            )));
        }
        self.number(element, "LoopController.loops")
    }

    /// What stands beside requests: known and silent, or said.
    fn aside(&mut self, element: &Element<'_>) {
        let why = match element.node.tag.as_str() {
            // What they mean is in the scope already, and a visitor keeps cookies and what it has loaded anyhow.
            "Arguments"
            | "ConfigTestElement"
            | "ConstantTimer"
            | "ConstantThroughputTimer"
            | "CookieManager"
            | "CacheManager" => return,
            "HeaderManager" if asks_for_gzip_only(element.node) => return,
            "HeaderManager" => "visitors send their own headers",
            "ResultCollector" | "Summariser" => "what was found is in the report of haas load",
            "SetupThreadGroup" | "PostThreadGroup" => "nothing is done before or after a run",
            tag if tag.ends_with("Assertion") => {
                "a request fails by its status, or because its answer is not whole"
            }
            tag if tag.ends_with("Timer") => "of timers, the constant ones are understood",
            _ => "it is not understood",
        };
        self.skip(element, why);
    }
}

/// What visitors ask for anyhow.
fn asks_for_gzip_only(headers: &Node) -> bool {
    let all = headers.property("HeaderManager.headers");
    let mut all = all
        .map(|all| all.children.as_slice())
        .unwrap_or_default()
        .iter();
    all.all(|header| {
        header.value("Header.name") == Some("Accept-Encoding")
            && header.value("Header.value") == Some("gzip")
    })
}
