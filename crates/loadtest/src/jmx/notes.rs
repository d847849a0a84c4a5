//! What was not understood, without end in no plan.

/// More would be read by nobody.
const NOTES_MAX: usize = 200;

/// What is said once each, in the order it was found.
#[derive(Debug, Default)]
pub(super) struct Notes {
    lines: Vec<String>,
    left_out: usize,
}

impl Notes {
    pub(super) fn say(&mut self, what: impl Into<String>) {
        let what = what.into();
        if self.lines.contains(&what) {
            return;
        }
        if self.lines.len() < NOTES_MAX {
            self.lines.push(what);
        } else {
            self.left_out += 1;
        }
    }

    pub(super) fn into_lines(mut self) -> Vec<String> {
        if 0 < self.left_out {
            self.lines
                .push(format!("and {} more of such notes", self.left_out));
        }
        self.lines
    }
}
