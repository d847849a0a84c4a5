//! Writing what an import found: one transaction per file, so that a crash between two files loses nothing.

use std::path::Path;

use chassis::clock::Clock;
use chassis::database::is_unique_violation;
use chassis::ids;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::Store;
use super::entities::{cover, source, track, track_artist, track_genre};
use super::import_names::{save_album, save_names};
use super::jobs::{JobKind, insert_job};
use super::levels::level_albums;
use super::search_index::{self, Neighbours};

/// How often a file is saved again that another import was quicker with.
const ATTEMPTS_MAX: u32 = 5;
/// How many rows one query reads at most.
const ROWS_PER_QUERY: u64 = 5_000;

/// A file that was read, ready to become a track.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NewTrack {
    /// The row; id and times are set when it is saved.
    pub(crate) track: track::Model,
    /// In order, at least one.
    pub(crate) artists: Vec<String>,
    pub(crate) genres: Vec<String>,
    pub(crate) album: Option<NewAlbum>,
    /// The row of the path it was read from; the track is set when it is saved.
    pub(crate) source: source::Model,
}

/// The album a track names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewAlbum {
    pub(crate) key: String,
    pub(crate) title: String,
    pub(crate) artists: Vec<String>,
    pub(crate) released_on: Option<String>,
    /// What the album gets while it has no other.
    pub(crate) cover_id: String,
    pub(crate) is_cover_generated: bool,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Saved {
    /// A track that was not there.
    Added,
    /// A track whose tags, cover or lyrics changed.
    Updated,
    /// A track that was deleted and has come back.
    Restored,
    /// A known track at another path.
    Moved,
    /// Nothing a listener could see.
    Unchanged,
}

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

    /// Whether a cover is stored.
    pub(crate) async fn has_cover(&self, id: &str) -> Result<bool, DbErr> {
        let found = cover::Entity::find_by_id(id)
            .one(self.database.connection())
            .await?;
        Ok(found.is_some())
    }

    /// Notes a cover whose objects are stored; a second time changes nothing.
    pub(crate) async fn insert_cover(
        &self,
        id: &str,
        is_generated: bool,
        now_ms: i64,
    ) -> Result<(), DbErr> {
        let row = cover::ActiveModel {
            id: Set(id.to_owned()),
            is_generated: Set(i64::from(is_generated)),
            created_at_ms: Set(now_ms),
        };
        cover::Entity::insert(row)
            .on_conflict_do_nothing_on([cover::Column::Id])
            .exec(self.database.connection())
            .await?;
        Ok(())
    }

    /// Saves a file as a track: the one with the same content, else the one with the same audio that stands nowhere
    /// else any more, else a new one. `stands` says whether a path still has the content it was imported with.
    pub(crate) async fn save_track(
        &self,
        new: &NewTrack,
        clock: &Clock,
        stands: &(dyn Fn(&source::Model) -> bool + Sync),
    ) -> Result<Saved, DbErr> {
        let save = || self.save_track_once(new.clone(), clock, stands);
        for _attempt in 1..ATTEMPTS_MAX {
            match self.retrying(save).await {
                // Another import named the same artist, album or genre first: now it is there.
                Err(error) if is_unique_violation(&error) => {}
                saved => return saved,
            }
        }
        self.retrying(save).await
    }

    async fn save_track_once(
        &self,
        new: NewTrack,
        clock: &Clock,
        stands: &(dyn Fn(&source::Model) -> bool + Sync),
    ) -> Result<Saved, DbErr> {
        let writing = self.database.begin_write().await?;
        let now_ms = clock.now_ms();
        let previous = source::Entity::find_by_id(&new.source.path_hash)
            .one(&writing)
            .await?;
        let known = find_known(&writing, &new, stands).await?;
        if let Some(known) = &known
            && previous.as_ref().is_none_or(|old| old.track_id != known.id)
            && is_copy(&writing, known, &new, stands).await?
        {
            let track_id = known.id.clone();
            return save_copy(writing, new.source, track_id, previous, now_ms).await;
        }
        let before = match &known {
            Some(known) => search_index::neighbours(&writing, &known.id).await?,
            None => Neighbours::default(),
        };
        let album_id = match &new.album {
            Some(album) => Some(save_album(&writing, album, known.as_ref(), clock).await?),
            None => None,
        };
        let album_before = known.as_ref().and_then(|known| known.album_id.clone());
        let (row, saved) = save_row(&writing, &new, known, album_id, clock).await?;
        let names_changed = save_names(&writing, &row.id, &new, clock).await?;
        let is_moved = previous.as_ref().is_none_or(|old| old.track_id != row.id);
        save_source(&writing, new.source, &row.id, previous, now_ms).await?;
        insert_job(
            &writing,
            JobKind::Prepare,
            &row.id,
            saved == Saved::Restored,
            clock,
        )
        .await?;
        search_index::index_track(&writing, &row.id, before).await?;
        if saved != Saved::Unchanged {
            level_albums(&writing, [album_before, row.album_id], now_ms).await?;
        }
        writing.commit().await?;
        Ok(match saved {
            Saved::Unchanged if names_changed => Saved::Updated,
            Saved::Unchanged if is_moved => Saved::Moved,
            saved => saved,
        })
    }

    /// Notes that a file was touched but has the content it had.
    pub(crate) async fn touch_source(&self, row: source::Model) -> Result<(), DbErr> {
        row.into_active_model()
            .reset_all()
            .update(self.database.connection())
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
        let Some(row) = source::Entity::find_by_id(path_hash).one(&writing).await? else {
            return Ok(false);
        };
        source::Entity::delete_by_id(path_hash)
            .exec(&writing)
            .await?;
        let is_deleted = delete_if_gone(&writing, &row.track_id, now_ms).await?;
        writing.commit().await?;
        Ok(is_deleted)
    }
}

async fn find_known(
    writing: &DatabaseTransaction,
    new: &NewTrack,
    stands: &(dyn Fn(&source::Model) -> bool + Sync),
) -> Result<Option<track::Model>, DbErr> {
    let same_content = track::Entity::find()
        .filter(track::Column::ContentHash.eq(&new.track.content_hash))
        .one(writing)
        .await?;
    if same_content.is_some() {
        return Ok(same_content);
    }
    let same_audio = track::Entity::find()
        .filter(track::Column::AudioHash.eq(&new.track.audio_hash))
        .order_by_asc(track::Column::Id)
        .all(writing)
        .await?;
    let mut homeless = None;
    for track in same_audio {
        let sources = source::Entity::find()
            .filter(source::Column::TrackId.eq(&track.id))
            .all(writing)
            .await?;
        let (here, elsewhere): (Vec<_>, Vec<_>) = sources
            .into_iter()
            .partition(|row| row.path_hash == new.source.path_hash);
        if elsewhere.iter().any(stands) {
            continue;
        }
        if !here.is_empty() {
            return Ok(Some(track));
        }
        homeless = homeless.or(Some(track));
    }
    Ok(homeless)
}

async fn save_row(
    writing: &DatabaseTransaction,
    new: &NewTrack,
    known: Option<track::Model>,
    album_id: Option<String>,
    clock: &Clock,
) -> Result<(track::Model, Saved), DbErr> {
    let now_ms = clock.now_ms();
    let Some(known) = known else {
        let row = track::Model {
            id: ids::new_id(clock).to_string(),
            album_id,
            created_at_ms: now_ms,
            updated_at_ms: now_ms,
            ..new.track.clone()
        };
        let row = insert_track(writing, row).await?;
        return Ok((row, Saved::Added));
    };
    let is_analysed = known.analysed_at_ms.is_some();
    let row = track::Model {
        id: known.id.clone(),
        album_id,
        created_at_ms: known.created_at_ms,
        updated_at_ms: known.updated_at_ms,
        analysed_at_ms: known.analysed_at_ms,
        deleted_at_ms: None,
        duration_ms: if is_analysed {
            known.duration_ms
        } else {
            new.track.duration_ms
        },
        gain_db: if is_analysed {
            known.gain_db
        } else {
            new.track.gain_db
        },
        loudness_lufs: known.loudness_lufs,
        peak: known.peak,
        waveform: known.waveform.clone(),
        ..new.track.clone()
    };
    if row == known {
        return Ok((row, Saved::Unchanged));
    }
    let saved = if known.deleted_at_ms.is_some() {
        Saved::Restored
    } else {
        Saved::Updated
    };
    let row = track::Model {
        updated_at_ms: now_ms,
        ..row
    };
    let row = row.into_active_model().reset_all().update(writing).await?;
    Ok((row, saved))
}

async fn insert_track(
    writing: &DatabaseTransaction,
    row: track::Model,
) -> Result<track::Model, DbErr> {
    track::Entity::insert(row.clone().into_active_model().reset_all())
        .exec_without_returning(writing)
        .await?;
    Ok(row)
}

/// Notes what stands at a path; the track that stood there before may be gone with it.
async fn save_source(
    writing: &DatabaseTransaction,
    row: source::Model,
    track_id: &str,
    previous: Option<source::Model>,
    now_ms: i64,
) -> Result<(), DbErr> {
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
        return Ok(());
    };
    row.update(writing).await?;
    if previous.track_id != track_id {
        delete_if_gone(writing, &previous.track_id, now_ms).await?;
    }
    Ok(())
}

/// Whether a file is a copy of a track that still stands elsewhere as it was imported. What a copy is called (an
/// untagged one is named by its path) does not change the track.
async fn is_copy(
    writing: &DatabaseTransaction,
    known: &track::Model,
    new: &NewTrack,
    stands: &(dyn Fn(&source::Model) -> bool + Sync),
) -> Result<bool, DbErr> {
    if known.deleted_at_ms.is_some() || known.content_hash != new.track.content_hash {
        return Ok(false);
    }
    let elsewhere = source::Entity::find()
        .filter(source::Column::TrackId.eq(&known.id))
        .filter(source::Column::PathHash.ne(&new.source.path_hash))
        .filter(source::Column::ContentHash.eq(&new.source.content_hash))
        .order_by_asc(source::Column::SeenAtMs)
        .order_by_asc(source::Column::PathHash)
        .all(writing)
        .await?;
    Ok(elsewhere.iter().any(stands))
}

async fn save_copy(
    writing: DatabaseTransaction,
    row: source::Model,
    track_id: String,
    previous: Option<source::Model>,
    now_ms: i64,
) -> Result<Saved, DbErr> {
    save_source(&writing, row, &track_id, previous, now_ms).await?;
    writing.commit().await?;
    Ok(Saved::Unchanged)
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
