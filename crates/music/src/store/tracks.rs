//! Reading tracks: one, some by id, and lists in every order a listener may ask for.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};
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
            TrackStart::Added(after) => by_added(filtered(), after.as_ref()),
            TrackStart::Title(after) => by_title(filtered(), after.as_ref()),
            TrackStart::Position(after) => by_position(filtered(), after.as_ref()),
            TrackStart::Released(after) => {
                let rows = self
                    .list_by_release(filtered, query.limit, after.as_ref())
                    .await?;
                return self.with_surroundings(rows).await;
            }
        };
        let select = select.limit(query.limit);
        let rows = select.all(self.database.connection()).await?;
        self.with_surroundings(rows).await
    }

    /// Dated tracks, then those without a date: databases disagree where a null sorts, and this way both use the index.
    async fn list_by_release(
        &self,
        filtered: impl Fn() -> Select<track::Entity>,
        limit: u64,
        after: Option<&(Option<String>, String)>,
    ) -> Result<Vec<track::Model>, DbErr> {
        let connection = self.database.connection();
        let mut rows = Vec::new();
        if !matches!(after, Some((None, _))) {
            let mut dated = filtered().filter(track::Column::ReleasedOn.is_not_null());
            if let Some((Some(released_on), id)) = after {
                dated = dated.filter(keyset::after(&[
                    Step::descending(column(track::Column::ReleasedOn), released_on.as_str()),
                    Step::descending(column(track::Column::Id), id.as_str()),
                ]));
            }
            rows = dated
                .order_by_desc(track::Column::ReleasedOn)
                .order_by_desc(track::Column::Id)
                .limit(limit)
                .all(connection)
                .await?;
        }
        let missing = limit.saturating_sub(rows.len() as u64);
        if missing > 0 {
            let mut undated = filtered().filter(track::Column::ReleasedOn.is_null());
            if let Some((None, id)) = after {
                undated = undated.filter(track::Column::Id.lt(id));
            }
            let undated = undated.order_by_desc(track::Column::Id).limit(missing);
            rows.extend(undated.all(connection).await?);
        }
        Ok(rows)
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

fn by_added(select: Select<track::Entity>, after: Option<&(i64, String)>) -> Select<track::Entity> {
    select
        .apply_if(after, |select, (at_ms, last_id)| {
            select.filter(keyset::after(&[
                Step::descending(column(track::Column::CreatedAtMs), *at_ms),
                Step::descending(column(track::Column::Id), last_id.as_str()),
            ]))
        })
        .order_by_desc(track::Column::CreatedAtMs)
        .order_by_desc(track::Column::Id)
}

fn by_title(
    select: Select<track::Entity>,
    after: Option<&(String, String)>,
) -> Select<track::Entity> {
    select
        .apply_if(after, |select, (sort_key, last_id)| {
            select.filter(keyset::after(&[
                Step::ascending(column(track::Column::SortKey), sort_key.as_str()),
                Step::ascending(column(track::Column::Id), last_id.as_str()),
            ]))
        })
        .order_by_asc(track::Column::SortKey)
        .order_by_asc(track::Column::Id)
}

fn by_position(
    select: Select<track::Entity>,
    after: Option<&(i64, i64, String, String)>,
) -> Select<track::Entity> {
    let [disc, number] = position();
    select
        .apply_if(after, |select, (disc_at, number_at, sort_key, last_id)| {
            let [disc, number] = position();
            select.filter(keyset::after(&[
                Step::ascending(disc, *disc_at),
                Step::ascending(number, *number_at),
                Step::ascending(column(track::Column::SortKey), sort_key.as_str()),
                Step::ascending(column(track::Column::Id), last_id.as_str()),
            ]))
        })
        .order_by_asc(disc)
        .order_by_asc(number)
        .order_by_asc(track::Column::SortKey)
        .order_by_asc(track::Column::Id)
}
