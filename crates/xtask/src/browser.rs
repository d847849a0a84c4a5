//! Browser tests: Playwright in Debian's Chromium. They start the release binary themselves.

use std::process::Command;

use crate::failure::Result;
use crate::packages::{self, CHROMIUM, FFMPEG, KOREAN_FONT};
use crate::workspace::Workspace;
use crate::{build, subprocess};

/// `cargo xtask browser [ARGUMENTS OF PLAYWRIGHT]`: builds, then runs the tests on the terminal.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    packages::ensure(workspace, &[CHROMIUM, FFMPEG, KOREAN_FONT])?;
    build::build(workspace)?;
    subprocess::run(command(workspace).args(arguments))
}

/// Playwright on the release binary; the tests make their own music.
pub(crate) fn command(workspace: &Workspace) -> Command {
    let mut playwright = Command::new("npx");
    playwright.args(["--no-install", "playwright", "test", "--reporter=list"]);
    playwright.env("HAAS_BINARY", workspace.haas());
    playwright.current_dir(workspace.path("web/e2e"));
    playwright
}
