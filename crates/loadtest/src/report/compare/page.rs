//! The comparison as a page for people.

use jiff::Timestamp;
use maud::{Markup, Render, html};

use super::repeats::Interval;
use super::{Comparison, NOTHING, pod, pods, repeats};
use crate::count::to_f64;
use crate::report::html::{
    Line, Plot, Unit, WAITING_LIMITS_MS, Words, document, verdict_words, words,
};
use crate::report::{Listening, Report, Visiting};

impl Comparison {
    /// For people: a page that is whole in itself.
    pub fn to_html(&self) -> String {
        let page = html! {
            h1 { (words("부하 시험 비교", "Load tests side by side")) }
            p.about { (words(
                "왼쪽은 원래 실험(2024)의 표, 오른쪽은 이번에 측정한 값입니다.",
                "On the left the table of the original experiment (2024), on the right what was measured now."
            )) }
            p.note id="comparison" { (words(
                "“당시 규칙”은 원래 표의 판정에 나중에 맞춘 규칙이 이 부하에 내리는 판정입니다.",
                "“By its rule” is what a rule that was fitted to the original's verdicts says of this load."
            )) }
            div.card.scroll tabindex="0" role="region" aria-labelledby="comparison" { (self.table()) }
            (self.reasons())
            (self.repeats())
            div.grid { (self.first_sounds()) (self.answers()) }
            h2 { (words("환경", "Environment")) }
            p.note id="environment" { (words(
                "다른 환경에서 한 실행은 서버의 차이를 말하지 않습니다.",
                "Runs in different environments do not tell servers apart."
            )) }
            div.card.scroll tabindex="0" role="region" aria-labelledby="environment" { (self.environment()) }
        };
        document("비교 · comparison · HaaS load", &page)
    }

    fn table(&self) -> Markup {
        html! {
            // What explains it stands outside: it must not scroll away with the columns.
            table.comparison aria-labelledby="comparison" {
                thead {
                    tr {
                        td {}
                        th.word colspan="6" scope="colgroup" { (words("원래 실험", "the original experiment")) }
                        th.word.edge colspan="13" scope="colgroup" { (words("이번 측정", "this run")) }
                    }
                    (head())
                }
                tbody { @for (name, report) in &self.0 { (row(name, report)) } }
            }
        }
    }

    fn reasons(&self) -> Markup {
        let invalid = || {
            self.0
                .iter()
                .filter(|(_, report)| !report.reasons.is_empty())
        };
        html! {
            @if invalid().next().is_some() {
                h2 { (words("무효인 까닭", "Why runs are invalid")) }
                ul.reasons {
                    @for (name, report) in invalid() {
                        @for reason in &report.reasons {
                            li { b { (name) } ": " (Words::with(reason.korean(), reason.to_string())) }
                        }
                    }
                }
            }
        }
    }

    /// What several runs of one scenario say together.
    fn repeats(&self) -> Markup {
        let all = repeats::find(&self.0);
        html! {
            @if !all.is_empty() {
                h2 { (words("되풀이한 실행(95 % 신뢰 구간)", "Repeated runs (95 % confidence)")) }
                ul.reasons {
                    @for repeats in &all {
                        li {
                            b { (repeats.scenario) " × " (repeats.runs) } ": " (repeats.verdict())
                            @for (figure, Interval { mean, from, to }) in &repeats.intervals {
                                @let unit = figure.unit();
                                "; " (figure.name()) " " (unit.text(*mean)) " (" (unit.text(*from)) "–" (unit.text(*to)) ")"
                            }
                        }
                    }
                }
            }
        }
    }

    fn first_sounds(&self) -> Markup {
        let of = |heard: &Listening| heard.startup_cdf.clone();
        let lines = self.lines(|report| report.listening.as_ref().map(of));
        let title = words(
            "첫 소리를 듣거나 그만두기까지 걸린 시간",
            "Time until the first sound was heard, or given up",
        );
        distribution("startup", title, lines)
    }

    fn answers(&self) -> Markup {
        let of = |visited: &Visiting| visited.response_cdf.clone();
        let lines = self.lines(|report| report.visiting.as_ref().map(of));
        let title = words(
            "방문자에게 응답하는 데 걸린 시간",
            "Time to the answer for visitors",
        );
        distribution("answers", title, lines)
    }

    fn lines(&self, cdf: impl Fn(&Report) -> Option<Vec<[f64; 2]>>) -> Vec<Line> {
        let lines = self
            .0
            .iter()
            .filter_map(|(name, report)| Some(Line::of_shares(Words::name(name), &cdf(report)?)));
        lines.collect()
    }

    fn environment(&self) -> Markup {
        html! {
            table aria-labelledby="environment" {
                thead { tr {
                    th scope="col" { (words("보고서", "report")) }
                    th.text scope="col" { (words("시나리오", "scenario")) }
                    th.text scope="col" { (words("대상", "target")) }
                    th.word scope="col" { (words("시작", "begun")) }
                    th scope="col" { (words("길이", "length")) }
                    th.word scope="col" { (words("버전", "version")) }
                    th.text scope="col" { (words("컴퓨터", "machine")) }
                } }
                tbody { @for (name, report) in &self.0 { (environment(name, report)) } }
            }
        }
    }
}

fn head() -> Markup {
    html! {
        tr {
            th scope="col" { (words("보고서", "report")) }
            th.word scope="col" { (words("행", "row")) }
            th scope="col" { (words("부하", "load")) }
            th.word scope="col" { (words("파드 사양", "pod")) }
            th scope="col" { (words("파드", "pods")) }
            th.word scope="col" { (words("판정", "verdict")) }
            th.word scope="col" { (words("비고", "remark")) }
            th.edge scope="col" { (words("부하", "load")) }
            th scope="col" { (words("파드", "pods")) }
            th.word scope="col" { (words("당시 규칙", "by its rule")) }
            th.word scope="col" { (words("판정", "verdict")) }
            th.word scope="col" { (words("비고", "remark")) }
            th.word scope="col" { (words("기다린 것", "waited for")) }
            @for percentile in ["p50", "p95", "p99"] { th scope="col" { (percentile) } }
            th scope="col" { (words("끊긴 시간", "silence")) }
            th scope="col" { (words("끊긴 재생", "stalled plays")) }
            th scope="col" { (words("실패", "failed")) }
            th scope="col" { (words("시작/계획", "reached")) }
        }
    }
}

fn row(name: &str, report: &Report) -> Markup {
    let original = report.original();
    let waitings = report.waitings();
    let rows = waitings.len();
    let silence = report.silence();
    html! {
        @for (index, waiting) in waitings.iter().enumerate() {
            tr {
                @if index == 0 {
                    th scope="rowgroup" rowspan=(rows) { (name) }
                    @if let Some(row) = original {
                        td.word rowspan=(rows) { (row.id) }
                        td rowspan=(rows) { (Unit::PerS.text(f64::from(row.users_per_s))) }
                        td.word rowspan=(rows) { (pod(row.pod)) }
                        td rowspan=(rows) { (pods(row)) }
                        td.word rowspan=(rows) { (verdict_words(row.verdict)) }
                        // As it was written: no word of this page, so no switch hides it.
                        td.word.remark rowspan=(rows) lang="ko-KR" { (row.remark) }
                    } @else {
                        td.none colspan="6" rowspan=(rows) { (words("표에 없는 시나리오", "no row of the table")) }
                    }
                    td.edge rowspan=(rows) { (Unit::PerS.text(report.sessions.offered_per_s)) }
                    td rowspan=(rows) { (report.pods_seen().unwrap_or_else(|| NOTHING.to_owned())) }
                    td.word rowspan=(rows) {
                        @if let Some(legacy) = report.legacy_verdict { (verdict_words(legacy)) }
                    }
                    td.word rowspan=(rows) { (verdict_words(report.verdict)) }
                    td.word.remark rowspan=(rows) {
                        @match report.remark() { Some(words) => (words), None => (NOTHING) }
                    }
                }
                td.word { (waiting.name) }
                @for took in waiting.percentiles() { td { (took) } }
                @if index == 0 {
                    @match &silence {
                        Some(both) => @for share in both { td rowspan=(rows) { (share) } },
                        None => td colspan="2" rowspan=(rows) {},
                    }
                }
                td { (waiting.failures()) }
                @if index == 0 { td rowspan=(rows) { (report.reached()) } }
            }
        }
    }
}

fn distribution(id: &'static str, title: Words, lines: Vec<Line>) -> Markup {
    if lines.is_empty() {
        return Markup::default();
    }
    let note = words(
        "누적 분포. 점선: 탁월(p50), 안정(p99), 보통(p95)의 한도",
        "Cumulative distributions. Dashed: the limits of excellent (p50), stable (p99), fair (p95)",
    );
    Plot::of_shares(id, title, &WAITING_LIMITS_MS, lines)
        .with_note(note)
        .render()
}

fn environment(name: &str, report: &Report) -> Markup {
    let environment = &report.environment;
    html! {
        tr {
            th scope="row" { (name) }
            td.text { (report.scenario.name) }
            td.text { (report.target) }
            td.word { (time(&report.begun_at)) }
            td { (Unit::Clock.text(report.seconds.round())) }
            td.word { (environment.version) }
            td.text {
                (environment.processors) " × " (environment.processor) ", "
                (Unit::Bytes.text(to_f64(environment.memory_bytes))) ", " (environment.system)
            }
        }
    }
}

/// A time (RFC 3339) for people; what is none, as it was written.
fn time(written: &str) -> Words {
    match written.parse::<Timestamp>() {
        Ok(time) => Words::with(
            time.strftime("%Y년 %-m월 %-d일 %H:%M (UTC)").to_string(),
            time.strftime("%-d %B %Y, %H:%M (UTC)").to_string(),
        ),
        Err(_) => Words::name(written),
    }
}
