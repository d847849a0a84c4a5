//! What the threads of a run tell, put together: second by second, and in the end.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::time::Duration;

use crate::arrivals::Starts;
use crate::scenario::Scenario;
use crate::series::{Row, Series};
use crate::tally::{Second, Tally};
use crate::wire::Traffic;
use crate::worker::News;

/// How a run is going: after each second.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// How many seconds it has run.
    pub seconds: u32,
    /// How long sessions start, in seconds.
    pub of_seconds: f64,
    /// What happened in the last second.
    pub row: Row,
    /// How many sessions have started.
    pub started: u64,
    /// How many will.
    pub planned: u64,
    /// How often each kind of fault has come.
    pub faults: &'a BTreeMap<&'static str, u64>,
    /// How long all plays together have sounded, in seconds: looked at once a second.
    pub sounded_s: u64,
    /// How long they have been silent.
    pub silent_s: u64,
}

/// What all threads have told so far.
pub(crate) struct Gathering {
    threads: usize,
    /// The last seconds of threads that have ended.
    lasts: Vec<u32>,
    /// Seconds that not all have told.
    open: BTreeMap<u32, Told>,
    next: u32,
    /// Of threads that have ended.
    pub(crate) tally: Tally,
    pub(crate) traffic: Traffic,
    pub(crate) series: Series,
    pub(crate) planned: u64,
    pub(crate) active_max: u64,
    /// Those that are not due yet.
    starts: Peekable<Starts>,
    of_seconds: f64,
    started: u64,
    faults: BTreeMap<&'static str, u64>,
    sounded_s: u64,
    silent_s: u64,
}

/// What has been told of a second.
#[derive(Default)]
struct Told {
    by: usize,
    second: Second,
    traffic: Traffic,
}

impl Gathering {
    pub(crate) fn new(scenario: &Scenario, threads: usize) -> Self {
        let starts = || Starts::new(scenario.lines(), scenario.arrivals, scenario.seed);
        Self {
            threads,
            lasts: Vec::new(),
            open: BTreeMap::new(),
            next: 0,
            tally: Tally::default(),
            traffic: Traffic::default(),
            series: Series::default(),
            planned: starts().count() as u64,
            active_max: 0,
            starts: starts().peekable(),
            of_seconds: scenario.seconds(),
            started: 0,
            faults: BTreeMap::new(),
            sounded_s: 0,
            silent_s: 0,
        }
    }

    /// Takes what a thread tells; tells on each second that all have told.
    pub(crate) fn take(&mut self, news: News, tell: &mut dyn FnMut(&Progress<'_>)) {
        match news {
            News::Second {
                number,
                second,
                traffic,
            } => {
                let told = self.open.entry(number).or_default();
                told.by += 1;
                told.second.add(&second);
                told.traffic.add(traffic);
            }
            News::Done { tally, last } => {
                self.tally.add(&tally);
                self.lasts.push(last);
            }
        }
        while let Some(told) = self.take_next() {
            let row = self.close(&told);
            tell(&Progress {
                seconds: self.next,
                of_seconds: self.of_seconds,
                row,
                started: self.started,
                planned: self.planned,
                faults: &self.faults,
                sounded_s: self.sounded_s,
                silent_s: self.silent_s,
            });
        }
    }

    /// The next second, once nobody will tell more of it.
    fn take_next(&mut self) -> Option<Told> {
        let told = self.open.get(&self.next)?.by;
        let silent = self.lasts.iter().filter(|last| **last < self.next);
        (self.threads <= told + silent.count()).then_some(())?;
        self.open.remove(&self.next)
    }

    fn close(&mut self, told: &Told) -> Row {
        let Told {
            second, traffic, ..
        } = told;
        let ends = Duration::from_secs(u64::from(self.next) + 1);
        let mut offered = 0;
        while self.starts.next_if(|due| *due < ends).is_some() {
            offered += 1;
        }
        let row = Row::new(second, *traffic, offered);
        self.series.push(row, self.next);
        self.traffic.add(*traffic);
        self.active_max = self.active_max.max(row.active);
        self.started += row.starts;
        self.sounded_s += row.sounding;
        self.silent_s += row.silent;
        for (kind, count) in &second.faults {
            *self.faults.entry(kind).or_default() += count;
        }
        self.next += 1;
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(number: u32, starts: u64) -> News {
        let second = Second {
            starts,
            ..Second::default()
        };
        News::Second {
            number,
            second: Box::new(second),
            traffic: Traffic {
                requests: 1,
                bytes: 10,
            },
        }
    }

    #[test]
    fn a_second_is_told_when_all_have_told_it_and_who_has_ended_is_not_waited_for() {
        let scenario = Scenario::read("name = 'x'\n[[phase]]\nseconds = 3\nstarts_per_s = 4\n");
        let mut gathering = Gathering::new(&scenario.unwrap(), 2);
        let mut rows = Vec::new();
        let mut take = |news| {
            gathering.take(news, &mut |progress| {
                rows.push((progress.seconds, progress.row));
            });
        };
        take(second(0, 2));
        take(second(1, 3));
        take(second(0, 2));
        take(News::Done {
            tally: Box::default(),
            last: 0,
        });
        take(second(2, 1));
        let told: Vec<_> = rows
            .iter()
            .map(|(seconds, row)| (*seconds, row.starts, row.offered))
            .collect();
        assert_eq!(told, [(1, 4, 4), (2, 3, 4), (3, 1, 4)]);
        assert_eq!(gathering.traffic.bytes, 40);
        assert_eq!((gathering.planned, gathering.started), (12, 8));
    }
}
