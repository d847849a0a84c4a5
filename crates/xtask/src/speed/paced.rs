//! What listeners take who load as players do, beside nginx with the same music.

use std::process::Command;

use serde_json::Value;

use super::pod::{number, staying};
use super::rivals::{GENERATOR_CORE, Rival};
use super::rounds::{Rounds, Turn, to_f64};
use super::table::{Aim, Better, Figure, NotMeasured, Row};
use crate::failure::Failure;
use crate::load::runs;
use crate::workspace::Workspace;

const AIM: Aim = Aim {
    work: "processor of paced listeners, to nginx (lower is better)",
    better: Better::Low,
    goal: Some(1.1),
    gate: 1.5,
};
/// Both must have sent as much for the same time of music.
const BYTES_TOLERANCE: f64 = 0.05;

/// How many come, in how long, how long each stays, and how often.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paced {
    pub(super) listeners: u32,
    pub(super) come_s: u32,
    pub(super) stay_s: u32,
    pub(super) rounds: u32,
}

impl Paced {
    /// Compares what the same listeners take of each server.
    pub(super) fn row(self, workspace: &Workspace, ours: &Rival, other: &Rival) -> Row {
        Row {
            aim: AIM,
            found: self.compare(workspace, [ours, other]),
        }
    }

    /// Where the generator was the limit, there is none that is in time.
    fn compare(self, workspace: &Workspace, servers: [&Rival; 2]) -> Result<Figure, NotMeasured> {
        let scenario = staying(self.listeners, self.come_s, self.stay_s);
        let mut bytes_per_s = [f64::NAN; 2];
        let mut late = None;
        let rounds = Rounds::run(self.rounds, servers.len(), |index| {
            let [ours, other] = servers;
            let server = if index == 0 { ours } else { other };
            let before = server.group.cpu_us()?;
            let mut haas = Command::new("taskset");
            haas.args(["-c", GENERATOR_CORE]).arg(workspace.haas());
            // A run on one processor has one thread, and counts with no other.
            let options = ["--threads", "1"];
            let (report, _) = runs::run_at(haas, workspace, &server.origin, &scenario, &options)?;
            let cpu_us = to_f64(server.group.cpu_us()? - before);
            if report["verdict"] == "invalid" {
                late = Some(format!(
                    "the generator was the limit: {}",
                    report["reasons"]
                ));
            }
            let played_s =
                heard(&report).map_err(|why| Failure::new(format!("{}: {why}", server.name)))?;
            if let Some(of_server) = bytes_per_s.get_mut(index) {
                *of_server = number(&report["generator"]["bytes"]) / played_s;
            }
            Ok(Turn {
                count: played_s,
                cpu_us,
            })
        });
        if let Some(why) = late {
            return Err(NotMeasured::Absent(why));
        }
        let rounds = rounds?;
        let [ours, others] = bytes_per_s;
        let differs = (ours - others).abs() / others;
        if differs.is_nan() || BYTES_TOLERANCE < differs {
            return Err(NotMeasured::Failed(format!(
                "the servers sent {ours:.0} and {others:.0} bytes for a second of music"
            )));
        }
        let ratio = rounds.ratio(0, 1);
        let ratio = ratio.ok_or_else(|| Failure::new("nothing was measured"))?;
        let each = [0, 1].map(|index| rounds.each_us(index).map_or(f64::NAN, |each| each.median));
        let of = format!(
            "{} listeners; {:.1} µs for a second of music, nginx {:.1} µs, {:.0} kbit/s",
            self.listeners,
            each[0],
            each[1],
            ours * 8.0 / 1000.0
        );
        Ok(Figure::spread(ratio, of))
    }
}

/// How much was heard, in seconds, where nothing went wrong.
fn heard(report: &Value) -> Result<f64, String> {
    let heard = &report["listening"];
    let bad = ["failed", "stalls"].map(|name| number(&heard[name]));
    let played_s = number(&heard["played_s"]);
    if report["verdict"] == "invalid" {
        return Err("the generator was the limit".to_owned());
    }
    if bad != [0.0, 0.0] || played_s.is_nan() || played_s <= 0.0 {
        return Err(format!("not all was heard as it should be: {heard}"));
    }
    Ok(played_s)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_run_with_a_failure_or_a_stall_compares_nothing() {
        let report = |verdict: &str, failed: u32, stalls: u32| {
            json!({
                "verdict": verdict,
                "listening": { "failed": failed, "stalls": stalls, "played_s": 90.5 },
            })
        };
        assert_eq!(heard(&report("stable", 0, 0)), Ok(90.5));
        heard(&report("stable", 1, 0)).unwrap_err();
        heard(&report("stable", 0, 1)).unwrap_err();
        heard(&report("invalid", 0, 0)).unwrap_err();
        heard(&json!({ "verdict": "stable" })).unwrap_err();
    }
}
