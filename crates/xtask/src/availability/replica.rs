//! One of several servers of one library, with what a small pod has.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::http;
use crate::databases::free_port_at;
use crate::failure::{Failure, Result, While};
use crate::group::Group;
use crate::keeper::{self, Kept};
use crate::load::POD;

/// How a shell calls the end by SIGKILL.
const KILLED: u32 = 128 + 9;

/// How far the clocks of the machines are from that of the database, in seconds, replica by replica.
const CLOCKS_S: [i32; 3] = [0, 70, -70];
/// By which a replica says how far the database is from its machine.
const OFFSET: &str = "music_database_clock_offset_seconds ";
/// How well it knows.
const OFFSET_TOLERANCE_S: f64 = 2.0;

/// What all replicas are started with.
pub(super) struct Plan<'a> {
    pub(super) haas: &'a Path,
    /// Keys of the configuration, as the environment's variables.
    pub(super) environment: Vec<(&'static str, String)>,
    /// What gives a program another time, by which each replica has its own.
    pub(super) other_time: PathBuf,
    /// Whether this machine holds a replica to its limits.
    pub(super) is_limited: bool,
}

/// A replica, which may have ended.
pub(super) struct Replica {
    pub(super) name: String,
    clock_s: i32,
    /// `ADDRESS:PORT` of the public listener. Nobody else connects from this address, and so takes the port while the replica is
    /// away.
    pub(super) address: String,
    /// The same of the admin listener.
    pub(super) admin: String,
    kept: Kept,
    /// Ends after what runs in it.
    group: Option<Group>,
}

impl Replica {
    /// Starts the replica of a number and waits until it is ready.
    pub(super) fn start(plan: &Plan<'_>, number: u8) -> Result<Self> {
        let name = format!("replica-{number}");
        let host = format!("127.0.0.{}", 10 + number);
        let [address, admin] =
            [free_port_at(&host)?, free_port_at(&host)?].map(|port| format!("{host}:{port}"));
        let group = plan.is_limited.then(|| Group::make(&name, POD));
        let group = group.transpose()?;
        let clock_s = CLOCKS_S.iter().cycle().nth(number.into());
        let clock_s = clock_s.copied().unwrap_or_default();
        let kept = run(plan, group.as_ref(), clock_s, &[&address, &admin])?;
        Ok(Self {
            name,
            clock_s,
            address,
            admin,
            kept,
            group,
        })
    }

    /// Starts it again after it has ended.
    pub(super) fn start_again(&mut self, plan: &Plan<'_>) -> Result<()> {
        let at = [&self.address, &self.admin];
        self.kept = run(plan, self.group.as_ref(), self.clock_s, &at)?;
        Ok(())
    }

    pub(super) fn pid(&self) -> u32 {
        self.kept.pid
    }

    pub(super) fn is_running(&self) -> bool {
        self.kept.is_running()
    }

    /// Asks it to stop, waits, and wants it to have ended in order.
    pub(super) fn stop(&mut self) -> Result<()> {
        match self.kept.stop()? {
            0 => Ok(()),
            code => Err(self.failed(&format!("ended with {code} when it was asked to stop"))),
        }
    }

    /// Ends it without a word.
    pub(super) fn kill(&mut self) -> Result<()> {
        self.kept.signal("KILL")?;
        self.kept.wait().map(|_code| ())
    }

    /// Lets something else in its group take the memory, so that the kernel ends the replica. Says how many the kernel has ended.
    pub(super) fn run_out_of_memory(&mut self) -> Result<u64> {
        let group = self.group.as_ref();
        let group = group.ok_or_else(|| Failure::new("the replica has no group of its own"))?;
        let before = group.oom_kills()?;
        // The kernel takes the one that it is told to, not the larger one.
        let first = format!("/proc/{}/oom_score_adj", self.kept.pid);
        std::fs::write(&first, "1000").while_doing("name the one that is ended first")?;
        let mut hungry = group.run(Path::new("sh"));
        // `tail` keeps a line until it has come to its end. It fits when it is alone.
        let most = POD.memory_mib - 8;
        hungry.args([
            "-c",
            &format!("head -c {most}M /dev/zero | tail -n 1 > /dev/null"),
        ]);
        let folder = keeper::folder("hungry")?;
        let mut hungry = Kept::start(Command::new("/bin/sh"), &folder, "KILL", &hungry)?;
        hungry.wait()?;
        if self.kept.is_running() {
            return Err(self.failed("lives although its group has no memory left"));
        }
        let kills = group.oom_kills()? - before;
        match self.kept.wait()? {
            KILLED => Ok(kills),
            code => Err(self.failed(&format!("ended with {code}, and not by the kernel"))),
        }
    }

    /// The most memory that it has held so far.
    pub(super) fn memory_max(&self) -> Result<u64> {
        let path = format!("/proc/{}/status", self.kept.pid);
        let status = std::fs::read_to_string(path).while_doing("read the memory of a replica")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kib.map(|kib| kib * 1024)
            .ok_or_else(|| Failure::new("the memory of a replica is not known"))
    }

    /// How many processes of its group the kernel has ended; none where it has no group.
    pub(super) fn oom_kills(&self) -> Result<u64> {
        self.group.as_ref().map_or(Ok(0), Group::oom_kills)
    }

    /// What it did, with the end of what it said.
    pub(super) fn failed(&self, what: &str) -> Failure {
        Failure::new(format!("{} {what}\n{}", self.name, self.kept.said()))
    }
}

fn run(
    plan: &Plan<'_>,
    group: Option<&Group>,
    clock_s: i32,
    [address, admin]: &[&String; 2],
) -> Result<Kept> {
    let folder = keeper::folder("replica")?;
    let mut haas = match group {
        Some(group) => group.run(plan.haas),
        None => Command::new(plan.haas),
    };
    haas.arg("serve").arg("--data").arg(folder.join("data"));
    haas.args(["--listen", address, "--admin-listen", admin]);
    haas.envs(plan.environment.iter().map(|(name, value)| (name, value)));
    haas.env("LD_PRELOAD", &plan.other_time);
    haas.env("FAKETIME", format!("{clock_s:+}"));
    // How long something takes is as long for all.
    haas.env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let kept = Kept::start(Command::new("/bin/sh"), &folder, "TERM", &haas)?;
    kept.wait_until("the replica", || {
        http::get(admin, "/ready").is_ok_and(|answer| answer.status == 200)
    })?;
    kept.wait_until("the replica to know how wrong its clock is", || {
        offset_s(admin).is_some_and(|found| (found + f64::from(clock_s)).abs() < OFFSET_TOLERANCE_S)
    })?;
    Ok(kept)
}

/// How far the database is ahead of a replica's machine, as the replica says.
fn offset_s(admin: &str) -> Option<f64> {
    let metrics = http::get(admin, "/metrics").ok()?;
    let metrics = String::from_utf8(metrics.body).ok()?;
    let offset = metrics.lines().find_map(|line| line.strip_prefix(OFFSET))?;
    offset.trim().parse().ok()
}
