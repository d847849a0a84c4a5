//! The verdict, with the figures it is made from and their limits beside them.

use std::time::Duration;

use maud::{Markup, html};

use super::WAITING_LIMITS_MS;
use super::unit::{Unit, count};
use super::words::{Words, verdict as word, words};
use crate::count::ratio;
use crate::report::{Percentiles, Report};
use crate::series::ms;
use crate::verdict::{
    BACKLOG_P99_MAX, BEARABLE, FAILURES_FAIR, LAG_P99_MAX, LARGE_RUN, LARGE_RUN_FAILURES,
    REACHED_MIN, SILENCE_FAIR, SILENCE_STABLE, SOON, STALLED_STABLE, fewest_tries, tries_min,
};

/// Something measured, and the most it may be for each verdict.
struct Figure {
    name: Words,
    unit: Unit,
    found: f64,
    excellent: Option<f64>,
    stable: Option<f64>,
    fair: Option<f64>,
}

pub(super) fn section(report: &Report) -> Markup {
    html! {
        section.card.judgement data-verdict=(report.verdict.english()) {
            (word(report.verdict))
            @if report.is_excellent { span.badge { (words("탁월", "excellent")) } }
            @if !report.reasons.is_empty() {
                p { (words("이 실행만으로는 서버를 판정할 수 없습니다.", "This run says nothing about the server.")) }
                ul.reasons {
                    @for reason in &report.reasons {
                        li { (Words::with(reason.korean(), reason.to_string())) }
                    }
                }
            }
            @if let Some(legacy) = report.legacy_verdict {
                p {
                    (words("원래 실험의 판정 규칙: ", "By the rule of the original experiment: "))
                    (word(legacy))
                }
            }
            div.grid {
                div { (served(&figures(report))) }
                div { (validity(report)) (thresholds(report)) }
            }
        }
    }
}

fn figures(report: &Report) -> Vec<Figure> {
    let mut figures = Vec::new();
    if let Some(heard) = &report.listening {
        figures.extend(waiting("첫 소리", "first sound", &heard.startup_ms));
        figures.push(Figure {
            name: words("끊긴 시간의 비율", "rebuffer ratio"),
            unit: Unit::Share,
            found: heard.rebuffer_ratio,
            excellent: None,
            stable: Some(SILENCE_STABLE),
            fair: Some(SILENCE_FAIR),
        });
        figures.push(Figure {
            name: words("끊긴 재생", "plays with a stall"),
            unit: Unit::Share,
            found: ratio(heard.stalled, heard.plays),
            excellent: None,
            stable: Some(STALLED_STABLE),
            fair: None,
        });
        let name = words("실패한 재생", "failed plays");
        figures.push(failures(name, heard.failed, heard.plays));
    }
    if let Some(visited) = &report.visiting {
        figures.extend(waiting("응답", "answer", &visited.response_ms));
        let name = words("실패한 요청", "failed requests");
        figures.push(failures(name, visited.failed, visited.requests));
    }
    figures
}

fn waiting(korean: &str, english: &str, found: &Percentiles) -> [Figure; 3] {
    let figure = |percentile: &str, found| Figure {
        name: Words::with(
            format!("{korean} {percentile}"),
            format!("{english} {percentile}"),
        ),
        unit: Unit::Ms,
        found,
        excellent: None,
        stable: None,
        fair: None,
    };
    [
        Figure {
            excellent: Some(WAITING_LIMITS_MS[0]),
            ..figure("p50", found.p50)
        },
        Figure {
            fair: Some(ms(BEARABLE)),
            ..figure("p95", found.p95)
        },
        Figure {
            stable: Some(ms(SOON)),
            ..figure("p99", found.p99)
        },
    ]
}

fn failures(name: Words, failed: u64, whole: u64) -> Figure {
    let is_large = LARGE_RUN < whole;
    Figure {
        name,
        unit: Unit::Share,
        found: ratio(failed, whole),
        excellent: None,
        stable: Some(if is_large { LARGE_RUN_FAILURES } else { 0.0 }),
        fair: Some(FAILURES_FAIR),
    }
}

fn served(figures: &[Figure]) -> Markup {
    html! {
        table {
            caption { (words(
                "판정의 근거: 안정과 보통은 각 열의 한도를 모두 지켜야 합니다.",
                "What the verdict is made from: stable and fair each keep every limit of their column."
            )) }
            thead { tr {
                th scope="col" { (words("값", "figure")) }
                th scope="col" { (words("측정", "found")) }
                th scope="col" { (words("탁월", "excellent")) }
                th scope="col" { (words("안정", "stable")) }
                th scope="col" { (words("보통", "fair")) }
            } }
            tbody {
                @for figure in figures {
                    tr {
                        th scope="row" { (figure.name) }
                        td { b { (figure.unit.text(figure.found)) } }
                        @for limit in [figure.excellent, figure.stable, figure.fair] {
                            td { @if let Some(limit) = limit { (figure.against(limit)) } }
                        }
                    }
                }
            }
        }
    }
}

impl Figure {
    fn against(&self, limit: f64) -> Markup {
        let text = self.unit.text(limit);
        let sign = if limit <= 0.0 { "" } else { "≤ " };
        kept(self.found <= limit, &Words::name(&format!("{sign}{text}")))
    }
}

/// A limit, and in words and by a sign whether it was kept.
fn kept(is_kept: bool, limit: &Words) -> Markup {
    html! {
        @if is_kept {
            span.kept { span.whole { (limit) } span.unseen { (words(" 지킴", " kept")) } }
        } @else {
            span.missed { span.whole { (limit) } span.unseen { (words(" 어김", " missed")) } }
        }
    }
}

/// What the load had to be for its figures to say something of the server.
type Condition = (Words, String, bool, Words);

fn conditions(report: &Report) -> [Condition; 7] {
    let sessions = report.sessions;
    let least = report.scenario.sessions_min;
    let exhausted = report.faults.get("exhausted").copied().unwrap_or_default();
    let own = report.generator;
    let reached = ratio(sessions.in_time(), sessions.planned);
    let plays = report.listening.as_ref().map_or(0, |heard| heard.plays);
    let requests = report.visiting.as_ref().map_or(0, |read| read.requests);
    let (tries, tries_least) = (fewest_tries(plays, requests), tries_min(least));
    let seconds = Unit::Clock.text(report.seconds.round());
    [
        (
            words("끝까지 실행", "run to its end"),
            seconds,
            !report.is_interrupted,
            words("중단 없음", "not interrupted"),
        ),
        (
            words("제때 시작한 세션", "sessions started in time"),
            Unit::Share.text(reached),
            REACHED_MIN <= reached,
            Words::name(&format!("≥ {}", Unit::Share.text(REACHED_MIN))),
        ),
        at_most(
            words("부하 생성기의 지연 p99", "generator lag p99"),
            own.lag_ms.p99,
            LAG_P99_MAX,
        ),
        at_most(
            words("부하 생성기의 처리 밀림 p99", "generator backlog p99"),
            own.backlog_ms.p99,
            BACKLOG_P99_MAX,
        ),
        (
            words("세션 수", "sessions"),
            count(sessions.started),
            least <= sessions.started,
            Words::name(&format!("≥ {}", count(least))),
        ),
        (
            words("재생이나 요청 (적은 쪽)", "plays or requests (the fewer)"),
            count(tries),
            tries_least <= tries,
            Words::name(&format!("≥ {}", count(tries_least))),
        ),
        (
            words(
                "포트·파일 서술자·메모리 부족",
                "ports, descriptors or memory missing",
            ),
            count(exhausted),
            exhausted == 0,
            Words::name("0"),
        ),
    ]
}

fn at_most(name: Words, found_ms: f64, most: Duration) -> Condition {
    let limit = Words::name(&format!("≤ {}", Unit::Ms.text(ms(most))));
    (name, Unit::Ms.text(found_ms), found_ms <= ms(most), limit)
}

fn validity(report: &Report) -> Markup {
    html! {
        table {
            caption { (words(
                "판정이 유효하려면 부하가 제대로 만들어져야 합니다.",
                "A verdict is valid where the load was made as planned."
            )) }
            thead { tr {
                th scope="col" { (words("조건", "condition")) }
                th scope="col" { (words("측정", "found")) }
                th scope="col" { (words("한도", "limit")) }
            } }
            tbody {
                @for (name, found, is_kept, limit) in conditions(report) {
                    tr {
                        th scope="row" { (name) }
                        td { b { (found) } }
                        td { (kept(is_kept, &limit)) }
                    }
                }
            }
        }
    }
}

fn thresholds(report: &Report) -> Markup {
    html! {
        @if !report.thresholds.is_empty() {
            table {
                caption { (words("시나리오가 따로 요구한 한도", "What the scenario asks for besides")) }
                thead { tr {
                    th scope="col" { (words("이름", "name")) }
                    th scope="col" { (words("측정", "found")) }
                    th scope="col" { (words("한도", "limit")) }
                } }
                tbody {
                    @for threshold in &report.thresholds {
                        @let unit = Unit::of_threshold(&threshold.name);
                        tr {
                            th scope="row" { code { (threshold.name) } }
                            td { b { (unit.text(threshold.found)) } }
                            td { (kept(threshold.is_kept, &Words::name(&format!("≤ {}", unit.text(threshold.limit))))) }
                        }
                    }
                }
            }
        }
    }
}
