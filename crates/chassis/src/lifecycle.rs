//! Background work that a stop waits for.

use std::future::Future;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Spawns and counts tasks, and tells them to stop. Cheap to clone; clones share the count.
///
/// A stop has two steps: *stopping* asks everybody to finish what is in flight, *killed* ends the wait.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stopping: CancellationToken,
    killed: CancellationToken,
}

impl Tasks {
    /// Runs a task that the stop waits for. The task must watch [`Tasks::stopping`].
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let killed = self.killed.clone();
        self.tracker.spawn(async move {
            tokio::select! {
                () = task => {}
                () = killed.cancelled() => {}
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
    async fn a_task_that_watches_the_stop_ends_in_time() {
        let tasks = Tasks::default();
        let stopping = tasks.stopping().clone();
        tasks.spawn(async move { stopping.cancelled().await });
        assert!(tasks.stop(Duration::from_secs(60)).await);
    }
}
