//! What went wrong, by kind and over time.

use maud::{Markup, html};

use super::over_time::OverTime;
use super::plot::{Line, Plot};
use super::plots;
use super::unit::{Unit, count};
use super::words::{fault, words};
use crate::count::to_f64;
use crate::report::Report;

pub(super) fn section(report: &Report) -> Markup {
    html! {
        section {
            h2 { (words("오류", "Errors")) }
            @if report.faults.is_empty() {
                p { (words("오류가 없었습니다.", "There were none.")) }
            } @else {
                div.card { (by_kind(report)) }
                (plots(&[over_time(report)]))
            }
        }
    }
}

fn by_kind(report: &Report) -> Markup {
    let most = report.faults.values().max().copied().unwrap_or_default();
    html! {
        table {
            thead { tr {
                th scope="col" { (words("종류", "kind")) }
                th scope="col" { (words("횟수", "times")) }
                td {}
                th.word scope="col" { (words("그중 하나", "one of them")) }
            } }
            tbody {
                @for (kind, times) in &report.faults {
                    tr {
                        th scope="row" { (fault(kind)) }
                        td { (count(*times)) }
                        td.bars { i.bar style=(format!("--share:{:.1}%", to_f64(*times) / to_f64(most.max(1)) * 100.0)) {} }
                        td.place { (report.fault_examples.get(kind).map_or("", String::as_str)) }
                    }
                }
            }
        }
    }
}

fn over_time(report: &Report) -> Plot {
    let faults = OverTime::of(report).rate(|row| row.faults);
    let line = Line::new(words("모든 오류", "errors of every kind"), faults);
    let title = words("시간에 따른 오류", "Errors over time");
    Plot::over_time("faults", title, Unit::PerS, vec![line])
}
