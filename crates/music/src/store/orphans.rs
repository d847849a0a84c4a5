//! Objects that no row names any more, and when they may go.

use std::collections::HashSet;

use chassis::objects::ObjectError;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::Store;
use super::entities::{job, orphan, rendition, track, track_loudness};
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
    /// Takes an object back that is about to be named. Returns when nobody can be deleting it any more: whether it is
    /// there must be asked after this.
    pub(crate) async fn reclaim_object(&self, key: &str) -> Result<(), DbErr> {
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

    /// Notes those of some objects that no row names; a second time changes nothing. Says how many there were.
    pub(crate) async fn note_orphans(
        &self,
        keys: &[String],
        deleted: DeletedBefore,
        now_ms: i64,
    ) -> Result<usize, DbErr> {
        let named = named_objects(self.database.connection(), keys, deleted).await?;
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
            .exec(self.database.connection())
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

    /// Whether the database knows any track, deleted or not.
    pub(crate) async fn has_tracks(&self) -> Result<bool, DbErr> {
        let first: Option<String> = track::Entity::find()
            .select_only()
            .column(track::Column::Id)
            .into_tuple()
            .one(self.database.connection())
            .await?;
        Ok(first.is_some())
    }

    /// Deletes an orphan with `delete`, if it is one still; its row is locked meanwhile. Says whether it was.
    pub(crate) async fn delete_orphan(
        &self,
        key: &str,
        found_before_ms: i64,
        deleted: DeletedBefore,
        delete: impl Future<Output = Result<(), OrphanError>> + Send,
    ) -> Result<bool, OrphanError> {
        let writing = self.database.begin_write().await?;
        let row = orphan::Entity::find_by_id(key)
            .lock_exclusive()
            .one(&writing)
            .await?;
        if row.is_none_or(|row| row.found_at_ms > found_before_ms) {
            writing.rollback().await?;
            return Ok(false);
        }
        let named = named_objects(&writing, &[key.to_owned()], deleted).await?;
        if named.is_empty() {
            delete.await?;
        }
        orphan::Entity::delete_by_id(key).exec(&writing).await?;
        writing.commit().await?;
        Ok(named.is_empty())
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
