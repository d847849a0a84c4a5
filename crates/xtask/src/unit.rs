//! The unit for systemd: it understands every word of it, and a process under it can do little else than serve.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::{Failure, Result, While};
use crate::packages::SYSTEMD;
use crate::subprocess;
use crate::workspace::Workspace;

const UNIT: &str = "deploy/systemd/haas.service";
/// The place of the program that the unit names.
const PROGRAM: &str = "/usr/local/bin/haas";
/// In tenths of systemd's measure, from 0 (nothing is allowed) to 10; what is left is the network and a folder.
const EXPOSURE_TENTHS_MAX: u32 = 17;

/// What was found, for a person.
pub(crate) fn check(workspace: &Workspace) -> Result<String> {
    let text = std::fs::read_to_string(workspace.path(UNIT)).while_doing(format!("read {UNIT}"))?;
    let haas = workspace.haas();
    let text = text.replace(PROGRAM, &haas.display().to_string());
    let folder = workspace.own("check/unit")?;
    std::fs::create_dir_all(&folder).while_doing("make a folder for the unit")?;
    let unit = folder.join("haas.service");
    // systemd only warns of what it does not know: whether it is heard is tried, too.
    let misspelt = text.replace("ProtectHome=", "ProtectHom=");
    for (text, is_good) in [(misspelt, false), (text, true)] {
        std::fs::write(&unit, text).while_doing("write the unit")?;
        let said = verify(&unit)?;
        if is_good && !said.is_empty() {
            return Err(Failure::new(format!("{UNIT}: {said}")));
        }
        if !is_good && said.is_empty() {
            return Err(Failure::new("a misspelt setting of a unit is not noticed"));
        }
    }
    let mut security = Command::new(SYSTEMD.program);
    security.args(["security", "--offline=true", "--no-pager"]);
    security.arg(format!("--threshold={EXPOSURE_TENTHS_MAX}"));
    let said = subprocess::read(security.arg(&unit))?;
    let level = said.lines().rfind(|line| line.contains("exposure level"));
    level
        .map(|level| level.trim_start_matches(['→', ' ']).to_owned())
        .ok_or_else(|| Failure::new("systemd does not say how exposed the unit is"))
}

/// What systemd says against a unit.
fn verify(unit: &Path) -> Result<String> {
    let mut verify = Command::new(SYSTEMD.program);
    verify.args(["verify", "--man=no"]).arg(unit);
    let output = verify
        .stdin(Stdio::null())
        .output()
        .map_err(|error| subprocess::not_started(&verify, &error))?;
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if said.is_empty() && !output.status.success() {
        return Err(Failure::new(format!("{} failed", SYSTEMD.program)));
    }
    Ok(said)
}
