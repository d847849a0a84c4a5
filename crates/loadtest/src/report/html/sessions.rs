//! What was asked of the generator and of the server, and what was reached.

use maud::{Markup, html};

use super::over_time::OverTime;
use super::plot::{Line, Plot};
use super::unit::{Unit, count};
use super::words::words;
use super::{facts, plots};
use crate::report::Report;

pub(super) fn section(report: &Report) -> Markup {
    let sessions = report.sessions;
    let rate = |per_s| Unit::PerS.text(per_s);
    html! {
        section {
            h2 { (words("요청한 부하와 실제 부하", "What was asked and what was reached")) }
            div.card { (facts(&[
                (words("계획한 세션", "sessions planned"), count(sessions.planned)),
                (words("시작한 세션", "sessions started"), count(sessions.started)),
                (words("끝난 세션", "sessions ended"), count(sessions.ended)),
                (words("동시 세션 최대", "sessions at once, at most"), count(sessions.active_max)),
                (words("요청한 시작률", "starts asked for"), rate(sessions.offered_per_s)),
                (words("실제 시작률", "starts reached"), rate(sessions.reached_per_s)),
            ])) }
            (plots(&[offered(report), at_once(report)]))
        }
    }
}

fn offered(report: &Report) -> Plot {
    let over_time = OverTime::of(report);
    let mut lines = vec![
        Line::new(
            words("예정된 세션", "sessions due"),
            over_time.rate(|row| row.offered),
        ),
        Line::new(
            words("시작한 세션", "sessions started"),
            over_time.rate(|row| row.starts),
        ),
    ];
    if report.listening.is_some() {
        let sounds = over_time.rate(|row| row.sounds);
        lines.push(Line::new(words("첫 소리", "first sounds"), sounds));
    }
    if report.visiting.is_some() {
        let answers = over_time.rate(|row| row.responses);
        lines.push(Line::new(
            words("방문자에게 온 응답", "answers to visitors"),
            answers,
        ));
    }
    let title = words("들어온 부하와 처리한 부하", "Offered against served");
    Plot::over_time("offered", title, Unit::PerS, lines)
}

fn at_once(report: &Report) -> Plot {
    let over_time = OverTime::of(report);
    let mut lines = vec![Line::new(
        words("세션", "sessions"),
        over_time.level(|row| row.active_max),
    )];
    if report.listening.is_some() {
        let sounding = over_time.level(|row| row.sounding);
        lines.push(Line::new(
            words("소리 나는 재생", "plays that sound"),
            sounding,
        ));
        let waiting = over_time.level(|row| row.waiting_max);
        lines.push(Line::new(
            words(
                "첫 소리를 기다리는 재생",
                "plays that wait for their first sound",
            ),
            waiting,
        ));
    }
    let title = words("동시에 있는 세션과 재생", "Sessions and plays at once");
    Plot::over_time("at-once", title, Unit::Count, lines)
}
