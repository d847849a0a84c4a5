//! Group commit: what waits while one transaction commits goes into the next one together.
//!
//! One listener costs one transaction and no waiting; ten thousand cost a few transactions per second. Nobody is
//! answered before what they said is durable.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use chassis::lifecycle::Tasks;
use tokio::sync::oneshot;

use super::PlayLimits;
use crate::store::{PlayWrite, Recorded};
use crate::{Error, Store};

/// How many plays may wait to be recorded; more get 503.
const WAITING_MAX: usize = 4_096;
/// How many plays one transaction records.
const BATCH_MAX: usize = 500;

/// Records plays for all requests of this process. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Recorder(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    tasks: Tasks,
    limits: PlayLimits,
    queue: Mutex<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    is_writing: bool,
}

#[derive(Debug)]
struct Waiting {
    write: PlayWrite,
    answer: oneshot::Sender<Result<Recorded, Error>>,
}

impl Recorder {
    pub(crate) fn new(store: Store, tasks: Tasks, limits: PlayLimits) -> Self {
        Self(Arc::new(Inner {
            store,
            tasks,
            limits,
            queue: Mutex::default(),
        }))
    }

    /// Records; on return it is durable. Says what became of it.
    pub(crate) async fn record(&self, write: PlayWrite) -> Result<Recorded, Error> {
        let (answer, answered) = oneshot::channel();
        let must_write = {
            let mut queue = self.0.queue();
            if WAITING_MAX <= queue.waiting.len() {
                return Err(Error::Busy);
            }
            queue.waiting.push_back(Waiting { write, answer });
            !std::mem::replace(&mut queue.is_writing, true)
        };
        if must_write {
            // A task of its own: a client that hangs up does not take the others' transaction with it.
            let inner = Arc::clone(&self.0);
            self.0.tasks.spawn(async move { inner.write_all().await });
        }
        // The sender is only dropped unanswered when a stop ran out of patience.
        answered.await.unwrap_or(Err(Error::Busy))
    }
}

impl Inner {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().expect("nobody panics while holding it")
    }

    async fn write_all(&self) {
        let _writing = Writing(self);
        while let Some(batch) = self.next_batch() {
            let (writes, answers): (Vec<_>, Vec<_>) = batch
                .into_iter()
                .map(|waiting| (waiting.write, waiting.answer))
                .unzip();
            // Replicas may stand in each other's way; repeating is harmless, so it is repeated.
            let record = || self.store.record_plays(&writes, &self.limits);
            match self.store.retrying(record).await {
                Ok(recorded) => {
                    for (answer, recorded) in answers.into_iter().zip(recorded) {
                        // A client that hung up does not wait for its answer.
                        let _unheard = answer.send(Ok(recorded));
                    }
                }
                Err(error) => {
                    let error = Arc::new(error);
                    for answer in answers {
                        let _unheard = answer.send(Err(Error::NotRecorded(Arc::clone(&error))));
                    }
                }
            }
        }
    }

    fn next_batch(&self) -> Option<Vec<Waiting>> {
        let mut queue = self.queue();
        if queue.waiting.is_empty() {
            queue.is_writing = false;
            return None;
        }
        let size = queue.waiting.len().min(BATCH_MAX);
        Some(queue.waiting.drain(..size).collect())
    }
}

/// Lets the next request write when this one panicked.
struct Writing<'a>(&'a Inner);

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.queue().is_writing = false;
        }
    }
}
