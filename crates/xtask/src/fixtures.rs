//! Audio files that break parsers: the test data of mutagen, checked against a pinned checksum.

use std::path::PathBuf;
use std::process::Command;

use crate::failure::{Failure, Result, While};
use crate::packages::{self, PIP};
use crate::workspace::Workspace;
use crate::{demo, subprocess};

const RELEASE: &str = "mutagen==1.48.1";
const ARCHIVE: &str = "mutagen-1.48.1.tar.gz";
const SHA256: &str = "8f95637ab9f6f305cec6bd1294e197debe207998e3e068596563c74f86b0a173";
const FOLDER: &str = "mutagen-1.48.1/tests/data";

/// Brings the files and returns their folder.
pub(crate) fn bring(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.own("fixtures/mutagen")?;
    if folder.is_dir() {
        return Ok(folder);
    }
    packages::ensure(workspace, &[PIP])?;
    let work = workspace.own("fixtures/mutagen.part")?;
    let _ = std::fs::remove_dir_all(&work);
    std::fs::create_dir_all(&work).while_doing(format!("create {}", work.display()))?;
    let mut pip = Command::new("python3");
    pip.args([
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--no-binary",
        "mutagen",
        "--dest",
    ]);
    subprocess::read(pip.arg(&work).arg(RELEASE))?;
    let archive = work.join(ARCHIVE);
    let found = demo::sha256(&archive)?;
    if found != SHA256 {
        return Err(Failure::new(format!(
            "{ARCHIVE} is not what it should be: its SHA-256 is {found}"
        )));
    }
    subprocess::read(
        Command::new("tar")
            .arg("-xzf")
            .arg(&archive)
            .arg("-C")
            .arg(&work)
            .arg(FOLDER),
    )?;
    std::fs::rename(work.join(FOLDER), &folder).while_doing("put the fixtures in place")?;
    std::fs::remove_dir_all(&work).while_doing("remove what was downloaded")?;
    Ok(folder)
}
