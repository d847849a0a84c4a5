//! The same small pod with its music in an S3-compatible store, and room for less of it than is listened to.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use super::pod::{self, Found, Pod};
use super::table::{Aim, Better};
use crate::availability::store::Store;
use crate::failure::{Failure, Result, While};
use crate::subprocess;
use crate::workspace::Workspace;

/// The first half minute of all songs in their best quality takes a few times as much.
const CACHE: &str = "16MiB";
/// Else the working set is not beyond the cache.
const READ_SHARE_MIN: f64 = 0.3;
const LISTENERS: [u32; 6] = [1_000, 2_000, 4_000, 6_000, 8_000, 10_000];
const FROM_STORE: Aim = Aim {
    work: "listeners at once in 1 CPU/512 MiB from S3, with a working set beyond the cache",
    better: Better::High,
    goal: None,
    gate: 2_000.0,
};

/// The most listeners that are held; the store runs beside the pod, on what it leaves of the machine.
pub(super) fn measure(workspace: &Workspace, data: &Path) -> Result<Found> {
    let home = workspace.own("bench/store")?;
    let _ = std::fs::remove_dir_all(&home);
    let [backup, moved, objects] = ["backup", "data", "objects"].map(|name| home.join(name));
    std::fs::create_dir_all(&objects).while_doing("make a folder for the store")?;
    let store = Store::start_fast(workspace, &objects)?;
    let variables = store.variables();
    // Through the store, which then knows the checksum of each object and need not make it for each answer.
    for (word, data) in [("backup", data), ("restore", &moved)] {
        let mut admin = Command::new(workspace.haas());
        admin.args(["admin", word, "--data"]).arg(data).arg(&backup);
        if word == "restore" {
            admin.envs(variables.iter().map(|(name, value)| (name, value)));
        }
        subprocess::read(&mut admin)?;
    }
    let _ = std::fs::remove_dir_all(&backup);
    let mut environment: Vec<(&str, &str)> = variables
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    environment.push(("HAAS_MUSIC__MEDIA_CACHE", CACHE));
    let pod = Pod {
        workspace,
        data: &moved,
        environment: &environment,
    };
    let (steps, mut found) = pod::listeners(FROM_STORE, &LISTENERS, pod)?;
    drop(store);
    let _ = std::fs::remove_dir_all(&home);
    let last = steps.iter().rfind(|step| step.holds);
    if let (Some(step), Ok(figure)) = (last, &mut found.row.found) {
        if step.read_share.is_nan() || step.read_share < READ_SHARE_MIN {
            return Err(Failure::new(format!(
                "the cache of {CACHE} has most of what is listened to: {:.3} of it was read from the store",
                step.read_share
            )));
        }
        let (cores, read) = (step.cores, step.read_share * 100.0);
        let _ = write!(
            figure.of,
            "; {cores:.2} processors; a cache of {CACHE}, {read:.0} % of what was sent had to be read from the store, which \
             runs on the same machine"
        );
    }
    Ok(found)
}
