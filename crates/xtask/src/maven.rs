//! What Maven brings, once: other people's programs that Debian has not.

use std::path::PathBuf;
use std::process::Command;

use crate::failure::{Result, While};
use crate::subprocess;
use crate::workspace::Workspace;

/// The programs that are needed and not there.
pub(crate) fn missing() -> Option<String> {
    let missing = ["java", "mvn"]
        .into_iter()
        .filter(|program| !subprocess::is_installed(program));
    let missing: Vec<&str> = missing.collect();
    (!missing.is_empty()).then(|| missing.join(" and "))
}

/// A folder below `.haas` with what the project file at `pom` puts into `${home}`; brought when it is not there yet.
pub(crate) fn bring(
    workspace: &Workspace,
    name: &str,
    version: &str,
    pom: &str,
) -> Result<PathBuf> {
    let home = workspace.own(&format!("{name}/{version}"))?;
    if home.is_dir() {
        return Ok(home);
    }
    let part = workspace.own(&format!("{name}/{version}.part"))?;
    let _ = std::fs::remove_dir_all(&part);
    let mut maven = Command::new("mvn");
    maven
        .args(["--quiet", "--batch-mode", "--file"])
        .arg(workspace.path(pom));
    maven
        .arg(format!("-Dhome={}", part.display()))
        .arg("package");
    let log = workspace.own(&format!("log/{name}.log"))?;
    subprocess::log(&mut maven, &log).map_err(|failure| {
        failure.how("look whether Maven reaches its repository, and run this again")
    })?;
    std::fs::rename(&part, &home).while_doing(format!("put {name} in place"))?;
    Ok(home)
}
