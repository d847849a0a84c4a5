//! Reading genres that have at least one track that is not deleted.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};

use super::entities::{genre, track, track_genre};
use super::keyset::{self, Step};
use super::{NameKey, Store};

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

impl Store {
    /// Finds a genre that has a track.
    pub(crate) async fn find_genre(&self, id: &str) -> Result<Option<GenreRecord>, DbErr> {
        let rows = live()
            .filter(genre::Column::Id.eq(id))
            .all(self.database.connection())
            .await?;
        Ok(self.with_counts(rows).await?.pop())
    }

    /// Reads a list of genres by name.
    pub(crate) async fn list_genres(&self, query: &GenreQuery) -> Result<Vec<GenreRecord>, DbErr> {
        let rows = live()
            .apply_if(query.after.as_ref(), |select, NameKey(name_key, id)| {
                select.filter(keyset::after(&[
                    Step::ascending(column(genre::Column::NameKey), name_key.as_str()),
                    Step::ascending(column(genre::Column::Id), id.as_str()),
                ]))
            })
            .order_by_asc(genre::Column::NameKey)
            .order_by_asc(genre::Column::Id)
            .limit(query.limit)
            .all(self.database.connection())
            .await?;
        self.with_counts(rows).await
    }

    async fn with_counts(&self, rows: Vec<genre::Model>) -> Result<Vec<GenreRecord>, DbErr> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let genre_id = (track_genre::Entity, track_genre::Column::GenreId);
        let counts = tracks_with_genres()
            .column(genre_id)
            .expr(Expr::col((track::Entity, track::Column::Id)).count_distinct())
            .and_where(Expr::col(genre_id).is_in(rows.iter().map(|row| row.id.as_str())))
            .group_by_col(genre_id)
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

fn column(column: genre::Column) -> Expr {
    Expr::col((genre::Entity, column))
}

fn live() -> Select<genre::Entity> {
    let tracks = tracks_with_genres()
        .expr(Expr::val(1))
        .and_where(
            Expr::col((track_genre::Entity, track_genre::Column::GenreId))
                .equals((genre::Entity, genre::Column::Id)),
        )
        .take();
    genre::Entity::find().filter(Expr::exists(tracks))
}

fn tracks_with_genres() -> SelectStatement {
    Query::select()
        .from(track_genre::Entity)
        .inner_join(
            track::Entity,
            Expr::col((track::Entity, track::Column::Id))
                .equals((track_genre::Entity, track_genre::Column::TrackId)),
        )
        .and_where(Expr::col((track::Entity, track::Column::DeletedAtMs)).is_null())
        .take()
}
