//! What the threads of a run tell, put together: second by second, and in the end.

use std::collections::{BTreeMap, VecDeque};
use std::iter::Peekable;
use std::time::Duration;

use crate::arrivals::Starts;
use crate::count::ratio;
use crate::report::Percentiles;
use crate::scenario::Scenario;
use crate::series::{Row, Series};
use crate::server_figures::ServerRow;
use crate::tally::{Durations, Second, Tally};
use crate::wire::Traffic;
use crate::worker::News;

/// Percentiles of a single second jump about where few begin.
const RECENT_SECONDS: usize = 10;

/// How a run is going: after each second.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// Whether there are listeners in it.
    pub has_listeners: bool,
    /// Whether there are visitors in it.
    pub has_visitors: bool,
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
    /// How often it has come in the last second.
    pub new_faults: &'a BTreeMap<&'static str, u64>,
    /// How long all plays together have sounded.
    pub sounded_ms: u64,
    /// The silence of all stalls together.
    pub silent_ms: u64,
    /// From a due press to the first sound, of the last ten seconds; who left without one has waited as long as people wait.
    pub startup_ms: Percentiles,
    /// From a due request of a visitor to the end of its answer, of the last ten seconds.
    pub response_ms: Percentiles,
    /// What the server said of itself last.
    pub server: Option<ServerRow>,
    /// How often one of its instances did not.
    pub server_failures: u64,
    /// How long those waited who heard their first sound in the last second, or left without one, who count as in the
    /// report: in seconds, with how many did so.
    pub first_sounds: &'a [(f64, u64)],
}

impl Progress<'_> {
    /// How long all plays together were silent, in the share of silence and sound so far.
    pub fn rebuffer_ratio(&self) -> f64 {
        ratio(self.silent_ms, self.silent_ms + self.sounded_ms)
    }
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
    sounded_ms: u64,
    silent_ms: u64,
    recent: VecDeque<Recent>,
    has_listeners: bool,
    has_visitors: bool,
}

/// Of a second: what percentiles are asked of while a run lasts.
struct Recent {
    startup: Durations,
    response: Durations,
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
            sounded_ms: 0,
            silent_ms: 0,
            recent: VecDeque::new(),
            has_listeners: !scenario.listeners.is_empty(),
            has_visitors: !scenario.visitors.is_empty(),
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
            // The run ends, and nothing is made of what was gathered.
            News::Lost(_) => {}
        }
        while let Some(told) = self.take_next() {
            let row = self.close(&told);
            let first_sounds: Vec<_> = told.second.startup.counted().collect();
            tell(&Progress {
                has_listeners: self.has_listeners,
                has_visitors: self.has_visitors,
                seconds: self.next,
                of_seconds: self.of_seconds,
                row,
                started: self.started,
                planned: self.planned,
                faults: &self.faults,
                new_faults: &told.second.faults,
                sounded_ms: self.sounded_ms,
                silent_ms: self.silent_ms,
                startup_ms: self.recent_percentiles(|recent| &recent.startup),
                response_ms: self.recent_percentiles(|recent| &recent.response),
                server: None,
                server_failures: 0,
                first_sounds: &first_sounds,
            });
        }
    }

    fn recent_percentiles(&self, durations: fn(&Recent) -> &Durations) -> Percentiles {
        let mut all = Durations::default();
        for recent in &self.recent {
            all.add(durations(recent));
        }
        Percentiles::of(&all)
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
        // Several threads have their most at several moments: only what they have at the same one can be added up.
        let at_once = match self.threads {
            1 => row.active_max,
            _ => row.active,
        };
        self.active_max = self.active_max.max(at_once);
        self.started += row.starts;
        self.sounded_ms += row.sounded_ms;
        self.silent_ms += row.silent_ms;
        for (kind, count) in &second.faults {
            *self.faults.entry(kind).or_default() += count;
        }
        self.recent.push_back(Recent {
            startup: second.startup.clone(),
            response: second.response.clone(),
        });
        if RECENT_SECONDS < self.recent.len() {
            self.recent.pop_front();
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
                ..Traffic::default()
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

    #[test]
    fn first_sounds_are_told_once_and_their_percentiles_for_a_while() {
        let scenario = Scenario::read("name = 'x'\n[[phase]]\nseconds = 30\nstarts_per_s = 4\n");
        let mut gathering = Gathering::new(&scenario.unwrap(), 1);
        let mut told = Vec::new();
        for number in 0..12 {
            let mut second = Second::default();
            if number == 0 {
                second.startup.record(Duration::from_millis(300));
                second.startup.record(Duration::from_millis(300));
            }
            second.silent = Duration::from_secs(1);
            second.sounded = Duration::from_secs(3);
            let news = News::Second {
                number,
                second: Box::new(second),
                traffic: Traffic::default(),
            };
            gathering.take(news, &mut |progress| {
                let sounds: u64 = progress.first_sounds.iter().map(|(_, count)| count).sum();
                told.push((sounds, progress.startup_ms.p50 > 299.0));
                assert!((progress.rebuffer_ratio() - 0.25).abs() < 1e-9);
            });
        }
        assert_eq!(told[..2], [(2, true), (0, true)]);
        assert_eq!(told[9..], [(0, true), (0, false), (0, false)]);
    }
}
