//! What is known around a file that is imported: which track it may be, and which others it may leave without a path.

use std::collections::{BTreeSet, HashMap};

use futures_util::future::BoxFuture;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::entities::{source, track};
use super::imports::NewTrack;
use super::listed;
use super::sources::lock_track;

/// How many tracks with the audio of a file are looked at: of silence there may be any number. When none of these is
/// it, it becomes a track of its own.
const SAME_AUDIO_MAX: u64 = 100;

/// Of some paths, finds those that have not the content any more that they were imported with. It asks the disk, which
/// may be slow: before the transaction, not in it.
pub(crate) type FindFallen<'a> =
    &'a (dyn Fn(Vec<source::Model>) -> BoxFuture<'static, Vec<source::Model>> + Sync);

/// The tracks around a file and where they stand.
#[derive(Debug)]
pub(super) struct Surroundings {
    /// What stood at its path.
    pub(super) previous: Option<source::Model>,
    /// The track with its content, else those with its audio.
    alike: Vec<track::Model>,
    /// Where these stand, in the order they were seen in.
    sources: Vec<source::Model>,
}

/// The paths that were found fallen, by their hash.
pub(super) struct Fallen(HashMap<String, source::Model>);

impl Fallen {
    /// A path that another import wrote meanwhile stands: it has just been read.
    fn stands(&self, row: &source::Model) -> bool {
        self.0.get(&row.path_hash).is_none_or(|fallen| {
            (row.size_bytes, row.modified_at_ms) != (fallen.size_bytes, fallen.modified_at_ms)
        })
    }
}

impl Surroundings {
    /// Reads them as they are now.
    pub(super) async fn read(
        connection: &impl ConnectionTrait,
        new: &NewTrack,
    ) -> Result<Self, DbErr> {
        let previous = source::Entity::find_by_id(&new.source.path_hash)
            .one(connection)
            .await?;
        let alike = find_alike(connection, new, previous.as_ref()).await?;
        let mut sources = Vec::new();
        if !alike.is_empty() {
            let ids = listed(alike.iter().map(|track| track.id.as_str()));
            sources = source::Entity::find()
                .filter(source::Column::TrackId.is_in(ids))
                .order_by_asc(source::Column::SeenAtMs)
                .order_by_asc(source::Column::PathHash)
                .all(connection)
                .await?;
        }
        Ok(Self {
            previous,
            alike,
            sources,
        })
    }

    /// Locks the tracks, in one order, and reads anew until no other track has come near.
    pub(super) async fn lock(
        self,
        writing: &DatabaseTransaction,
        new: &NewTrack,
    ) -> Result<Self, DbErr> {
        let mut around = self;
        let mut locked = BTreeSet::new();
        loop {
            let mut ids = around.track_ids();
            ids.retain(|id| !locked.contains(id));
            for id in &ids {
                lock_track(writing, id).await?;
            }
            locked.extend(ids);
            around = Self::read(writing, new).await?;
            if around.track_ids().is_subset(&locked) {
                return Ok(around);
            }
        }
    }

    /// The tracks that saving the file may change.
    fn track_ids(&self) -> BTreeSet<String> {
        let previous = self.previous.iter().map(|row| row.track_id.clone());
        let alike = self.alike.iter().map(|track| track.id.clone());
        previous.chain(alike).collect()
    }

    /// The paths that have not their content any more.
    pub(super) async fn fallen(&self, find_fallen: FindFallen<'_>) -> Fallen {
        if self.sources.is_empty() {
            return Fallen(HashMap::new());
        }
        let fallen = find_fallen(self.sources.clone()).await;
        let by_hash = fallen.into_iter().map(|row| (row.path_hash.clone(), row));
        Fallen(by_hash.collect())
    }

    /// The track that the file is.
    pub(super) fn known(&self, new: &NewTrack, fallen: &Fallen) -> Option<track::Model> {
        let mut homeless = None;
        for track in &self.alike {
            if track.content_hash == new.track.content_hash {
                return Some(track.clone());
            }
            let (here, elsewhere): (Vec<_>, Vec<_>) = self
                .sources
                .iter()
                .filter(|row| row.track_id == track.id)
                .partition(|row| row.path_hash == new.source.path_hash);
            if elsewhere.into_iter().any(|row| fallen.stands(row)) {
                continue;
            }
            if !here.is_empty() {
                return Some(track.clone());
            }
            homeless = homeless.or(Some(track));
        }
        homeless.cloned()
    }

    /// Whether the file is a copy of a track that still stands elsewhere as it was imported. What a copy is called (an
    /// untagged one is named by its path) does not change the track.
    pub(super) fn is_copy(&self, known: &track::Model, new: &NewTrack, fallen: &Fallen) -> bool {
        if known.deleted_at_ms.is_some() || known.content_hash != new.track.content_hash {
            return false;
        }
        self.sources
            .iter()
            .filter(|row| row.track_id == known.id)
            .filter(|row| row.path_hash != new.source.path_hash)
            .filter(|row| row.content_hash == new.source.content_hash)
            .any(|row| fallen.stands(row))
    }
}

async fn find_alike(
    connection: &impl ConnectionTrait,
    new: &NewTrack,
    previous: Option<&source::Model>,
) -> Result<Vec<track::Model>, DbErr> {
    let same_content = track::Entity::find()
        .filter(track::Column::ContentHash.eq(&new.track.content_hash))
        .all(connection)
        .await?;
    if !same_content.is_empty() {
        return Ok(same_content);
    }
    let same_audio =
        || track::Entity::find().filter(track::Column::AudioHash.eq(&new.track.audio_hash));
    let mut alike = same_audio()
        .order_by_asc(track::Column::Id)
        .limit(SAME_AUDIO_MAX)
        .all(connection)
        .await?;
    // Its own is looked at in any case.
    if let Some(previous) = previous
        && alike.iter().all(|track| track.id != previous.track_id)
    {
        let own = same_audio().filter(track::Column::Id.eq(&previous.track_id));
        alike.extend(own.one(connection).await?);
    }
    Ok(alike)
}
