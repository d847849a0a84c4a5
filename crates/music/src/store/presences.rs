//! Who listens now, as numbers.

use sea_orm::sea_query::{Expr, ExprTrait, Func, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};

use super::Store;
use super::entities::presence;

impl Store {
    /// Counts the listeners seen after a time.
    pub(crate) async fn count_presences(&self, after_ms: i64) -> Result<u64, DbErr> {
        presence::Entity::find()
            .filter(presence::Column::SeenAtMs.gt(after_ms))
            .count(self.database.connection())
            .await
    }

    /// Reads the tracks with the most listeners seen after a time, most first.
    pub(crate) async fn list_present_tracks(
        &self,
        after_ms: i64,
        limit: u64,
    ) -> Result<Vec<(String, i64)>, DbErr> {
        self.read_pairs(&present_tracks(after_ms, limit)).await
    }

    /// Forgets listeners not seen since a time.
    pub(crate) async fn delete_presences(&self, until_ms: i64) -> Result<(), DbErr> {
        presence::Entity::delete_many()
            .filter(presence::Column::SeenAtMs.lte(until_ms))
            .exec(self.database.connection())
            .await?;
        Ok(())
    }
}

fn present_tracks(after_ms: i64, limit: u64) -> SelectStatement {
    let listeners = || Func::count(Expr::col(presence::Column::ListenerTag));
    Query::select()
        .column(presence::Column::TrackId)
        .expr(listeners())
        .from(presence::Entity)
        .and_where(Expr::col(presence::Column::SeenAtMs).gt(after_ms))
        .group_by_col(presence::Column::TrackId)
        .order_by_expr(listeners().into(), Order::Desc)
        .order_by(presence::Column::TrackId, Order::Asc)
        .limit(limit)
        .take()
}
