//! Reading genres that have at least one track that is not deleted.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait, IntoColumnRef, Query, SelectStatement};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, Select};

use super::entities::{genre, track_genre};
use super::keyset;
use super::{NameKey, Store, has_row, listed};

/// A genre with what is shown beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GenreRecord {
    /// The row.
    pub(crate) genre: genre::Model,
    /// How many tracks it has.
    pub(crate) track_count: i64,
}

/// What a list of genres is asked for.
#[derive(Clone, Debug)]
pub(crate) struct GenreQuery {
    /// The row to go on after, by name.
    pub(crate) after: Option<NameKey>,
    /// How many at most.
    pub(crate) limit: u64,
}

/// A genre with more tracks than this is common: going through a list in its order meets enough of them soon, while
/// of a rarer one it is quicker to read them all and sort.
const COMMON_TRACKS_MIN: u64 = 2_000;

/// The genre that a list keeps to.
#[derive(Clone, Debug)]
pub(super) struct OfGenre {
    id: String,
    is_common: bool,
}

impl OfGenre {
    /// Whether the track of a query has the genre.
    pub(super) fn has(&self, track_id: Expr) -> Expr {
        let tracks = Query::select()
            .column((track_genre::Entity, track_genre::Column::TrackId))
            .from(track_genre::Entity)
            .and_where(
                Expr::col((track_genre::Entity, track_genre::Column::GenreId)).eq(self.id.as_str()),
            )
            .take();
        self.is_among(
            track_id,
            tracks,
            (track_genre::Entity, track_genre::Column::TrackId),
        )
    }

    /// Whether an id is among those of a query, asked the way that is quicker: row by row or all at once.
    pub(super) fn is_among(
        &self,
        id: Expr,
        mut ids: SelectStatement,
        column: impl IntoColumnRef,
    ) -> Expr {
        if !self.is_common {
            return id.in_subquery(ids);
        }
        has_row(ids.and_where(Expr::col(column).eq(id)).take())
    }
}

impl Store {
    /// Looks how common a genre is.
    pub(super) async fn of_genre(&self, id: Option<&str>) -> Result<Option<OfGenre>, DbErr> {
        let Some(id) = id else {
            return Ok(None);
        };
        let beyond: Option<String> = track_genre::Entity::find()
            .select_only()
            .column(track_genre::Column::TrackId)
            .filter(track_genre::Column::GenreId.eq(id))
            .offset(COMMON_TRACKS_MIN)
            .limit(1)
            .into_tuple()
            .one(self.database.connection())
            .await?;
        Ok(Some(OfGenre {
            id: id.to_owned(),
            is_common: beyond.is_some(),
        }))
    }

    /// Finds a genre that has a track.
    pub(crate) async fn find_genre(&self, id: &str) -> Result<Option<GenreRecord>, DbErr> {
        let rows = live_genre(id).all(self.database.connection()).await?;
        Ok(self.with_counts(rows).await?.pop())
    }

    /// Reads a list of genres by name.
    pub(crate) async fn list_genres(&self, query: &GenreQuery) -> Result<Vec<GenreRecord>, DbErr> {
        let last = query.after.as_ref().map(NameKey::parts);
        let rows = keyset::by_name(live(), (genre::Column::NameKey, genre::Column::Id), last)
            .limit(query.limit)
            .all(self.database.connection())
            .await?;
        self.with_counts(rows).await
    }

    /// Adds counts to rows: one query, however many rows. The index alone is counted: looking at every track of a genre
    /// takes a second at 100,000 tracks.
    async fn with_counts(&self, rows: Vec<genre::Model>) -> Result<Vec<GenreRecord>, DbErr> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let counts = Query::select()
            .column(track_genre::Column::GenreId)
            .expr(Expr::cust("COUNT(*)"))
            .from(track_genre::Entity)
            .and_where(
                Expr::col(track_genre::Column::GenreId)
                    .is_in(listed(rows.iter().map(|row| row.id.as_str()))),
            )
            .group_by_col(track_genre::Column::GenreId)
            .take();
        let counts: Vec<(String, i64)> = self.read_pairs(&counts).await?;
        let mut counts: HashMap<String, i64> = counts.into_iter().collect();
        Ok(rows
            .into_iter()
            .map(|genre| GenreRecord {
                track_count: counts.remove(&genre.id).unwrap_or_default(),
                genre,
            })
            .collect())
    }
}

/// The genre, if a track that is not deleted has it.
pub(super) fn live_genre(id: &str) -> Select<genre::Entity> {
    live().filter(genre::Column::Id.eq(id))
}

/// Genres of a track that is not deleted: a deleted one has no genres.
fn live() -> Select<genre::Entity> {
    let tracks = Query::select()
        .expr(Expr::val(1))
        .from(track_genre::Entity)
        .and_where(
            Expr::col((track_genre::Entity, track_genre::Column::GenreId))
                .equals((genre::Entity, genre::Column::Id)),
        )
        .take();
    genre::Entity::find().filter(has_row(tracks))
}
