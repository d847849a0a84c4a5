//! What the server said of itself: its own metrics, and its pods.

use maud::{Markup, html};

use super::plot::{Line, Plot, Points};
use super::unit::Unit;
use super::words::{Words, words};
use super::{WAITING_LIMITS_MS, facts, plots};
use crate::count::to_f64;
use crate::report::Report;
use crate::server_figures::{PodRow, ServerFigures, ServerRow};

pub(super) fn section(report: &Report) -> Markup {
    html! {
        @if let Some(server) = &report.server {
            section {
                h2 { (words("서버가 말한 값", "What the server said of itself")) }
                @if !server.series.is_empty() {
                    div.card { (facts(&at_worst(&server.series))) }
                    (plots(&own(&server.series)))
                }
                @if !server.pods.is_empty() {
                    h2 { (words("파드와 노드", "Pods and nodes")) }
                    (plots(&pods(&server.pods)))
                }
                (notes(server))
            }
        }
    }
}

fn notes(server: &ServerFigures) -> Markup {
    html! {
        @if !server.notes.is_empty() {
            p { (words("빠진 값과 그 까닭", "What is missing, and why")) }
            ul.reasons { @for note in &server.notes { li { (note) } } }
        }
    }
}

fn at_worst(rows: &[ServerRow]) -> Vec<(Words, String)> {
    let most = |of: fn(&ServerRow) -> f64| rows.iter().map(of).fold(0.0, f64::max);
    vec![
        (
            words("CPU 코어 최대", "most CPU cores"),
            Unit::Cores.text(most(|row| row.cpu_cores)),
        ),
        (
            words("메모리 최대", "most memory"),
            Unit::Bytes.text(most(|row| to_f64(row.memory_bytes))),
        ),
        (
            words("초당 요청 최대", "most requests"),
            Unit::PerS.text(most(|row| row.requests_per_s)),
        ),
        (
            words("응답 p99 최대", "longest answer p99"),
            Unit::Ms.text(most(|row| row.response_p99_ms)),
        ),
    ]
}

fn own(rows: &[ServerRow]) -> Vec<Plot> {
    let points = |of: fn(&ServerRow) -> Option<f64>| -> Points {
        let points = rows.iter().map(|row| (f64::from(row.second), of(row)));
        points.collect()
    };
    let one = |id, title, unit, points| {
        Plot::over_time(
            id,
            title,
            unit,
            vec![Line::new(words("서버", "server"), points)],
        )
    };
    let mut plots = vec![
        one(
            "server-cpu",
            words("서버의 CPU 코어", "The server's CPU cores"),
            Unit::Cores,
            points(|row| Some(row.cpu_cores)),
        ),
        one(
            "server-memory",
            words("서버의 메모리", "The server's memory"),
            Unit::Bytes,
            points(|row| Some(to_f64(row.memory_bytes))),
        ),
        one(
            "server-requests",
            words("서버가 응답한 요청", "Requests that the server answered"),
            Unit::PerS,
            points(|row| Some(row.requests_per_s)),
        ),
    ];
    let answers = vec![
        Line::new(
            Words::name("p50"),
            points(|row| answered(row.response_p50_ms)),
        ),
        Line::new(
            Words::name("p99"),
            points(|row| answered(row.response_p99_ms)),
        ),
    ];
    plots.push(
        Plot::over_time(
            "server-answers",
            words("서버의 응답 시간", "The server's response times"),
            Unit::Ms,
            answers,
        )
        .with_limits(&WAITING_LIMITS_MS)
        .with_log_values(),
    );
    // Short answers may all have been between two looks.
    let was_seen = |row: &ServerRow| row.active_plays.is_some_and(|plays| 0.0 < plays);
    if rows.iter().any(was_seen) {
        let known = one(
            "server-plays",
            words("서버가 아는 재생", "Plays that the server knows of"),
            Unit::Count,
            points(|row| row.active_plays),
        );
        plots.push(known.with_note(words(
            "서버가 재생을 세지 않으면, 그 순간에 음악을 보내고 있던 응답의 수",
            "Where it does not count plays: answers with music that it was sending at that time",
        )));
    }
    plots
}

/// Where no answer began, there is no time that it took.
fn answered(took_ms: f64) -> Option<f64> {
    Some(took_ms).filter(|took_ms| 0.0 < *took_ms)
}

fn pods(rows: &[PodRow]) -> Vec<Plot> {
    let points = |of: fn(&PodRow) -> Option<f64>| -> Points {
        let points = rows.iter().map(|row| (f64::from(row.second), of(row)));
        points.collect()
    };
    let count = vec![
        Line::new(words("파드", "pods"), points(|row| row.pods.map(f64::from))),
        Line::new(
            words("준비된 파드", "ready pods"),
            points(|row| row.ready.map(f64::from)),
        ),
    ];
    let cpu = Line::new(words("모든 파드", "all pods"), points(|row| row.cpu_cores));
    let nodes = Line::new(
        words("모든 노드", "all nodes"),
        points(|row| row.node_cpu_share),
    );
    vec![
        Plot::over_time(
            "pods",
            words("파드 수", "Number of pods"),
            Unit::Count,
            count,
        ),
        Plot::over_time(
            "pods-cpu",
            words("파드의 CPU 코어", "The pods' CPU cores"),
            Unit::Cores,
            vec![cpu],
        ),
        Plot::over_time(
            "nodes-cpu",
            words("노드의 CPU 사용률", "CPU use of the nodes"),
            Unit::Share,
            vec![nodes],
        ),
    ]
}
