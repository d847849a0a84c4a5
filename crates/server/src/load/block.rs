//! Lines at the bottom of a terminal that are drawn over again and again.

use std::fmt::Write as _;

use console::{Term, is_dumb};

use super::painter::Paper;

/// The cursor always waits below them: what a terminal shows of a Ctrl-C stands there and goes with the next drawing.
pub(super) struct Block {
    terminal: Term,
    drawn: usize,
}

impl Block {
    /// On the standard error; none where it is no terminal, or one whose cursor cannot go up.
    pub(super) fn on_stderr() -> Option<Self> {
        let terminal = Term::stderr();
        (terminal.is_term() && !is_dumb()).then_some(Self { terminal, drawn: 0 })
    }
}

impl Paper for Block {
    /// Draws over what was drawn before.
    fn draw(&mut self, lines: &[String]) {
        let (rows, columns) = self.terminal.size();
        let lines: Vec<String> = fit(lines, usize::from(rows), usize::from(columns)).collect();
        let _closed = self.terminal.write_str(&drawing(&lines, self.drawn));
        self.drawn = lines.len();
    }

    /// Writes a line that stays, above what will be drawn.
    fn write(&mut self, line: &str) {
        self.draw(&[]);
        let _closed = self.terminal.write_line(line);
    }
}

/// What is left of lines in a window: one that wraps, or scrolls away, could not be drawn over.
fn fit(lines: &[String], rows: usize, columns: usize) -> impl Iterator<Item = String> {
    let width = columns.saturating_sub(1);
    let lines = lines.iter().take(rows.saturating_sub(1));
    lines.map(move |line| line.chars().take(width).collect())
}

/// Written at once, and over what is there rather than after it was wiped, so that nothing flickers.
fn drawing(lines: &[String], drawn: usize) -> String {
    let mut text = "\r".to_owned();
    if 0 < drawn {
        let _never_fails = write!(text, "\x1b[{drawn}A");
    }
    for line in lines {
        text += line;
        text += "\x1b[K\n";
    }
    text + "\x1b[J"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_drawn_over_those_before_and_the_rest_is_wiped() {
        let lines = ["a".to_owned(), "b".to_owned()];
        assert_eq!(drawing(&lines, 0), "\ra\x1b[K\nb\x1b[K\n\x1b[J");
        assert_eq!(drawing(&lines, 3), "\r\x1b[3Aa\x1b[K\nb\x1b[K\n\x1b[J");
        assert_eq!(drawing(&[], 2), "\r\x1b[2A\x1b[J");
    }

    #[test]
    fn no_line_wraps_and_none_scrolls_away() {
        let lines = ["long line".to_owned(), "b".to_owned(), "c".to_owned()];
        let fitted: Vec<String> = fit(&lines, 3, 5).collect();
        assert_eq!(fitted, ["long", "b"]);
        assert_eq!(fit(&lines, 0, 0).count(), 0);
    }
}
