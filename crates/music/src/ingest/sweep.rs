//! Deletes objects that no row names: originals whose file has other tags now, renditions that were made anew, what a
//! crash left between an object and its row, and what belonged to tracks that were deleted long ago.
//!
//! An object first becomes an *orphan*, a row with the time it was found. It is deleted [`GRACE`] later if it still is
//! one: a player in the middle of an old URL, and a cache that has not heard of the change, keep reading until then.
//! Whoever is about to name an object takes it back first ([`Store::reclaim_key`]) and then asks whether it is there.
//! Before an object is deleted its key is *spent*, for [`RETENTION`]: the same content gets another key from then on. So a
//! deletion may arrive as late as it likes, from a process that was stopped in the middle of it, and hit nothing that a
//! row names.
//!
//! A deleted track keeps its objects for [`RETENTION`]: when its file comes back it plays at once, and after that it is
//! stored and prepared like a new one, with its old id and plays. Covers are never deleted: they are small, shared, and
//! pages that name them are kept by browsers for a year.
//!
//! One process of all sweeps, once in [`EVERY`]: the lease that says so is never given back.

use std::time::Duration;

use chassis::ids;
use chassis::lifecycle::Tasks;
use chassis::objects::ObjectError;
use futures_util::{StreamExt as _, TryStreamExt as _};

use super::Library;
use super::owner::{OwnerError, claim};
use crate::keys;
use crate::store::{DeletedBefore, OrphanError, Store};

/// How long an object stays after it was found that no row names it.
pub(crate) const GRACE: Duration = Duration::from_hours(24);
/// How long a deleted track keeps its objects, and a key is not used again.
pub(crate) const RETENTION: Duration = Duration::from_hours(30 * 24);
/// How often objects are looked through.
pub(crate) const EVERY: Duration = Duration::from_hours(6);
/// How often a process asks whether it is time, the first time not while it starts.
const POLL: Duration = Duration::from_mins(10);
/// When a process looks whether the objects are its library's: not while it starts.
const CLAIM_AFTER: Duration = Duration::from_secs(5);
/// How many objects, orphans or tracks are looked at in one query.
const BATCH: usize = 500;
/// How long a store may take to delete an object: less than the half minute for which a lock lasts without a statement.
const DELETE_MAX: Duration = Duration::from_secs(10);
/// How many objects that cannot be deleted a round tells of: in a store that is away it is every one.
const FAILURES_TOLD_MAX: usize = 10;
/// After how many objects in a row that were not deleted in time a round ends.
const SLOW_MAX: usize = 5;
const LEASE_NAME: &str = "music.sweep";

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Swept {
    /// Objects that no row names and that wait for their end.
    pub(crate) orphans: usize,
    /// Objects that are gone now.
    pub(crate) deleted: usize,
}

/// Sweeps now and then, until the stop.
pub(crate) fn start_sweeping(library: &Library, tasks: &Tasks) {
    let (library, pauses) = (library.clone(), tasks.clone());
    tasks.spawn(async move {
        // Said soon, and not when the first listener hears nothing.
        if !pauses.pause(CLAIM_AFTER).await {
            return;
        }
        let claimed = tokio::select! {
            claimed = claim(&library) => claimed,
            () = pauses.stopping().cancelled() => return,
        };
        if let Err(error) = claimed {
            tracing::warn!(
                error = chassis::problem::chain(&error),
                "music may be missing, and nothing is stored or deleted"
            );
        }
        while pauses.pause(POLL).await {
            let swept = tokio::select! {
                swept = sweep(&library) => swept,
                () = pauses.stopping().cancelled() => return,
            };
            match swept {
                Ok(Some(swept)) if swept != Swept::default() => tracing::info!(
                    orphans = swept.orphans,
                    deleted = swept.deleted,
                    "looked through the objects"
                ),
                Ok(_) => {}
                Err(error) => tracing::warn!(
                    error = chassis::problem::chain(&error),
                    "could not look through the objects"
                ),
            }
        }
    });
}

/// Why objects were not looked through to the end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SweepError {
    #[error(transparent)]
    Orphan(#[from] OrphanError),
    #[error(transparent)]
    Owner(#[from] OwnerError),
}

/// Sweeps, unless somebody has within [`EVERY`].
pub(crate) async fn sweep(library: &Library) -> Result<Option<Swept>, SweepError> {
    let store = Store::new(library.database.clone());
    let now_ms = library.clock.now_ms();
    let holder = ids::new_id(&library.clock).to_string();
    let until_ms = now_ms + to_ms(EVERY);
    let lease = store.acquire_lease(LEASE_NAME, &holder, now_ms, until_ms);
    if lease.await.map_err(OrphanError::from)?.is_none() {
        return Ok(None);
    }
    claim(library).await?;
    let deleted_before = DeletedBefore(now_ms - to_ms(RETENTION));
    let found = look_through(library, &store, deleted_before, now_ms).await?;
    let deleted = delete_orphans(library, &store, deleted_before).await?;
    Ok(Some(Swept {
        orphans: found.saturating_sub(deleted),
        deleted,
    }))
}

/// Forgets what is old, and notes what no row names. Says how many objects that are.
async fn look_through(
    library: &Library,
    store: &Store,
    deleted_before: DeletedBefore,
    now_ms: i64,
) -> Result<usize, OrphanError> {
    let batch = u64::try_from(BATCH).unwrap_or(u64::MAX);
    while store.retire_tracks(deleted_before, batch).await? > 0 {}
    store.forget_spent_keys(now_ms - to_ms(RETENTION)).await?;
    let mut orphans = 0;
    for folder in keys::SWEPT {
        let objects = library.objects.list(folder);
        let mut batches = objects.map_ok(|object| object.key).try_chunks(BATCH);
        while let Some(keys) = batches.next().await {
            let keys = keys.map_err(|error| error.1)?;
            orphans += store.note_orphans(&keys, deleted_before, now_ms).await?;
        }
    }
    Ok(orphans)
}

/// Deletes what has been an orphan for long enough. What cannot be deleted is passed over until the next round: it comes
/// first every time, and must not keep the others.
async fn delete_orphans(
    library: &Library,
    store: &Store,
    deleted_before: DeletedBefore,
) -> Result<usize, SweepError> {
    let found_before_ms = library.clock.now_ms() - to_ms(GRACE);
    let batch = u64::try_from(BATCH).unwrap_or(u64::MAX);
    let (mut count, mut failed, mut slow) = (0, 0, 0);
    let mut last = None;
    loop {
        let orphans = store.list_orphans(found_before_ms, last.as_ref(), batch);
        let orphans = orphans.await.map_err(OrphanError::from)?;
        if orphans.is_empty() {
            if failed > FAILURES_TOLD_MAX {
                tracing::warn!(failed, "could not delete so many objects that nobody names");
            }
            return Ok(count);
        }
        for orphan in orphans {
            // Somebody may be taking them over: a restore, or a library that says so.
            claim(library).await?;
            let key = orphan.object_key.as_str();
            match delete_orphan(library, store, key, found_before_ms, deleted_before).await {
                Ok(is_deleted) => {
                    count += usize::from(is_deleted);
                    slow = 0;
                }
                // The store is away, and each of them would wait for it.
                Err(error @ OrphanError::Slow) if SLOW_MAX <= slow + 1 => {
                    return Err(error.into());
                }
                Err(error @ (OrphanError::Objects(_) | OrphanError::Slow)) => {
                    slow += usize::from(matches!(error, OrphanError::Slow));
                    failed += 1;
                    if failed <= FAILURES_TOLD_MAX {
                        let error = chassis::problem::chain(&error);
                        tracing::warn!(error, key, "could not delete an object that nobody names");
                    }
                }
                Err(error @ OrphanError::Store(_)) => return Err(error.into()),
            }
            last = Some(orphan);
        }
    }
}

async fn delete_orphan(
    library: &Library,
    store: &Store,
    key: &str,
    found_before_ms: i64,
    deleted_before: DeletedBefore,
) -> Result<bool, OrphanError> {
    let now_ms = library.clock.now_ms();
    let is_spent = store.spend_key(key, found_before_ms, deleted_before, now_ms);
    if !is_spent.await? {
        return Ok(false);
    }
    let delete = within_lock(library.objects.delete(key));
    store.delete_orphan(key, found_before_ms, delete).await
}

/// A deletion that ends before the lock of the orphan's row does, which databases take from whoever is idle for long.
async fn within_lock(
    delete: impl Future<Output = Result<(), ObjectError>> + Send,
) -> Result<(), OrphanError> {
    match tokio::time::timeout(DELETE_MAX, delete).await {
        Ok(deleted) => Ok(deleted?),
        Err(_elapsed) => Err(OrphanError::Slow),
    }
}

fn to_ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
