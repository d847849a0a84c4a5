//! A real browser that plays an album while all replicas are restarted, one after the other, again and again.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::rig::{DRAIN, Rig};
use super::{library, must, patiently};
use crate::browser;
use crate::failure::{Failure, Result};
use crate::workspace::Workspace;

/// Where the tests in the browser find the balancer; with it they are those of a deployment.
const BALANCER: &str = "HAAS_E2E_BALANCER";
/// `nice` runs a program also where it may not do this.
const NICE: [&str; 2] = ["-n", "-15"];
/// The player tells of a play as soon as it begins.
const PLAYS: &str = "SELECT id FROM plays";

/// Restarts replicas while `run` lets a browser play. Says how many were restarted meanwhile.
pub(crate) fn check<T>(
    workspace: &Workspace,
    run: impl FnOnce(&mut Command) -> Result<T>,
) -> Result<(T, Result<String>)> {
    let mut rig = Rig::start(workspace)?;
    let mut playwright = before_others(&browser::command(workspace));
    playwright.env(BALANCER, format!("http://{}", rig.balancer.address));
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let restarts = scope.spawn(|| restart_all(&mut rig, &is_over));
        let ran = run(&mut playwright);
        is_over.store(true, Ordering::SeqCst);
        let restarted = restarts
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok((ran?, restarted))
    })
}

/// The same program, before what else the machine does, where it may: a browser that has no processor is silent too, and that is
/// nobody's restart.
fn before_others(program: &Command) -> Command {
    let mut first = Command::new("nice");
    first.args(NICE).arg(program.get_program());
    first.args(program.get_args());
    let set = program.get_envs();
    first.envs(set.filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = program.get_current_dir() {
        first.current_dir(folder);
    }
    first
}

fn restart_all(rig: &mut Rig, is_over: &AtomicBool) -> Result<String> {
    patiently("the browser to play", || {
        if is_over.load(Ordering::SeqCst) {
            return Err(Failure::new("the browser did not play"));
        }
        Ok(!library::ask(&rig.database, PLAYS)?.is_empty())
    })?;
    let before = rig.balancer.failures()?;
    let all = rig.replicas.len();
    let mut restarted = 0;
    while !is_over.load(Ordering::SeqCst) {
        let number = restarted % all;
        rig.replica(number)?.stop()?;
        rig.bring_back(number, DRAIN)?;
        restarted += 1;
    }
    let failures = rig.balancer.failures()?.since(before);
    let said = format!(
        "{restarted} restarts of {all} replicas while an album played; balancer: {failures:?}"
    );
    // The last one may have ended after the album.
    must(all < restarted && failures.failed() == 0, said)
}
