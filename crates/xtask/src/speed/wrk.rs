//! wrk: a generator that asks again as soon as it is answered, on a processor of its own.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::ask::Ask;
use super::rivals::GENERATOR_CORE;
use crate::failure::{Failure, Result, While};
use crate::subprocess;

const SCRIPT: &str = include_str!("wrk.lua");
/// What comes before the counts.
const MARK: &str = "haas ";
/// What wrk counts when something went wrong.
const ERRORS: [&str; 5] = ["connect", "read", "write", "status", "timeout"];
/// The head of an answer is no longer than this.
const HEAD_BYTES_MAX: u64 = 2_048;

/// How wrk is run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pressure {
    pub(super) connections: u32,
    /// Of wrk. With one for each connection each of these asks the whole list in its order.
    pub(super) threads: u32,
    pub(super) seconds: u32,
}

/// What to ask, as a script of wrk.
#[derive(Debug)]
pub(super) struct Script {
    file: PathBuf,
    asks: u64,
    /// What the bodies of all answers have together.
    body_bytes: u64,
}

/// What came of a run without a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Done {
    pub(super) requests: u64,
    pub(super) bytes: u64,
    pub(super) time_us: u64,
    pub(super) p99_us: u64,
}

impl Script {
    /// Writes the script; `body_bytes` is what the bodies of all answers have together.
    pub(super) fn write(file: &Path, asks: &[Ask], body_bytes: u64) -> Result<Self> {
        let text = format!("{}{SCRIPT}", list(asks));
        std::fs::write(file, text).while_doing(format!("write {}", file.display()))?;
        Ok(Self {
            file: file.to_path_buf(),
            asks: (asks.len() as u64).max(1),
            body_bytes,
        })
    }

    /// What a body has on average.
    pub(super) fn body_bytes(&self) -> u64 {
        self.body_bytes / self.asks
    }

    /// Asks a server as fast as it answers. What was answered wrongly, or not at all, is an error.
    pub(super) fn run(&self, origin: &str, pressure: Pressure) -> Result<Done> {
        let mut wrk = Command::new("taskset");
        wrk.args(["-c", GENERATOR_CORE, "wrk"]);
        wrk.arg(format!("-t{}", pressure.threads));
        wrk.arg(format!("-c{}", pressure.connections));
        wrk.arg(format!("-d{}s", pressure.seconds));
        wrk.arg("-s").arg(&self.file).arg(format!("{origin}/"));
        let done = read(&subprocess::read(&mut wrk)?)?;
        self.check(done, pressure)
    }

    /// What came is as long as what was asked for: another kind of answer would be too, but not by chance.
    fn check(&self, done: Done, pressure: Pressure) -> Result<Done> {
        let each = self.body_bytes();
        let expected = done.requests * each;
        // A thread may be in the middle of its list, and a connection in the middle of an answer.
        let under_way =
            u64::from(pressure.threads) * self.body_bytes + u64::from(pressure.connections) * each;
        let slack = expected / 20 + under_way;
        let heads = (done.requests + u64::from(pressure.connections)) * HEAD_BYTES_MAX;
        if (expected.saturating_sub(slack)..=expected + slack + heads).contains(&done.bytes) {
            return Ok(done);
        }
        let found = done.bytes / done.requests.max(1);
        Err(Failure::new(format!(
            "an answer has {found} bytes, and its body should have {each}"
        )))
    }
}

/// The list, in Lua; Rust's way to write a string is Lua's for what a path and a field may hold.
fn list(asks: &[Ask]) -> String {
    let mut text = "asks = {\n".to_owned();
    for ask in asks {
        let fields = ask.fields();
        let fields = fields
            .iter()
            .map(|(name, value)| format!("[{name:?}] = {value:?}"));
        let fields = fields.collect::<Vec<_>>().join(", ");
        let _ = writeln!(
            text,
            "   {{ path = {:?}, fields = {{ {fields} }} }},",
            ask.path
        );
    }
    text + "}\n"
}

fn read(output: &str) -> Result<Done> {
    let wrong = |why: &str| Failure::new(format!("wrk says {why}:\n{}", output.trim()));
    let line = output.lines().find_map(|line| line.strip_prefix(MARK));
    let words: Vec<&str> = line.unwrap_or_default().split(' ').collect();
    let (pairs, _) = words.as_chunks::<2>();
    let counts: BTreeMap<&str, u64> = pairs
        .iter()
        .filter_map(|[name, count]| Some((*name, count.parse().ok()?)))
        .collect();
    let count = |name: &str| {
        let count = counts.get(name).copied();
        count.ok_or_else(|| wrong(&format!("no {name}")))
    };
    for error in ERRORS {
        let count = count(error)?;
        if 0 < count {
            return Err(wrong(&format!("{count} errors of the kind {error:?}")));
        }
    }
    let done = Done {
        requests: count("requests")?,
        bytes: count("bytes")?,
        time_us: count("time_us")?,
        p99_us: count("p99_us")?,
    };
    if done.requests == 0 {
        return Err(wrong("nothing was answered"));
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "Running 1s test @ http://127.0.0.1:1/\n\
        haas requests 100 bytes 110000 time_us 1000123 connect 0 read 0 write 0 status 0 timeout 0 p99_us 850\n";

    #[test]
    fn the_counts_of_a_run_are_read() {
        let done = read(GOOD).unwrap();
        let expected = Done {
            requests: 100,
            bytes: 110_000,
            time_us: 1_000_123,
            p99_us: 850,
        };
        assert_eq!(done, expected);
    }

    #[test]
    fn a_run_with_a_fault_is_an_error() {
        for error in ERRORS {
            let bad = GOOD.replace(&format!("{error} 0"), &format!("{error} 3"));
            let failure = read(&bad).unwrap_err();
            assert!(
                failure
                    .what
                    .contains(&format!("3 errors of the kind {error:?}"))
            );
        }
        read(&GOOD.replace("requests 100", "requests 0")).unwrap_err();
        read("unable to connect to 127.0.0.1:1 Connection refused\n").unwrap_err();
    }

    #[test]
    fn answers_of_another_length_are_an_error() {
        let pressure = Pressure {
            connections: 4,
            threads: 2,
            seconds: 1,
        };
        let check = |body_bytes, requests, bytes| {
            let script = Script {
                file: PathBuf::new(),
                asks: 10,
                body_bytes,
            };
            let done = Done {
                requests,
                bytes,
                ..read(GOOD).unwrap()
            };
            script.check(done, pressure).is_ok()
        };
        assert!(check(100_000, 1_000, 10_100_000));
        // Four answers and two lists may be under way.
        assert!(check(100_000, 20, 440_000));
        assert!(!check(100_000, 1_000, 20_100_000));
        assert!(!check(100_000, 1_000, 9_000_000));
        assert!(!check(1_000_000, 1_000, 10_100_000));
    }

    #[test]
    fn the_list_is_lua() {
        let asks = [Ask::range("/a", 0, 9).closing(), Ask::whole("/b")];
        let expected = "asks = {\n   { path = \"/a\", fields = { [\"Range\"] = \"bytes=0-8\", [\"Connection\"] = \"close\" } },\n   \
             { path = \"/b\", fields = {  } },\n}\n";
        assert_eq!(list(&asks), expected);
    }
}
