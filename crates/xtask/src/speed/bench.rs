//! What a request takes of a processor, of one server and of another.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::kinds::{How, Kind};
use super::rivals::{GENERATOR_CORE, Rival};
use super::rounds::{Rounds, Turn, to_f64};
use super::table::{Figure, NotMeasured, Row};
use super::wrk::{Pressure, Script};
use crate::failure::{Failure, Result};
use crate::subprocess;

/// A comparison is made at most so often.
const TRIES: u32 = 3;
/// Handshakes are made by so many programs at once, each of which waits for its own.
const HANDSHAKERS: usize = 4;
/// An answer that is made anew each minute may be a little longer or shorter than the one that was captured.
const LENGTH_TOLERANCE: f64 = 0.05;

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    pub(super) rounds: u32,
    pub(super) seconds: u32,
    /// Whether every kind is measured, or one for each way in which anything is.
    pub(super) is_full: bool,
}

/// Where the files of a comparison lie, and how much is measured.
pub(super) struct Bench<'a> {
    pub(super) folder: &'a Path,
    pub(super) effort: Effort,
}

impl Bench<'_> {
    /// Compares the first server with the second. What cannot be measured says why. Where a turn went wrong nothing of that
    /// comparison counts, and it is made anew.
    pub(super) fn row(&self, kind: &Kind, ours: &Rival, other: &Rival) -> Row {
        let mut found = self.compare(kind, ours, other);
        for _ in 1..TRIES {
            if found.is_err() {
                found = self.compare(kind, ours, other);
            }
        }
        Row {
            aim: kind.aim,
            found: found.map_err(NotMeasured::from),
        }
    }

    fn compare(&self, kind: &Kind, ours: &Rival, other: &Rival) -> Result<Figure> {
        let both = [ours, other];
        let body_bytes = answer_alike(kind, both)?;
        let script = Script::write(&self.file(), &kind.asks, body_bytes)?;
        let turn = |server: &Rival, seconds| take_turn(kind, &script, server, seconds);
        if self.effort.is_full {
            // What only a first second takes is not measured.
            for server in both {
                turn(server, 1)?;
            }
        }
        let rounds = Rounds::run(self.effort.rounds, both.len(), |index| {
            let server = both.get(index).copied().unwrap_or(ours);
            turn(server, self.effort.seconds)
        })?;
        // So many times as much work for the same time of a processor.
        let ratio = rounds.ratio(1, 0);
        let each = [0, 1].map(|index| rounds.each_us(index).map_or(f64::NAN, |each| each.median));
        let ratio = ratio.ok_or_else(|| Failure::new("nothing was measured"))?;
        let average = body_bytes / (kind.asks.len() as u64).max(1);
        let size = if 1 < kind.each { body_bytes } else { average };
        let of = format!(
            "{:.1} µs, {} {:.1} µs, for {size} bytes",
            each[0], other.name, each[1]
        );
        Ok(Figure::spread(ratio, of))
    }

    fn file(&self) -> PathBuf {
        self.folder.join("wrk.lua")
    }
}

fn take_turn(kind: &Kind, script: &Script, server: &Rival, seconds: u32) -> Result<Turn> {
    let before = server.group.cpu_us()?;
    let count = match kind.how {
        How::Handshakes => handshakes(kind, server, seconds, script.body_bytes())?,
        how => script.run(&server.origin, pressure(how, seconds))?.requests,
    };
    let after = server.group.cpu_us()?;
    Ok(Turn {
        count: to_f64(count) / to_f64(kind.each),
        cpu_us: to_f64(after - before),
    })
}

fn pressure(how: How, seconds: u32) -> Pressure {
    let (connections, threads) = match how {
        How::InOrder => (16, 16),
        _ => (32, 1),
    };
    Pressure {
        connections,
        threads,
        seconds,
    }
}

/// Asks each server everything once; returns how many bytes the bodies have together.
fn answer_alike(kind: &Kind, servers: [&Rival; 2]) -> Result<u64> {
    let mut sum = 0;
    for ask in &kind.asks {
        let mut bodies = Vec::new();
        for server in servers {
            let answer = server.ask(ask)?;
            answer
                .check(ask)
                .map_err(|failure| Failure::new(format!("{}: {}", server.name, failure.what)))?;
            bodies.push(answer.body);
        }
        let [ours, others] = bodies.as_slice() else {
            return Err(Failure::new("a comparison is of two servers"));
        };
        let [length, other] = [ours, others].map(|body| to_f64(body.len() as u64));
        let is_alike = if kind.is_exact {
            ours == others
        } else {
            (length - other).abs() <= LENGTH_TOLERANCE * length
        };
        if !is_alike {
            return Err(Failure::new(format!(
                "{}: {} and {} do not answer alike ({length} and {other} bytes)",
                ask.path, servers[0].name, servers[1].name
            )));
        }
        sum += ours.len() as u64;
    }
    Ok(sum)
}

/// Connections with a handshake of their own, by openssl: wrk takes up the session of its connection before.
fn handshakes(kind: &Kind, server: &Rival, seconds: u32, body_bytes: u64) -> Result<u64> {
    let path = kind.asks.first().map_or("/", |ask| ask.path.as_str());
    let mut running = Vec::new();
    for _ in 0..HANDSHAKERS {
        let mut openssl = Command::new("taskset");
        openssl.args(["-c", GENERATOR_CORE, "openssl", "s_time", "-new"]);
        openssl.args(["-connect", server.address(), "-www", path]);
        openssl.args(["-time", &seconds.to_string()]);
        let openssl = openssl.stdin(Stdio::null()).stdout(Stdio::piped());
        let child = openssl.stderr(Stdio::piped()).spawn();
        running
            .push(child.map_err(|error| Failure::new(format!("cannot start openssl: {error}")))?);
    }
    let mut count = 0;
    for child in running {
        let output = child.wait_with_output();
        let output = output.map_err(|error| Failure::new(format!("openssl: {error}")))?;
        let said = subprocess::lossy(&output.stdout);
        if !output.status.success() {
            let error = subprocess::lossy(&output.stderr);
            return Err(Failure::new(format!(
                "openssl s_time failed: {}",
                error.trim()
            )));
        }
        count += made(&said, body_bytes)?;
    }
    Ok(count)
}

/// How many connections openssl says that it made, where each brought at least as much as the answer has.
fn made(said: &str, body_bytes: u64) -> Result<u64> {
    // 464 connections in 2 real seconds, 3003 bytes read per connection
    let line = said
        .lines()
        .find(|line| line.contains("bytes read per connection"));
    let mut numbers = line
        .unwrap_or_default()
        .split(' ')
        .filter_map(|word| word.parse::<u64>().ok());
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(count @ 1..), Some(_seconds), Some(each)) if body_bytes <= each => Ok(count),
        _ => Err(Failure::new(format!(
            "openssl s_time says:\n{}",
            said.trim()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handshakes_are_counted_where_each_brought_an_answer() {
        let said = "***\n\n464 connections in 0.43s; 1079.07 connections/user sec, bytes read 1393392\n\
            464 connections in 2 real seconds, 3003 bytes read per connection\n";
        assert_eq!(made(said, 2_900).unwrap(), 464);
        made(said, 3_004).unwrap_err();
        made("ERROR\n", 1).unwrap_err();
    }
}
