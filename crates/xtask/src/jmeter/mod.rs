//! `JMeter` beside `haas load`: whether both ask the same, and what each takes for it.

mod agreement;
mod cost;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::{Failure, Result, While};
use crate::maven;
use crate::server::Server;
use crate::subprocess::{self, not_started};
use crate::workspace::Workspace;

pub(crate) use agreement::check;
pub(crate) use cost::bench;

/// What `pom.xml` names.
const VERSION: &str = "5.6.3";
const POM: &str = "crates/xtask/src/jmeter/pom.xml";
/// For a thousand threads.
const HEAP: &str = "-Xmx1g";
/// What it says once the last thread has ended, while it still has all that it took.
const LAST_WORDS: &str = "Tidying up";
/// Of each sample only what is counted, so that no field has a comma.
const UNWANTED_FIELDS: [&str; 4] = [
    "thread_name",
    "response_message",
    "assertion_results_failure_message",
    "subresults",
];

/// A `JMeter` that was brought.
struct JMeter {
    home: PathBuf,
}

/// What a run of it left.
#[derive(Debug, Default, PartialEq, Eq)]
struct Ran {
    /// How many samples each label has, and how many of them failed.
    samples: BTreeMap<String, (u64, u64)>,
    /// The most memory it held.
    memory_bytes: u64,
}

impl Ran {
    fn requests(&self) -> u64 {
        self.samples.values().map(|(requests, _)| requests).sum()
    }

    fn failed(&self) -> u64 {
        self.samples.values().map(|(_, failed)| failed).sum()
    }
}

impl JMeter {
    /// Brings it with Maven, once.
    fn bring(workspace: &Workspace) -> Result<Self> {
        let home = maven::bring(workspace, "jmeter", VERSION, POM)?;
        for folder in ["lib/ext", "lib/junit"] {
            std::fs::create_dir_all(home.join(folder))
                .while_doing("make a folder that JMeter looks for")?;
        }
        Ok(Self { home })
    }

    /// Runs a plan to its end.
    fn run(&self, plan: &Path, samples: &Path) -> Result<Ran> {
        let _ = std::fs::remove_file(samples);
        let mut java = self.command(plan, samples);
        let mut child = java.spawn().map_err(|error| not_started(&java, &error))?;
        let mut memory_bytes = 0;
        let mut said = String::new();
        for line in child
            .stdout
            .take()
            .map(BufReader::new)
            .into_iter()
            .flat_map(BufRead::lines)
        {
            let line = line.while_doing("read what JMeter says")?;
            if line.starts_with(LAST_WORDS) {
                memory_bytes = memory_bytes_max(child.id())?;
            }
            said.push_str(&line);
            said.push('\n');
        }
        let status = child.wait().while_doing("wait for JMeter")?;
        // It says that it could not read a plan, and ends well all the same.
        if !status.success() || memory_bytes == 0 {
            return Err(Failure::new(format!(
                "JMeter failed ({status}):\n{}",
                subprocess::tail(&said, 20)
            )));
        }
        let text = std::fs::read_to_string(samples).while_doing("read the samples of JMeter")?;
        Ok(Ran {
            samples: count(&text)?,
            memory_bytes,
        })
    }

    fn command(&self, plan: &Path, samples: &Path) -> Command {
        let home = self.home.display();
        let mut java = Command::new("java");
        java.arg(HEAP).arg("-cp").arg(self.home.join("classes/*"));
        java.arg("-Djava.awt.headless=true");
        java.arg(format!("-Djmeter.home={home}"));
        java.arg(format!("-Djava.util.prefs.userRoot={home}"));
        java.args(["org.apache.jmeter.NewDriver", "-n", "-p"])
            .arg(self.home.join("bin/jmeter.properties"));
        java.arg("-t").arg(plan).arg("-l").arg(samples);
        java.arg("-j").arg(samples.with_extension("log"));
        // Otherwise it listens on a fixed port to be told to stop.
        java.arg("-Jjmeterengine.nongui.port=0");
        for field in UNWANTED_FIELDS {
            java.arg(format!("-Jjmeter.save.saveservice.{field}=false"));
        }
        java.current_dir(self.home.join("bin"));
        java.stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        java
    }
}

/// Writes the plan of a scenario: a name that comes along, or the file of one.
fn export(workspace: &Workspace, server: &Server, scenario: &str, plan: &Path) -> Result<()> {
    let mut haas = Command::new(workspace.haas());
    haas.args(["load", "to-jmx", scenario, "--target"]);
    haas.arg(format!("http://{}", server.address));
    let text = subprocess::read(&mut haas)?;
    std::fs::write(plan, text).while_doing("write a plan")
}

/// Counts samples by their labels; no label of ours has a comma.
fn count(text: &str) -> Result<BTreeMap<String, (u64, u64)>> {
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let place = |name: &str| {
        let place = head.iter().position(|field| *field == name);
        place.ok_or_else(|| {
            Failure::new(format!(
                "the samples of JMeter have no field {name}: {head:?}"
            ))
        })
    };
    let (label, success) = (place("label")?, place("success")?);
    let mut samples: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for line in lines {
        let fields: Vec<&str> = line.split(',').collect();
        let (Some(label), Some(success)) = (fields.get(label), fields.get(success)) else {
            return Err(Failure::new(format!("{line:?} is no sample")));
        };
        let (requests, failed) = samples.entry((*label).to_owned()).or_default();
        *requests += 1;
        *failed += u64::from(*success != "true");
    }
    Ok(samples)
}

/// The most memory that a process has held.
fn memory_bytes_max(process: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))
        .while_doing("read the memory of JMeter")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.map(|kib| kib * 1024)
        .ok_or_else(|| Failure::new("the memory of JMeter is not known"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_counted_by_label() {
        let text = "timeStamp,elapsed,label,responseCode,success\n1,2,/music,200,true\n1,2,/music,200,true\n3,4,/none,404,false\n";
        let samples = count(text).unwrap();
        assert_eq!(samples["/music"], (2, 0));
        assert_eq!(samples["/none"], (1, 1));
        assert!(count("a,b\n").is_err());
    }
}
