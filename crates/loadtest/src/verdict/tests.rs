use super::*;

const GOOD: Figures = Figures {
    is_interrupted: false,
    planned_sessions: 2_000,
    started_sessions: 2_000,
    late_sessions: 20,
    sessions_min: 1_000,
    lag_p99: Duration::from_millis(10),
    backlog_p99: Duration::from_millis(50),
    own_faults: 0,
    plays: 2_000,
    failed_plays: 0,
    stalled_plays: 20,
    startup_p95: Duration::from_millis(400),
    startup_p99: Duration::from_millis(500),
    rebuffer_ratio: 0.001,
    requests: 500,
    failed_requests: 0,
    response_p95: Duration::from_millis(100),
    response_p99: Duration::from_millis(500),
};

#[test]
fn each_limit_of_a_stable_run_counts() {
    assert_eq!(GOOD.verdict(), Verdict::Stable);
    let fair = [
        Figures {
            startup_p99: Duration::from_millis(501),
            ..GOOD
        },
        Figures {
            rebuffer_ratio: 0.0011,
            ..GOOD
        },
        Figures {
            stalled_plays: 21,
            ..GOOD
        },
        Figures {
            failed_plays: 1,
            ..GOOD
        },
        Figures {
            failed_requests: 1,
            ..GOOD
        },
        Figures {
            response_p99: Duration::from_millis(501),
            ..GOOD
        },
    ];
    for figures in fair {
        assert_eq!(figures.verdict(), Verdict::Fair, "{figures:?}");
        assert_eq!(figures.misses().len(), 1, "{figures:?}");
    }
    let large = Figures {
        plays: 200_000,
        failed_plays: 20,
        ..GOOD
    };
    assert_eq!(large.verdict(), Verdict::Stable);
    assert_eq!(
        Figures {
            failed_plays: 21,
            ..large
        }
        .verdict(),
        Verdict::Fair
    );
}

#[test]
fn each_limit_of_a_fair_run_counts() {
    let poor = [
        Figures {
            startup_p95: Duration::from_millis(2001),
            startup_p99: Duration::from_secs(3),
            ..GOOD
        },
        Figures {
            rebuffer_ratio: 0.011,
            ..GOOD
        },
        Figures {
            failed_plays: 21,
            ..GOOD
        },
        Figures {
            failed_requests: 6,
            ..GOOD
        },
        Figures {
            response_p95: Duration::from_millis(2001),
            response_p99: Duration::from_secs(3),
            ..GOOD
        },
    ];
    for figures in poor {
        assert_eq!(figures.verdict(), Verdict::Poor, "{figures:?}");
    }
}

#[test]
fn a_run_that_the_generator_limited_says_nothing() {
    let invalid = [
        Figures {
            started_sessions: 1_999,
            ..GOOD
        },
        Figures {
            late_sessions: 21,
            ..GOOD
        },
        Figures {
            lag_p99: Duration::from_millis(11),
            ..GOOD
        },
        Figures {
            backlog_p99: Duration::from_millis(51),
            ..GOOD
        },
        Figures {
            own_faults: 1,
            ..GOOD
        },
        Figures {
            planned_sessions: 999,
            started_sessions: 999,
            late_sessions: 0,
            ..GOOD
        },
        Figures {
            is_interrupted: true,
            ..GOOD
        },
        Figures {
            requests: 99,
            ..GOOD
        },
    ];
    for figures in invalid {
        assert_eq!(figures.verdict(), Verdict::Invalid, "{figures:?}");
        assert_eq!(figures.reasons_against().len(), 1, "{figures:?}");
    }
}

#[test]
fn too_few_plays_or_requests_are_not_called_sessions() {
    let few = |plays, requests| {
        let figures = Figures {
            plays,
            requests,
            ..GOOD
        };
        figures.reasons_against()
    };
    let tries = |tries| vec![Reason::FewTries { tries, least: 100 }];
    assert_eq!(few(2_000, 50), tries(50));
    assert_eq!(few(50, 0), tries(50));
    assert_eq!(few(0, 0), tries(0));
    assert_eq!(few(0, 100), []);
    assert_eq!(
        tries(50)[0].to_string(),
        "50 plays, or requests, are fewer than the 100 of each that must be: longer phases have more"
    );
}
