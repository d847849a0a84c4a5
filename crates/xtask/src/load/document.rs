//! Where the figures are kept: one document, of which each part is measured by itself.

use super::Found;
use crate::document::Document;
use crate::failure::{Failure, Result};
use crate::workspace::Workspace;

pub(super) const TABLE: &str = "The loads of the original table";
pub(super) const RATES: &str = "The highest rates";
pub(super) const GENERATOR: &str = "What the generator takes";
pub(super) const PAGES: &str = "Pages while 300 people read";
const DOCUMENT: Document = Document {
    path: "docs/load.md",
    head: include_str!("head.md"),
    sections: &[TABLE, RATES, GENERATOR, PAGES],
};

/// Writes a part down; what was missed is an error after that.
pub(super) fn write(
    workspace: &Workspace,
    section: &str,
    machine: &str,
    found: &Found,
) -> Result<()> {
    let body = format!("{machine}\n\n{}", found.text.trim());
    DOCUMENT.write(workspace, section, &body)?;
    if found.missed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(found.missed.join("\n")))
}
