//! Objects that no row names any more, and when they may go.

use std::collections::HashSet;

use chassis::objects::ObjectError;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbBackend,
    DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::Store;
use super::entities::{job, orphan, rendition, spent_key, track, track_loudness};
use super::jobs::JobKind;
use super::keyset::{self, Step};

/// Why an orphan could not be deleted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OrphanError {
    #[error("could not query the music database")]
    Store(#[from] DbErr),
    #[error("could not delete from the object store")]
    Objects(#[from] ObjectError),
    #[error("the object store did not delete in time")]
    Slow,
}

/// Since when a track must be deleted for its objects to count as named by nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DeletedBefore(pub(crate) i64);

impl Store {
    /// The first of the keys that `key_of` makes, by a number from 0 on, under which an object may be stored and named:
    /// nobody deletes what lies there, and whether something does must be asked after this.
    pub(crate) async fn reclaim_key(
        &self,
        key_of: impl Fn(u32) -> String,
    ) -> Result<String, DbErr> {
        // Each key that is spent took the grace of an orphan, and is forgotten after a while.
        let mut number = 0;
        loop {
            let key = key_of(number);
            self.take_back(&key).await?;
            if !self.is_spent(&key).await? {
                return Ok(key);
            }
            number += 1;
        }
    }

    /// Takes an object back that may be an orphan. Returns when nobody can be marking its key as spent any more.
    async fn take_back(&self, key: &str) -> Result<(), DbErr> {
        let connection = self.database.connection();
        // The row of an orphan is there until its deletion is over, so that the usual case only reads.
        if orphan::Entity::find_by_id(key)
            .one(connection)
            .await?
            .is_some()
        {
            self.retrying(|| orphan::Entity::delete_by_id(key).exec(connection))
                .await?;
        }
        Ok(())
    }

    async fn is_spent(&self, key: &str) -> Result<bool, DbErr> {
        let row = spent_key::Entity::find_by_id(key)
            .one(self.database.connection())
            .await?;
        Ok(row.is_some())
    }

    /// Notes those of some objects that no row names, since when that is known, and forgets those that one names. Says how
    /// many no row names.
    pub(crate) async fn note_orphans(
        &self,
        keys: &[String],
        deleted: DeletedBefore,
        now_ms: i64,
    ) -> Result<usize, DbErr> {
        let connection = self.database.connection();
        let named = named_objects(connection, keys, deleted).await?;
        if !named.is_empty() {
            // Its grace begins anew should it become an orphan again.
            orphan::Entity::delete_many()
                .filter(orphan::Column::ObjectKey.is_in(&named))
                .exec(connection)
                .await?;
        }
        let orphans: Vec<_> = keys.iter().filter(|key| !named.contains(*key)).collect();
        if orphans.is_empty() {
            return Ok(0);
        }
        let rows = orphans.iter().map(|key| orphan::ActiveModel {
            object_key: Set((*key).clone()),
            found_at_ms: Set(now_ms),
        });
        orphan::Entity::insert_many(rows)
            .on_conflict_do_nothing_on([orphan::Column::ObjectKey])
            .exec(connection)
            .await?;
        Ok(orphans.len())
    }

    /// Reads which objects have been orphans since before a time, the oldest first, after one of them.
    pub(crate) async fn list_orphans(
        &self,
        found_before_ms: i64,
        after: Option<&orphan::Model>,
        limit: u64,
    ) -> Result<Vec<orphan::Model>, DbErr> {
        let (found_at, key) = (orphan::Column::FoundAtMs, orphan::Column::ObjectKey);
        let steps = [
            Step::ascending(found_at.into_expr(), after.map(|last| last.found_at_ms)),
            Step::ascending(key.into_expr(), after.map(|last| last.object_key.as_str())),
        ];
        let old = orphan::Entity::find().filter(found_at.lte(found_before_ms));
        keyset::sorted(old, &steps)
            .limit(limit)
            .all(self.database.connection())
            .await
    }

    /// Marks the key of an object as spent, if it has been an orphan since before a time and is one still. Says whether
    /// it is: then nobody stores or names anything under it, and it may be deleted however late that arrives.
    pub(crate) async fn spend_key(
        &self,
        key: &str,
        found_before_ms: i64,
        deleted: DeletedBefore,
        now_ms: i64,
    ) -> Result<bool, DbErr> {
        let writing = self.database.begin_write().await?;
        if !lock_orphan(&writing, key, found_before_ms).await? {
            writing.rollback().await?;
            return Ok(false);
        }
        let named = named_objects(&writing, &[key.to_owned()], deleted).await?;
        if named.is_empty() {
            let row = spent_key::ActiveModel {
                object_key: Set(key.to_owned()),
                spent_at_ms: Set(now_ms),
            };
            // Each try may be the one that arrives late.
            let again = OnConflict::column(spent_key::Column::ObjectKey)
                .update_column(spent_key::Column::SpentAtMs)
                .to_owned();
            spent_key::Entity::insert(row)
                .on_conflict(again)
                .exec_without_returning(&writing)
                .await?;
        } else {
            orphan::Entity::delete_by_id(key).exec(&writing).await?;
        }
        writing.commit().await?;
        Ok(named.is_empty())
    }

    /// Deletes an orphan, whose key is spent, with `delete`. Says whether it was there. Its row is locked meanwhile: the
    /// version before this one knows of no spent keys, and waits for the row. Two versions never have one SQLite database,
    /// where everybody would wait.
    pub(crate) async fn delete_orphan(
        &self,
        key: &str,
        found_before_ms: i64,
        delete: impl Future<Output = Result<(), OrphanError>> + Send,
    ) -> Result<bool, OrphanError> {
        if self.database.backend() == DbBackend::Sqlite {
            delete.await?;
            let connection = self.database.connection();
            orphan::Entity::delete_by_id(key).exec(connection).await?;
            return Ok(true);
        }
        let writing = self.database.begin_write().await?;
        if !lock_orphan(&writing, key, found_before_ms).await? {
            writing.rollback().await?;
            return Ok(false);
        }
        delete.await?;
        orphan::Entity::delete_by_id(key).exec(&writing).await?;
        writing.commit().await?;
        Ok(true)
    }

    /// Whether there is any track that is not deleted.
    pub(crate) async fn has_tracks(&self) -> Result<bool, DbErr> {
        let first: Option<String> = track::Entity::find()
            .select_only()
            .column(track::Column::Id)
            .filter(track::Column::DeletedAtMs.is_null())
            .limit(1)
            .into_tuple()
            .one(self.database.connection())
            .await?;
        Ok(first.is_some())
    }

    /// Whether any row names any of some objects.
    pub(crate) async fn names_any(&self, keys: &[String]) -> Result<bool, DbErr> {
        let connection = self.database.connection();
        let named = named_objects(connection, keys, DeletedBefore(i64::MIN)).await?;
        Ok(!named.is_empty())
    }

    /// Forgets keys that were spent before a time.
    pub(crate) async fn forget_spent_keys(&self, before_ms: i64) -> Result<(), DbErr> {
        spent_key::Entity::delete_many()
            .filter(spent_key::Column::SpentAtMs.lt(before_ms))
            .exec(self.database.connection())
            .await?;
        Ok(())
    }

    /// Forgets the renditions and measures of some tracks that were deleted before a time; should their files come
    /// back, they are prepared anew. Says how many there were.
    pub(crate) async fn retire_tracks(
        &self,
        deleted: DeletedBefore,
        limit: u64,
    ) -> Result<usize, DbErr> {
        let retired = track::Entity::find()
            .select_only()
            .column(track::Column::Id)
            .filter(track::Column::DeletedAtMs.lt(deleted.0))
            .filter(track::Column::AnalysedAtMs.is_not_null());
        // Every track is looked at: not under a lock.
        let found: Vec<String> = retired
            .clone()
            .order_by_asc(track::Column::Id)
            .limit(limit)
            .into_tuple()
            .all(self.database.connection())
            .await?;
        if found.is_empty() {
            return Ok(0);
        }
        let writing = self.database.begin_write().await?;
        let ids: Vec<String> = retired
            .filter(track::Column::Id.is_in(&found))
            .order_by_asc(track::Column::Id)
            .lock_exclusive()
            .into_tuple()
            .all(&writing)
            .await?;
        if ids.is_empty() {
            writing.rollback().await?;
            return Ok(0);
        }
        rendition::Entity::delete_many()
            .filter(rendition::Column::TrackId.is_in(&ids))
            .exec(&writing)
            .await?;
        track_loudness::Entity::delete_many()
            .filter(track_loudness::Column::TrackId.is_in(&ids))
            .exec(&writing)
            .await?;
        job::Entity::delete_many()
            .filter(job::Column::Kind.eq(JobKind::Prepare.as_str()))
            .filter(job::Column::SubjectId.is_in(&ids))
            .exec(&writing)
            .await?;
        track::Entity::update_many()
            .col_expr(track::Column::AnalysedAtMs, Option::<i64>::None.into())
            .filter(track::Column::Id.is_in(&ids))
            .exec(&writing)
            .await?;
        writing.commit().await?;
        Ok(ids.len())
    }
}

/// Locks the row of an orphan that was found before a time. Says whether there is one.
async fn lock_orphan(
    writing: &DatabaseTransaction,
    key: &str,
    found_before_ms: i64,
) -> Result<bool, DbErr> {
    let row = orphan::Entity::find_by_id(key)
        .lock_exclusive()
        .one(writing)
        .await?;
    Ok(row.is_some_and(|row| row.found_at_ms <= found_before_ms))
}

/// Those of some objects that a row names; a track that was deleted too long ago names nothing.
async fn named_objects(
    connection: &impl ConnectionTrait,
    keys: &[String],
    deleted: DeletedBefore,
) -> Result<HashSet<String>, DbErr> {
    let is_kept = Condition::any()
        .add(track::Column::DeletedAtMs.is_null())
        .add(track::Column::DeletedAtMs.gte(deleted.0));
    let originals: Vec<String> = track::Entity::find()
        .select_only()
        .column(track::Column::ObjectKey)
        .filter(track::Column::ObjectKey.is_in(keys))
        .filter(is_kept)
        .into_tuple()
        .all(connection)
        .await?;
    let renditions: Vec<String> = rendition::Entity::find()
        .select_only()
        .column(rendition::Column::ObjectKey)
        .filter(rendition::Column::ObjectKey.is_in(keys))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(originals.into_iter().chain(renditions).collect())
}
