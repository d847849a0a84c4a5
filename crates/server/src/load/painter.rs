//! Who writes what a run shows, on a thread of its own: a terminal that is stopped, or a pipe that nobody reads, holds up
//! neither the run nor whoever wants to end it.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// So long a run that is over waits for a terminal.
pub(super) const END_MAX: Duration = Duration::from_secs(1);
/// More lines that were said do not wait: the oldest go.
const SAID_MAX: usize = 100;

/// Where it is written; whoever writes may have to wait.
pub(super) trait Paper: Send + 'static {
    /// What is drawn takes the place of what was drawn before.
    fn draw(&mut self, lines: &[String]);

    /// Writes a line that stays.
    fn write(&mut self, line: &str);
}

/// Shows the newest that it was told: what could not be shown in time is dropped.
pub(super) struct Painter(Arc<Desk>);

#[derive(Default)]
struct Desk {
    orders: Mutex<Orders>,
    changed: Condvar,
}

#[derive(Default)]
struct Orders {
    /// Before the frame.
    said: VecDeque<String>,
    frame: Option<Vec<String>>,
    is_over: bool,
    /// All was done, and nothing will be written any more.
    is_done: bool,
}

impl Painter {
    pub(super) fn begin(mut paper: impl Paper) -> std::io::Result<Self> {
        let desk = Arc::new(Desk::default());
        let own = Arc::clone(&desk);
        thread::Builder::new().spawn(move || own.work(&mut paper))?;
        Ok(Self(desk))
    }

    /// Draws this, unless something newer comes first.
    pub(super) fn draw(&self, lines: Vec<String>) {
        self.0.order(|orders| orders.frame = Some(lines));
    }

    /// Writes a line that stays; an older frame is of no interest then.
    pub(super) fn write(&self, line: &str) {
        self.0.order(|orders| {
            orders.frame = None;
            if orders.said.len() == SAID_MAX {
                orders.said.pop_front();
            }
            orders.said.push_back(line.to_owned());
        });
    }

    /// Lets it finish, and leaves the paper without a frame; it is not waited for longer than so long.
    pub(super) fn end(self, within: Duration) {
        self.0.order(|orders| orders.is_over = true);
        let waiting = self
            .0
            .changed
            .wait_timeout_while(self.0.orders(), within, |orders| !orders.is_done);
        drop(waiting);
    }
}

impl Desk {
    fn orders(&self) -> MutexGuard<'_, Orders> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn order(&self, change: impl FnOnce(&mut Orders)) {
        change(&mut self.orders());
        self.changed.notify_all();
    }

    fn work(&self, paper: &mut impl Paper) {
        loop {
            let has_nothing =
                |orders: &mut Orders| orders.said.is_empty() && orders.frame.is_none();
            let waiting = self.changed.wait_while(self.orders(), |orders| {
                has_nothing(orders) && !orders.is_over
            });
            let mut orders = waiting.unwrap_or_else(PoisonError::into_inner);
            let (line, is_over) = (orders.said.pop_front(), orders.is_over);
            let frame = line.is_none().then(|| orders.frame.take()).flatten();
            // Nobody waits while something is written.
            drop(orders);
            match (line, frame) {
                (Some(line), _) => paper.write(&line),
                (None, Some(frame)) => paper.draw(&frame),
                (None, None) if is_over => break,
                (None, None) => {}
            }
        }
        paper.draw(&[]);
        self.order(|orders| orders.is_done = true);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::time::Instant;

    use super::*;

    /// Each time something is written it says so, and waits until it may go on.
    struct Slow {
        wrote: Sender<String>,
        may_go_on: Receiver<()>,
    }

    impl Paper for Slow {
        fn draw(&mut self, lines: &[String]) {
            self.write(&format!("[{}]", lines.join(",")));
        }

        fn write(&mut self, line: &str) {
            let _nobody_looks = self.wrote.send(line.to_owned());
            let _for_ever = self.may_go_on.recv();
        }
    }

    fn slow() -> (Painter, Receiver<String>, Sender<()>) {
        let (wrote, written) = channel();
        let (go_on, may_go_on) = channel();
        let painter = Painter::begin(Slow { wrote, may_go_on }).unwrap();
        (painter, written, go_on)
    }

    #[test]
    fn what_nobody_could_read_in_time_is_dropped_and_what_was_said_is_not() {
        let (painter, written, go_on) = slow();
        painter.draw(vec!["first".to_owned()]);
        assert_eq!(written.recv().unwrap(), "[first]");
        // It is stopped in the middle, and hours pass.
        for second in 0..10_000 {
            painter.draw(vec![second.to_string()]);
        }
        painter.write("run 2");
        painter.write("run 3");
        painter.draw(vec!["newest".to_owned()]);
        drop(go_on);
        painter.end(Duration::MAX);
        let rest: Vec<String> = written.iter().collect();
        assert_eq!(rest, ["run 2", "run 3", "[newest]", "[]"]);
    }

    #[test]
    fn who_does_not_go_on_is_not_waited_for() {
        let (painter, written, _never) = slow();
        painter.write("run 0");
        assert_eq!(written.recv().unwrap(), "run 0");
        for run in 1..=SAID_MAX * 2 {
            painter.write(&format!("run {run}"));
        }
        assert!(painter.0.orders().said.len() <= SAID_MAX);
        let begun = Instant::now();
        painter.end(Duration::from_millis(1));
        assert!(begun.elapsed() < Duration::from_mins(1));
    }
}
