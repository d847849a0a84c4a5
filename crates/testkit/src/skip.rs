//! Tests that cannot run here: they say so where `make test` counts them.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// Says that the calling test, or a part of it, cannot run for want of something.
pub fn skip(missing: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    report(&format!("skipped: {test} (no {missing})\n"));
}

/// Prints a figure that a test measured, where `make test` shows it.
pub fn say(figure: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    report(&format!("{test}: {figure}\n"));
}

/// Whether ffmpeg is there; says that the test is skipped when it is not.
pub fn has_ffmpeg() -> bool {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.arg("-version").stdin(Stdio::null());
    let is_there = ffmpeg.stdout(Stdio::null()).status().is_ok();
    if !is_there {
        skip("ffmpeg");
    }
    is_there
}

/// Past the capture of the test runner, which would swallow what a passing test prints.
pub(crate) fn report(line: &str) {
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}
