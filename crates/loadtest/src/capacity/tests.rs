use std::time::Duration;

use super::*;
use crate::environment::Environment;
use crate::preflight::PreflightError;
use crate::report::Run;
use crate::series::Series;
use crate::tally::Tally;
use crate::wire::Traffic;

const HOW: CapacityOptions = CapacityOptions {
    precision: 1.1,
    repeats: 2,
};

/// What a server says that answers at once up to a rate, and beyond it late.
fn answered(scenario: &Scenario, is_late: bool) -> Report {
    let started = Starts::new(scenario.lines(), scenario.arrivals, scenario.seed).count() as u64;
    let mut tally = Tally::default();
    tally.started_sessions = started;
    tally.plays = started;
    tally
        .startup
        .record(Duration::from_secs(if is_late { 3 } else { 0 }));
    let run = Run {
        scenario,
        target: "http://server",
        begun_at: String::new(),
        took: Duration::from_secs(10),
        is_interrupted: false,
        planned: started,
        active_max: started,
        threads: 1,
        cpu: Duration::ZERO,
        memory_bytes: 0,
        traffic: Traffic::default(),
        environment: Environment::read(),
        series: Series::default(),
        server: None,
    };
    Report::new(run, &tally)
}

fn found(
    scenario: &Scenario,
    run: &mut dyn FnMut(&Scenario, f64, Why) -> Result<Report, RunError>,
) -> Result<Capacity, CapacityError> {
    let begun = Begun::now("http://server");
    let (seen, search) = find(scenario, HOW, run)?;
    Ok(seen.capacity(scenario, &search, begun))
}

fn scenario_sessions_min(name: &str) -> u64 {
    Scenario::shipped(name).unwrap().unwrap().sessions_min
}

fn capacity_of(name: &str, takes_per_s: f64) -> Capacity {
    let scenario = Scenario::shipped(name).unwrap().unwrap();
    found(&scenario, &mut |scenario, rate, _| {
        Ok(answered(scenario, takes_per_s < rate))
    })
    .unwrap()
}

#[test]
fn a_server_that_takes_less_than_the_scenario_thought_is_the_limit_itself() {
    for (name, takes_per_s) in [("starts", 8.0), ("at-once", 3.0), ("starts", 1_000.0)] {
        let capacity = capacity_of(name, takes_per_s);
        let found = capacity.starts_per_s.unwrap();
        assert!(
            found <= takes_per_s && takes_per_s <= found * 1.1,
            "{name}: {capacity}"
        );
        assert!(
            matches!(capacity.bound, Bound::Server(_)),
            "{name}: {capacity}"
        );
        let is_said = capacity.to_string().contains("fewer than the 1000 ");
        let is_few = capacity.sessions < scenario_sessions_min(name);
        assert_eq!(is_said, is_few, "{name}: {capacity}");
    }
}

#[test]
fn a_server_that_takes_nobody_is_the_limit_too() {
    let capacity = capacity_of("starts", 0.0);
    assert!(!capacity.is_found());
    assert!(matches!(capacity.bound, Bound::Server(_)), "{capacity}");
    assert!(
        capacity.to_string().contains("sessions in a run: 1;"),
        "{capacity}"
    );
}

#[test]
fn where_nobody_comes_nothing_is_tried() {
    let text = "name = 'x'\narrivals = 'poisson'\n[[phase]]\nseconds = 1\nstarts_per_s = 10\n";
    let scenario = Scenario::read(text).unwrap();
    let capacity = found(&scenario, &mut |scenario, _, _| {
        assert!(!has_nobody(scenario));
        Ok(answered(scenario, true))
    })
    .unwrap();
    assert!(!capacity.is_found());
    assert!(matches!(capacity.bound, Bound::Server(_)), "{capacity}");
}

#[test]
fn who_interrupts_a_search_has_what_was_found_so_far() {
    let scenario = Scenario::shipped("starts").unwrap().unwrap();
    let until = |runs: u32, is_given_up: bool| {
        let mut number = 0;
        let capacity = found(&scenario, &mut |scenario, rate, _| {
            number += 1;
            match (runs < number, is_given_up) {
                (false, _) => Ok(answered(scenario, 250.0 < rate)),
                (true, true) => Err(RunError::GivenUp),
                (true, false) => Ok(Report {
                    is_interrupted: true,
                    ..answered(scenario, true)
                }),
            }
        });
        capacity.unwrap()
    };
    // 100 and 200 a second hold, 400 do not.
    for is_given_up in [true, false] {
        let two = until(2, is_given_up);
        assert_eq!(
            (two.starts_per_s, two.bound.clone()),
            (Some(200.0), Bound::Interrupted)
        );
        assert!(
            two.is_interrupted() && two.to_string().contains("no limit was found so far"),
            "{two}"
        );
        let three = until(4, is_given_up);
        assert_eq!(three.fails_at_starts_per_s, Some(400.0));
        assert!(matches!(three.bound, Bound::Server(_)), "{three}");
        assert_eq!(three.tried.len(), 4);
    }
    let none = until(0, true);
    assert!(!none.is_found());
    assert!(
        none.to_string().starts_with("interrupted: what 0 runs"),
        "{none}"
    );
}

/// The same, but the answer to each run is what `run` makes of its number, from 1.
fn capacity_where(
    run: impl Fn(u32, &Scenario, f64) -> Result<Report, RunError>,
) -> Result<Capacity, CapacityError> {
    let scenario = Scenario::shipped("starts").unwrap().unwrap();
    let mut number = 0;
    found(&scenario, &mut |scenario, rate, _| {
        number += 1;
        run(number, scenario, rate)
    })
}

#[test]
fn one_unlucky_run_is_not_the_limit_and_is_counted_where_it_was() {
    for (verdict, of_runs) in [(Verdict::Invalid, 2), (Verdict::Poor, 3)] {
        let capacity = capacity_where(|number, scenario, rate| {
            let well = answered(scenario, 250.0 < rate);
            // 100, 200 and 400 twice; then what lies between.
            let is_unlucky = number == 1 || rate < 250.0 && 225.0 < rate && number < 10;
            Ok(if is_unlucky {
                Report { verdict, ..well }
            } else {
                well
            })
        });
        let capacity = capacity.unwrap();
        let found = capacity.starts_per_s.unwrap();
        assert!((225.0..=250.0).contains(&found), "{verdict:?}: {capacity}");
        assert!(matches!(capacity.bound, Bound::Server(_)), "{capacity}");
        assert!(capacity.of_runs <= of_runs, "{verdict:?}: {capacity}");
        let said = format!("stable in 2 of {} runs", capacity.of_runs);
        assert!(capacity.to_string().contains(&said), "{capacity}");
    }
}

#[test]
fn figures_are_those_of_the_rate_that_was_found() {
    // 400 hold once; later nothing above 150 does.
    let capacity = capacity_where(|number, scenario, rate| {
        Ok(answered(
            scenario,
            if number < 4 { 450.0 } else { 150.0 } < rate,
        ))
    });
    let capacity = capacity.unwrap();
    let found = capacity.starts_per_s.unwrap();
    assert!((130.0..=150.0).contains(&found), "{capacity}");
    let of_found = |tried: &&Tried| tried.starts_per_s.to_bits() == found.to_bits();
    let run = capacity.tried.iter().find(of_found).unwrap();
    assert_eq!(
        (capacity.at_once, capacity.sessions),
        (run.at_once, run.sessions)
    );
    let none = capacity_where(|number, scenario, _| Ok(answered(scenario, 1 < number))).unwrap();
    assert_eq!((none.is_found(), none.at_once), (false, 0));
    assert_eq!(none.sessions, none.tried.last().unwrap().sessions);
}

fn away() -> RunError {
    RunError::Unreachable {
        url: "http://server/".to_owned(),
        reason: "the connection was refused".to_owned(),
    }
}

#[test]
fn an_error_after_the_first_run_loses_nothing() {
    // 100 and 200 hold; from then on nobody answers.
    let capacity = capacity_where(|number, scenario, _| match number {
        1 | 2 => Ok(answered(scenario, false)),
        _ => Err(away()),
    });
    let capacity = capacity.unwrap();
    assert_eq!((capacity.starts_per_s, capacity.runs), (Some(200.0), 1));
    assert_eq!(capacity.bound, Bound::Broken(away().to_string()));
    let said = capacity.to_string();
    assert!(
        said.starts_with("no further run could begin: http://server/"),
        "{said}"
    );
    assert!(said.contains("no limit was found so far"), "{said}");
    assert!(capacity.to_json().contains("does not answer"));

    // 400 kill it for a while, and that is what it is the limit of.
    let capacity = capacity_where(|number, scenario, rate| match number {
        4 | 5 => Err(away()),
        _ => Ok(answered(scenario, 250.0 < rate)),
    });
    let capacity = capacity.unwrap();
    assert!(matches!(capacity.bound, Bound::Server(_)), "{capacity}");
    assert_eq!((capacity.runs, capacity.of_runs), (2, 2));

    let first = capacity_where(|_, _, _| Err(away()));
    assert!(matches!(
        first,
        Err(CapacityError::Run(RunError::Unreachable { .. }))
    ));
}

#[test]
fn what_this_machine_or_a_scenario_does_not_allow_is_a_limit() {
    let capacity = capacity_where(|_, scenario, rate| {
        if rate < 300.0 {
            return Ok(answered(scenario, false));
        }
        let (needed, allowed) = (2_000, 1_000);
        Err(PreflightError::Descriptors { needed, allowed }.into())
    });
    let capacity = capacity.unwrap();
    let said = capacity.to_string();
    assert!(
        said.contains("not tried at 3") && said.contains("ulimit -n"),
        "{said}"
    );
    assert_eq!(capacity.runs, 2);
    let sure = "stable in 2 of 2 runs; these allow only to say that at least 22 % of such runs would be stable (95 % confidence)";
    assert!(said.contains(sure), "{said}");

    // More than 20 million sessions are no scenario.
    let text = "name = 'x'\n[[phase]]\nseconds = 80000\nstarts_per_s = 200\n[[visitor]]\n";
    let scenario = Scenario::read(text).unwrap();
    let stable = answered(&Scenario::shipped("starts").unwrap().unwrap(), false);
    let capacity = found(&scenario, &mut |_, _, _| Ok(stable.clone())).unwrap();
    let found = capacity.starts_per_s.unwrap();
    assert!((225.0..=250.0).contains(&found), "{capacity}");
    assert!(matches!(capacity.bound, Bound::Scenario(_)), "{capacity}");
    assert!(
        capacity.to_string().contains("number of sessions"),
        "{capacity}"
    );
}

/// While the schema is 1 nothing in it changes; a field that is new is only added.
#[test]
fn what_is_written_keeps_its_fields() {
    let capacity = Capacity {
        schema: SCHEMA,
        kind: KIND,
        scenario: "evening".to_owned(),
        target: "http://music.test".to_owned(),
        begun_at: "2026-01-02T03:04:05Z".to_owned(),
        seconds: 62.5,
        environment: Environment {
            version: "1.2.3".to_owned(),
            system: "Linux 6".to_owned(),
            processor: "fast".to_owned(),
            processors: 8,
            memory_bytes: 1_000,
        },
        starts_per_s: Some(200.0),
        at_once: 300,
        runs: 2,
        of_runs: 3,
        sessions: 2_000,
        sessions_min: 1_000,
        share_at_least: 0.25,
        fails_at_starts_per_s: Some(220.0),
        bound: Bound::Server(vec![Miss::Failures { count: 4 }]),
        broken_by: Some("nobody answers".to_owned()),
        is_interrupted: true,
        tried: vec![Tried {
            starts_per_s: 200.0,
            verdict: Verdict::Stable,
            at_once: 300,
            sessions: 2_000,
        }],
    };
    let written: serde_json::Value = serde_json::from_str(&capacity.to_json()).unwrap();
    let first: serde_json::Value = serde_json::from_str(include_str!("schema-1.json")).unwrap();
    assert_eq!(written, first);
}

#[test]
fn each_run_says_why_it_is_made_and_what_came_of_it() {
    let scenario = Scenario::shipped("starts").unwrap().unwrap();
    let late = answered(&scenario, true);
    let starts_per_s = 141.42;
    let begins = |why| {
        let step = Step::Begins {
            run: 3,
            starts_per_s,
            why,
        };
        step.to_string()
    };
    let (holds, fails) = (100.0, 200.0);
    assert_eq!(
        begins(Why::Between { holds, fails }),
        "run 3: trying 141.4 starts a second, between 100.0 that hold and 200.0 that do not"
    );
    let (held, repeats) = (1, 5);
    assert!(begins(Why::Repeating { held, repeats }).ends_with("1 of 5 runs have held"));
    let ended = |ended: Result<&Report, &RunError>| {
        let step = Step::Ended {
            run: 3,
            starts_per_s,
            ended,
        };
        step.to_string()
    };
    let said = ended(Ok(&late));
    let begin = "run 3: 나쁨 (poor) at 141.4 starts a second: one of a hundred waited ";
    assert!(said.starts_with(begin), "{said}");
    let well = answered(&scenario, false);
    assert!(ended(Ok(&well)).ends_with("안정 (stable) at 141.4 starts a second"));
    assert!(
        ended(Err(&away()))
            .contains("no result at 141.4 starts a second: http://server/ does not answer")
    );
}
