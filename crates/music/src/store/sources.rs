//! Paths and what stands at them. Whoever changes that holds the rows of the tracks in question first: only so does the
//! second of two imports that run at once see whether the first one left a track without a path.

use std::path::Path;

use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::Store;
use super::entities::{source, track, track_artist, track_genre};
use super::levels::level_albums;
use super::search_index;

/// How many rows one query reads at most.
const ROWS_PER_QUERY: u64 = 5_000;

impl Store {
    /// Reads which content stands at which path below a folder, as last imported.
    pub(crate) async fn list_sources_below(
        &self,
        folder: &Path,
    ) -> Result<Vec<source::Model>, DbErr> {
        let mut sources = Vec::new();
        let mut after = String::new();
        loop {
            let rows = source::Entity::find()
                .filter(source::Column::PathHash.gt(after.as_str()))
                .order_by_asc(source::Column::PathHash)
                .limit(ROWS_PER_QUERY)
                .all(self.database.connection())
                .await?;
            let Some(last) = rows.last() else {
                return Ok(sources);
            };
            after.clone_from(&last.path_hash);
            sources.extend(
                rows.into_iter()
                    .filter(|row| Path::new(&row.root).join(&row.path).starts_with(folder)),
            );
        }
    }

    /// Notes that a file was touched but has the content it had. Another import may have given the path another track
    /// since it was read, or forgotten it: then that stays.
    pub(crate) async fn touch_source(&self, row: &source::Model) -> Result<(), DbErr> {
        source::Entity::update_many()
            .set(row.clone().into_active_model().reset_all())
            .filter(source::Column::PathHash.eq(&row.path_hash))
            .filter(source::Column::TrackId.eq(&row.track_id))
            .filter(source::Column::ContentHash.eq(&row.content_hash))
            .exec(self.database.connection())
            .await?;
        Ok(())
    }

    /// Forgets a path that is gone; its track is soft-deleted when it stands nowhere else. Says whether it was.
    pub(crate) async fn delete_source(&self, path_hash: &str, now_ms: i64) -> Result<bool, DbErr> {
        self.retrying(|| self.delete_source_once(path_hash, now_ms))
            .await
    }

    async fn delete_source_once(&self, path_hash: &str, now_ms: i64) -> Result<bool, DbErr> {
        let writing = self.database.begin_write().await?;
        let Some(track_id) = lock_track_of(&writing, path_hash).await? else {
            return Ok(false);
        };
        source::Entity::delete_by_id(path_hash)
            .exec(&writing)
            .await?;
        let is_deleted = delete_if_gone(&writing, &track_id, now_ms).await?;
        writing.commit().await?;
        Ok(is_deleted)
    }
}

/// Makes other writers of a track wait until the transaction ends. SQLite has one writer anyway.
pub(super) async fn lock_track(writing: &DatabaseTransaction, track_id: &str) -> Result<(), DbErr> {
    track::Entity::find_by_id(track_id)
        .select_only()
        .column(track::Column::Id)
        .lock_exclusive()
        .into_tuple::<String>()
        .one(writing)
        .await?;
    Ok(())
}

/// Locks the track that stands at a path; until it is locked, it may become another.
async fn lock_track_of(
    writing: &DatabaseTransaction,
    path_hash: &str,
) -> Result<Option<String>, DbErr> {
    let mut locked = None;
    loop {
        let found = source::Entity::find_by_id(path_hash).one(writing).await?;
        let track_id = found.map(|row| row.track_id);
        match &track_id {
            Some(id) if locked != track_id => lock_track(writing, id).await?,
            _ => return Ok(track_id),
        }
        locked = track_id;
    }
}

/// Notes what stands at a path; the track that stood there before may be gone with it. Says whether it is.
pub(super) async fn save_source(
    writing: &DatabaseTransaction,
    row: source::Model,
    track_id: &str,
    previous: Option<source::Model>,
    now_ms: i64,
) -> Result<bool, DbErr> {
    let row = source::Model {
        track_id: track_id.to_owned(),
        seen_at_ms: now_ms,
        ..row
    };
    let row = row.into_active_model().reset_all();
    let Some(previous) = previous else {
        source::Entity::insert(row)
            .exec_without_returning(writing)
            .await?;
        return Ok(false);
    };
    row.update(writing).await?;
    if previous.track_id == track_id {
        return Ok(false);
    }
    delete_if_gone(writing, &previous.track_id, now_ms).await
}

/// Soft-deletes a track that stands at no path any more.
async fn delete_if_gone(
    writing: &DatabaseTransaction,
    track_id: &str,
    now_ms: i64,
) -> Result<bool, DbErr> {
    let source_count = source::Entity::find()
        .filter(source::Column::TrackId.eq(track_id))
        .count(writing)
        .await?;
    if source_count > 0 {
        return Ok(false);
    }
    let result = track::Entity::update_many()
        .col_expr(track::Column::DeletedAtMs, now_ms.into())
        .col_expr(track::Column::UpdatedAtMs, now_ms.into())
        .filter(track::Column::Id.eq(track_id))
        .filter(track::Column::DeletedAtMs.is_null())
        .exec(writing)
        .await?;
    let is_deleted = result.rows_affected > 0;
    if is_deleted {
        let around = search_index::neighbours(writing, track_id).await?;
        // Genres and artists count their links; when the track comes back its tags do, too.
        track_genre::Entity::delete_many()
            .filter(track_genre::Column::TrackId.eq(track_id))
            .exec(writing)
            .await?;
        track_artist::Entity::delete_many()
            .filter(track_artist::Column::TrackId.eq(track_id))
            .exec(writing)
            .await?;
        search_index::index_track(writing, track_id, around).await?;
        let row = track::Entity::find_by_id(track_id).one(writing).await?;
        let album_id = row.and_then(|row| row.album_id);
        level_albums(writing, [album_id], now_ms).await?;
    }
    Ok(is_deleted)
}
