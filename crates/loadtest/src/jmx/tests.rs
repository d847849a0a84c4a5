use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::arrivals::{Process, Starts};
use crate::scenario::{ListenerPlan, Phase, Thresholds, VisitorPlan};

const TARGET: &str = "http://127.0.0.1:8080";

/// A plan with some elements in it.
fn plan(elements: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<jmeterTestPlan version=\"1.2\">\n<hashTree>\n\
         <TestPlan testname=\"shop\"/>\n<hashTree>{elements}</hashTree></hashTree></jmeterTestPlan>"
    )
}

fn text(name: &str, value: &str) -> String {
    format!("<stringProp name=\"{name}\">{value}</stringProp>")
}

/// A thread group with more properties and what is below it.
fn group(users: &str, ramp_s: &str, loops: &str, more: &str, below: &str) -> String {
    format!(
        "<ThreadGroup testname=\"users\" enabled=\"true\">{}{}{more}\
         <elementProp name=\"ThreadGroup.main_controller\" elementType=\"LoopController\">{}</elementProp>\
         </ThreadGroup><hashTree>{below}</hashTree>",
        text("ThreadGroup.num_threads", users),
        text("ThreadGroup.ramp_time", ramp_s),
        text("LoopController.loops", loops),
    )
}

fn sampler(path: &str) -> String {
    let server = text("HTTPSampler.domain", "shop.test") + &text("HTTPSampler.port", "8080");
    format!(
        "<HTTPSamplerProxy testname=\"page\">{server}{}{}</HTTPSamplerProxy><hashTree/>",
        text("HTTPSampler.path", path),
        text("HTTPSampler.response_timeout", "5000"),
    )
}

fn refused(elements: &str) -> String {
    Scenario::from_jmx(&plan(elements)).unwrap_err().to_string()
}

fn read(elements: &str) -> ReadPlan {
    Scenario::from_jmx(&plan(elements)).unwrap()
}

#[test]
fn users_who_go_round_some_paths_are_visitors() {
    let samplers = sampler("/a") + &sampler("b?c=d");
    let timer = format!(
        "<ConstantTimer>{}</ConstantTimer><hashTree/>",
        text("ConstantTimer.delay", "250")
    );
    let found = read(&group("600", "60", "3", "", &(samplers + &timer)));
    let visitor = VisitorPlan {
        paths: vec!["/a".to_owned(), "/b?c=d".to_owned()],
        requests: 6,
        pace_s: 0.25,
        patience_s: 5.0,
        ..VisitorPlan::default()
    };
    assert_eq!(found.scenario.visitors, [visitor]);
    let phase = Phase {
        seconds: 60.0,
        starts_per_s: 10.0,
        to_starts_per_s: None,
    };
    assert_eq!(found.scenario.phases, [phase]);
    assert_eq!(found.scenario.name, "shop");
    assert_eq!(found.target.as_deref(), Some("http://shop.test:8080"));
    assert_eq!(found.notes.len(), 1, "{:?}", found.notes);
    assert!(found.notes[0].contains("250 ms after each answer"));
}

#[test]
fn properties_of_the_command_line_are_their_defaults_and_variables_what_they_stand_for() {
    let variables = format!(
        "<Arguments testname=\"v\"><collectionProp name=\"Arguments.arguments\"><elementProp name=\"way\">{}{}</elementProp>\
         </collectionProp></Arguments><hashTree/>",
        text("Argument.name", "way"),
        text("Argument.value", "/music"),
    );
    let users = group("${__P(users,40)}", "4", "1", "", &sampler("${way}/search"));
    let found = read(&(variables + &users));
    assert_eq!(found.scenario.visitors[0].paths, ["/music/search"]);
    assert!((found.scenario.phases[0].starts_per_s - 10.0).abs() < 1e-9);
    assert_eq!(
        found.notes,
        ["ThreadGroup \"users\" (line 5): ${__P(users,40)} is taken as its default, \"40\""]
    );
}

#[test]
fn what_is_not_understood_is_said_with_its_place_and_what_is_disabled_is_not() {
    let odd = "<BeanShellSampler testname=\"magic\"/>\n<hashTree/>\
        <IfController testname=\"perhaps\"/><hashTree><HTTPSamplerProxy/><hashTree/></hashTree>\
        <JSR223Sampler testname=\"off\" enabled=\"false\"/><hashTree/>";
    let post = format!(
        "<HTTPSamplerProxy testname=\"buy\">{}{}</HTTPSamplerProxy><hashTree/>",
        text("HTTPSampler.domain", "shop.test"),
        text("HTTPSampler.method", "POST")
    );
    let elsewhere = sampler("/a").replace("shop.test", "other.test");
    let unknown = sampler("/${which}");
    let below = [odd, &post, &sampler("/a"), &elsewhere, &unknown].concat();
    let notes = read(&group("1", "1", "1", "", &below)).notes;
    assert_eq!(
        notes,
        [
            "BeanShellSampler \"magic\" (line 5): left out: it is not understood",
            "IfController \"perhaps\" (line 6): left out, with the request in it: it is not understood",
            "HTTPSamplerProxy \"buy\" (line 6): left out: its method is POST, only GET is asked",
            "HTTPSamplerProxy \"page\" (line 6): left out: it asks another server, and a scenario asks one",
            "HTTPSamplerProxy \"page\" (line 6): ${which} is not understood",
            "HTTPSamplerProxy \"page\" (line 6): left out: its path has something that is not understood",
        ]
    );
}

#[test]
fn loops_in_loops_are_unrolled_and_their_rounds_found_again() {
    let inner = format!(
        "<LoopController testname=\"twice\"><boolProp name=\"LoopController.continue_forever\">true</boolProp>{}\
         </LoopController><hashTree>{}</hashTree>",
        text("LoopController.loops", "2"),
        sampler("/b")
    );
    let found = read(&group("1", "1", "2", "", &(sampler("/a") + &inner)));
    let visitor = &found.scenario.visitors[0];
    assert_eq!(visitor.paths, ["/a", "/b", "/b"]);
    assert_eq!(visitor.requests, 6);
}

#[test]
fn thread_groups_after_and_beside_each_other_are_phases_with_one_mix() {
    let at = |delay_s: &str| {
        format!(
            "<boolProp name=\"ThreadGroup.scheduler\">true</boolProp>{}",
            text("ThreadGroup.delay", delay_s)
        )
    };
    let same = group("60", "10", "1", &at("5"), &sampler("/a"))
        + &group("40", "20", "1", &at("5"), &sampler("/a"));
    let phases = read(&same).scenario.phases;
    let rates: Vec<(f64, f64)> = phases
        .iter()
        .map(|phase| (phase.seconds, phase.starts_per_s))
        .collect();
    assert_eq!(rates, [(5.0, 0.0), (10.0, 8.0), (10.0, 2.0)]);

    let mixed =
        group("60", "10", "1", "", &sampler("/a")) + &group("20", "10", "1", "", &sampler("/b"));
    let found = read(&mixed);
    let shares = found.scenario.visitors.iter().map(|plan| plan.share);
    assert_eq!(shares.collect::<Vec<f64>>(), [3.0, 1.0]);
    assert!(found.notes.iter().any(|note| note.contains("on average")));

    let at_once =
        group("50", "0", "1", "", &sampler("/a")) + &group("20", "0", "1", "", &sampler("/b"));
    let found = read(&at_once);
    let shares = found.scenario.visitors.iter().map(|plan| plan.share);
    assert_eq!(shares.collect::<Vec<f64>>(), [5.0, 2.0]);
    assert!((found.scenario.phases[0].seconds - 0.07).abs() < 1e-9);

    let changing = group("60", "10", "1", "", &sampler("/a"))
        + &group("20", "10", "1", &at("10"), &sampler("/b"));
    assert!(refused(&changing).contains("one mix of people"));
}

#[test]
fn users_without_end_need_a_duration() {
    let forever = |more: &str| group("10", "2", "-1", more, &(sampler("/a") + &sampler("/b")));
    assert!(refused(&forever("")).contains("(line 5): its users go on without end"));
    let timed = format!(
        "<boolProp name=\"ThreadGroup.scheduler\">true</boolProp>{}",
        text("ThreadGroup.duration", "21")
    );
    let found = read(&forever(&timed));
    assert_eq!(found.scenario.visitors[0].requests, 20);
    assert!(found.notes.iter().any(|note| note.contains("10 times")));
}

#[test]
fn a_duration_ends_loops_that_would_take_longer() {
    let timer = format!(
        "<ConstantTimer>{}</ConstantTimer><hashTree/>",
        text("ConstantTimer.delay", "1000")
    );
    let timed = |loops, seconds| {
        let more = format!(
            "<boolProp name=\"ThreadGroup.scheduler\">true</boolProp>{}",
            text("ThreadGroup.duration", seconds)
        );
        read(&group("10", "10", loops, &more, &(sampler("/a") + &timer)))
    };
    let ended = timed("100", "60");
    assert_eq!(ended.scenario.visitors[0].requests, 55);
    assert!(
        ended
            .notes
            .iter()
            .any(|note| note.contains("ends before its 100 loops do"))
    );
    let whole = timed("50", "60");
    assert_eq!(whole.scenario.visitors[0].requests, 50);
    assert_eq!(whole.notes.len(), 1, "{:?}", whole.notes);
    let short = timed("5", "8");
    assert!(
        short
            .notes
            .iter()
            .any(|note| note.contains("ends before all its users have started"))
    );
}

#[test]
fn loops_without_a_timer_are_all_made() {
    let more = format!(
        "<boolProp name=\"ThreadGroup.scheduler\">true</boolProp>{}",
        text("ThreadGroup.duration", "60")
    );
    let found = read(&group("10", "10", "100", &more, &sampler("/a")));
    assert_eq!(found.scenario.visitors[0].requests, 100);
    let said = |what| found.notes.iter().any(|note| note.contains(what));
    assert!(said("here all are made"), "{:?}", found.notes);
}

#[test]
fn phases_that_were_written_are_read_without_a_word() {
    let phases =
        "[[phase]]\nseconds = 5\nstarts_per_s = 10\n[[phase]]\nseconds = 5\nstarts_per_s = 20\n";
    let scenario = Scenario::read(&format!("name = 'two'\n{phases}[[visitor]]\n")).unwrap();
    let plan = scenario.to_jmx(TARGET).unwrap().text;
    assert_eq!(Scenario::from_jmx(&plan).unwrap().notes, [""; 0]);
}

#[test]
fn what_users_of_a_plan_do_otherwise_is_said_once() {
    let set = |kind, name, value| format!("<{kind} name=\"{name}\">{value}</{kind}>");
    let followed = sampler("/a").replace(
        "<stringProp name=\"HTTPSampler.path\">",
        &(set("boolProp", "HTTPSampler.auto_redirects", "true")
            + &set("boolProp", "HTTPSampler.follow_redirects", "false")
            + "<stringProp name=\"HTTPSampler.path\">"),
    );
    let notes = read(&group("1", "1", "1", "", &followed)).notes;
    assert_eq!(notes, [""; 0]);
    let page = sampler("/a").replace(
        "<stringProp name=\"HTTPSampler.path\">",
        &(set("boolProp", "HTTPSampler.use_keepalive", "false")
            + &set("boolProp", "HTTPSampler.follow_redirects", "false")
            + "<stringProp name=\"HTTPSampler.path\">"),
    );
    let more = set(
        "boolProp",
        "ThreadGroup.same_user_on_next_iteration",
        "false",
    ) + &set("stringProp", "ThreadGroup.on_sample_error", "stopthread");
    let timer = format!(
        "<ConstantTimer>{}</ConstantTimer><hashTree/>",
        text("ConstantTimer.delay", "1000")
    );
    let notes = read(&group(
        "1",
        "1",
        "1",
        &more,
        &(page.clone() + &page + &timer),
    ))
    .notes;
    for said in [
        "use_keepalive",
        "follow_redirects",
        "same_user_on_next_iteration",
        "\"stopthread\"",
    ] {
        let count = notes.iter().filter(|note| note.contains(said)).count();
        assert_eq!(count, 1, "{said}: {notes:?}");
    }
}

#[test]
fn a_broken_a_deep_a_huge_and_an_explosive_file_are_refused() {
    let error = |text: &str| Scenario::from_jmx(text).unwrap_err().to_string();
    assert!(error("").contains("no plan of JMeter"));
    assert!(error("<a><b></a>").contains("line 1: it is no XML"));
    assert!(error("<a>\n<b>").contains("line 2: <b> has no end"));
    assert!(error("<a>&lol;</a>").contains("&lol;: it is not known"));
    assert!(error("<a b='&lol;'/>").contains("lol"));
    let laughs = "<!DOCTYPE lolz [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]><lolz>&b;</lolz>";
    assert!(error(laughs).contains("a document type is not read"));
    assert!(error(&"<hashTree>".repeat(100_000)).contains("more than 200 elements in each other"));
    assert!(error(&"<a/>".repeat(200_001)).contains("more than 200000 elements"));
    assert!(error(&" ".repeat(JMX_BYTES_MAX + 1)).contains("more than 16777216 bytes"));
    let mut attributes = String::new();
    for number in 0..100_000 {
        write!(attributes, " a{number}=''").unwrap();
    }
    assert!(error(&format!("<a{attributes}/>")).contains("more than 32 attributes"));
}

#[test]
fn loops_and_variables_that_multiply_each_other_are_refused() {
    let mut loops = sampler("/a");
    for _ in 0..20 {
        let times = text("LoopController.loops", "4000000000");
        loops = format!("<LoopController>{times}</LoopController><hashTree>{loops}</hashTree>");
    }
    assert!(refused(&group("1", "1", "1", "", &loops)).contains("more than 1000000 requests"));
    let empty = loops.replace(&sampler("/a"), "");
    assert!(refused(&group("1", "1", "1", "", &empty)).contains("asks for nothing"));

    let mut variables = String::new();
    for number in 0..64 {
        let before = "${v".to_owned() + &number.to_string() + "}";
        write!(
            variables,
            "<Arguments><collectionProp name=\"Arguments.arguments\"><elementProp name=\"\">{}{}</elementProp></collectionProp>\
             </Arguments><hashTree/>",
            text("Argument.name", &format!("v{}", number + 1)),
            text("Argument.value", &if number == 0 { "ha".to_owned() } else { before.repeat(10) }),
        )
        .unwrap();
    }
    assert!(refused(&variables).contains("more than 8192 bytes"));
    let open = text("HTTPSampler.path", &"${".repeat(4_000_000));
    let open = format!("<HTTPSamplerProxy>{open}</HTTPSamplerProxy><hashTree/>");
    assert!(refused(&group("1", "1", "1", "", &open)).contains("more than 8192 bytes"));

    let many: String = (0..1_001)
        .map(|number| sampler(&format!("/{number}")))
        .collect();
    assert!(
        refused(&group("1", "1", "1", "", &many)).contains("more than 1000 different requests")
    );
}

#[test]
fn rows_of_the_original_table_are_written_as_reconstructions() {
    for number in (1..=6)
        .map(|n| format!("A{n}"))
        .chain((1..=18).map(|n| format!("B{n}")))
    {
        let scenario = Scenario::shipped(&number).unwrap().unwrap();
        let written = scenario.to_jmx(TARGET).unwrap();
        let label = format!("A reconstruction: the plan of {number} does not exist any more.");
        assert!(written.text.contains(&label), "{}", written.text);
        assert!(written.text.contains(&format!(
            "testname=\"{number} (reconstructed, page requests)\""
        )));
        let read = Scenario::from_jmx(&written.text).unwrap();
        assert_eq!(read.scenario, scenario);
        assert_eq!(
            (read.target.as_deref(), read.notes.as_slice()),
            (Some(TARGET), [].as_slice())
        );
    }
}

#[test]
fn what_a_plan_cannot_say_is_said() {
    let mut scenario = Scenario::shipped("A1").unwrap().unwrap();
    scenario.arrivals = Process::Poisson;
    scenario.phases[0].to_starts_per_s = Some(100.0);
    scenario.listeners.push(ListenerPlan::default());
    scenario.thresholds.failed_share = Some(0.0);
    let written = scenario.to_jmx(TARGET).unwrap();
    let notes = written.notes.join("\n");
    for said in [
        "listeners are left out",
        "poisson",
        "thresholds",
        "phase 1: a rate that changes",
    ] {
        assert!(notes.contains(said), "{notes}");
    }
    // In the plan as well, for who has only that.
    assert!(written.text.contains("its listeners are left out"));
    // Half of the mean of 50 and 100 a second.
    assert!(
        written.text.contains("num_threads\">4500<"),
        "{}",
        written.text
    );

    scenario.visitors.clear();
    let error = scenario.to_jmx(TARGET).unwrap_err().to_string();
    assert!(error.contains("give it visitors"), "{error}");
    let error = Scenario::shipped("A1").unwrap().unwrap().to_jmx("music");
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("\"music\" is no address")
    );
}

#[test]
fn paths_are_written_as_java_reads_them() {
    assert_eq!(
        address::encoded("/a-b.c~d?e=f&g=1+2;3"),
        "/a-b.c~d?e=f&g=1+2;3"
    );
    assert_eq!(address::encoded("/노래"), "/%EB%85%B8%EB%9E%98");
    assert_eq!(
        address::encoded("/${__exit(1)}|[%zz%2f$"),
        "/%24%7B__exit(1)%7D%7C%5B%25zz%2f$"
    );
}

/// Visitors that a plan can say: each path once, a timer only where there is more than one request.
fn visitor() -> impl Strategy<Value = VisitorPlan> {
    let paths = prop::collection::btree_set("/[a-z0-9/?=&.;-]{0,8}", 1..4);
    (paths, 1..9_u32, 1..5_000_u32, 1..20_000_u32, any::<bool>()).prop_filter_map(
        "two slashes lead to another server",
        |(paths, more, pace_ms, patience_ms, loads_assets)| {
            let paths: Vec<String> = paths.into_iter().collect();
            let requests = u32::try_from(paths.len()).ok()? + more - 1;
            let has_pace = 1 < requests;
            let is_odd = paths.iter().any(|path| path.starts_with("//"));
            (!is_odd).then(|| VisitorPlan {
                paths,
                requests,
                pace_s: if has_pace {
                    f64::from(pace_ms) / 1_000.0
                } else {
                    1.0
                },
                patience_s: f64::from(patience_ms) / 1_000.0,
                loads_assets,
                ..VisitorPlan::default()
            })
        },
    )
}

/// Scenarios that a plan can say: whole seconds, level rates, shares that make whole users of every phase.
fn scenario() -> impl Strategy<Value = Scenario> {
    let visitors = prop_oneof![
        visitor().prop_map(|one| vec![one]),
        (visitor(), visitor()).prop_filter_map("the same kind twice", |(one, other)| {
            let two = vec![
                VisitorPlan {
                    share: 2.0,
                    ..one.clone()
                },
                other.clone(),
            ];
            (one != other).then_some(two)
        }),
    ];
    let phases = prop::collection::vec((1..600_u32, 1..3_000_u32), 1..5);
    (
        "[a-zA-Z(<&'\"가-힣][a-z <>&가-힣-]{0,20}[a-z]",
        visitors,
        phases,
    )
        .prop_map(|(name, visitors, phases)| {
            let users: u32 = phases.iter().map(|(_, thirds)| thirds * 3).sum();
            let phases = phases.into_iter().map(|(seconds, thirds)| Phase {
                seconds: f64::from(seconds),
                starts_per_s: f64::from(thirds * 3) / f64::from(seconds),
                to_starts_per_s: None,
            });
            Scenario {
                name,
                original: None,
                seed: 0,
                sessions_min: u64::from(users.min(1_000)),
                checked_share: crate::scenario::CHECKED_SHARE,
                arrivals: Process::Even,
                thresholds: Thresholds::default(),
                phases: phases.collect(),
                songs: Vec::new(),
                listeners: Vec::new(),
                visitors,
            }
        })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(scenario in scenario()) {
        let written = scenario.to_jmx(TARGET).unwrap();
        let mut read = Scenario::from_jmx(&written.text).unwrap().scenario;
        // A rate may lose its last digit, so that no user is too many.
        for (phase, expected) in read.phases.iter_mut().zip(&scenario.phases) {
            prop_assert!((phase.starts_per_s - expected.starts_per_s).abs() < 1e-9);
            phase.starts_per_s = expected.starts_per_s;
        }
        prop_assert_eq!(read, scenario);
    }

    #[test]
    fn a_plan_starts_exactly_its_users(users in 1..5_000_u32, ramp_s in 0..1_000_u32) {
        let text = group(&users.to_string(), &ramp_s.to_string(), "1", "", &sampler("/a"));
        let scenario = read(&text).scenario;
        let starts = Starts::new(scenario.lines(), Process::Even, 0).count();
        prop_assert_eq!(starts, users as usize);
    }

    #[test]
    fn no_text_breaks_the_reader(text: String) {
        let _ = Scenario::from_jmx(&text);
        let _ = Scenario::from_jmx(&plan(&text));
    }

    #[test]
    fn no_change_of_a_plan_breaks_the_reader(at: prop::sample::Index, length in 0..40_usize, put in "[<>&;/$ -{}0-9a-z\"=]{0,12}") {
        let mut text = Scenario::shipped("A1").unwrap().unwrap().to_jmx(TARGET).unwrap().text;
        let from = at.index(text.len());
        text.replace_range(from..(from + length).min(text.len()), &put);
        let _ = Scenario::from_jmx(&text);
    }
}
