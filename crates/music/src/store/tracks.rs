//! Reading tracks: one, some by id, and lists in every order a listener may ask for.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SelectStatement};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select};
use serde::{Deserialize, Serialize};

use super::entities::{album, artist, genre, track, track_artist};
use super::genres::OfGenre;
use super::keyset::{self, Step};
use super::{Store, listed};

/// How many ids one query names at most, well below every database's limit of parameters.
pub(super) const IDS_PER_QUERY_MAX: usize = 500;
/// The disc of a track that names none.
const DISC_NUMBER_DEFAULT: i64 = 1;
/// Where a track without a number stands on its disc: last.
const TRACK_NUMBER_DEFAULT: i64 = 1_000_000;

/// A track with what is shown beside it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TrackRecord {
    /// The row.
    pub(crate) track: track::Model,
    /// In the order of the tags.
    pub(crate) artists: Vec<artist::Model>,
    /// Its album, if it has one.
    pub(crate) album: Option<album::Model>,
    /// In the order of the tags.
    pub(crate) genres: Vec<genre::Model>,
    /// Bit rates that are ready, ascending.
    pub(crate) bit_rates_kbps: Vec<i64>,
}

/// What a list of tracks is asked for.
#[derive(Clone, Debug)]
pub(crate) struct TrackQuery {
    /// Only tracks of this artist.
    pub(crate) artist_id: Option<String>,
    /// Only tracks of this album.
    pub(crate) album_id: Option<String>,
    /// Only tracks of this genre.
    pub(crate) genre_id: Option<String>,
    /// Where the list goes on, or how it begins.
    pub(crate) from: TrackStart,
    /// How many at most.
    pub(crate) limit: u64,
}

/// The order of a list of tracks, and the key of the row it goes on after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TrackStart {
    /// Newest in the library first: when it was added, id.
    Added(Option<(i64, String)>),
    /// By title: sort key, id.
    Title(Option<(String, String)>),
    /// Newest release first, what has no date last: date, id.
    Released(Option<(Option<String>, String)>),
    /// As on the album: disc, number, sort key, id.
    Position(Option<(i64, i64, String, String)>),
}

impl TrackStart {
    /// The place of a row in this order.
    pub(crate) fn after(&self, track: &track::Model) -> Self {
        let id = track.id.clone();
        match self {
            Self::Added(_) => Self::Added(Some((track.created_at_ms, id))),
            Self::Title(_) => Self::Title(Some((track.sort_key.clone(), id))),
            Self::Released(_) => Self::Released(Some((track.released_on.clone(), id))),
            Self::Position(_) => Self::Position(Some((
                track.disc_number.unwrap_or(DISC_NUMBER_DEFAULT),
                track.track_number.unwrap_or(TRACK_NUMBER_DEFAULT),
                track.sort_key.clone(),
                id,
            ))),
        }
    }

    /// Whether both are places in the same order.
    pub(crate) fn has_order_of(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

impl Store {
    /// Finds a track that is not deleted.
    pub(crate) async fn find_track(&self, id: &str) -> Result<Option<TrackRecord>, DbErr> {
        let rows = track::Entity::find_by_id(id)
            .filter(track::Column::DeletedAtMs.is_null())
            .all(self.database.connection())
            .await?;
        Ok(self.with_surroundings(rows).await?.pop())
    }

    /// Reads tracks by id in the order of the ids; what is deleted or unknown is left out.
    pub(crate) async fn list_tracks_by_id(
        &self,
        ids: &[String],
    ) -> Result<Vec<TrackRecord>, DbErr> {
        let mut found = HashMap::with_capacity(ids.len());
        for ids in ids.chunks(IDS_PER_QUERY_MAX) {
            let rows = track::Entity::find()
                .filter(track::Column::Id.is_in(listed(ids)))
                .filter(track::Column::DeletedAtMs.is_null())
                .all(self.database.connection())
                .await?;
            for record in self.with_surroundings(rows).await? {
                found.insert(record.track.id.clone(), record);
            }
        }
        Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
    }

    /// Reads the newest tracks.
    pub(crate) async fn list_newest_tracks(&self, limit: u64) -> Result<Vec<TrackRecord>, DbErr> {
        self.list_tracks(&TrackQuery {
            artist_id: None,
            album_id: None,
            genre_id: None,
            from: TrackStart::Added(None),
            limit,
        })
        .await
    }

    /// Reads a list of tracks that are not deleted, in the order asked for.
    pub(crate) async fn list_tracks(&self, query: &TrackQuery) -> Result<Vec<TrackRecord>, DbErr> {
        let genre = self.of_genre(query.genre_id.as_deref()).await?;
        let filtered = || filtered(query, genre.as_ref());
        let select = match &query.from {
            TrackStart::Added(last) => {
                let columns = (track::Column::CreatedAtMs, track::Column::Id);
                keyset::newest_first(filtered(), columns, last.as_ref())
            }
            TrackStart::Title(last) => {
                let last = last.as_ref();
                let last = last.map(|(sort_key, id)| (sort_key.as_str(), id.as_str()));
                keyset::by_name(
                    filtered(),
                    (track::Column::SortKey, track::Column::Id),
                    last,
                )
            }
            TrackStart::Position(last) => by_position(filtered(), last.as_ref()),
            TrackStart::Released(last) => {
                let columns = (track::Column::ReleasedOn, track::Column::Id);
                let rows = keyset::list_by_date(
                    self.database.connection(),
                    filtered,
                    columns,
                    query.limit,
                    last.as_ref(),
                )
                .await?;
                return self.with_surroundings(rows).await;
            }
        };
        let select = select.limit(query.limit);
        let rows = select.all(self.database.connection()).await?;
        self.with_surroundings(rows).await
    }
}

fn column(column: track::Column) -> Expr {
    Expr::col((track::Entity, column))
}

/// The disc and the number on it, with what stands in for a missing one.
fn position() -> [Expr; 2] {
    let or = |name, default: i64| Expr::from(Func::coalesce([column(name), Expr::val(default)]));
    [
        or(track::Column::DiscNumber, DISC_NUMBER_DEFAULT),
        or(track::Column::TrackNumber, TRACK_NUMBER_DEFAULT),
    ]
}

fn filtered(query: &TrackQuery, genre: Option<&OfGenre>) -> Select<track::Entity> {
    let id = || column(track::Column::Id);
    track::Entity::find()
        .filter(track::Column::DeletedAtMs.is_null())
        .apply_if(query.album_id.as_deref(), |select, album_id| {
            select.filter(track::Column::AlbumId.eq(album_id))
        })
        .apply_if(query.artist_id.as_deref(), |select, artist_id| {
            select.filter(id().in_subquery(tracks_of_artist(artist_id)))
        })
        .apply_if(genre, |select, genre| select.filter(genre.has(id())))
}

fn tracks_of_artist(artist_id: &str) -> SelectStatement {
    Query::select()
        .column(track_artist::Column::TrackId)
        .from(track_artist::Entity)
        .and_where(Expr::col(track_artist::Column::ArtistId).eq(artist_id))
        .take()
}

fn by_position(
    select: Select<track::Entity>,
    last: Option<&(i64, i64, String, String)>,
) -> Select<track::Entity> {
    let [disc, number] = position();
    let steps = [
        Step::ascending(disc, last.map(|last| last.0)),
        Step::ascending(number, last.map(|last| last.1)),
        Step::ascending(
            column(track::Column::SortKey),
            last.map(|last| last.2.as_str()),
        ),
        Step::ascending(column(track::Column::Id), last.map(|last| last.3.as_str())),
    ];
    keyset::sorted(select, &steps)
}
