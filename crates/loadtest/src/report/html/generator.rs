//! How the generator itself did, and what it ran on.

use maud::{Markup, html};

use super::over_time::OverTime;
use super::plot::{Line, Plot};
use super::unit::{Unit, count, number};
use super::words::{Words, words};
use super::{facts, plots};
use crate::count::to_f64;
use crate::environment::Environment;
use crate::report::Report;
use crate::series::ms;
use crate::verdict::{BACKLOG_P99_MAX, LAG_P99_MAX};

/// A megabit in bytes.
const MEGABIT: f64 = 125_000.0;

pub(super) fn section(report: &Report) -> Markup {
    html! {
        section {
            h2 { (words("부하 생성기", "Load generator")) }
            p.note { (words(
                "생성기가 늦거나 바쁘면 측정값은 서버의 것이 아닙니다.",
                "Where the generator is late or busy, the figures are not the server's."
            )) }
            div.card { (facts(&own(report))) }
            (plots(&[lag(report), backlog(report), requests(report), traffic(report)]))
            h2 { (words("환경", "Environment")) }
            div.card { (facts(&environment(&report.environment))) }
        }
    }
}

fn own(report: &Report) -> Vec<(Words, String)> {
    let own = report.generator;
    vec![
        (words("지연 p99", "lag p99"), Unit::Ms.text(own.lag_ms.p99)),
        (
            words("지연 최대", "longest lag"),
            Unit::Ms.text(own.lag_ms.max),
        ),
        (
            words("처리 밀림 p99", "backlog p99"),
            Unit::Ms.text(own.backlog_ms.p99),
        ),
        (
            words("처리 밀림 최대", "longest backlog"),
            Unit::Ms.text(own.backlog_ms.max),
        ),
        (
            words("CPU (평균)", "CPU (on average)"),
            format!(
                "{} / {}",
                number(own.cpu_s / report.seconds.max(0.001)),
                report.environment.processors
            ),
        ),
        (
            words("메모리 최대", "most memory"),
            Unit::Bytes.text(to_f64(own.memory_bytes)),
        ),
        (words("스레드", "threads"), own.threads.to_string()),
        (words("요청", "requests"), count(own.requests)),
        (
            words("온전히 받은 응답", "whole answers"),
            count(own.answers),
        ),
        (
            words("받은 양", "received"),
            Unit::Bytes.text(to_f64(own.bytes)),
        ),
        (
            words("내용을 비교한 응답", "bodies compared"),
            count(own.checked_bodies),
        ),
        (
            words(
                "그중 틀린 내용 (서버의 잘못)",
                "wrong ones of them (the server's fault)",
            ),
            count(own.wrong_bodies),
        ),
    ]
}

fn lag(report: &Report) -> Plot {
    let longest = OverTime::of(report).measure(|row| row.lag_ms);
    let line = Line::new(words("최대 지연", "longest lag"), longest);
    let title = words("시간에 따른 생성기의 지연", "Generator lag over time");
    let note = words(
        "점선: p99의 한도. 그려진 값은 그때의 최댓값입니다. 세션을 시작할 때와, 앞선 응답을 기다리지 않아도 되었던 방문자의 요청마다 잽니다.",
        "Dashed: the limit of the p99; drawn is the highest of each time. It is measured with each start of a session, and with \
         each request that a visitor did not have to wait for.",
    );
    Plot::over_time("lag", title, Unit::Ms, vec![line])
        .with_limits(&[ms(LAG_P99_MAX)])
        .with_note(note)
}

fn backlog(report: &Report) -> Plot {
    let longest = OverTime::of(report).each(|row| row.backlog_ms);
    let line = Line::new(words("최대 밀림", "longest backlog"), longest);
    let title = words(
        "시간에 따른 생성기의 처리 밀림",
        "Generator backlog over time",
    );
    let note = words(
        "점선: p99의 한도. 서버에서 온 것이 처리될 차례를 기다린 시간으로, 측정값에 그만큼 더해집니다. 쉬는 동안에도 거듭 잽니다.",
        "Dashed: the limit of the p99. What came from the server waited so long for its turn, and the figures are larger by it. It is \
         measured again and again, also while no session starts.",
    );
    Plot::over_time("backlog", title, Unit::Ms, vec![line])
        .with_limits(&[ms(BACKLOG_P99_MAX)])
        .with_note(note)
}

fn requests(report: &Report) -> Plot {
    let requests = OverTime::of(report).rate(|row| row.requests);
    let line = Line::new(words("요청", "requests"), requests);
    let title = words("시간에 따른 요청", "Requests over time");
    Plot::over_time("requests", title, Unit::PerS, vec![line])
}

fn traffic(report: &Report) -> Plot {
    let bytes = OverTime::of(report).rate(|row| row.bytes).into_iter();
    let megabits = bytes.map(|(time, value)| (time, value.map(|bytes| bytes / MEGABIT)));
    let line = Line::new(words("받은 양", "received"), megabits.collect());
    let title = words("시간에 따른 전송량", "Traffic over time");
    Plot::over_time("traffic", title, Unit::MbitPerS, vec![line])
}

fn environment(environment: &Environment) -> Vec<(Words, String)> {
    vec![
        (words("버전", "version"), environment.version.clone()),
        (words("운영 체제", "system"), environment.system.clone()),
        (
            words("프로세서", "processor"),
            environment.processor.clone(),
        ),
        (
            words("쓸 수 있는 프로세서", "processors to use"),
            environment.processors.to_string(),
        ),
        (
            words("메모리", "memory"),
            Unit::Bytes.text(to_f64(environment.memory_bytes)),
        ),
    ]
}
