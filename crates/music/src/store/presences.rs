//! Who listens now, as numbers.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Expr, ExprTrait, Func, OnConflict, Order, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter,
};

use super::entities::presence;
use super::plays::{Charting, PlayWrite, Recorded};
use super::{Store, listed};

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

/// Keeps one row per listener. Rows are written in the order of their keys, so that two replicas that are told of the
/// same listeners seldom wait in a circle; where they do, one of them is told so and records again.
pub(super) async fn update_presences(
    transaction: &DatabaseTransaction,
    writes: &[PlayWrite],
    recorded: &[Recorded],
) -> Result<(), DbErr> {
    let mut rows: BTreeMap<String, presence::Model> = BTreeMap::new();
    for (write, &recorded) in writes.iter().zip(recorded) {
        let row = row_of(write);
        let known = rows.get(&row.listener_tag);
        if has_ended(write) {
            if known.is_some_and(|known| known.play_id == row.play_id) {
                rows.remove(&row.listener_tag);
            }
            delete_presence(transaction, &row).await?;
            continue;
        }
        // A late word about an earlier play does not hide the one that began after it.
        let is_older = known.is_some_and(|known| began(&row) < began(known));
        if is_shown(write, recorded) && !is_older {
            rows.insert(row.listener_tag.clone(), row);
        }
    }
    leave_out_older(transaction, &mut rows).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let mut on_conflict = OnConflict::column(presence::Column::ListenerTag);
    on_conflict.update_columns([
        presence::Column::PlayId,
        presence::Column::TrackId,
        presence::Column::SeenAtMs,
        presence::Column::StartedAtMs,
    ]);
    presence::Entity::insert_many(rows.into_values().map(IntoActiveModel::into_active_model))
        .on_conflict(on_conflict)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

fn row_of(write: &PlayWrite) -> presence::Model {
    match write {
        PlayWrite::Start(play) => presence::Model {
            listener_tag: play.listener_tag.clone(),
            play_id: play.id.clone(),
            track_id: play.track_id.clone(),
            started_at_ms: play.started_at_ms,
            seen_at_ms: play.started_at_ms,
        },
        PlayWrite::Report(report) => presence::Model {
            listener_tag: report.listener_tag.clone(),
            play_id: report.play_id.clone(),
            track_id: report.track_id.clone(),
            started_at_ms: report.started_at_ms,
            seen_at_ms: report.reported_at_ms,
        },
    }
}

fn has_ended(write: &PlayWrite) -> bool {
    matches!(write, PlayWrite::Report(report) if report.has_ended)
}

/// Whoever is not counted because of a limit does not show either: else one network could show any number.
fn is_shown(write: &PlayWrite, recorded: Recorded) -> bool {
    match (write, recorded) {
        (PlayWrite::Start(play), _) => play.is_present,
        (PlayWrite::Report(_), Recorded::Counted | Recorded::CountedBefore) => true,
        (PlayWrite::Report(_), Recorded::Limited) => false,
        (PlayWrite::Report(report), Recorded::NotCounted) => report.charting == Charting::Shown,
    }
}

/// Leaves out what is older than what is known.
async fn leave_out_older(
    transaction: &DatabaseTransaction,
    rows: &mut BTreeMap<String, presence::Model>,
) -> Result<(), DbErr> {
    let known = presence::Entity::find()
        .filter(presence::Column::ListenerTag.is_in(listed(rows.keys().map(String::as_str))))
        .all(transaction)
        .await?;
    for known in known {
        let is_older = |row: &presence::Model| began(row) < began(&known);
        if rows.get(&known.listener_tag).is_some_and(is_older) {
            rows.remove(&known.listener_tag);
        }
    }
    Ok(())
}

/// In which order plays of one listener began.
fn began(presence: &presence::Model) -> (i64, &str) {
    (presence.started_at_ms, &presence.play_id)
}

async fn delete_presence(
    transaction: &DatabaseTransaction,
    ended: &presence::Model,
) -> Result<(), DbErr> {
    presence::Entity::delete_many()
        .filter(presence::Column::ListenerTag.eq(ended.listener_tag.as_str()))
        .filter(presence::Column::PlayId.eq(ended.play_id.as_str()))
        .exec(transaction)
        .await?;
    Ok(())
}
