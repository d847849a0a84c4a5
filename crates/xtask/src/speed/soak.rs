//! Half an hour of listeners: what leaks, grows.

use std::fmt::Write as _;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use super::pod::{Pod, mib, number};
use super::rounds::to_f64;
use crate::failure::{Failure, Result};
use crate::load::runs;
use crate::screen;
use crate::server::Server;

const TIME: Duration = Duration::from_mins(30);
const LOOK_EVERY: Duration = Duration::from_mins(1);
/// Everybody who stays is there after this, and stays until the end.
const SETTLED: Duration = Duration::from_mins(3);
/// The last third may have this much more than the middle one: a share of it, and a little that does not depend on it.
const MEMORY_SHARE: f64 = 0.03;
const MEMORY_BYTES: f64 = 4.0 * 1_048_576.0;
const FILES_SHARE: f64 = 0.05;
const FILES: f64 = 16.0;
/// A third has at least this many looks.
const LOOKS_MIN: usize = 3;

/// What the process has at a moment.
#[derive(Clone, Copy, Debug)]
struct Look {
    after: Duration,
    memory_bytes: u64,
    files: u64,
}

/// About a thousand people at once who come and go, and some among them who load whole files or read. As many as one network may
/// report plays of.
fn scenario() -> String {
    format!(
        "name = 'half an hour'\narrivals = 'poisson'\n[[phase]]\nseconds = {}\nstarts_per_s = 8\n\
         [[listener]]\nshare = 8\nlisten_s = [30, 120]\nsongs = [1, 3]\nskips = 0.2\n\
         [[listener]]\nshare = 1\nplayer = 'progressive'\nlisten_s = [30, 120]\n\
         [[visitor]]\nshare = 1\npaths = ['/music', '/music/albums', '/api/music/v1/chart']\nrequests = 5\npace_s = 5\n\
         loads_assets = true\n",
        TIME.as_secs()
    )
}

/// Runs it; the text has each look, and the error says what grew.
pub(super) fn run(pod: Pod<'_>) -> Result<(String, Vec<String>)> {
    let workspace = pod.workspace;
    let (_group, server) = pod.start()?;
    let origin = format!("http://{}", server.address);
    let (ran, looks) = thread::scope(|scope| {
        let run = scope.spawn(|| {
            let haas = Command::new(workspace.haas());
            runs::run_at(haas, workspace, &origin, &scenario(), &[])
        });
        let looks = look(&server, || run.is_finished());
        let ran = run
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (ran, looks)
    });
    let ((report, text), looks) = (ran?, looks?);
    let thirds = Thirds::of(&looks)?;
    let mut missed = thirds.grown();
    let failed = number(&report["listening"]["failed"]) + number(&report["visiting"]["failed"]);
    // A generator that was late at times shows as much of what leaks.
    if failed != 0.0 {
        missed.push(format!("{failed} plays and requests failed"));
    }
    let mut document = "| minute | memory | descriptors |\n|--:|--:|--:|\n".to_owned();
    for look in &looks {
        let minute = look.after.as_secs_f64() / 60.0;
        let memory = mib(look.memory_bytes);
        let _ = writeln!(
            document,
            "| {minute:.0} | {memory:.1} MiB | {} |",
            look.files
        );
    }
    let verdict = if missed.is_empty() {
        format!("It holds, and nothing failed: {}.", thirds.in_words())
    } else {
        format!("**It does not hold**: {}", missed.join("; "))
    };
    let _ = write!(document, "\n{verdict}\n\n```text\n{}\n```\n", text.trim());
    Ok((document, missed))
}

/// Looks each minute while everybody is there.
fn look(server: &Server, is_over: impl Fn() -> bool) -> Result<Vec<Look>> {
    let begun = Instant::now();
    let mut looks: Vec<Look> = Vec::new();
    let mut next = SETTLED;
    while !is_over() {
        let after = begun.elapsed();
        if next <= after && after <= TIME {
            let look = Look {
                after,
                memory_bytes: server.resident_bytes()?,
                files: server.open_files()?,
            };
            screen::say(&format!(
                "  minute {:.0}: {:.1} MiB, {} descriptors",
                after.as_secs_f64() / 60.0,
                mib(look.memory_bytes),
                look.files
            ));
            looks.push(look);
            next += LOOK_EVERY;
        }
        thread::sleep(Duration::from_secs(1));
    }
    Ok(looks)
}

/// What the process had on average in the middle third and in the last one. The first fills caches and pools.
struct Thirds {
    memory_bytes: [f64; 2],
    files: [f64; 2],
}

impl Thirds {
    fn of(looks: &[Look]) -> Result<Self> {
        let third = looks.len() / 3;
        if third < LOOKS_MIN {
            let count = looks.len();
            return Err(Failure::new(format!(
                "{count} looks say nothing: the run was too short"
            )));
        }
        let (before, last) = looks.split_at(looks.len() - third);
        let (_, middle) = before.split_at(before.len() - third);
        let means = |value: fn(&Look) -> u64| {
            [middle, last].map(|looks| {
                let sum: f64 = looks.iter().map(|look| to_f64(value(look))).sum();
                sum / to_f64(looks.len() as u64)
            })
        };
        Ok(Self {
            memory_bytes: means(|look| look.memory_bytes),
            files: means(|look| look.files),
        })
    }

    /// What the last third has more of than it may.
    fn grown(&self) -> Vec<String> {
        let mut grown = Vec::new();
        let [was, is] = self.memory_bytes;
        if was * (1.0 + MEMORY_SHARE) + MEMORY_BYTES < is {
            let [was, is] = [was, is].map(|bytes| bytes / 1_048_576.0);
            grown.push(format!("memory grew from {was:.1} to {is:.1} MiB"));
        }
        let [was, is] = self.files;
        if was * (1.0 + FILES_SHARE) + FILES < is {
            grown.push(format!("descriptors grew from {was:.0} to {is:.0}"));
        }
        grown
    }

    fn in_words(&self) -> String {
        let [was, is] = self.memory_bytes.map(|bytes| bytes / 1_048_576.0);
        let [files_were, files_are] = self.files;
        format!(
            "{was:.1} MiB on average in the middle third and {is:.1} MiB in the last ({:.0} % and {:.0} MiB more would be \
             growth), {files_were:.0} and {files_are:.0} descriptors",
            MEMORY_SHARE * 100.0,
            MEMORY_BYTES / 1_048_576.0
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grown(looks: &[Look]) -> Result<Vec<String>> {
        Ok(Thirds::of(looks)?.grown())
    }

    fn looks(each: impl Fn(u32) -> (u64, u64)) -> Vec<Look> {
        let look = |minute| {
            let (memory_mib, files) = each(minute);
            Look {
                after: Duration::from_mins(u64::from(minute)),
                memory_bytes: memory_mib << 20,
                files,
            }
        };
        (3..=30).map(look).collect()
    }

    #[test]
    fn what_rises_at_first_and_then_stays_has_not_grown() {
        let flat = looks(|minute| {
            (
                200 + u64::from(minute.min(10)) * 10 + u64::from(minute % 3),
                500,
            )
        });
        assert_eq!(grown(&flat).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_leak_of_a_mebibyte_or_of_some_descriptors_a_minute_is_seen() {
        let memory = looks(|minute| (100 + 2 * u64::from(minute), 500));
        assert_eq!(
            grown(&memory).unwrap(),
            ["memory grew from 134.0 to 152.0 MiB"]
        );
        let files = looks(|minute| (100, 500 + 8 * u64::from(minute)));
        assert_eq!(grown(&files).unwrap(), ["descriptors grew from 636 to 708"]);
        let slow = looks(|minute| (100 + u64::from(minute), 500));
        assert_eq!(grown(&slow).unwrap().len(), 1);
    }

    #[test]
    fn a_run_that_ended_early_shows_nothing() {
        grown(&looks(|_| (1, 1))[..8]).unwrap_err();
    }
}
