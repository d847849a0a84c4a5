//! What visitors were answered.

use maud::{Markup, html};

use super::over_time::OverTime;
use super::plot::{Line, Plot};
use super::unit::{Unit, count};
use super::words::words;
use super::{WAITING_LIMITS_MS, facts, plots};
use crate::report::{Report, Visiting};

pub(super) fn section(report: &Report) -> Markup {
    html! {
        @if let Some(visited) = &report.visiting {
            section {
                h2 { (words("방문자에게 온 응답", "Answers to visitors")) }
                div.card { (facts(&figures(visited))) }
                (plots(&[distribution(visited), over_time(report)]))
            }
        }
    }
}

fn figures(visited: &Visiting) -> Vec<(super::Words, String)> {
    let mut figures = vec![
        (words("요청", "requests"), count(visited.requests)),
        (words("실패", "failed"), count(visited.failed)),
    ];
    figures.extend(visited.response_ms.facts());
    figures
}

fn distribution(visited: &Visiting) -> Plot {
    let line = Line::of_shares(words("응답", "answer"), &visited.response_cdf);
    let title = words(
        "응답까지 걸린 시간의 누적 분포",
        "How many were answered within which time (CDF)",
    );
    let note = words(
        "요청해야 할 때부터 응답과 그 안에서 부르는 것이 다 올 때까지",
        "From when a request was due to the end of its answer and of what its page names",
    );
    Plot::of_shares("answers", title, &WAITING_LIMITS_MS, vec![line]).with_note(note)
}

fn over_time(report: &Report) -> Plot {
    let p99 = OverTime::of(report).measure(|row| row.response_p99_ms);
    let line = Line::new(words("응답 p99", "answer p99"), p99);
    let title = words("시간에 따른 응답", "Answers over time");
    Plot::over_time("answers-over-time", title, Unit::Ms, vec![line])
        .with_limits(&WAITING_LIMITS_MS)
        .with_log_values()
}
