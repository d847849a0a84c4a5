//! A value everybody is shown, read again after a while by one of those who want it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwapOption;
use chassis::clock::Clock;
use tokio::sync::{Mutex, MutexGuard};

use crate::Error;

/// For how long those who do not read may be given what was there before: longer only in an outage.
const STALE_MS_MAX: u64 = 60_000;

/// While one reads, the others are given what was there, unless it is old; what is not there is waited for. An outage therefore costs
/// one waiting request at a time, however many ask.
#[derive(Debug)]
pub(super) struct Kept<T> {
    /// With the time it was read or, in an outage, last tried.
    value: ArcSwapOption<(i64, Arc<T>)>,
    reading: Mutex<Option<Failure>>,
    /// How many reads have ended.
    read_count: AtomicU64,
}

/// Why the last read failed, for those who waited for it.
#[derive(Debug)]
struct Failure {
    of_read: u64,
    error: Arc<Error>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self {
            value: ArcSwapOption::empty(),
            reading: Mutex::default(),
            read_count: AtomicU64::default(),
        }
    }
}

impl<T> Kept<T> {
    /// The value, read again when it is older than `fresh_ms`; `read` is given what there was. While the database is
    /// away, what there was is shown: a chart of some minutes ago is better than none.
    pub(super) async fn get(
        &self,
        clock: &Clock,
        fresh_ms: u64,
        read: impl AsyncFnOnce(Option<Arc<T>>) -> Result<Arc<T>, Error>,
    ) -> Result<Arc<T>, Error> {
        let Some((read_at_ms, before)) = self.known() else {
            return self.get_first(clock, read).await;
        };
        // The clock may have been set back: what was read in the future is as old as what was read as long ago.
        let age_ms = || clock.now_ms().abs_diff(read_at_ms);
        if age_ms() < fresh_ms {
            return Ok(before);
        }
        let reading = match self.reading.try_lock() {
            Ok(reading) => reading,
            Err(_) if age_ms() < STALE_MS_MAX => return Ok(before),
            Err(_) => self.reading.lock().await,
        };
        // Somebody may have read it between the two looks.
        if let Some((now_at_ms, now)) = self.known()
            && read_at_ms != now_at_ms
        {
            return Ok(now);
        }
        match self
            .read(reading, clock, read(Some(Arc::clone(&before))))
            .await
        {
            Err(error) if error.is_outage() => {
                tracing::warn!(
                    error = chassis::problem::chain(&error),
                    "what was read before is shown"
                );
                self.keep(clock, &before);
                Ok(before)
            }
            read => read,
        }
    }

    async fn get_first(
        &self,
        clock: &Clock,
        read: impl AsyncFnOnce(Option<Arc<T>>) -> Result<Arc<T>, Error>,
    ) -> Result<Arc<T>, Error> {
        let ended = self.read_count.load(Ordering::Acquire);
        let reading = self.reading.lock().await;
        if let Some((_, value)) = self.known() {
            return Ok(value);
        }
        if let Some(failure) = reading.as_ref()
            && ended <= failure.of_read
        {
            return Err(Error::NotRead(Arc::clone(&failure.error)));
        }
        self.read(reading, clock, read(None)).await
    }

    async fn read(
        &self,
        mut failure: MutexGuard<'_, Option<Failure>>,
        clock: &Clock,
        read: impl Future<Output = Result<Arc<T>, Error>>,
    ) -> Result<Arc<T>, Error> {
        let read = read.await;
        let of_read = self.read_count.fetch_add(1, Ordering::AcqRel);
        match read {
            Ok(value) => {
                self.keep(clock, &value);
                *failure = None;
                Ok(value)
            }
            Err(error) => {
                let error = Arc::new(error);
                *failure = Some(Failure {
                    of_read,
                    error: Arc::clone(&error),
                });
                Err(Error::NotRead(error))
            }
        }
    }

    fn known(&self) -> Option<(i64, Arc<T>)> {
        let kept = self.value.load();
        kept.as_ref().map(|kept| (kept.0, Arc::clone(&kept.1)))
    }

    fn keep(&self, clock: &Clock, value: &Arc<T>) {
        let kept = (clock.now_ms(), Arc::clone(value));
        self.value.store(Some(Arc::new(kept)));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sea_orm::DbErr;

    use super::*;

    const FRESH_MS: u64 = 1_000;

    fn away<T>() -> Result<Arc<T>, Error> {
        Err(Error::Store(DbErr::Custom("away".to_owned())))
    }

    #[tokio::test]
    async fn only_one_waits_for_a_newer_value() {
        let (kept, clock) = (Kept::default(), Clock::manual(0));
        let get = |value| kept.get(&clock, FRESH_MS, async move |_| Ok(Arc::new(value)));
        assert_eq!(*get(1).await.unwrap(), 1);
        assert_eq!(*get(2).await.unwrap(), 1);
        clock.advance(Duration::from_secs(1));
        let slow = async |before: Option<Arc<i32>>| {
            assert_eq!(*get(3).await.unwrap(), 1);
            Ok(Arc::new(*before.unwrap() + 1))
        };
        assert_eq!(*kept.get(&clock, FRESH_MS, slow).await.unwrap(), 2);
        assert_eq!(*get(4).await.unwrap(), 2);
    }

    #[tokio::test]
    async fn what_nobody_wanted_for_long_is_waited_for_by_all() {
        let (kept, clock) = (Kept::default(), Clock::manual(0));
        let get = |value| kept.get(&clock, FRESH_MS, async move |_| Ok(Arc::new(value)));
        get(1).await.unwrap();
        clock.advance(Duration::from_hours(6));
        let (begun, go_on) = (tokio::sync::Notify::new(), tokio::sync::Notify::new());
        let first = kept.get(&clock, FRESH_MS, async |_| {
            begun.notify_one();
            go_on.notified().await;
            Ok(Arc::new(2))
        });
        let second = async {
            begun.notified().await;
            tokio::join!(get(3), async { go_on.notify_one() }).0
        };
        let (first, second) = tokio::join!(first, second);
        assert_eq!((*first.unwrap(), *second.unwrap()), (2, 2));
    }

    #[tokio::test]
    async fn an_outage_shows_what_there_was_and_is_looked_at_again_after_a_while() {
        let (kept, clock) = (Kept::default(), Clock::manual(0));
        let get = |value| kept.get(&clock, FRESH_MS, async move |_| value);
        get(Ok(Arc::new(1))).await.unwrap();
        clock.advance(Duration::from_mins(1));
        // Trying took a while: what was found counts from its end.
        let slow = async |_| {
            clock.advance(Duration::from_secs(5));
            away()
        };
        assert_eq!(*kept.get(&clock, FRESH_MS, slow).await.unwrap(), 1);
        assert_eq!(*get(Ok(Arc::new(2))).await.unwrap(), 1);
        clock.advance(Duration::from_secs(1));
        assert_eq!(*get(Ok(Arc::new(2))).await.unwrap(), 2);
    }

    #[tokio::test]
    async fn those_who_waited_for_the_first_value_in_vain_do_not_try_one_after_the_other() {
        let (kept, clock) = (Kept::<i32>::default(), Clock::manual(0));
        let (begun, go_on) = (tokio::sync::Notify::new(), tokio::sync::Notify::new());
        let first = kept.get(&clock, FRESH_MS, async |_| {
            begun.notify_one();
            go_on.notified().await;
            away()
        });
        let second = async {
            begun.notified().await;
            let again = kept.get(&clock, FRESH_MS, async |_| panic!("read twice"));
            let (again, ()) = tokio::join!(again, async { go_on.notify_one() });
            again
        };
        let (first, second) = tokio::join!(first, second);
        assert!(first.unwrap_err().is_outage() && second.unwrap_err().is_outage());
        let later = kept.get(&clock, FRESH_MS, async |_| Ok(Arc::new(1)));
        assert_eq!(*later.await.unwrap(), 1);
    }
}
