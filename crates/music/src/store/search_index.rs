//! Keeping the search index: written in the transaction that changes a name, made again when its rules change.

use std::collections::BTreeSet;

use sea_orm::sea_query::{ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::Store;
use super::albums::live_album;
use super::artists::live_artist;
use super::entities::{album, album_artist, artist, search_gram, track, track_artist};
use crate::search::{self, Gram, INDEX_VERSION};

/// How many tracks one transaction of a rebuild indexes: few enough that a writer hardly waits.
const REBUILD_TRACKS_PER_TRANSACTION: u64 = 100;
/// Rows per statement: four columns each.
const ROWS_PER_INSERT: usize = 1_000;
/// Conditions per delete statement.
const ROWS_PER_DELETE: usize = 100;

/// What the index finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum SearchKind {
    /// An artist.
    Artist,
    /// A track.
    Track,
    /// An album.
    Album,
}

impl SearchKind {
    /// Every kind.
    pub(crate) const ALL: [Self; 3] = [Self::Artist, Self::Track, Self::Album];

    pub(super) fn column(self) -> &'static str {
        match self {
            Self::Artist => "artist",
            Self::Track => "track",
            Self::Album => "album",
        }
    }
}

/// The albums and artists around a track.
#[derive(Clone, Debug, Default)]
pub(crate) struct Neighbours {
    album_ids: BTreeSet<String>,
    artist_ids: BTreeSet<String>,
}

impl Neighbours {
    /// Waits for others who change the same albums and artists: what they have not committed is not seen, and of two
    /// that take and give a name its last and its next track, the name would end without rows. Whoever renames has
    /// locked some already, in another order: a deadlock is possible, and the transaction is done again.
    async fn lock(&self, writing: &DatabaseTransaction) -> Result<(), DbErr> {
        album::Entity::find()
            .select_only()
            .column(album::Column::Id)
            .filter(album::Column::Id.is_in(&self.album_ids))
            .order_by_asc(album::Column::Id)
            .lock_exclusive()
            .into_tuple::<String>()
            .all(writing)
            .await?;
        artist::Entity::find()
            .select_only()
            .column(artist::Column::Id)
            .filter(artist::Column::Id.is_in(&self.artist_ids))
            .order_by_asc(artist::Column::Id)
            .lock_exclusive()
            .into_tuple::<String>()
            .all(writing)
            .await?;
        Ok(())
    }
}

/// Reads what is around a track now. Ask before a change that may part them, and give it to [`index_track`] after.
pub(crate) async fn neighbours(
    writing: &DatabaseTransaction,
    track_id: &str,
) -> Result<Neighbours, DbErr> {
    let mut around = Neighbours::default();
    let found = track::Entity::find_by_id(track_id).one(writing).await?;
    if let Some(album_id) = found.and_then(|row| row.album_id) {
        around
            .artist_ids
            .extend(artist_ids_of_album(writing, &album_id).await?);
        around.album_ids.insert(album_id);
    }
    around
        .artist_ids
        .extend(artist_ids_of_track(writing, track_id).await?);
    Ok(around)
}

/// Brings the rows of a track, and of the albums and artists around it before and now, up to date with what the
/// transaction has written so far: after every change of names, of links or of the soft delete. What is unchanged is
/// only read.
pub(crate) async fn index_track(
    writing: &DatabaseTransaction,
    track_id: &str,
    before: Neighbours,
) -> Result<(), DbErr> {
    let grams = track_grams(writing, track_id).await?;
    replace(writing, SearchKind::Track, track_id, grams).await?;
    let mut around = neighbours(writing, track_id).await?;
    around.album_ids.extend(before.album_ids);
    around.artist_ids.extend(before.artist_ids);
    around.lock(writing).await?;
    for album_id in &around.album_ids {
        let grams = album_grams(writing, album_id).await?;
        replace(writing, SearchKind::Album, album_id, grams).await?;
    }
    for artist_id in &around.artist_ids {
        let artist = live_artist(artist_id).one(writing).await?;
        let grams = artist.map(|artist| search::of_name(&artist.name));
        replace(
            writing,
            SearchKind::Artist,
            artist_id,
            grams.unwrap_or_default(),
        )
        .await?;
    }
    Ok(())
}

async fn track_grams(
    writing: &DatabaseTransaction,
    track_id: &str,
) -> Result<BTreeSet<Gram>, DbErr> {
    let row = track::Entity::find_by_id(track_id)
        .filter(track::Column::DeletedAtMs.is_null())
        .one(writing)
        .await?;
    let Some(row) = row else {
        return Ok(BTreeSet::new());
    };
    let artist_ids = artist_ids_of_track(writing, track_id).await?;
    let artists = artist_names(writing, artist_ids).await?;
    let album = match &row.album_id {
        Some(album_id) => album::Entity::find_by_id(album_id).one(writing).await?,
        None => None,
    };
    let album = album.as_ref().map(|album| album.title.as_str());
    Ok(of_track(
        &row.title,
        artists.iter().map(String::as_str),
        album,
    ))
}

async fn album_grams(
    writing: &DatabaseTransaction,
    album_id: &str,
) -> Result<BTreeSet<Gram>, DbErr> {
    let Some(row) = live_album(album_id).one(writing).await? else {
        return Ok(BTreeSet::new());
    };
    let artist_ids = artist_ids_of_album(writing, album_id).await?;
    let artists = artist_names(writing, artist_ids).await?;
    Ok(of_album(&row.title, artists.iter().map(String::as_str)))
}

/// The rows of a track.
pub(super) fn of_track<'a>(
    title: &str,
    artists: impl Iterator<Item = &'a str>,
    album: Option<&'a str>,
) -> BTreeSet<Gram> {
    let mut grams = search::of_name(title);
    for name in artists.chain(album) {
        grams.extend(search::beside(name));
    }
    grams
}

/// The rows of an album.
pub(super) fn of_album<'a>(title: &str, artists: impl Iterator<Item = &'a str>) -> BTreeSet<Gram> {
    of_track(title, artists, None)
}

pub(super) async fn artist_ids_of_track(
    writing: &DatabaseTransaction,
    track_id: &str,
) -> Result<Vec<String>, DbErr> {
    track_artist::Entity::find()
        .select_only()
        .column(track_artist::Column::ArtistId)
        .filter(track_artist::Column::TrackId.eq(track_id))
        .into_tuple()
        .all(writing)
        .await
}

pub(super) async fn artist_ids_of_album(
    writing: &DatabaseTransaction,
    album_id: &str,
) -> Result<Vec<String>, DbErr> {
    album_artist::Entity::find()
        .select_only()
        .column(album_artist::Column::ArtistId)
        .filter(album_artist::Column::AlbumId.eq(album_id))
        .into_tuple()
        .all(writing)
        .await
}

async fn artist_names(
    writing: &DatabaseTransaction,
    ids: Vec<String>,
) -> Result<Vec<String>, DbErr> {
    artist::Entity::find()
        .select_only()
        .column(artist::Column::Name)
        .filter(artist::Column::Id.is_in(ids))
        .into_tuple()
        .all(writing)
        .await
}

/// Writes the difference between the rows a subject has and those it should have.
async fn replace(
    writing: &DatabaseTransaction,
    kind: SearchKind,
    subject_id: &str,
    grams: BTreeSet<Gram>,
) -> Result<(), DbErr> {
    let present: BTreeSet<Gram> = search_gram::Entity::find()
        .filter(search_gram::Column::SubjectId.eq(subject_id))
        .filter(search_gram::Column::Kind.eq(kind.column()))
        .all(writing)
        .await?
        .into_iter()
        .map(|row| Gram {
            gram: row.gram,
            lead: row.lead,
        })
        .collect();
    let stale: Vec<&Gram> = present.difference(&grams).collect();
    for stale in stale.chunks(ROWS_PER_DELETE) {
        let mut rows = Condition::any();
        for row in stale {
            rows = rows.add(
                search_gram::Column::Gram
                    .eq(&row.gram)
                    .and(search_gram::Column::Lead.eq(&row.lead)),
            );
        }
        search_gram::Entity::delete_many()
            .filter(search_gram::Column::Kind.eq(kind.column()))
            .filter(search_gram::Column::SubjectId.eq(subject_id))
            .filter(rows)
            .exec(writing)
            .await?;
    }
    let missing: Vec<search_gram::Model> = grams
        .difference(&present)
        .map(|row| to_row(kind, subject_id, row))
        .collect();
    insert(writing, missing).await
}

/// One gram as a row of the table.
pub(super) fn to_row(kind: SearchKind, subject_id: &str, row: &Gram) -> search_gram::Model {
    search_gram::Model {
        kind: kind.column().to_owned(),
        gram: row.gram.clone(),
        lead: row.lead.clone(),
        subject_id: subject_id.to_owned(),
    }
}

/// Inserts rows; those that are there already (another process indexes the same) stay.
pub(super) async fn insert(
    writing: &impl ConnectionTrait,
    rows: Vec<search_gram::Model>,
) -> Result<(), DbErr> {
    let mut rows = rows.into_iter().map(search_gram::Model::into_active_model);
    let mut rows = rows.by_ref().peekable();
    let key = [
        search_gram::Column::Kind,
        search_gram::Column::Gram,
        search_gram::Column::Lead,
        search_gram::Column::SubjectId,
    ];
    while rows.peek().is_some() {
        search_gram::Entity::insert_many(rows.by_ref().take(ROWS_PER_INSERT))
            .on_conflict(OnConflict::columns(key).do_nothing_on(key).to_owned())
            .exec_without_returning(writing)
            .await?;
    }
    Ok(())
}

impl Store {
    /// Whether the index was made by the rules of this version.
    pub(crate) async fn is_search_index_current(&self) -> Result<bool, DbErr> {
        let count = search_gram::Entity::find()
            .filter(search_gram::Column::Kind.eq("version"))
            .filter(search_gram::Column::Gram.eq(INDEX_VERSION.to_string()))
            .count(self.database.connection())
            .await?;
        Ok(0 < count)
    }

    /// Indexes the next tracks after this id again, deleted ones too, and names the last; none at the end.
    ///
    /// Any process may do this at any time, several at once too: a track is always indexed as it stands.
    pub(crate) async fn rebuild_search_index_after(
        &self,
        track_id: &str,
    ) -> Result<Option<String>, DbErr> {
        self.retrying(|| self.rebuild_search_index_once(track_id))
            .await
    }

    async fn rebuild_search_index_once(&self, track_id: &str) -> Result<Option<String>, DbErr> {
        let writing = self.database.begin_write().await?;
        let ids: Vec<String> = track::Entity::find()
            .select_only()
            .column(track::Column::Id)
            .filter(track::Column::Id.gt(track_id))
            .order_by_asc(track::Column::Id)
            .limit(REBUILD_TRACKS_PER_TRANSACTION)
            .into_tuple()
            .all(&writing)
            .await?;
        for id in &ids {
            index_track(&writing, id, Neighbours::default()).await?;
        }
        writing.commit().await?;
        Ok(ids.into_iter().next_back())
    }

    /// Notes that the index is made by the rules of this version.
    pub(crate) async fn mark_search_index_current(&self) -> Result<(), DbErr> {
        let writing = self.database.begin_write().await?;
        search_gram::Entity::delete_many()
            .filter(search_gram::Column::Kind.eq("version"))
            .exec(&writing)
            .await?;
        let row = search_gram::Model {
            kind: "version".to_owned(),
            gram: INDEX_VERSION.to_string(),
            lead: String::new(),
            subject_id: String::new(),
        };
        insert(&writing, vec![row]).await?;
        writing.commit().await
    }
}
