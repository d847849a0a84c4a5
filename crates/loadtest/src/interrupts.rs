//! Somebody who wants a run to end: SIGINT, SIGTERM, and SIGHUP where a terminal is closed that is not left behind (`nohup`).

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;

/// Interrupts closer together than this are one: a shell tells everybody in the group, and so may who started this.
const SAME_INTERRUPT: Duration = Duration::from_millis(200);

/// Somebody who wants the run to end.
pub(crate) struct Interrupts {
    interrupt: Signal,
    terminate: Signal,
    /// None where it is ignored: who started this wanted it to go on without a terminal.
    hang_up: Option<Signal>,
    last: Option<Instant>,
}

impl Interrupts {
    /// From now on they end the process no more.
    pub(crate) fn new() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: if is_hang_up_ignored(&own_status()) {
                None
            } else {
                Some(signal(SignalKind::hangup())?)
            },
            last: None,
        })
    }

    /// The next time that somebody wants it.
    pub(crate) async fn next(&mut self) {
        loop {
            tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = self.terminate.recv() => {}
                () = heard(self.hang_up.as_mut()) => {}
            }
            let last = self.last.replace(Instant::now());
            if last.is_none_or(|last| SAME_INTERRUPT <= last.elapsed()) {
                return;
            }
            self.last = last;
        }
    }
}

async fn heard(signal: Option<&mut Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// What Linux tells of this process; nothing elsewhere.
fn own_status() -> String {
    std::fs::read_to_string("/proc/self/status").unwrap_or_default()
}

/// Whether SIGHUP, the first signal, is in the set of ignored ones (proc(5), `SigIgn`).
fn is_hang_up_ignored(status: &str) -> bool {
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|set| u64::from_str_radix(set.trim(), 16).ok());
    ignored.is_some_and(|set| set & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_ignores_a_closed_terminal_is_told_apart() {
        assert!(is_hang_up_ignored(
            "SigBlk:\t0\nSigIgn:\t0000000000001001\n"
        ));
        assert!(!is_hang_up_ignored("SigIgn:\t0000000000001000\n"));
        assert!(!is_hang_up_ignored(""));
        assert!(own_status().is_empty() || own_status().contains("SigIgn:"));
    }
}
