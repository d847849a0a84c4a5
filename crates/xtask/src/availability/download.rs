//! Somebody who loads a whole file, loses the connection in the middle, and goes on with the rest.

use std::path::PathBuf;
use std::process::Command;

use super::balancer::REPLICA_HEADER;
use super::patiently;
use super::rig::{Rig, Track};
use crate::demo;
use crate::failure::{Failure, Result, While};
use crate::keeper::{self, Kept};

/// Slow enough that the file is on its way for some time, however much of it waits in buffers.
const RATE: &str = "1500k";
/// So much of it must have come.
const BEGUN_BYTES: u64 = 2 << 20;
/// `curl` calls it so when a transfer ends early.
const PARTIAL_FILE: u32 = 18;
const RECEIVE_ERROR: u32 = 56;

/// A download that goes on.
pub(super) struct Download {
    kept: Kept,
    url: String,
}

impl Download {
    /// Begins to load the original of a track, and waits until some of it has come.
    pub(super) fn start(rig: &Rig, track: &Track) -> Result<Self> {
        let url = format!("http://{}{}", rig.balancer.address, track.stream);
        let folder = keeper::folder("download")?;
        let mut curl = curl(&url);
        curl.args(["--limit-rate", RATE, "--dump-header", "head"]);
        curl.current_dir(&folder);
        let kept = Kept::start(Command::new("/bin/sh"), &folder, "KILL", &curl)?;
        let download = Self { kept, url };
        patiently("a file to come", || Ok(BEGUN_BYTES <= download.bytes()))?;
        Ok(download)
    }

    /// The name of the replica that it comes from.
    pub(super) fn replica(&self) -> Result<String> {
        let head = self.kept.folder.join("head");
        let head = std::fs::read_to_string(head).while_doing("read who answers")?;
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        let mut found = lines.filter(|(name, _)| name.eq_ignore_ascii_case(REPLICA_HEADER));
        let name = found.next().map(|(_, name)| name.trim().to_owned());
        name.ok_or_else(|| Failure::new("the answer does not say which replica it is of"))
    }

    /// Waits until the connection is lost, loads the rest, and compares the whole with the file that was imported. Says how much had
    /// come before.
    pub(super) fn resume(mut self, rig: &Rig) -> Result<String> {
        let code = self.kept.wait()?;
        let before = self.bytes();
        if ![PARTIAL_FILE, RECEIVE_ERROR].contains(&code) {
            return Err(Failure::new(format!(
                "curl was to lose its connection, and ended with {code} and {before} bytes"
            )));
        }
        let mut rest = curl(&self.url);
        rest.args(["--continue-at", "-", "--write-out", "%{http_code}"]);
        let output = rest.current_dir(&self.kept.folder).output();
        let output = output.while_doing("run curl")?;
        let status = String::from_utf8_lossy(&output.stdout).into_owned();
        let [found, wanted] =
            [self.file(), rig.library.long_file()].map(|file| demo::sha256(&file));
        let (found, wanted) = (found?, wanted?);
        if status != "206" || found != wanted {
            return Err(Failure::new(format!(
                "the rest of a file after {before} bytes was answered with {status}, and the whole has the SHA-256 {found}, not {wanted}"
            )));
        }
        Ok(format!(
            "a download went on after {before} of {} bytes with 206, and has the SHA-256 of the file",
            self.bytes()
        ))
    }

    fn file(&self) -> PathBuf {
        self.kept.folder.join("file")
    }

    fn bytes(&self) -> u64 {
        std::fs::metadata(self.file()).map_or(0, |file| file.len())
    }
}

fn curl(url: &str) -> Command {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--output", "file", url]);
    curl
}
