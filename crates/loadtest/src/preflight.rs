//! Whether this machine can make the load, looked at before it begins.

use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::arrivals::{Line, Process};
use crate::count::to_f64;
use crate::scenario::{ListenerPlan, Scenario, VisitorPlan};
use crate::visitor::CONNECTIONS_MAX;

/// Descriptors for everything but sessions: of the process, and of each thread.
const DESCRIPTORS_SPARE: u64 = 64;
const DESCRIPTORS_PER_THREAD: u64 = 4;
/// How long the system keeps a port after its connection.
const TIME_WAIT: Duration = Duration::from_mins(1);
/// Where the system says which ports it gives to connections.
const PORT_RANGE: &str = "/proc/sys/net/ipv4/ip_local_port_range";
const PORTS_USUAL: u64 = 28_232;
/// How much more than on average there is: by chance where people come independently, else by what a server's delay adds.
const ROOM_POISSON: f64 = 1.2;
const ROOM_EVEN: f64 = 1.05;
/// From so many starts a second, or sessions at once, another thread helps.
const STARTS_PER_THREAD: f64 = 4_000.0;
const SESSIONS_PER_THREAD: f64 = 20_000.0;

/// What this machine would have to be allowed first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PreflightError {
    /// Each connection is a descriptor.
    #[error(
        "the scenario needs about {needed} connections at once, this process may open {allowed}: raise the limit with \
         `ulimit -n {needed}` (the system's own: fs.nr_open, and LimitNOFILE= of a service), or start fewer"
    )]
    Descriptors {
        /// How many there will be at once.
        needed: u64,
        /// How many there may be.
        allowed: u64,
    },
    /// Each connection has a port, for a minute longer than it lasts.
    #[error(
        "the scenario needs about {needed} ports at once, its {addresses} source addresses have {ports}: widen \
         net.ipv4.ip_local_port_range, or give more addresses of this machine with --from"
    )]
    Ports {
        /// How many there will be at once.
        needed: u64,
        /// From how many addresses.
        addresses: usize,
        /// How many all of them have.
        ports: u64,
    },
}

/// What a run may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Room {
    pub(crate) threads: u32,
    /// More at once are not started.
    pub(crate) sessions_max: usize,
}

/// What a scenario needs at its peak.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Need {
    starts_per_s: f64,
    sessions: f64,
    connections: f64,
    /// With those that have ended, and wait: a connection has its port for a minute longer than it lasts.
    ports: f64,
    /// How many times as much there may be.
    room: f64,
}

/// Looks at limits of descriptors and ports; raises what this process may raise itself.
pub(crate) fn look(
    scenario: &Scenario,
    source_count: usize,
    threads: Option<u32>,
) -> Result<Room, PreflightError> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let have = Have {
        descriptors: raise_descriptors(),
        ports_per_address: ports_per_address(),
        addresses: source_count,
        processors: u32::try_from(processors).unwrap_or(1),
    };
    have.check(Need::of(scenario), threads)
}

/// What this machine allows.
#[derive(Clone, Copy, Debug)]
struct Have {
    descriptors: u64,
    ports_per_address: u64,
    addresses: usize,
    processors: u32,
}

impl Have {
    /// As many threads as are asked for, or else as the load needs.
    fn check(self, need: Need, threads: Option<u32>) -> Result<Room, PreflightError> {
        let helping =
            (need.starts_per_s / STARTS_PER_THREAD).max(need.sessions / SESSIONS_PER_THREAD);
        let helping = u32::try_from(whole(helping)).unwrap_or(u32::MAX);
        let threads = threads.unwrap_or(helping.min(self.processors)).max(1);
        let spare = DESCRIPTORS_SPARE + DESCRIPTORS_PER_THREAD * u64::from(threads);
        let needed = whole(need.connections * need.room) + spare;
        if self.descriptors < needed {
            return Err(PreflightError::Descriptors {
                needed,
                allowed: self.descriptors,
            });
        }
        let ports = self.ports_per_address * self.addresses as u64;
        let needed = whole(need.ports * need.room);
        if ports < needed {
            return Err(PreflightError::Ports {
                needed,
                addresses: self.addresses,
                ports,
            });
        }
        let room = to_f64(self.descriptors - spare) / need.connections_per_session();
        Ok(Room {
            threads,
            sessions_max: usize::try_from(whole(room)).unwrap_or(usize::MAX),
        })
    }
}

impl Need {
    fn of(scenario: &Scenario) -> Self {
        let listeners = scenario
            .listeners
            .iter()
            .map(|plan| (plan.share, listener_needs(plan)));
        let visitors = scenario
            .visitors
            .iter()
            .map(|plan| (plan.share, visitor_needs(plan)));
        let kinds: Vec<(f64, (f64, f64))> = listeners.chain(visitors).collect();
        let shares: f64 = kinds.iter().map(|(share, _)| share).sum();
        let lines = scenario.lines();
        let (mut sessions, mut connections, mut ports) = (0.0, 0.0, 0.0);
        for (share, (seconds, each)) in kinds {
            let within = |seconds| starts_within(&lines, seconds) * share / shares;
            sessions += within(seconds);
            connections += within(seconds) * each;
            ports += within(seconds + TIME_WAIT.as_secs_f64()) * each;
        }
        Self {
            starts_per_s: scenario.peak_starts_per_s(),
            sessions,
            connections,
            ports,
            room: match scenario.arrivals {
                Process::Even => ROOM_EVEN,
                Process::Poisson => ROOM_POISSON,
            },
        }
    }

    fn connections_per_session(self) -> f64 {
        if self.sessions == 0.0 {
            1.0
        } else {
            self.connections / self.sessions
        }
    }
}

/// How long a session lasts on average, in seconds, and how many connections it has.
fn listener_needs(plan: &ListenerPlan) -> (f64, f64) {
    let [fewest, most] = plan.songs.map(f64::from);
    let [shortest, longest] = plan.listen_s;
    let seconds = f64::midpoint(fewest, most) * f64::midpoint(shortest, longest);
    (seconds + 1.0, if plan.reports_plays { 2.0 } else { 1.0 })
}

fn visitor_needs(plan: &VisitorPlan) -> (f64, f64) {
    let seconds = f64::from(plan.requests - 1) * plan.pace_s + 1.0;
    let connections = u32::try_from(if plan.loads_assets {
        CONNECTIONS_MAX
    } else {
        1
    });
    (seconds, f64::from(connections.unwrap_or(u32::MAX)))
}

/// How many start up to a time, in seconds.
fn starts_until(lines: &[Line], at_s: f64) -> f64 {
    let (mut sum, mut left) = (0.0, at_s);
    for line in lines {
        let length = line.length.as_secs_f64();
        if length == 0.0 {
            continue;
        }
        let part = left.clamp(0.0, length);
        left -= length;
        let slope = (line.to_per_s - line.from_per_s) / length;
        sum += part * (line.from_per_s + slope * part / 2.0);
    }
    sum
}

/// The most starts within so many seconds.
fn starts_within(lines: &[Line], seconds: f64) -> f64 {
    let up_to = |end_s: f64| starts_until(lines, end_s) - starts_until(lines, end_s - seconds);
    let ends = lines.iter().scan(0.0, |at, line| {
        *at += line.length.as_secs_f64();
        Some(*at)
    });
    let mut marks: Vec<f64> = std::iter::once(0.0).chain(ends).collect();
    marks.extend(marks.clone().iter().map(|mark| mark + seconds));
    marks.sort_by(f64::total_cmp);
    // While a window neither enters a line nor leaves one, what is in it is a parabola over where it ends.
    let pieces = marks.windows(2).filter_map(|piece| {
        let &[from, to] = piece else { return None };
        let [first, center, last] = [from, f64::midpoint(from, to), to].map(up_to);
        Some(highest_of_parabola(first, center, last))
    });
    pieces.fold(0.0, f64::max)
}

/// Of a parabola with these values at the beginning, in the middle and at the end of a stretch, the highest within it.
fn highest_of_parabola(first: f64, center: f64, last: f64) -> f64 {
    let bend = first - 2.0 * center + last;
    // Where the summit is: -1 at the beginning of the stretch, 1 at its end.
    let summit = (first - last) / (2.0 * bend);
    let ends = first.max(last);
    if bend < 0.0 && summit.abs() < 1.0 {
        ends.max(center + summit * (last - first) / 4.0)
    } else {
        ends
    }
}

/// The soft limit becomes the hard one, as this process may.
fn raise_descriptors() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    let now = if setrlimit(Resource::Nofile, raised).is_ok() {
        raised.current
    } else {
        limit.current
    };
    now.unwrap_or(u64::MAX)
}

fn ports_per_address() -> u64 {
    let text = std::fs::read_to_string(PORT_RANGE).unwrap_or_default();
    let mut numbers = text
        .split_whitespace()
        .filter_map(|word| word.parse::<u64>().ok());
    match (numbers.next(), numbers.next()) {
        (Some(first), Some(last)) if first <= last => last - first + 1,
        _ => PORTS_USUAL,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count that is not negative; what is too large is the largest"
)]
fn whole(count: f64) -> u64 {
    count.ceil() as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::arrivals::Starts;

    const HAVE: Have = Have {
        descriptors: 20_000,
        ports_per_address: 28_232,
        addresses: 1,
        processors: 4,
    };

    fn need(text: &str) -> Need {
        let phase = "name = 'x'\n[[phase]]\nseconds = 100\nstarts_per_s = 10\n";
        Need::of(&Scenario::read(&format!("{phase}{text}")).unwrap())
    }

    #[test]
    fn sessions_at_once_follow_from_how_long_they_last() {
        let short = need("[[listener]]\nlisten_s = [1, 5]\nreports_plays = false\n");
        assert!((short.sessions - 40.0).abs() < 1e-6, "{short:?}");
        assert!((short.connections - 40.0).abs() < 1e-6, "{short:?}");
        // All of the thousand who come are there at once, with a way for music and one for reports.
        let long = need("[[listener]]\nlisten_s = [400, 400]\n");
        assert!((long.sessions - 1_000.0).abs() < 1e-6, "{long:?}");
        assert!((long.connections - 2_000.0).abs() < 1e-6, "{long:?}");
        let pages = need("[[visitor]]\nrequests = 11\npace_s = 1\nloads_assets = true\n");
        assert!((pages.connections - 660.0).abs() < 1e-6, "{pages:?}");
    }

    #[test]
    fn the_most_at_once_is_found_where_a_load_falls_and_where_it_rises_and_falls() {
        let line = |seconds, from_per_s, to_per_s| Line {
            length: Duration::from_secs(seconds),
            from_per_s,
            to_per_s,
        };
        let near = |found: f64, asked: f64| assert!((found - asked).abs() < 1e-6, "{found}");
        near(starts_within(&[line(100, 1_000.0, 0.0)], 10.0), 9_500.0);
        let peak = [line(600, 0.0, 100.0), line(600, 100.0, 0.0)];
        near(starts_within(&peak, 600.0), 45_000.0);
        // A phase too short for a clock holds nobody, and hides nobody.
        let moment = Line {
            length: Duration::ZERO,
            from_per_s: 5.0,
            to_per_s: 5.0,
        };
        near(starts_within(&[moment, line(10, 3.0, 3.0)], 100.0), 30.0);
    }

    proptest! {
        #[test]
        fn no_stretch_of_time_has_more_starts_than_the_most(
            rates in prop::collection::vec((1_u64..20, 0.0..50.0, 0.0..50.0), 1..5),
            seconds in 0.5_f64..40.0,
        ) {
            let lines: Vec<Line> = rates.into_iter().map(|(length, from_per_s, to_per_s)| Line {
                length: Duration::from_secs(length),
                from_per_s,
                to_per_s,
            }).collect();
            let most = starts_within(&lines, seconds);
            let starts: Vec<f64> = Starts::new(lines, Process::Even, 0).map(|due| due.as_secs_f64()).collect();
            let seen = starts.iter().map(|from| {
                starts.iter().filter(|at| (*from..from + seconds).contains(*at)).count()
            });
            let seen = to_f64(seen.max().unwrap_or_default() as u64);
            // Starts are whole: one more may fall between the ends of a stretch.
            prop_assert!((seen - most).abs() <= 1.5, "{} seen, {}", seen, most);
        }
    }

    #[test]
    fn what_this_machine_does_not_allow_is_said_with_what_to_raise() {
        let many = Need {
            starts_per_s: 100.0,
            sessions: 18_000.0,
            connections: 18_000.0,
            ports: 18_000.0,
            room: 1.2,
        };
        let error = HAVE.check(many, None).unwrap_err().to_string();
        assert!(error.contains("ulimit -n 21668"), "{error}");
        let quick = Need {
            starts_per_s: 1_000.0,
            sessions: 1_000.0,
            connections: 1_000.0,
            ports: 61_000.0,
            room: 1.2,
        };
        let error = HAVE.check(quick, None).unwrap_err().to_string();
        assert!(
            error.contains("73200 ports") && error.contains("--from"),
            "{error}"
        );
        let have = Have {
            addresses: 3,
            ..HAVE
        };
        let room = have.check(quick, None).unwrap();
        assert_eq!((room.threads, room.sessions_max), (1, 19_932));
        let two = Need {
            starts_per_s: 10_000.0,
            ..quick
        };
        let have = Have {
            addresses: 100,
            ..HAVE
        };
        assert_eq!(have.check(two, None).unwrap().threads, 3);
        let asked = have.check(two, Some(64)).unwrap();
        assert_eq!((asked.threads, asked.sessions_max), (64, 19_680));
    }

    #[test]
    fn a_port_is_needed_while_a_session_lasts_and_a_minute_longer() {
        let crowd = Need::of(&Scenario::shipped("flash-crowd").unwrap().unwrap());
        // 7,750 people in all, of whom a few have left more than a minute before the last comes.
        assert!((13_500.0..=15_500.0).contains(&crowd.ports), "{crowd:?}");
        let have = Have {
            descriptors: 100_000,
            ..HAVE
        };
        have.check(crowd, None).unwrap();
        // A thousand come in all, whatever their rate is.
        let quick = need("[[listener]]\nlisten_s = [1, 5]\nreports_plays = false\n");
        assert!((quick.ports - 640.0).abs() < 1e-6, "{quick:?}");
    }
}
