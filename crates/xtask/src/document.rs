//! A document whose sections are written by one part of the bench each; the others stay as they are.

use std::io::ErrorKind;

use crate::failure::{Result, While};
use crate::workspace::Workspace;

const HEADING: &str = "\n## ";

/// Where it is, what stands before its sections, and these in their order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Document {
    pub(crate) path: &'static str,
    pub(crate) head: &'static str,
    pub(crate) sections: &'static [&'static str],
}

impl Document {
    /// Puts a section in the place of what it was.
    pub(crate) fn write(&self, workspace: &Workspace, section: &str, body: &str) -> Result<()> {
        let (path, name) = (workspace.path(self.path), self.path);
        let before = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            // It begins with this section.
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).while_doing(format!("read {name}")),
        };
        let text = self.with(&before, section, body.trim());
        std::fs::write(&path, text).while_doing(format!("write {name}"))
    }

    fn with(&self, before: &str, section: &str, body: &str) -> String {
        let parts: Vec<(&str, &str)> = before
            .split(HEADING)
            .filter_map(|part| part.split_once('\n'))
            .collect();
        let mut text = self.head.trim_end().to_owned();
        for known in self.sections {
            let kept = parts.iter().find(|(heading, _)| heading == known);
            let body = if *known == section {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOAD: Document = Document {
        path: "docs/load.md",
        head: "# Load\n",
        sections: &["Table", "Pages"],
    };

    #[test]
    fn a_section_takes_the_place_of_what_it_was_and_the_others_stay() {
        let pages = LOAD.with("", "Pages", "first paint");
        assert_eq!(pages, "# Load\n\n## Pages\n\nfirst paint\n");
        let both = LOAD.with(&pages, "Table", "| row |\n|---|");
        let again = LOAD.with(&both, "Table", "| other |");
        let (table, pages) = (again.find("| other |"), again.find("first paint"));
        assert!(table.is_some() && table < pages, "{again}");
        assert!(!again.contains("| row |"));
        assert_eq!(LOAD.with(&again, "Table", "| other |"), again);
    }
}
