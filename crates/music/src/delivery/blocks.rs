//! Blocks of objects in memory: bounded, loaded once however many ask.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chassis::lifecycle::Tasks;
use chassis::objects::{ObjectError, Objects};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::metrics::Outcome;
use super::{Limits, Metrics};

/// The size of a block; the last one of an object is shorter.
pub(crate) const BLOCK_BYTES: u64 = 256 * 1024;
/// How long a request waits for memory and for the object store together.
pub(crate) const LOAD_TIMEOUT: Duration = Duration::from_secs(10);

/// Names a block: the object's key, its size, and which block of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BlockKey {
    /// Objects never change under a key.
    pub(crate) object_key: Arc<str>,
    pub(crate) object_bytes: u64,
    pub(crate) index: u64,
}

/// Why a block is not there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    #[error("the object store did not give block {index} of {object_key}")]
    Store {
        object_key: Arc<str>,
        index: u64,
        source: ObjectError,
    },
    #[error("{object_key} should be {object_bytes} bytes long and is {found_bytes}")]
    WrongSize {
        object_key: Arc<str>,
        object_bytes: u64,
        found_bytes: u64,
    },
    #[error("no memory for media came free within {waited:?}")]
    NoMemory { waited: Duration },
    #[error(
        "the object store did not answer within {} for {object_key}",
        seconds(LOAD_TIMEOUT)
    )]
    Timeout { object_key: Arc<str> },
    #[error("the process is stopping")]
    Stopping,
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs())
}

/// Keeps blocks in memory and loads those that are not there.
///
/// Every block, whether cached or only held by an answer that is still being sent, holds its size of one
/// budget (`cache_bytes + in_flight_bytes`) until its last byte is let go. So memory is bounded whatever clients
/// do: with slow clients holding everything, loads wait, and what is cached is still served.
#[derive(Clone, Debug)]
pub(crate) struct Blocks(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    cache: Cache<BlockKey, Bytes, ByLength>,
    memory: Arc<Semaphore>,
    memory_wait: Duration,
    objects: Objects,
    tasks: Tasks,
    metrics: Arc<Metrics>,
}

#[derive(Clone, Debug)]
struct ByLength;

impl Weighter<BlockKey, Bytes> for ByLength {
    fn weight(&self, _key: &BlockKey, block: &Bytes) -> u64 {
        block.len() as u64
    }
}

/// A block that gives its share of the budget back when it is dropped.
struct Budgeted {
    bytes: Bytes,
    share: OwnedSemaphorePermit,
    metrics: Arc<Metrics>,
}

impl Budgeted {
    fn new(bytes: Bytes, share: OwnedSemaphorePermit, metrics: Arc<Metrics>) -> Self {
        metrics.memory_bytes.inc_by(signed(share.num_permits()));
        Self {
            bytes,
            share,
            metrics,
        }
    }
}

impl Drop for Budgeted {
    fn drop(&mut self) {
        let held = signed(self.share.num_permits());
        self.metrics.memory_bytes.dec_by(held);
    }
}

/// A block's length for a gauge, which always fits.
fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

impl AsRef<[u8]> for Budgeted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Blocks {
    pub(crate) fn new(
        limits: Limits,
        objects: Objects,
        tasks: Tasks,
        metrics: Arc<Metrics>,
    ) -> Self {
        let Limits {
            cache_bytes,
            in_flight_bytes,
            memory_wait,
            long_answers_max: _,
        } = limits;
        let blocks = usize::try_from(cache_bytes.div_ceil(BLOCK_BYTES)).unwrap_or(usize::MAX);
        let memory_bytes = usize::try_from(cache_bytes.saturating_add(in_flight_bytes))
            .unwrap_or(Semaphore::MAX_PERMITS)
            .min(Semaphore::MAX_PERMITS);
        Self(Arc::new(Inner {
            cache: Cache::with_weighter(blocks, cache_bytes, ByLength),
            memory: Arc::new(Semaphore::new(memory_bytes)),
            memory_wait,
            objects,
            tasks,
            metrics,
        }))
    }

    /// The block if it is in memory.
    pub(crate) fn cached(&self, key: &BlockKey) -> Option<Bytes> {
        let block = self.0.cache.get(key)?;
        self.0.metrics.count_block(Outcome::Hit);
        Some(block)
    }

    /// Loads a block that [`Blocks::cached`] did not have. All who ask at the same time wait for one load, which goes
    /// on when they go away: a read that was begun keeps its share of memory until it ends.
    pub(crate) async fn load(&self, key: BlockKey) -> Result<Bytes, LoadError> {
        self.0.metrics.count_block(Outcome::Miss);
        let object_key = Arc::clone(&key.object_key);
        let (answer, loaded) = oneshot::channel();
        let inner = Arc::clone(&self.0);
        self.0
            .tasks
            .spawn(async move { inner.answer(key, answer).await });
        match tokio::time::timeout(LOAD_TIMEOUT, loaded).await {
            Ok(Ok(block)) => block,
            Ok(Err(_stopped)) => Err(LoadError::Stopping),
            Err(_elapsed) => Err(LoadError::Timeout { object_key }),
        }
    }
}

impl Inner {
    async fn answer(&self, key: BlockKey, answer: oneshot::Sender<Result<Bytes, LoadError>>) {
        let loaded = match self.cache.get_value_or_guard_async(&key).await {
            Ok(block) => Ok(block),
            // A client that waited for another's load and has gone since has nothing to load.
            Err(_guard) if answer.is_closed() => return,
            Err(guard) => {
                let loaded = self.read(&key).await;
                if let Ok(block) = &loaded {
                    // Refused only when the placeholder was removed meanwhile, and then it is not cached.
                    let _not_cached = guard.insert(block.clone());
                }
                loaded
            }
        };
        // Nobody waits any more when the client has gone.
        let _gone = answer.send(loaded);
    }

    async fn read(&self, key: &BlockKey) -> Result<Bytes, LoadError> {
        let start = key.index.saturating_mul(BLOCK_BYTES);
        let end = start.saturating_add(BLOCK_BYTES).min(key.object_bytes);
        let length = block_len(end.saturating_sub(start));
        let share = self.acquire(length).await?;
        let store_error = |source| LoadError::Store {
            object_key: Arc::clone(&key.object_key),
            index: key.index,
            source,
        };
        let read = self.objects.read_range(&key.object_key, start..end).await;
        let (bytes, found_bytes) = read.map_err(|error| {
            self.metrics.object_failures.inc();
            store_error(error)
        })?;
        if found_bytes != key.object_bytes || bytes.len() != length {
            return Err(LoadError::WrongSize {
                object_key: Arc::clone(&key.object_key),
                object_bytes: key.object_bytes,
                found_bytes,
            });
        }
        self.metrics.count_object_read(bytes.len());
        let block = Budgeted::new(bytes, share, Arc::clone(&self.metrics));
        Ok(Bytes::from_owner(block))
    }

    async fn acquire(&self, length: usize) -> Result<OwnedSemaphorePermit, LoadError> {
        let permits = u32::try_from(length).unwrap_or(u32::MAX);
        let memory = Arc::clone(&self.memory);
        match tokio::time::timeout(self.memory_wait, memory.acquire_many_owned(permits)).await {
            Ok(Ok(share)) => Ok(share),
            Ok(Err(_closed)) => Err(LoadError::Stopping),
            Err(_elapsed) => Err(LoadError::NoMemory {
                waited: self.memory_wait,
            }),
        }
    }
}

/// A block's length, which always fits.
fn block_len(length: u64) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}
