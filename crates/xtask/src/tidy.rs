//! The laws of the repository that a machine can hold. Each finding says what to do.

mod crates;
mod documents;
mod facts;
mod source;

use std::process::ExitCode;

use crate::failure::{Failure, Result};
use crate::screen;
use crate::workspace::Workspace;
use facts::Facts;

/// A law: what it says, and what breaks it.
type Law = (&'static str, fn(&Facts) -> Vec<String>);

const LAWS: [Law; 17] = [
    (
        "crates depend on each other as the design allows",
        crates::dependencies,
    ),
    (
        "every crate has lints, a description and a place on the map",
        crates::manifests,
    ),
    ("files stay small", source::length),
    (
        "modules are named after what they hold",
        source::module_names,
    ),
    ("nothing is left for later", source::nothing_left),
    ("no path of somebody's machine", source::machine_paths),
    ("SQL stays in stores", source::sql),
    ("stores and models know nothing of HTTP", source::http),
    ("no test is ignored or waits for a panic", source::tests),
    ("no audio and no big file is committed", source::big_files),
    ("migrations are numbered and named", source::migrations),
    (
        "a migration takes away only what no version asks for",
        source::contractions,
    ),
    ("every document has one title", documents::titles),
    ("links in documents lead somewhere", documents::links),
    ("the Makefile holds no logic", documents::makefile),
    (".ci/run calls make test", documents::ci),
    (
        "the README names every make target that it shows",
        documents::targets,
    ),
];

/// `cargo xtask tidy`.
pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode> {
    let (held, findings) = check(workspace)?;
    screen::say(&format!("{held} of {} laws hold", LAWS.len()));
    if findings.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(Failure::new(findings))
}

/// How many laws hold, and what breaks the others.
pub(crate) fn check(workspace: &Workspace) -> Result<(u32, String)> {
    let facts = Facts::read(workspace)?;
    let mut held = 0;
    let mut text = String::new();
    for (law, broken_by) in LAWS {
        let findings = broken_by(&facts);
        if findings.is_empty() {
            held += 1;
        } else {
            let list = findings.join("\n  ");
            text = format!("{text}law: {law}\n  {list}\n");
        }
    }
    Ok((held, text))
}

/// How many laws there are.
pub(crate) fn count() -> u32 {
    u32::try_from(LAWS.len()).unwrap_or(u32::MAX)
}
