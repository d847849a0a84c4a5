//! Deletes objects that no row names: originals whose file has other tags now, renditions that were made anew, what a
//! crash left between an object and its row, and what belonged to tracks that were deleted long ago.
//!
//! An object first becomes an *orphan*, a row with the time it was found. It is deleted [`GRACE`] later if it still is
//! one: a player in the middle of an old URL, and a cache that has not heard of the change, keep reading until then.
//! Whoever is about to name an object takes it back first ([`Store::reclaim_object`]) and then asks whether it is there;
//! the deletion holds the orphan's row locked, so that the two never miss each other, on any replica.
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
use crate::keys;
use crate::store::{DeletedBefore, OrphanError, Store};

/// How long an object stays after it was found that no row names it.
pub(crate) const GRACE: Duration = Duration::from_hours(24);
/// How long a deleted track keeps its objects.
pub(crate) const RETENTION: Duration = Duration::from_hours(30 * 24);
/// How often objects are looked through.
pub(crate) const EVERY: Duration = Duration::from_hours(6);
/// How often a process asks whether it is time, the first time not while it starts.
const POLL: Duration = Duration::from_mins(10);
/// How many objects, orphans or tracks are looked at in one query.
const BATCH: usize = 500;
/// How long a store may take to delete an object, well below the half minute for which a lock lasts without a statement.
const DELETE_MAX: Duration = Duration::from_secs(10);
/// How many objects that cannot be deleted a round tells of: in a store that is away it is every one.
const FAILURES_TOLD_MAX: usize = 10;
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

/// Sweeps, unless somebody has within [`EVERY`].
pub(crate) async fn sweep(library: &Library) -> Result<Option<Swept>, OrphanError> {
    let store = Store::new(library.database.clone());
    let now_ms = library.clock.now_ms();
    let holder = ids::new_id(&library.clock).to_string();
    let until_ms = now_ms + to_ms(EVERY);
    let lease = store.acquire_lease(LEASE_NAME, &holder, now_ms, until_ms);
    if lease.await?.is_none() {
        return Ok(None);
    }
    // An import that was cut off leaves objects, too; they go once it has been done again.
    if !store.has_tracks().await? {
        if has_objects(library).await? {
            tracing::error!(
                "the database knows no track and the object store has music: it may be another library's, and nothing is deleted"
            );
        }
        return Ok(None);
    }
    let deleted_before = DeletedBefore(now_ms - to_ms(RETENTION));
    let batch = u64::try_from(BATCH).unwrap_or(u64::MAX);
    while store.retire_tracks(deleted_before, batch).await? > 0 {}
    let mut swept = Swept::default();
    for folder in keys::SWEPT {
        let objects = library.objects.list(folder);
        let mut batches = objects.map_ok(|object| object.key).try_chunks(BATCH);
        while let Some(keys) = batches.next().await {
            let keys = keys.map_err(|error| error.1)?;
            swept.orphans += store.note_orphans(&keys, deleted_before, now_ms).await?;
        }
    }
    swept.deleted = delete_orphans(library, &store, deleted_before).await?;
    swept.orphans -= swept.deleted.min(swept.orphans);
    Ok(Some(swept))
}

async fn has_objects(library: &Library) -> Result<bool, OrphanError> {
    for folder in keys::SWEPT {
        let first = library.objects.list(folder).next().await;
        if first.transpose()?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Deletes what has been an orphan for long enough. What cannot be deleted is passed over until the next round: it comes
/// first every time, and must not keep the others.
async fn delete_orphans(
    library: &Library,
    store: &Store,
    deleted_before: DeletedBefore,
) -> Result<usize, OrphanError> {
    let found_before_ms = library.clock.now_ms() - to_ms(GRACE);
    let batch = u64::try_from(BATCH).unwrap_or(u64::MAX);
    let (mut count, mut failed) = (0, 0);
    let mut last = None;
    loop {
        let orphans = store.list_orphans(found_before_ms, last.as_ref(), batch);
        let orphans = orphans.await?;
        if orphans.is_empty() {
            if failed > FAILURES_TOLD_MAX {
                tracing::warn!(failed, "could not delete so many objects that nobody names");
            }
            return Ok(count);
        }
        for orphan in orphans {
            let key = orphan.object_key.as_str();
            let delete = within_lock(library.objects.delete(key));
            let deleted = store.delete_orphan(key, found_before_ms, deleted_before, delete);
            match deleted.await {
                Ok(is_deleted) => count += usize::from(is_deleted),
                Err(error @ (OrphanError::Objects(_) | OrphanError::Slow)) => {
                    failed += 1;
                    if failed <= FAILURES_TOLD_MAX {
                        let error = chassis::problem::chain(&error);
                        tracing::warn!(error, key, "could not delete an object that nobody names");
                    }
                }
                Err(error @ OrphanError::Store(_)) => return Err(error),
            }
            last = Some(orphan);
        }
    }
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
