//! Reading artists that have a track or an album that is not deleted.

use std::collections::HashMap;

use sea_orm::sea_query::{
    CaseStatement, Expr, ExprTrait, Func, IntoColumnRef, Query, SelectStatement,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select,
};
use serde::{Deserialize, Serialize};

use super::entities::{album, album_artist, artist, cover, track, track_artist};
use super::genres::OfGenre;
use super::keyset;
use super::{Store, has_row, listed};

/// An artist with what is shown beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ArtistRecord {
    /// The row.
    pub(crate) artist: artist::Model,
    /// Albums under the artist's own name.
    pub(crate) album_count: i64,
    /// Tracks that name the artist.
    pub(crate) track_count: i64,
    /// The newest cover among its albums, else its tracks; a drawn one only where these have no other.
    pub(crate) cover_id: Option<String>,
}

/// What a list of artists is asked for.
#[derive(Clone, Debug)]
pub(crate) struct ArtistQuery {
    /// Only artists with a track of this genre.
    pub(crate) genre_id: Option<String>,
    /// The row to go on after, by name.
    pub(crate) after: Option<NameKey>,
    /// How many at most.
    pub(crate) limit: u64,
}

/// A place in a list by name: sort key, id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NameKey(pub(crate) String, pub(crate) String);

impl NameKey {
    pub(super) fn parts(&self) -> (&str, &str) {
        (&self.0, &self.1)
    }
}

/// The albums of an artist.
#[derive(Default)]
struct Albums {
    count: i64,
    newest: Option<NewestCover>,
}

impl Albums {
    fn has_picture(&self) -> bool {
        self.newest.as_ref().is_some_and(|newest| newest.is_picture)
    }
}

impl Store {
    /// Finds an artist that has a track or an album.
    pub(crate) async fn find_artist(&self, id: &str) -> Result<Option<ArtistRecord>, DbErr> {
        Ok(self.list_artists_by_id(&[id.to_owned()]).await?.pop())
    }

    /// Reads artists by id in the order of the ids; who has nothing or is unknown is left out.
    pub(crate) async fn list_artists_by_id(
        &self,
        ids: &[String],
    ) -> Result<Vec<ArtistRecord>, DbErr> {
        let rows = live()
            .filter(artist::Column::Id.is_in(listed(ids)))
            .all(self.database.connection())
            .await?;
        let mut found: HashMap<String, ArtistRecord> = self
            .with_works(rows)
            .await?
            .into_iter()
            .map(|record| (record.artist.id.clone(), record))
            .collect();
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// Reads a list of artists by name.
    pub(crate) async fn list_artists(
        &self,
        query: &ArtistQuery,
    ) -> Result<Vec<ArtistRecord>, DbErr> {
        let genre = self.of_genre(query.genre_id.as_deref()).await?;
        let filtered = live().apply_if(genre.as_ref(), |select, genre| {
            let artist_id = (track_artist::Entity, track_artist::Column::ArtistId);
            let artists = artists_of_genre(genre);
            select.filter(genre.is_among(column(artist::Column::Id), artists, artist_id))
        });
        let last = query.after.as_ref().map(NameKey::parts);
        let rows = keyset::by_name(
            filtered,
            (artist::Column::SortKey, artist::Column::Id),
            last,
        )
        .limit(query.limit)
        .all(self.database.connection())
        .await?;
        self.with_works(rows).await
    }

    /// Adds counts and covers to rows: three queries, however many rows.
    async fn with_works(&self, rows: Vec<artist::Model>) -> Result<Vec<ArtistRecord>, DbErr> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let counts = track_counts(&ids);
        let (counts, mut albums) =
            tokio::try_join!(self.read_pairs(&counts), self.albums_of_artists(&ids))?;
        let mut track_counts: HashMap<String, i64> = counts.into_iter().collect();
        let is_bare = |id: &&str| albums.get(*id).is_none_or(|album| !album.has_picture());
        let bare: Vec<&str> = ids.iter().copied().filter(is_bare).collect();
        let mut covers = self.track_covers(&bare).await?;
        Ok(rows
            .into_iter()
            .map(|artist| {
                let albums = albums.remove(&artist.id).unwrap_or_default();
                let of_albums = albums.newest.map(|newest| newest.cover_id);
                ArtistRecord {
                    album_count: albums.count,
                    track_count: track_counts.remove(&artist.id).unwrap_or_default(),
                    cover_id: covers.remove(&artist.id).or(of_albums),
                    artist,
                }
            })
            .collect())
    }

    async fn albums_of_artists(
        &self,
        artist_ids: &[&str],
    ) -> Result<HashMap<String, Albums>, DbErr> {
        let query = album_totals(artist_ids);
        let rows = self.database.connection().query_all(&query).await?;
        rows.iter()
            .map(|row| {
                let (id, count, newest): (_, _, Option<String>) = row.try_get_many_by_index()?;
                let newest = newest.as_deref().and_then(NewestCover::read);
                Ok((id, Albums { count, newest }))
            })
            .collect()
    }

    /// The newest covers of artists' tracks, for those who have no picture from an album of their own.
    async fn track_covers(&self, artist_ids: &[&str]) -> Result<HashMap<String, String>, DbErr> {
        if artist_ids.is_empty() {
            return Ok(HashMap::new());
        }
        let covers: Vec<(String, Option<String>)> =
            self.read_pairs(&track_covers(artist_ids)).await?;
        let covers = covers.into_iter();
        Ok(covers
            .filter_map(|(id, newest)| Some((id, NewestCover::read(&newest?)?.cover_id)))
            .collect())
    }
}

fn column(column: artist::Column) -> Expr {
    Expr::col((artist::Entity, column))
}

/// Artists who are named by a track, or by an album with a track, that is not deleted. A deleted track names nobody.
pub(super) fn live() -> Select<artist::Entity> {
    let artist_id = (artist::Entity, artist::Column::Id);
    let tracks = Query::select()
        .expr(Expr::val(1))
        .from(track_artist::Entity)
        .and_where(
            Expr::col((track_artist::Entity, track_artist::Column::ArtistId)).equals(artist_id),
        )
        .take();
    let albums = albums_with_artists()
        .expr(Expr::val(1))
        .and_where(
            Expr::col((album_artist::Entity, album_artist::Column::ArtistId)).equals(artist_id),
        )
        .take();
    artist::Entity::find().filter(has_row(tracks).or(has_row(albums)))
}

/// The artist, if something of theirs is not deleted.
pub(super) fn live_artist(id: &str) -> Select<artist::Entity> {
    live().filter(artist::Column::Id.eq(id))
}

fn albums_with_artists() -> SelectStatement {
    Query::select()
        .from(album_artist::Entity)
        .inner_join(
            album::Entity,
            Expr::col((album::Entity, album::Column::Id))
                .equals((album_artist::Entity, album_artist::Column::AlbumId)),
        )
        .and_where(has_row(
            Query::select()
                .expr(Expr::val(1))
                .from(track::Entity)
                .and_where(
                    Expr::col((track::Entity, track::Column::AlbumId))
                        .equals((album::Entity, album::Column::Id)),
                )
                .and_where(Expr::col((track::Entity, track::Column::DeletedAtMs)).is_null())
                .take(),
        ))
        .take()
}

fn artists_of_genre(genre: &OfGenre) -> SelectStatement {
    Query::select()
        .column((track_artist::Entity, track_artist::Column::ArtistId))
        .from(track_artist::Entity)
        .and_where(genre.has(Expr::col((
            track_artist::Entity,
            track_artist::Column::TrackId,
        ))))
        .take()
}

/// Per artist: how many tracks.
fn track_counts(artist_ids: &[&str]) -> SelectStatement {
    Query::select()
        .column(track_artist::Column::ArtistId)
        .expr(Expr::cust("COUNT(*)"))
        .from(track_artist::Entity)
        .and_where(
            Expr::col(track_artist::Column::ArtistId).is_in(listed(artist_ids.iter().copied())),
        )
        .group_by_col(track_artist::Column::ArtistId)
        .take()
}

/// Per artist: the newest cover of their tracks.
fn track_covers(artist_ids: &[&str]) -> SelectStatement {
    let artist_id = (track_artist::Entity, track_artist::Column::ArtistId);
    let own = Func::coalesce([
        Expr::col((track::Entity, track::Column::CoverId)),
        Expr::col((album::Entity, album::Column::CoverId)),
    ]);
    Query::select()
        .column(artist_id)
        .expr(newest_cover((track::Entity, track::Column::Id)))
        .from(track_artist::Entity)
        .inner_join(
            track::Entity,
            Expr::col((track::Entity, track::Column::Id))
                .equals((track_artist::Entity, track_artist::Column::TrackId)),
        )
        .left_join(
            album::Entity,
            Expr::col((album::Entity, album::Column::Id))
                .equals((track::Entity, track::Column::AlbumId)),
        )
        .inner_join(
            cover::Entity,
            Expr::col((cover::Entity, cover::Column::Id)).eq(own),
        )
        .and_where(Expr::col(artist_id).is_in(listed(artist_ids.iter().copied())))
        .group_by_col(artist_id)
        .take()
}

/// Per artist: how many albums, and the newest of their covers.
fn album_totals(artist_ids: &[&str]) -> SelectStatement {
    let artist_id = (album_artist::Entity, album_artist::Column::ArtistId);
    albums_with_artists()
        .column(artist_id)
        .expr(Expr::col((album::Entity, album::Column::Id)).count_distinct())
        .expr(newest_cover((album::Entity, album::Column::Id)))
        .left_join(
            cover::Entity,
            Expr::col((cover::Entity, cover::Column::Id))
                .equals((album::Entity, album::Column::CoverId)),
        )
        .and_where(Expr::col(artist_id).is_in(listed(artist_ids.iter().copied())))
        .group_by_col(artist_id)
        .take()
}

/// The cover of the newest of some works; what was drawn only where there is nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
struct NewestCover {
    is_picture: bool,
    cover_id: String,
}

const PICTURE: &str = "2";
const DRAWN: &str = "1";
const NO_COVER: &str = "0";

/// The greatest of `KIND WORK COVER`: ids of works sort by time, those of covers are hashes. One pass over the works, where
/// to sort those of each artist takes a database ten times as long.
fn newest_cover(work_id: impl IntoColumnRef) -> Expr {
    let is_generated = || Expr::col((cover::Entity, cover::Column::IsGenerated));
    let kind = CaseStatement::new()
        .case(is_generated().eq(0), PICTURE)
        .case(is_generated().ne(0), DRAWN)
        .finally(NO_COVER);
    let key = Func::cust("CONCAT").args([
        kind.into(),
        Expr::val(" "),
        Expr::col(work_id),
        Expr::val(" "),
        Expr::col((cover::Entity, cover::Column::Id)),
    ]);
    Func::max(key).into()
}

impl NewestCover {
    /// None where the work has no cover: databases write that differently.
    fn read(key: &str) -> Option<Self> {
        let mut parts = key.split(' ');
        let kind = parts.next()?;
        let cover_id = parts.nth(1).filter(|id| !id.is_empty())?;
        Some(Self {
            is_picture: kind == PICTURE,
            cover_id: cover_id.to_owned(),
        })
    }
}
