//! What listeners notice when a part of a deployment ends: replicas that are restarted, killed or out of memory, a database and an
//! object store that are away. Nothing, and these checks would see it if they did.

mod balancer;
mod download;
mod http;
mod library;
mod listeners;
mod outages;
mod plays;
mod replica;
mod restarts;
mod rig;
pub(crate) mod store;
mod watched;

use std::time::{Duration, Instant};

use crate::failure::{Failure, Result};
use crate::packages::{self, CURL, FAKETIME, FFMPEG, HAPROXY, POSTGRES};
use crate::workspace::Workspace;

pub(crate) use watched::check as check_browser;

/// Whatever is waited for takes seconds, also on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What was checked: each line is something that holds, or that this machine does not let us look at.
#[derive(Default)]
pub(crate) struct Checked {
    pub(crate) held: Vec<String>,
    pub(crate) skipped: Vec<String>,
}

impl Checked {
    fn held(&mut self, line: String) {
        self.held.push(line);
    }

    fn skipped(&mut self, line: &str) {
        self.skipped.push(line.to_owned());
    }
}

/// The programs that are needed and not here.
pub(crate) fn missing() -> Option<String> {
    let needed = [FFMPEG, HAPROXY, FAKETIME, CURL, POSTGRES];
    let missing = needed
        .iter()
        .filter(|needed| !packages::is_there(needed.program));
    let missing: Vec<&str> = missing.map(|needed| needed.package).collect();
    (!missing.is_empty()).then(|| missing.join(", "))
}

/// Replicas end while people listen.
pub(crate) fn check_restarts(workspace: &Workspace) -> Result<Checked> {
    restarts::check(workspace)
}

/// The database and the object store are away while people listen.
pub(crate) fn check_outages(workspace: &Workspace) -> Result<Checked> {
    outages::check(workspace)
}

/// What was found, where it is as it should be; else it is an error.
fn must(holds: bool, said: String) -> Result<String> {
    if holds {
        Ok(said)
    } else {
        Err(Failure::new(said))
    }
}

/// Waits until something is so.
fn patiently(what: &str, is_so: impl Fn() -> Result<bool>) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while !is_so()? {
        if deadline < Instant::now() {
            let seconds = PATIENCE.as_secs();
            return Err(Failure::new(format!(
                "{seconds} s were not enough for {what}"
            )));
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Ok(())
}
