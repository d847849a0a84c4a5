//! A report as a page for people: one file that loads nothing, in Korean and English, by day and by night.

mod faults;
mod frame;
mod generator;
mod listening;
mod over_time;
mod plot;
mod server;
mod sessions;
#[cfg(test)]
mod tests;
mod unit;
mod verdict;
mod visiting;
mod words;

use maud::{Markup, Render, html};

use super::{EXCELLENT, Percentiles, Report};
use crate::series::ms;
use crate::verdict::{BEARABLE, SOON};

pub(super) use frame::document;
pub(super) use plot::{Line, Plot};
pub(super) use unit::{Unit, count};
pub(super) use words::{Words, verdict as verdict_words, words};

/// What a first sound and an answer are judged by, in milliseconds: excellent, stable, fair.
pub(super) const WAITING_LIMITS_MS: [f64; 3] = [ms(EXCELLENT), ms(SOON), ms(BEARABLE)];

impl Report {
    /// For people: a page that is whole in itself.
    pub fn to_html(&self) -> String {
        let name = &self.scenario.name;
        let title = format!("{} · {name} · HaaS load", self.verdict.korean());
        let page = html! {
            h1 { (name) }
            p.about {
                (self.target) " · " (self.begun_at) " · " (Unit::Clock.text(self.seconds.round()))
                @if self.is_interrupted { " · " (words("도중에 끝냄", "ended before its time")) }
            }
            (verdict::section(self))
            (sessions::section(self))
            (listening::section(self))
            (visiting::section(self))
            (faults::section(self))
            (server::section(self))
            (generator::section(self))
            (scenario(self))
        };
        document(&title, &page)
    }
}

fn scenario(report: &Report) -> Markup {
    html! {
        section {
            h2 { (words("시나리오", "Scenario")) }
            p.note { (words("이 파일로 같은 실행을 다시 할 수 있습니다.", "With this file the same run can be made again.")) }
            pre tabindex="0" { (report.scenario.to_toml()) }
        }
    }
}

/// Names with their values.
fn facts(facts: &[(Words, String)]) -> Markup {
    html! {
        dl.facts {
            @for (name, value) in facts {
                div { dt { (name) } dd { (value) } }
            }
        }
    }
}

impl Percentiles {
    fn facts(&self) -> Vec<(Words, String)> {
        let all = [("p50", self.p50), ("p95", self.p95), ("p99", self.p99)];
        let named = all.map(|(name, ms)| (Words::name(name), Unit::Ms.text(ms)));
        let longest = (words("가장 긴", "longest"), Unit::Ms.text(self.max));
        named.into_iter().chain([longest]).collect()
    }
}

/// Plots side by side where there is room.
fn plots(plots: &[Plot]) -> Markup {
    html! {
        div.grid { @for plot in plots { (plot.render()) } }
    }
}
