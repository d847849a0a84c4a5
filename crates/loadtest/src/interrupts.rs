//! Somebody who wants a run to end: SIGINT, SIGTERM.

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;

/// Interrupts closer together than this are one: a shell tells everybody in the group, and so may who started this.
const SAME_INTERRUPT: Duration = Duration::from_millis(200);

/// Somebody who wants the run to end.
pub(crate) struct Interrupts {
    interrupt: Signal,
    terminate: Signal,
    last: Option<Instant>,
}

impl Interrupts {
    /// From now on they end the process no more.
    pub(crate) fn new() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            last: None,
        })
    }

    /// The next time that somebody wants it.
    pub(crate) async fn next(&mut self) {
        loop {
            tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = self.terminate.recv() => {}
            }
            let last = self.last.replace(Instant::now());
            if last.is_none_or(|last| SAME_INTERRUPT <= last.elapsed()) {
                return;
            }
            self.last = last;
        }
    }
}
