//! The database and the object store are away while people listen: what is cached plays on, what is not is refused with when to come
//! again, and no play is lost that somebody was told is recorded.

use std::thread;
use std::time::{Duration, Instant};

use super::http::{self, Answer};
use super::listeners::{LISTENERS, Load};
use super::plays::Ledger;
use super::replica::Replica;
use super::rig::{Rig, Track};
use super::{Checked, must};
use crate::failure::{Failure, Result};
use crate::keeper;
use crate::load::POD;
use crate::workspace::Workspace;

/// How long something is away.
const AWAY: Duration = Duration::from_secs(30);
/// How long something is bad, and how slow.
const BAD: Duration = Duration::from_secs(10);
const SLOW: Duration = Duration::from_secs(2);
/// Into an outage: what was under way when it began is over by then.
const SETTLED: Duration = Duration::from_secs(3);
/// How soon after an outage everything is as before: what was refused comes again after five seconds.
const RECOVERED_WITHIN: Duration = Duration::from_secs(10);
/// What is cached is answered as fast as ever; this is for machines that do other things beside.
const CACHED_WITHIN: Duration = Duration::from_secs(1);
/// How many plays each has between two outages, so that some are under way when the next one begins, and how long that may take.
const PLAYS_BETWEEN: usize = 3;
const BETWEEN_MAX: Duration = Duration::from_secs(30);
/// What is asked for of a file: parts of blocks that are read from the store apart.
const PART_BYTES: u64 = 65_536;
const PART_EVERY: u64 = 1 << 20;
const PART: [u64; 2] = [0, PART_BYTES - 1];

/// What becomes of what is not cached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Uncached {
    /// It is refused, with when to come again.
    Refused,
    /// It comes, late or after some tries.
    Served,
}

/// Something that goes away, or becomes bad, and comes back.
struct Outage {
    name: &'static str,
    lasts: Duration,
    uncached: Uncached,
    begin: fn(&mut Rig) -> Result<()>,
    end: fn(&mut Rig) -> Result<()>,
}

const OUTAGES: [Outage; 6] = [
    Outage {
        name: "database restarted",
        lasts: Duration::ZERO,
        uncached: Uncached::Refused,
        begin: |rig| {
            let database = &mut rig.database.kept;
            database.signal("INT")?;
            database.wait().map(|_code| ())
        },
        end: |rig| rig.database.kept.begin(),
    },
    Outage {
        name: "database frozen (SIGSTOP)",
        lasts: AWAY,
        uncached: Uncached::Refused,
        begin: |rig| signal_database(rig, "STOP"),
        end: |rig| signal_database(rig, "CONT"),
    },
    Outage {
        name: "database down",
        lasts: AWAY,
        uncached: Uncached::Refused,
        begin: |rig| rig.database.kept.stop().map(|_code| ()),
        end: |rig| rig.database.kept.begin(),
    },
    Outage {
        name: "object store down",
        lasts: AWAY,
        uncached: Uncached::Refused,
        begin: |rig| rig.store.kept.stop().map(|_code| ()),
        end: |rig| rig.store.start_again(),
    },
    Outage {
        name: "object store slow, 2 s for each answer",
        lasts: BAD,
        uncached: Uncached::Served,
        begin: |rig| rig.store.fail(SLOW, 0),
        end: |rig| rig.store.fail(Duration::ZERO, 0),
    },
    Outage {
        name: "object store answers 500 one time in ten",
        lasts: BAD,
        uncached: Uncached::Served,
        begin: |rig| rig.store.fail(Duration::ZERO, 10),
        end: |rig| rig.store.fail(Duration::ZERO, 0),
    },
];

/// A part of a file that no replica has in memory.
struct Part {
    stream: String,
    range: [u64; 2],
}

impl Part {
    fn of(tracks: &[Track], number: usize) -> Result<Self> {
        let last = tracks.len().saturating_sub(1);
        let track = tracks.get(number.min(last));
        let track = track.ok_or_else(|| Failure::new("there is no track"))?;
        let begin = number.saturating_sub(last) as u64 * PART_EVERY;
        Ok(Self {
            stream: track.stream.clone(),
            range: [begin, begin + PART_BYTES - 1],
        })
    }
}

/// Everything that is shown of outages.
pub(super) fn check(workspace: &Workspace) -> Result<Checked> {
    let mut rig = Rig::start(workspace)?;
    let mut checked = Checked::default();
    let tracks = rig.tracks()?;
    let cached = warm(&rig, &tracks)?;
    let pids: Vec<u32> = rig.replicas.iter().map(Replica::pid).collect();
    let address = rig.balancer.address.clone();
    let played = tracks
        .first()
        .ok_or_else(|| Failure::new("there is no track"))?;
    if !rig.is_limited {
        checked
            .skipped("1 CPU and 512 MiB for each replica: a control group of its own is missing");
    }
    let load = Load::start(&rig, "outages", LISTENERS)?;
    let ledger = Ledger::default();
    ledger.keep(&address, &played.id, || {
        ledger.wait_for_more(PLAYS_BETWEEN, BETWEEN_MAX)?;
        for (number, outage) in OUTAGES.iter().enumerate() {
            // Tracks nobody has asked for first, then parts of the last, which is long.
            let unknown = Part::of(&tracks, number)?;
            checked.held(suffer(&mut rig, outage, &ledger, &cached, &unknown)?);
        }
        Ok(())
    })?;
    let heard = load.end()?;
    let said = format!("HLS players meanwhile: {}", heard.shown());
    checked.held(must(heard.music_went_on(), said)?);
    checked.held(ledger.compare(&rig.database)?);
    checked.held(still_there(&rig, &pids)?);
    Ok(checked)
}

/// All processes of the database: each connection has one.
fn signal_database(rig: &mut Rig, signal: &str) -> Result<()> {
    let postmaster = rig.database.kept.pid;
    rig.database.kept.signal(signal)?;
    for process in keeper::children_of(postmaster)? {
        // One whose client has left ends as soon as it goes on.
        let _has_ended = keeper::send(signal, process);
    }
    Ok(())
}

/// Lets every replica read all that HLS players load; says where one part of it is.
fn warm(rig: &Rig, tracks: &[Track]) -> Result<String> {
    let mut found = String::new();
    for replica in &rig.replicas {
        for track in tracks {
            let qualities = read(&replica.address, &track.hls)?.text();
            for playlist in places(&qualities, &track.hls) {
                let parts = read(&replica.address, &playlist)?.text();
                let map = parts
                    .split("URI=\"")
                    .nth(1)
                    .and_then(|rest| rest.split('"').next());
                let map = map.map(|map| resolved(map, &playlist));
                let mut media: Vec<String> =
                    map.into_iter().chain(places(&parts, &playlist)).collect();
                media.sort();
                media.dedup();
                for part in media {
                    read(&replica.address, &part)?;
                    found = part;
                }
            }
        }
    }
    must(!found.is_empty(), found)
}

fn read(address: &str, path: &str) -> Result<Answer> {
    let answer = http::get(address, path)?;
    if answer.status == 200 {
        return Ok(answer);
    }
    Err(Failure::new(format!("{path}: {}", answer.shown())))
}

/// What a playlist leads to.
fn places(playlist: &str, from: &str) -> Vec<String> {
    let lines = playlist.lines().map(str::trim);
    let places = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    places.map(|place| resolved(place, from)).collect()
}

/// A relative address as a path of the server.
fn resolved(place: &str, from: &str) -> String {
    if place.starts_with('/') {
        return place.to_owned();
    }
    let mut folders: Vec<&str> = from.split('/').collect();
    folders.pop();
    for part in place.split('/') {
        match part {
            ".." => {
                folders.pop();
            }
            "." => {}
            part => folders.push(part),
        }
    }
    folders.join("/")
}

/// One outage, from its beginning until everything is as before.
fn suffer(
    rig: &mut Rig,
    outage: &Outage,
    ledger: &Ledger,
    cached: &str,
    unknown: &Part,
) -> Result<String> {
    let began = Instant::now();
    (outage.begin)(rig)?;
    let mut found = Ok(outage.name.to_owned());
    if !outage.lasts.is_zero() {
        thread::sleep(SETTLED);
        let looked = look(rig, cached, unknown, outage.uncached);
        thread::sleep(outage.lasts.saturating_sub(began.elapsed()));
        let seconds = began.elapsed().as_secs_f64();
        found = looked.map(|looked| format!("{} for {seconds:.0} s: {looked}", outage.name));
    }
    (outage.end)(rig)?;
    let said = found?;
    let plays = ledger.wait_for_more(1, RECOVERED_WITHIN);
    let plays = plays.map_err(|failure| Failure::new(format!("{said}: {failure}")))?;
    for replica in &rig.replicas {
        let answer = http::get_range(&replica.address, &unknown.stream, unknown.range)?;
        let said = format!("{said}: {} afterwards: {}", replica.name, answer.status);
        must(answer.status == 206, said)?;
    }
    ledger.wait_for_more(PLAYS_BETWEEN, BETWEEN_MAX)?;
    Ok(format!(
        "{said}; plays were taken again after {:.1} s",
        plays.as_secs_f64()
    ))
}

/// What each replica answers in the middle of it.
fn look(rig: &Rig, cached: &str, unknown: &Part, uncached: Uncached) -> Result<String> {
    let began = Instant::now();
    thread::scope(|scope| {
        let looks: Vec<_> = rig
            .replicas
            .iter()
            .map(|replica| {
                scope.spawn(|| {
                    let ready = http::get(&replica.admin, "/ready")?;
                    must(
                        ready.status == 200,
                        format!("{} is not ready", replica.name),
                    )?;
                    let asked = Instant::now();
                    let answer = http::get_range(&replica.address, cached, PART)?;
                    let said = format!(
                        "what is cached: {} after {:?}",
                        answer.status,
                        asked.elapsed()
                    );
                    must(
                        answer.status == 206 && asked.elapsed() < CACHED_WITHIN,
                        said,
                    )?;
                    let answer = http::get_range(&replica.address, &unknown.stream, unknown.range)?;
                    let said = format!("what is not cached: {}", answer.shown());
                    let is_right = match uncached {
                        Uncached::Refused => answer.is_honest_refusal(),
                        Uncached::Served => answer.status == 206,
                    };
                    must(is_right, said)
                })
            })
            .collect();
        for look in looks {
            look.join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        }
        Ok(())
    })?;
    let rest = match uncached {
        Uncached::Refused => "what is not with 503, Retry-After and a problem",
        Uncached::Served => "what is not too",
    };
    Ok(format!(
        "what is cached is answered with 206, {rest} (within {:.1} s); /ready stays 200",
        began.elapsed().as_secs_f64()
    ))
}

/// No replica has ended, and none has held more memory than it may.
fn still_there(rig: &Rig, pids: &[u32]) -> Result<String> {
    let mut peaks = Vec::new();
    for (replica, pid) in rig.replicas.iter().zip(pids) {
        if !replica.is_running() || replica.pid() != *pid || 0 < replica.oom_kills()? {
            return Err(replica.failed("has ended"));
        }
        peaks.push(replica.memory_max()? >> 20);
    }
    let most = peaks.iter().max().copied().unwrap_or_default();
    let said = format!(
        "the replicas are the same processes, and held at most {most} of {} MiB",
        POD.memory_mib
    );
    must(most < POD.memory_mib, said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_addresses_lead_from_the_playlist() {
        let from = "/api/music/v1/tracks/7/hls.m3u8";
        let playlist = "#EXTM3U\nhls/64.m3u8\n/other\n../../media/x.mp4\n";
        let found = places(playlist, from);
        let wanted = [
            "/api/music/v1/tracks/7/hls/64.m3u8",
            "/other",
            "/api/music/v1/media/x.mp4",
        ];
        assert_eq!(found, wanted);
    }
}
