//! Where the figures are kept: one document, of which each part is measured by itself.

use std::io::ErrorKind;

use super::Found;
use crate::failure::{Failure, Result, While};
use crate::workspace::Workspace;

const DOCUMENT: &str = "docs/load.md";
/// What stands before the figures.
const HEAD: &str = include_str!("head.md");

pub(super) const TABLE: &str = "The loads of the original table";
pub(super) const RATES: &str = "The highest rates";
pub(super) const GENERATOR: &str = "What the generator takes";
pub(super) const PAGES: &str = "Pages while 300 people read";
/// As they stand in the document.
const SECTIONS: [&str; 4] = [TABLE, RATES, GENERATOR, PAGES];
const HEADING: &str = "\n## ";

/// Writes a part down; what was missed is an error after that.
pub(super) fn write(
    workspace: &Workspace,
    section: &str,
    machine: &str,
    found: &Found,
) -> Result<()> {
    let path = workspace.path(DOCUMENT);
    let before = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        // It begins with this part.
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).while_doing(format!("read {DOCUMENT}")),
    };
    let body = format!("{machine}\n\n{}", found.text.trim());
    std::fs::write(&path, with(&before, section, &body))
        .while_doing(format!("write {DOCUMENT}"))?;
    if found.missed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(found.missed.join("\n")))
}

/// A document with another part in the place of what stood there.
fn with(document: &str, section: &str, body: &str) -> String {
    let parts: Vec<(&str, &str)> = document
        .split(HEADING)
        .filter_map(|part| part.split_once('\n'))
        .collect();
    let mut text = HEAD.trim_end().to_owned();
    for known in SECTIONS {
        let kept = parts.iter().find(|(heading, _)| *heading == known);
        let body = if known == section {
            body
        } else if let Some((_, body)) = kept {
            body.trim()
        } else {
            continue;
        };
        text.extend(["\n", HEADING, known, "\n\n", body]);
    }
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_takes_the_place_of_what_it_was_and_the_others_stay() {
        let pages = with("", PAGES, "first paint");
        assert!(
            pages.starts_with("# ")
                && pages.ends_with("\n## Pages while 300 people read\n\nfirst paint\n")
        );
        let both = with(&pages, TABLE, "| row |\n|---|");
        let again = with(&both, TABLE, "| other |");
        let (table, pages) = (again.find("| other |"), again.find("first paint"));
        assert!(table.is_some() && table < pages, "{again}");
        assert!(!again.contains("| row |"));
        assert_eq!(with(&again, TABLE, "| other |"), again);
    }
}
