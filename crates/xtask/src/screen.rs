//! What a person sees: steps with their times; colour only on a terminal.

use std::io::{IsTerminal, stdout};
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// One step of several, with the time it takes.
pub(crate) struct Step {
    name: String,
    started: Instant,
}

/// Announces a step that may take a while; its program may print below the line.
pub(crate) fn step(name: &str, note: &str) -> Step {
    say(&format!("{} {}{}", paint("36", "▸"), name, spaced(note)));
    Step {
        name: name.to_owned(),
        started: Instant::now(),
    }
}

impl Step {
    /// Closes the step.
    pub(crate) fn done(self, note: &str) {
        let time = paint("2", &duration(self.started.elapsed()));
        say(&format!(
            "{} {}{}  {time}",
            paint("32", "✓"),
            self.name,
            spaced(note)
        ));
    }
}

/// A step that needed no work.
pub(crate) fn ready(name: &str, note: &str) {
    say(&format!("{} {}{}", paint("32", "✓"), name, spaced(note)));
}

/// Something is missing, but the work goes on.
pub(crate) fn warn(failure: &Failure) {
    say(&format!("{} {failure}", paint("33", "!")));
}

/// The work ends here.
pub(crate) fn failure(failure: &Failure) {
    say(&format!("\n{} {failure}", paint("31", "✗")));
}

/// Prints one line.
#[expect(
    clippy::print_stdout,
    reason = "the one place where this program speaks"
)]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// Colours text with an SGR code where a person looks at a terminal.
pub(crate) fn paint(code: &str, text: &str) -> String {
    if stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

/// A time as a person says it: `0.4 s`, `42 s`, `3.5 min`.
pub(crate) fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        s if s < 10.0 => format!("{s:.1} s"),
        s if s < 100.0 => format!("{s:.0} s"),
        s => format!("{:.1} min", s / 60.0),
    }
}

fn spaced(note: &str) -> String {
    if note.is_empty() {
        String::new()
    } else {
        format!("  {}", paint("2", note))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_reads_as_a_person_says_it() {
        assert_eq!(duration(Duration::from_millis(420)), "0.4 s");
        assert_eq!(duration(Duration::from_secs(42)), "42 s");
        assert_eq!(duration(Duration::from_secs(210)), "3.5 min");
    }
}
