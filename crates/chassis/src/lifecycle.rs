//! Background work that a stop waits for, and the stop itself.

use std::fmt;
use std::future::Future;
use std::io::IsTerminal as _;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::supervisor::{self, State};

/// Spawns and counts tasks, and tells them to stop. Cheap to clone; clones share the count.
///
/// A stop has two steps: *stopping* asks everybody to finish what is in flight, *killed* ends the wait.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stopping: CancellationToken,
    killed: CancellationToken,
    failed: Failed,
}

/// The first task that the process cannot go on without and that ended.
#[derive(Clone, Debug, Default)]
struct Failed {
    name: Arc<OnceLock<&'static str>>,
    happened: CancellationToken,
}

impl Tasks {
    /// Runs a task that the stop waits for. The task must watch [`Tasks::stopping`]. A panic ends the task alone.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let killed = self.killed.clone();
        // Pinned once: a future that is moved while it waits takes its size again for each move.
        let task = Box::pin(task);
        self.tracker.spawn(async move {
            tokio::select! {
                () = task => {}
                () = killed.cancelled() => {}
            }
        });
    }

    /// Runs a task that the process cannot go on without: when it ends before a stop, by itself or by a panic, the
    /// process stops with a failure.
    pub fn spawn_essential(
        &self,
        name: &'static str,
        task: impl Future<Output = ()> + Send + 'static,
    ) {
        let (stopping, failed) = (self.stopping.clone(), self.failed.clone());
        self.spawn(async move {
            let _panic_is_logged_by_the_hook = AssertUnwindSafe(task).catch_unwind().await;
            if !stopping.is_cancelled() {
                failed.name.get_or_init(|| name);
                failed.happened.cancel();
            }
        });
    }

    /// The token that is cancelled when a stop begins.
    pub fn stopping(&self) -> &CancellationToken {
        &self.stopping
    }

    /// Waits, and says false when the stop came first.
    pub async fn pause(&self, time: Duration) -> bool {
        tokio::select! {
            () = tokio::time::sleep(time) => true,
            () = self.stopping.cancelled() => false,
        }
    }

    /// Asks every task to end, waits for at most `grace`, then ends the rest. Says whether all ended by themselves.
    pub async fn stop(&self, grace: Duration) -> bool {
        self.stopping.cancel();
        self.tracker.close();
        let in_time = tokio::select! {
            () = self.tracker.wait() => true,
            () = self.killed.cancelled() => false,
            () = tokio::time::sleep(grace) => false,
        };
        self.killed.cancel();
        self.tracker.wait().await;
        in_time
    }

    /// Ends the wait of [`Tasks::stop`] at once: the second signal.
    pub fn kill(&self) {
        self.killed.cancel();
    }
}

/// Whether the process takes requests. Cheap to clone; clones share it.
///
/// It is not ready only while starting or stopping. A lost database or object store does not make it unready: every
/// replica would leave at once; what is lost shows in answers and metrics.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<AtomicU8>);

/// Signals closer together than this are one.
const SAME_SIGNAL: Duration = Duration::from_millis(200);

const STARTING: u8 = 0;
const READY: u8 = 1;
const STOPPING: u8 = 2;

impl Readiness {
    /// Everything is mounted and listens. Does nothing once a stop began.
    pub fn set_ready(&self) {
        let order = Ordering::SeqCst;
        let _stopping_already = self.0.compare_exchange(STARTING, READY, order, order);
    }

    /// A stop begins.
    pub fn set_stopping(&self) {
        self.0.store(STOPPING, Ordering::SeqCst);
    }

    /// Whether requests are welcome.
    pub fn is_ready(&self) -> bool {
        self.0.load(Ordering::SeqCst) == READY
    }

    /// Whether a stop began.
    pub fn is_stopping(&self) -> bool {
        self.0.load(Ordering::SeqCst) == STOPPING
    }
}

impl fmt::Display for Readiness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.0.load(Ordering::SeqCst) {
            READY => "ready",
            STOPPING => "stopping",
            _ => "starting",
        })
    }
}

/// Why the process stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Somebody asked for it.
    BySignal,
    /// This essential task ended.
    ByTask(&'static str),
}

/// The signals that ask for a stop: SIGTERM and SIGINT.
#[derive(Debug)]
pub struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    /// Takes the signals over from their default, which is to die at once.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Takes over the signal by which other servers read their files again, too: ours does when they change, and a habit
    /// must not cut connections.
    /// A terminal that is closed still ends what runs in it.
    pub fn survive_hangups(tasks: &Tasks) -> std::io::Result<()> {
        if std::io::stdin().is_terminal() {
            return Ok(());
        }
        let mut hangup = signal(SignalKind::hangup())?;
        let stopping = tasks.stopping().clone();
        tasks.spawn(async move {
            loop {
                tokio::select! {
                    () = stopping.cancelled() => return,
                    _ = hangup.recv() => tracing::info!(
                        "SIGHUP changes nothing: certificates and keys are read again when their files change"
                    ),
                }
            }
        });
        Ok(())
    }

    /// Waits for the next signal.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Waits for the second signal. What comes within a moment of the first is the same wish told twice: some process
    /// managers signal the process and its group.
    pub async fn second(&mut self, first: Instant) {
        loop {
            self.next().await;
            if first.elapsed() >= SAME_SIGNAL {
                return;
            }
        }
    }

    /// Waits for a signal or a failed task, then stops: not ready, serve on for `drain`, finish what is in flight for
    /// at most `grace`. A second signal ends it at once.
    pub async fn stop(
        mut self,
        tasks: &Tasks,
        readiness: &Readiness,
        drain: Duration,
        grace: Duration,
    ) -> Stopped {
        let stopped = tokio::select! {
            () = self.next() => Stopped::BySignal,
            () = tasks.failed.happened.cancelled() => {
                Stopped::ByTask(tasks.failed.name.get().copied().unwrap_or_default())
            }
        };
        let first = Instant::now();
        readiness.set_stopping();
        supervisor::tell(State::Stopping);
        tracing::info!(drain_s = drain.as_secs_f64(), "stopping");
        let orderly = async {
            if stopped == Stopped::BySignal {
                tokio::time::sleep(drain).await;
            }
            tasks.stop(grace).await
        };
        let orderly = std::pin::pin!(orderly);
        let in_time = tokio::select! {
            in_time = orderly => in_time,
            () = self.second(first) => {
                tasks.kill();
                tasks.stop(Duration::ZERO).await
            }
        };
        if !in_time {
            tracing::warn!("what was still in flight was cut off");
        }
        stopped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_task_that_ignores_the_stop_is_ended_after_the_grace() {
        let tasks = Tasks::default();
        tasks.spawn(std::future::pending());
        assert!(!tasks.stop(Duration::from_secs(5)).await);
    }

    #[tokio::test]
    async fn an_essential_task_that_panics_stops_the_process_with_its_name() {
        let tasks = Tasks::default();
        tasks.spawn_essential("chart", async { panic!("on purpose") });
        let (signals, readiness) = (StopSignals::listen().unwrap(), Readiness::default());
        let (drain, grace) = (Duration::from_mins(1), Duration::from_mins(1));
        let stopped = signals.stop(&tasks, &readiness, drain, grace);
        assert_eq!(stopped.await, Stopped::ByTask("chart"));
    }

    #[test]
    fn a_stop_that_came_while_starting_stays() {
        let readiness = Readiness::default();
        assert!(!readiness.is_ready());
        readiness.set_stopping();
        readiness.set_ready();
        assert!(readiness.is_stopping());
    }

    #[tokio::test]
    async fn a_task_that_watches_the_stop_ends_in_time() {
        let tasks = Tasks::default();
        let stopping = tasks.stopping().clone();
        tasks.spawn(async move { stopping.cancelled().await });
        assert!(tasks.stop(Duration::from_mins(1)).await);
    }
}
