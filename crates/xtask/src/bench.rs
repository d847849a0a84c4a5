//! `make bench`: speed and memory, measured on this machine and printed.

use crate::failure::Result;
use crate::workspace::Workspace;
use crate::{build, bytes, footprint, screen};

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    build::build(workspace)?;
    screen::say("\nThe release binary");
    for line in footprint::measure(workspace)?.lines() {
        screen::say(&format!("  {line}"));
    }
    screen::say("\nWhat is loaded (brotli, but for the binary)");
    for part in bytes::measure(workspace)? {
        screen::say(&format!("  {part}"));
    }
    Ok(())
}
