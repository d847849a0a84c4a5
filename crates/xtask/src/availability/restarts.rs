//! Replicas that are restarted, killed and out of memory while people listen.

use std::thread;
use std::time::Duration;

use super::balancer::Failures;
use super::download::Download;
use super::listeners::{BUFFER, EVERYBODY, LISTENERS, Load, PROGRESSIVE, Seen};
use super::replica::Replica;
use super::rig::{DRAIN, NO_DRAIN, Rig, Track};
use super::{Checked, must};
use crate::failure::Result;
use crate::workspace::Workspace;

/// Everything that is shown of restarts.
pub(super) fn check(workspace: &Workspace) -> Result<Checked> {
    let mut rig = Rig::start(workspace)?;
    let mut checked = Checked::default();
    if !rig.is_limited {
        checked
            .skipped("1 CPU and 512 MiB for each replica: a control group of its own is missing");
    }
    checked.held(roll(&mut rig)?);
    checked.held(roll_without_drain(&mut rig)?);
    lose_replicas(&mut rig, &mut checked)?;
    Ok(checked)
}

/// With a drain nobody notices. The replicas come back without one.
fn roll(rig: &mut Rig) -> Result<String> {
    let (seen, failures) = while_people_listen(rig, "rolling-restart", |rig| rig.roll(NO_DRAIN))?;
    let said = format!("rolling restart: {}; balancer: {failures:?}", seen.shown());
    let is_unnoticed = seen.music_went_on() && seen.failed_requests() + seen.faults() == 0;
    must(is_unnoticed && failures.failed() == 0, said)
}

/// Without one requests fail: this would show it.
fn roll_without_drain(rig: &mut Rig) -> Result<String> {
    let (seen, failures) = while_people_listen(rig, "no-drain", |rig| rig.roll(DRAIN))?;
    let said = format!(
        "the same without drain: {}; balancer: {failures:?}",
        seen.shown()
    );
    must(0 < seen.faults() && 0 < failures.failed(), said)
}

fn while_people_listen(
    rig: &mut Rig,
    name: &str,
    work: impl FnOnce(&mut Rig) -> Result<()>,
) -> Result<(Seen, Failures)> {
    let before = rig.balancer.failures()?;
    let load = Load::start(rig, name, EVERYBODY)?;
    work(rig)?;
    thread::sleep(BUFFER);
    let seen = load.end()?;
    Ok((seen, rig.balancer.failures()?.since(before)))
}

/// `kill -9` and the kernel's own kill: what is in flight is lost, and no music.
fn lose_replicas(rig: &mut Rig, checked: &mut Checked) -> Result<()> {
    let long = rig.long_track()?;
    let before = rig.balancer.failures()?;
    let listening = Load::start(rig, "lost-replicas", LISTENERS)?;
    let progressive = Load::start(rig, "lost-replicas-progressive", &progressive(&long))?;
    let download = Download::start(rig, &long)?;

    let killed = download.replica()?;
    let named = |replica: &Replica| replica.name == killed;
    let number = rig.replicas.iter().position(named).unwrap_or_default();
    rig.replica(number)?.kill()?;
    checked.held(format!("kill -9: {}", download.resume(rig)?));
    rig.bring_back(number, DRAIN)?;

    let other = (number + 1) % rig.replicas.len();
    if rig.is_limited {
        let replica = rig.replica(other)?;
        let kills = replica.run_out_of_memory()?;
        checked.held(must(
            0 < kills,
            format!("out of memory: the kernel ended a replica (oom_kill of its group: {kills})"),
        )?);
        rig.bring_back(other, DRAIN)?;
    } else {
        checked.skipped("out of memory: a control group of its own is missing");
    }

    thread::sleep(BUFFER);
    let heard = progressive.end()?;
    let lost = rig.balancer.failures()?.since(before).cut_off;
    let said = format!(
        "progressive players meanwhile: {}; {lost} answers were cut off",
        heard.shown()
    );
    // One of them is the download.
    checked.held(must(heard.music_went_on() && 1 < lost, said)?);
    let heard = listening.end()?;
    let said = format!("HLS players meanwhile: {}", heard.shown());
    checked.held(must(heard.music_went_on(), said)?);
    Ok(())
}

/// Everybody hears the original of one track, which is on its way for as long as it plays.
fn progressive(track: &Track) -> String {
    let seconds = Duration::from_millis(track.length_ms).as_secs_f64();
    format!(
        "{PROGRESSIVE}[[song]]\nfile = {{ url = '{}', length_s = {seconds}, bytes = {} }}\n",
        track.stream, track.bytes
    )
}
