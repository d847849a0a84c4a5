//! Reports side by side, in the layout of the original table: load, pods, verdict, remark, and what was measured now.

mod page;
mod remark;
mod repeats;
mod table;
#[cfg(test)]
mod tests;

use super::html::{Unit, Words, count, words};
use super::{Percentiles, Report};
use crate::count::{ratio, to_f64};
use crate::original::{self, Pod};

/// Reports, each with what it is called.
#[derive(Clone, Debug)]
pub struct Comparison(Vec<(String, Report)>);

/// What stands where nothing is known.
const NOTHING: &str = "-";

/// What people waited for.
struct Waiting<'a> {
    name: Words,
    took: &'a Percentiles,
    failed: u64,
    whole: u64,
}

impl Comparison {
    /// In the order in which they are shown; those of one name are numbered.
    pub fn of(reports: Vec<(String, Report)>) -> Self {
        let names: Vec<String> = reports.iter().map(|(name, _)| name.clone()).collect();
        let mut numbered: Vec<String> = Vec::new();
        let named = reports.into_iter().map(|(name, report)| {
            let name = match names.iter().filter(|other| **other == name).count() {
                1 => name,
                _ => first_free(&name, &names, &numbered),
            };
            numbered.push(name.clone());
            (name, report)
        });
        Self(named.collect())
    }
}

/// A name with the first number that nothing else is called.
fn first_free(name: &str, names: &[String], numbered: &[String]) -> String {
    let mut number = 0_u64;
    loop {
        number += 1;
        let free = format!("{name} ({number})");
        if !names.contains(&free) && !numbered.contains(&free) {
            return free;
        }
    }
}

impl Report {
    /// The row of the original table that its scenario reconstructs.
    fn original(&self) -> Option<&'static original::Row> {
        self.scenario.original.as_deref().and_then(original::find)
    }

    /// First sounds, answers, or both.
    fn waitings(&self) -> Vec<Waiting<'_>> {
        let heard = self.listening.as_ref().map(|heard| Waiting {
            name: words("첫 소리", "first sound"),
            took: &heard.startup_ms,
            failed: heard.failed,
            whole: heard.plays,
        });
        let visited = self.visiting.as_ref().map(|visited| Waiting {
            name: words("응답", "answer"),
            took: &visited.response_ms,
            failed: visited.failed,
            whole: visited.requests,
        });
        heard.into_iter().chain(visited).collect()
    }

    /// The share of silence, and of plays with one.
    fn silence(&self) -> Option<[String; 2]> {
        let heard = self.listening.as_ref()?;
        let stalled = ratio(heard.stalled, heard.plays);
        Some([heard.rebuffer_ratio, stalled].map(|share| Unit::Share.text(share)))
    }

    /// How many pods Prometheus saw while it lasted: the fewest and the most, where that changed.
    fn pods_seen(&self) -> Option<String> {
        let (fewest, most) = self.server.as_ref()?.fewest_and_most_pods()?;
        Some(if fewest == most {
            most.to_string()
        } else {
            format!("{fewest}–{most}")
        })
    }

    fn reached(&self) -> String {
        Unit::Share.text(ratio(self.sessions.in_time(), self.sessions.planned))
    }
}

impl Waiting<'_> {
    fn percentiles(&self) -> [String; 3] {
        let Percentiles { p50, p95, p99, .. } = *self.took;
        [p50, p95, p99].map(|took| Unit::Ms.text(took))
    }

    fn failures(&self) -> String {
        if self.failed == 0 {
            return "0".to_owned();
        }
        let share = Unit::Share.text(to_f64(self.failed) / to_f64(self.whole.max(1)));
        format!("{} ({share})", count(self.failed))
    }
}

/// How many pods a row had, and how many it might.
fn pods(row: &original::Row) -> String {
    match row.pods_max {
        Some(most) => format!("{} (max {most})", row.pods),
        None => row.pods.to_string(),
    }
}

/// What a pod was given of a processor: requested, and at most.
fn pod(pod: Pod) -> &'static str {
    match pod {
        Pod::Small => "0.2/1 CPU",
        Pod::Big => "0.5/1.5 CPU",
    }
}
