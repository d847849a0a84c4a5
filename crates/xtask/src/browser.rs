//! Browser tests: Playwright in Debian's Chromium. They start the release binary themselves.

use std::process::Command;

use crate::failure::Result;
use crate::packages::{self, CHROMIUM, KOREAN_FONT};
use crate::workspace::Workspace;
use crate::{build, demo, subprocess};

/// `cargo xtask browser [ARGUMENTS OF PLAYWRIGHT]`: builds, then runs the tests on the terminal.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    packages::ensure(workspace, &[CHROMIUM, KOREAN_FONT])?;
    build::build(workspace)?;
    subprocess::run(command(workspace)?.args(arguments))
}

/// Playwright with what the tests need: the binary and a folder of music.
pub(crate) fn command(workspace: &Workspace) -> Result<Command> {
    let music = demo::bring(workspace, false)?;
    let mut playwright = Command::new("npx");
    playwright.args(["--no-install", "playwright", "test", "--reporter=list"]);
    playwright
        .env("HAAS_BINARY", workspace.haas())
        .env("HAAS_DEMO_MUSIC", music);
    playwright.current_dir(workspace.path("web/e2e"));
    Ok(playwright)
}
