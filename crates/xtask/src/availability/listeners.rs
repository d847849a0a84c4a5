//! People on the balancer: `haas load` with a scenario, until it is told to end.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::patiently;
use super::rig::Rig;
use crate::failure::{Failure, Result, While};
use crate::keeper::{self, Kept};

/// Exit codes of runs that have a report.
const CODES: [u32; 5] = [0, 10, 11, 12, 13];
/// The first of each load come within three seconds.
const ARRIVAL: Duration = Duration::from_secs(4);
/// How far ahead players load here, and a bit: music that is lost is missed after that. Our player loads 30 s ahead.
pub(super) const BUFFER: Duration = Duration::from_secs(10);

/// People who listen to many songs, and tell of each, and others who read: for as long as they are let.
pub(super) const EVERYBODY: &str = "
name = 'everybody'
checked_share = 1
[[phase]]
seconds = 3
starts_per_s = 24
[[phase]]
seconds = 600
starts_per_s = 2
[[listener]]
share = 1
songs = [50, 50]
zipf = 0
ahead_s = 8
[[visitor]]
share = 1
paths = ['/music', '/api/music/v1/chart', '/music/new', '/api/music/v1/albums']
requests = 2000
pace_s = 0.3
";
/// The same without those who read: what is read lives in the database, what is heard does not.
pub(super) const LISTENERS: &str = "
name = 'listeners'
checked_share = 1
[[phase]]
seconds = 3
starts_per_s = 12
[[phase]]
seconds = 600
starts_per_s = 1
[[listener]]
songs = [50, 50]
zipf = 0
ahead_s = 8
";
/// People with the media element of a browser, who hear the original of a song, which stands here.
pub(super) const PROGRESSIVE: &str = "
name = 'progressive'
[[phase]]
seconds = 3
starts_per_s = 4
[[listener]]
player = 'progressive'
reports_plays = false
";

/// A load that goes on.
pub(super) struct Load {
    kept: Kept,
    report: PathBuf,
    /// Where the report stays.
    kept_report: PathBuf,
}

impl Load {
    /// Starts it and waits until its first people listen. Its report is kept under a name.
    pub(super) fn start(rig: &Rig, name: &str, scenario: &str) -> Result<Self> {
        let before = rig.balancer.requests()?;
        let folder = keeper::folder("load")?;
        let file = folder.join("scenario.toml");
        std::fs::write(&file, scenario).while_doing("write a scenario")?;
        let report = folder.join("report.json");
        let mut haas = Command::new(rig.workspace.haas());
        haas.arg("load").arg(&file).arg("--report").arg(&report);
        haas.arg("--target")
            .arg(format!("http://{}", rig.balancer.address));
        let kept = Kept::start(Command::new("/bin/sh"), &folder, "KILL", &haas)?;
        let load = Self {
            kept,
            report,
            kept_report: rig.workspace.own(&format!("log/test/{name}.json"))?,
        };
        patiently("people to come", || {
            load.goes_on()?;
            Ok(before < rig.balancer.requests()?)
        })?;
        std::thread::sleep(ARRIVAL);
        Ok(load)
    }

    /// An error when it has ended: what was done to the server since was seen by nobody.
    pub(super) fn goes_on(&self) -> Result<()> {
        if self.kept.is_running() {
            return Ok(());
        }
        let said = self.kept.said();
        Err(Failure::new(format!("the load has ended\n{said}")))
    }

    /// Ends it and reads what people saw.
    pub(super) fn end(mut self) -> Result<Seen> {
        self.goes_on()?;
        self.kept.signal("INT")?;
        let code = self.kept.wait()?;
        if !CODES.contains(&code) {
            let said = self.kept.said();
            return Err(Failure::new(format!("haas load ended with {code}\n{said}")));
        }
        let text = std::fs::read_to_string(&self.report).while_doing("read a report")?;
        // Whoever looks for why finds it there.
        std::fs::write(&self.kept_report, &text).while_doing("keep a report")?;
        let report = serde_json::from_str(&text).while_doing("read a report")?;
        Ok(Seen { report })
    }
}

/// What people saw.
pub(super) struct Seen {
    report: Value,
}

impl Seen {
    fn number(&self, pointer: &str) -> u64 {
        let number = self.report.pointer(pointer).and_then(Value::as_u64);
        number.unwrap_or_default()
    }

    pub(super) fn plays(&self) -> u64 {
        self.number("/listening/plays")
    }

    pub(super) fn failed_plays(&self) -> u64 {
        self.number("/listening/failed")
    }

    pub(super) fn stalls(&self) -> u64 {
        self.number("/listening/stalls")
    }

    pub(super) fn failed_requests(&self) -> u64 {
        self.number("/visiting/failed")
    }

    /// Bodies of music that were not what they should be.
    pub(super) fn wrong_bodies(&self) -> u64 {
        self.number("/generator/wrong_bodies")
    }

    /// How often something was answered with no, or not at all, and nobody got it by asking again.
    pub(super) fn faults(&self) -> u64 {
        let faults = self.report["faults"].as_object();
        faults.map_or(0, |faults| faults.values().filter_map(Value::as_u64).sum())
    }

    /// The music went on for everybody, and was what it should be.
    pub(super) fn music_went_on(&self) -> bool {
        0 < self.plays() && self.failed_plays() + self.stalls() + self.wrong_bodies() == 0
    }

    /// In a line.
    pub(super) fn shown(&self) -> String {
        let played_s = self.report["listening"]["played_s"].as_f64();
        let music = format!(
            "{} plays ({:.0} s of music), {} failed, {} stalls; {} bodies compared, {} wrong",
            self.plays(),
            played_s.unwrap_or_default(),
            self.failed_plays(),
            self.stalls(),
            self.number("/generator/checked_bodies"),
            self.wrong_bodies(),
        );
        let requests = self.number("/visiting/requests");
        let pages = (0 < requests).then(|| {
            format!(
                "{requests} requests for pages, {} failed",
                self.failed_requests()
            )
        });
        let faults = (0 < self.faults()).then(|| {
            let (counts, examples) = (&self.report["faults"], &self.report["fault_examples"]);
            format!("faults {counts}, such as {examples}")
        });
        let all: Vec<String> = [Some(music), pages, faults].into_iter().flatten().collect();
        all.join("; ")
    }
}
