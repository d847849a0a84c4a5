//! Writing what an import found: one transaction per file, so that a crash between two files loses nothing.

use chassis::clock::Clock;
use chassis::database::is_unique_violation;
use chassis::ids;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
};

use super::Store;
use super::entities::{cover, source, track};
use super::import_names::{save_album, save_names};
use super::job_requests::insert_job;
use super::jobs::JobKind;
use super::levels::level_albums;
use super::search_index::{self, Neighbours};
use super::sources::save_source;
use super::surroundings::{FindFallen, Surroundings};

/// How often a file is saved again that another import was quicker with.
const ATTEMPTS_MAX: u32 = 5;

/// A file that was read, ready to become a track.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NewTrack {
    /// The row; its id and the time of the change are set when it is saved.
    pub(crate) track: track::Model,
    /// In order, at least one.
    pub(crate) artists: Vec<String>,
    pub(crate) genres: Vec<String>,
    pub(crate) album: Option<NewAlbum>,
    /// The row of the path it was read from; the track is set when it is saved.
    pub(crate) source: source::Model,
    /// Whether it is prepared once more if that was given up.
    pub(crate) is_retried: bool,
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

/// A file that was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SavedFile {
    /// Its track.
    pub(crate) track_id: String,
    /// What became of its track.
    pub(crate) saved: Saved,
    /// Whether the track that stood at its path before stands nowhere any more, and is deleted.
    pub(crate) is_other_gone: bool,
}

impl Store {
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
    /// else any more, else a new one. `find_fallen` looks where the others stood.
    pub(crate) async fn save_track(
        &self,
        new: &NewTrack,
        clock: &Clock,
        find_fallen: FindFallen<'_>,
    ) -> Result<SavedFile, DbErr> {
        let save = || self.save_track_once(new.clone(), clock, find_fallen);
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
        find_fallen: FindFallen<'_>,
    ) -> Result<SavedFile, DbErr> {
        let seen = Surroundings::read(self.database.connection(), &new).await?;
        let fallen = seen.fallen(find_fallen).await;
        let writing = self.database.begin_write().await?;
        let now_ms = clock.now_ms();
        let around = seen.lock(&writing, &new).await?;
        let known = around.known(&new, &fallen);
        let previous = around.previous.clone();
        if let Some(known) = &known
            && previous.as_ref().is_none_or(|old| old.track_id != known.id)
            && around.is_copy(known, &new, &fallen)
        {
            let is_other_gone =
                save_source(&writing, new.source, &known.id, previous, now_ms).await?;
            writing.commit().await?;
            return Ok(SavedFile {
                track_id: known.id.clone(),
                saved: Saved::Unchanged,
                is_other_gone,
            });
        }
        let before = match &known {
            Some(known) => search_index::neighbours(&writing, &known.id).await?,
            None => Neighbours::default(),
        };
        let is_retagged = known
            .as_ref()
            .is_some_and(|known| known.content_hash != new.track.content_hash);
        let album_id = match &new.album {
            Some(album) => {
                Some(save_album(&writing, album, known.as_ref(), is_retagged, clock).await?)
            }
            None => None,
        };
        let album_before = known.as_ref().and_then(|known| known.album_id.clone());
        let (row, saved) = save_row(&writing, &new, known, album_id, clock).await?;
        let names_changed = save_names(&writing, &row.id, &new, is_retagged, clock).await?;
        let is_moved = previous.as_ref().is_none_or(|old| old.track_id != row.id);
        let is_other_gone = save_source(&writing, new.source, &row.id, previous, now_ms).await?;
        insert_job(
            &writing,
            JobKind::Prepare,
            &row.id,
            new.is_retried || saved == Saved::Restored,
            clock,
        )
        .await?;
        search_index::index_track(&writing, &row.id, before).await?;
        if saved != Saved::Unchanged {
            level_albums(&writing, [album_before, row.album_id], now_ms).await?;
        }
        writing.commit().await?;
        let saved = match saved {
            Saved::Unchanged if names_changed => Saved::Updated,
            Saved::Unchanged if is_moved => Saved::Moved,
            saved => saved,
        };
        Ok(SavedFile {
            track_id: row.id,
            saved,
            is_other_gone,
        })
    }
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
