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

/// Where the store's bucket has the library, as the variables of the store say.
const LIBRARY: &str = "music/library";
/// The first half minute of all songs in their best quality takes a few times as much.
const CACHE: &str = "16MiB";
/// Else the working set is not beyond the cache.
const READ_SHARE_MIN: f64 = 0.1;
const LISTENERS: [u32; 5] = [500, 1_000, 2_000, 3_000, 4_000];
const FROM_STORE: Aim = Aim {
    work: "the same from S3, with a working set beyond the cache",
    better: Better::High,
    goal: None,
    gate: 2_000.0,
};

/// The most listeners that are held; the store runs beside the pod, on what it leaves of the machine.
pub(super) fn measure(workspace: &Workspace, data: &Path) -> Result<Found> {
    let home = workspace.own("bench/store")?;
    let _ = std::fs::remove_dir_all(&home);
    let library = home.join(LIBRARY);
    std::fs::create_dir_all(&library).while_doing("make a folder for the store")?;
    let mut copy = Command::new("cp");
    copy.arg("-R").arg(data.join("music/.")).arg(&library);
    subprocess::read(&mut copy)?;
    let store = Store::start_fast(workspace, &home)?;
    let variables = store.variables();
    let mut environment: Vec<(&str, &str)> = variables
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    environment.push(("HAAS_MUSIC__MEDIA_CACHE", CACHE));
    let pod = Pod {
        workspace,
        data,
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
