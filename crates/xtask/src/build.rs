//! Builds the product: web assets first (cargo never runs npm), then the release binary.

use crate::failure::Result;
use crate::workspace::Workspace;
use crate::{screen, subprocess, web};

/// Leaves the release binary at `target/release/haas`.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    web::build(workspace)?;
    release(workspace)
}

fn release(workspace: &Workspace) -> Result<()> {
    let step = screen::step("Release build", "the first one takes some minutes");
    let words = ["build", "--release", "--locked", "--package", "server"];
    subprocess::run(&mut subprocess::cargo(workspace, &words))?;
    step.done(&workspace.shown(&workspace.haas()));
    Ok(())
}
