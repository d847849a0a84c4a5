//! What was looked up lately, believed for a while, and longer while the place it came from is away.

use std::hash::Hash;
use std::time::Duration;

use chassis::clock::Clock;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};

use crate::Error;

/// How long what was found is believed: as long a deleted track may still be heard.
pub(super) const LIFETIME: Duration = Duration::from_mins(1);

/// How long it is believed on while somebody looks it up again, and between tries while that place is away.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// How long somebody who asks for what was found before waits until it is found again: a place that is away may not say so,
/// and music that plays must not wait for it.
const LOOK_UP_MAX: Duration = Duration::from_millis(500);

/// A bounded memory of values by key.
#[derive(Debug)]
pub(super) struct Memory<K, V> {
    entries: Cache<K, Entry<V>, ByWeight>,
    clock: Clock,
}

#[derive(Clone, Debug)]
struct Entry<V> {
    value: V,
    weight: u64,
    read_at_ms: i64,
}

#[derive(Clone, Debug)]
struct ByWeight;

impl<K, V> Weighter<K, Entry<V>> for ByWeight {
    fn weight(&self, _key: &K, entry: &Entry<V>) -> u64 {
        entry.weight
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Memory<K, V> {
    /// A memory that holds values up to a weight; `items` only sizes its table. A value may weigh as much as a shard
    /// holds: more of them wait less for each other, fewer take heavier values.
    pub(super) fn new(items: usize, weight_max: u64, shards: usize, clock: Clock) -> Self {
        let options = OptionsBuilder::new()
            .estimated_items_capacity(items)
            .weight_capacity(weight_max)
            .shards(shards)
            .build()
            .expect("all that is needed is given");
        let lifecycle = DefaultLifecycle::default();
        Self {
            entries: Cache::with_options(
                options,
                ByWeight,
                DefaultHashBuilder::default(),
                lifecycle,
            ),
            clock,
        }
    }

    /// The value if it is fresh; else what `look_up` finds, with its weight. While the database or the object store
    /// is away, what was found before still counts.
    pub(super) async fn get(
        &self,
        key: K,
        look_up: impl Future<Output = Result<(V, u64), Error>>,
    ) -> Result<V, Error> {
        let before = self.entries.get(&key);
        let now_ms = self.clock.now_ms();
        if let Some(entry) = &before
            && u128::from(now_ms.abs_diff(entry.read_at_ms)) < LIFETIME.as_millis()
        {
            return Ok(entry.value.clone());
        }
        if let Some(entry) = &before {
            // One looks it up; whoever comes meanwhile does not wait, however long an outage makes it take.
            let again_at_ms = now_ms + millis(RETRY_AFTER);
            let entry = Entry {
                read_at_ms: again_at_ms - millis(LIFETIME),
                ..entry.clone()
            };
            self.entries.insert(key.clone(), entry);
        }
        let Some(before) = before else {
            let (value, weight) = look_up.await?;
            self.put(key, value.clone(), weight, now_ms);
            return Ok(value);
        };
        match tokio::time::timeout(LOOK_UP_MAX, look_up).await {
            Ok(Ok((value, weight))) => {
                self.put(key, value.clone(), weight, now_ms);
                Ok(value)
            }
            Ok(Err(error)) if !error.is_outage() => {
                self.entries.remove(&key);
                Err(error)
            }
            Ok(Err(error)) => {
                tracing::warn!(
                    error = chassis::problem::chain(&error),
                    "answered with what was known before"
                );
                Ok(before.value)
            }
            Err(_elapsed) => {
                tracing::warn!(
                    "answered with what was known before: it was not found again in time"
                );
                Ok(before.value)
            }
        }
    }

    fn put(&self, key: K, value: V, weight: u64, read_at_ms: i64) {
        let entry = Entry {
            value,
            weight,
            read_at_ms,
        };
        self.entries.insert(key, entry);
    }

    /// Forgets a value that turned out to be wrong.
    pub(super) fn forget(&self, key: &K) {
        self.entries.remove(key);
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use sea_orm::DbErr;

    use super::*;

    fn outage() -> Error {
        Error::Store(DbErr::Custom("gone".to_owned()))
    }

    #[tokio::test]
    async fn a_value_is_looked_up_again_after_its_lifetime() {
        let clock = Clock::manual(0);
        let memory = Memory::new(8, 8, 1, clock.clone());
        assert_eq!(memory.get("a", async { Ok((1, 1)) }).await.unwrap(), 1);
        clock.advance(Duration::from_millis(59_999));
        assert_eq!(memory.get("a", async { Ok((2, 1)) }).await.unwrap(), 1);
        clock.advance(Duration::from_millis(1));
        assert_eq!(memory.get("a", async { Ok((2, 1)) }).await.unwrap(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_known_does_not_wait_for_a_place_that_says_nothing() {
        let clock = Clock::manual(0);
        let memory = Memory::new(8, 8, 1, clock.clone());
        memory.get("a", async { Ok((1, 1)) }).await.unwrap();
        clock.advance(LIFETIME);
        let asked = tokio::time::Instant::now();
        let silence = std::future::pending();
        assert_eq!(memory.get("a", silence).await.unwrap(), 1);
        assert_eq!(asked.elapsed(), LOOK_UP_MAX);
        clock.advance(RETRY_AFTER);
        assert_eq!(memory.get("a", async { Ok((2, 1)) }).await.unwrap(), 2);
    }

    #[tokio::test]
    async fn an_outage_leaves_what_was_known_and_a_deletion_does_not() {
        let clock = Clock::manual(0);
        let memory = Memory::new(8, 8, 1, clock.clone());
        assert!(memory.get("a", async { Err(outage()) }).await.is_err());
        memory.get("a", async { Ok((1, 1)) }).await.unwrap();
        clock.advance(LIFETIME);
        assert_eq!(memory.get("a", async { Err(outage()) }).await.unwrap(), 1);
        // For a while nobody asks again.
        assert_eq!(memory.get("a", async { Ok((2, 1)) }).await.unwrap(), 1);
        clock.advance(RETRY_AFTER);
        let gone = async { Err(Error::TrackNotFound("a".to_owned())) };
        assert!(memory.get("a", gone).await.is_err());
        assert!(memory.get("a", async { Err(outage()) }).await.is_err());
    }

    #[tokio::test]
    async fn only_one_waits_for_what_is_looked_up_again() {
        let clock = Clock::manual(0);
        let memory = Memory::new(8, 8, 1, clock.clone());
        memory.get("a", async { Ok((1, 1)) }).await.unwrap();
        clock.advance(LIFETIME);
        let meanwhile = async {
            let known = memory.get("a", async { Err(outage()) }).await.unwrap();
            Ok((known + 1, 1))
        };
        assert_eq!(memory.get("a", meanwhile).await.unwrap(), 2);
        assert_eq!(memory.get("a", async { Ok((9, 1)) }).await.unwrap(), 2);
    }

    #[tokio::test]
    async fn in_one_shard_a_value_may_weigh_nearly_as_much_as_all() {
        let memory = Memory::new(1_000, 8_000, 1, Clock::manual(0));
        memory.get("day", async { Ok((1, 7_000)) }).await.unwrap();
        assert_eq!(memory.get("day", async { Err(outage()) }).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn the_weight_is_never_more_than_allowed() {
        let memory = Memory::new(64, 100, 1, Clock::manual(0));
        for key in 0..1000 {
            memory.get(key, async { Ok((key, 10)) }).await.unwrap();
        }
        assert!(memory.entries.weight() <= 100);
    }
}
