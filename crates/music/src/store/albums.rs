//! Reading albums that have at least one track that is not deleted.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
};
use serde::{Deserialize, Serialize};

use super::entities::{album, album_artist, artist, genre, track, track_genre};
use super::genres::OfGenre;
use super::keyset;
use super::{GROUP, Store, has_row, listed};

/// An album with what is shown beside it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AlbumRecord {
    /// The row.
    pub(crate) album: album::Model,
    /// In the order of the tags.
    pub(crate) artists: Vec<artist::Model>,
    /// Of its tracks, by name.
    pub(crate) genres: Vec<genre::Model>,
    /// How many tracks it has.
    pub(crate) track_count: i64,
    /// Of all its tracks.
    pub(crate) duration_ms: i64,
}

/// What a list of albums is asked for.
#[derive(Clone, Debug)]
pub(crate) struct AlbumQuery {
    /// Only albums of this artist.
    pub(crate) artist_id: Option<String>,
    /// Only albums with a track of this genre.
    pub(crate) genre_id: Option<String>,
    /// Where the list goes on, or how it begins.
    pub(crate) from: AlbumStart,
    /// How many at most.
    pub(crate) limit: u64,
}

/// The order of a list of albums, and the key of the row it goes on after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AlbumStart {
    /// Newest in the library first: when it was added, id.
    Added(Option<(i64, String)>),
    /// By title: sort key, id.
    Title(Option<(String, String)>),
    /// Newest release first, what has no date last: date, id.
    Released(Option<(Option<String>, String)>),
}

/// What the tracks of an album add up to.
#[derive(Default)]
struct Contents {
    track_count: i64,
    duration_ms: i64,
    genres: Vec<genre::Model>,
}

impl AlbumStart {
    /// The place of a row in this order.
    pub(crate) fn after(&self, album: &album::Model) -> Self {
        let id = album.id.clone();
        match self {
            Self::Added(_) => Self::Added(Some((album.created_at_ms, id))),
            Self::Title(_) => Self::Title(Some((album.sort_key.clone(), id))),
            Self::Released(_) => Self::Released(Some((album.released_on.clone(), id))),
        }
    }

    /// Whether both are places in the same order.
    pub(crate) fn has_order_of(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

impl Store {
    /// Finds an album that has a track.
    pub(crate) async fn find_album(&self, id: &str) -> Result<Option<AlbumRecord>, DbErr> {
        Ok(self.list_albums_by_id(&[id.to_owned()]).await?.pop())
    }

    /// Reads albums by id in the order of the ids; what has no track or is unknown is left out.
    pub(crate) async fn list_albums_by_id(
        &self,
        ids: &[String],
    ) -> Result<Vec<AlbumRecord>, DbErr> {
        let rows = live()
            .filter(album::Column::Id.is_in(listed(ids)))
            .all(self.database.connection())
            .await?;
        let mut found: HashMap<String, AlbumRecord> = self
            .with_contents(rows)
            .await?
            .into_iter()
            .map(|record| (record.album.id.clone(), record))
            .collect();
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// Reads a list of albums in the order asked for.
    pub(crate) async fn list_albums(&self, query: &AlbumQuery) -> Result<Vec<AlbumRecord>, DbErr> {
        let genre = self.of_genre(query.genre_id.as_deref()).await?;
        let filtered = || filtered(query, genre.as_ref());
        let select = match &query.from {
            AlbumStart::Added(last) => {
                let columns = (album::Column::CreatedAtMs, album::Column::Id);
                keyset::newest_first(filtered(), columns, last.as_ref())
            }
            AlbumStart::Title(last) => {
                let last = last.as_ref();
                let last = last.map(|(sort_key, id)| (sort_key.as_str(), id.as_str()));
                keyset::by_name(
                    filtered(),
                    (album::Column::SortKey, album::Column::Id),
                    last,
                )
            }
            AlbumStart::Released(last) => {
                let columns = (album::Column::ReleasedOn, album::Column::Id);
                let rows = keyset::list_by_date(
                    self.database.connection(),
                    filtered,
                    columns,
                    query.limit,
                    last.as_ref(),
                )
                .await?;
                return self.with_contents(rows).await;
            }
        };
        let select = select.limit(query.limit);
        let rows = select.all(self.database.connection()).await?;
        self.with_contents(rows).await
    }

    /// Adds artists, genres and totals to rows: three queries, however many rows.
    async fn with_contents(&self, rows: Vec<album::Model>) -> Result<Vec<AlbumRecord>, DbErr> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let artists_of = album_artists(&ids);
        let (mut artists, mut contents) =
            tokio::try_join!(self.read_groups(&artists_of), self.album_contents(&ids))?;
        Ok(rows
            .into_iter()
            .map(|album| {
                let contents = contents.remove(&album.id).unwrap_or_default();
                AlbumRecord {
                    artists: artists.remove(&album.id).unwrap_or_default(),
                    genres: contents.genres,
                    track_count: contents.track_count,
                    duration_ms: contents.duration_ms,
                    album,
                }
            })
            .collect())
    }

    /// What the tracks add up to, added up here: databases disagree on the type of a sum.
    async fn album_contents(&self, ids: &[&str]) -> Result<HashMap<String, Contents>, DbErr> {
        let tracks = self
            .database
            .connection()
            .query_all(&tracks_of(ids))
            .await?;
        let mut contents: HashMap<String, Contents> = HashMap::new();
        let mut counted = HashSet::new();
        let mut genre_ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in tracks {
            let (album_id, track_id, duration_ms, genre_id): (String, String, i64, Option<String>) =
                row.try_get_many_by_index()?;
            if counted.insert(track_id) {
                let contents = contents.entry(album_id.clone()).or_default();
                contents.track_count += 1;
                contents.duration_ms += duration_ms;
            }
            if let Some(genre_id) = genre_id {
                genre_ids.entry(genre_id).or_default().insert(album_id);
            }
        }
        let genres = genre::Entity::find()
            .filter(genre::Column::Id.is_in(listed(genre_ids.keys())))
            .order_by_asc(genre::Column::NameKey)
            .all(self.database.connection())
            .await?;
        for genre in genres {
            for album_id in genre_ids.remove(&genre.id).unwrap_or_default() {
                if let Some(contents) = contents.get_mut(&album_id) {
                    contents.genres.push(genre.clone());
                }
            }
        }
        Ok(contents)
    }
}

/// The artists of some albums, in the order of the tags.
fn album_artists(album_ids: &[&str]) -> SelectStatement {
    let album_id = (album_artist::Entity, album_artist::Column::AlbumId);
    artist::Entity::find()
        .into_query()
        .expr_as(Expr::col(album_id), GROUP)
        .inner_join(
            album_artist::Entity,
            Expr::col((album_artist::Entity, album_artist::Column::ArtistId))
                .equals((artist::Entity, artist::Column::Id)),
        )
        .and_where(Expr::col(album_id).is_in(listed(album_ids.iter().copied())))
        .order_by(
            (album_artist::Entity, album_artist::Column::Position),
            Order::Asc,
        )
        .take()
}

/// Every track of some albums, once for each genre it has.
fn tracks_of(album_ids: &[&str]) -> SelectStatement {
    Query::select()
        .column((track::Entity, track::Column::AlbumId))
        .column((track::Entity, track::Column::Id))
        .column((track::Entity, track::Column::DurationMs))
        .column((track_genre::Entity, track_genre::Column::GenreId))
        .from(track::Entity)
        .left_join(
            track_genre::Entity,
            Expr::col((track_genre::Entity, track_genre::Column::TrackId))
                .equals((track::Entity, track::Column::Id)),
        )
        .and_where(
            Expr::col((track::Entity, track::Column::AlbumId))
                .is_in(listed(album_ids.iter().copied())),
        )
        .and_where(Expr::col((track::Entity, track::Column::DeletedAtMs)).is_null())
        .take()
}

fn column(column: album::Column) -> Expr {
    Expr::col((album::Entity, column))
}

/// Albums with a track that is not deleted.
pub(super) fn live() -> Select<album::Entity> {
    let tracks = Query::select()
        .expr(Expr::val(1))
        .from(track::Entity)
        .and_where(
            Expr::col((track::Entity, track::Column::AlbumId))
                .equals((album::Entity, album::Column::Id)),
        )
        .and_where(Expr::col((track::Entity, track::Column::DeletedAtMs)).is_null())
        .take();
    album::Entity::find().filter(has_row(tracks))
}

/// The album, if it has a track that is not deleted.
pub(super) fn live_album(id: &str) -> Select<album::Entity> {
    live().filter(album::Column::Id.eq(id))
}

fn filtered(query: &AlbumQuery, genre: Option<&OfGenre>) -> Select<album::Entity> {
    live()
        .apply_if(query.artist_id.as_deref(), |select, artist_id| {
            select.filter(column(album::Column::Id).in_subquery(albums_of_artist(artist_id)))
        })
        .apply_if(genre, |select, genre| {
            let album_id = (track::Entity, track::Column::AlbumId);
            let albums = albums_of_genre(genre);
            select.filter(genre.is_among(column(album::Column::Id), albums, album_id))
        })
}

fn albums_of_artist(artist_id: &str) -> SelectStatement {
    Query::select()
        .column(album_artist::Column::AlbumId)
        .from(album_artist::Entity)
        .and_where(Expr::col(album_artist::Column::ArtistId).eq(artist_id))
        .take()
}

fn albums_of_genre(genre: &OfGenre) -> SelectStatement {
    Query::select()
        .column((track::Entity, track::Column::AlbumId))
        .from(track::Entity)
        .and_where(genre.has(Expr::col((track::Entity, track::Column::Id))))
        .and_where(Expr::col((track::Entity, track::Column::DeletedAtMs)).is_null())
        .and_where(Expr::col((track::Entity, track::Column::AlbumId)).is_not_null())
        .take()
}
