//! Charts: what they are counted from, and what was computed.

use std::collections::HashMap;

use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Func, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Set,
};

use super::Store;
use super::entities::{chart, chart_listener, chart_play, chart_track, track};
use super::leases::{self, Lease};
use super::plays::slices;
use super::tracks::IDS_PER_QUERY_MAX;
use crate::chart::rules::{Count, Entry, Past, WINDOW_1H_MS, WINDOW_5MIN_MS, WINDOW_24H_MS};

/// The name of the chart that is recomputed every minute.
pub(crate) const CURRENT: &str = "current";
/// How many rows one statement writes.
const ROWS_PER_INSERT: usize = 500;

/// What the rules need: who listened, and what earlier charts say.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    pub(crate) counts: Vec<Count>,
    pub(crate) past: HashMap<String, Past>,
    /// Tracks that count for the first time.
    pub(crate) new_tracks: Vec<(String, i64)>,
}

/// A computed chart on its way into the database.
#[derive(Clone, Debug)]
pub(crate) struct NewChart<'a> {
    pub(crate) name: &'a str,
    pub(crate) at_ms: i64,
    pub(crate) entries: &'a [Entry],
    pub(crate) json: String,
}

#[derive(Debug, FromQueryResult)]
struct CountRow {
    track_id: String,
    listeners_24h: i64,
    listeners_1h: i64,
    listeners_5min: i64,
    first_play_at_ms: Option<i64>,
    peak_rank: Option<i64>,
    hours_on_chart: Option<i64>,
}

impl Counted {
    fn new(rows: Vec<CountRow>, first_plays: HashMap<String, i64>) -> Self {
        let mut counted = Self::default();
        for row in rows {
            if let (Some(peak_rank), Some(hours_on_chart)) = (row.peak_rank, row.hours_on_chart) {
                let past = Past {
                    peak_rank,
                    hours_on_chart,
                };
                counted.past.insert(row.track_id.clone(), past);
            }
            let known = row.first_play_at_ms;
            let Some(first_play_at_ms) = known.or_else(|| first_plays.get(&row.track_id).copied())
            else {
                continue;
            };
            counted.counts.push(Count {
                track_id: row.track_id,
                listeners_5min: row.listeners_5min,
                listeners_1h: row.listeners_1h,
                listeners_24h: row.listeners_24h,
                first_play_at_ms,
            });
        }
        counted.new_tracks = first_plays.into_iter().collect();
        counted
    }
}

impl Store {
    /// Reads a chart: [`CURRENT`] or an hour's.
    pub(crate) async fn find_chart(&self, name: &str) -> Result<Option<chart::Model>, DbErr> {
        chart::Entity::find_by_id(name)
            .one(self.database.connection())
            .await
    }

    /// Whether there is such a chart, without reading its hundred entries.
    pub(crate) async fn has_chart(&self, name: &str) -> Result<bool, DbErr> {
        let at_ms: Option<i64> = chart::Entity::find_by_id(name)
            .select_only()
            .column(chart::Column::AtMs)
            .into_tuple()
            .one(self.database.connection())
            .await?;
        Ok(at_ms.is_some())
    }

    /// Reads the time of the current chart, which changes when it is recomputed.
    pub(crate) async fn find_current_chart_time(&self) -> Result<Option<i64>, DbErr> {
        chart::Entity::find_by_id(CURRENT)
            .select_only()
            .column(chart::Column::AtMs)
            .into_tuple()
            .one(self.database.connection())
            .await
    }

    /// Reads the last hourly chart at or before a time.
    pub(crate) async fn find_hourly_chart_before(
        &self,
        at_ms: i64,
    ) -> Result<Option<chart::Model>, DbErr> {
        chart::Entity::find()
            .filter(chart::Column::Name.ne(CURRENT))
            .filter(chart::Column::AtMs.lte(at_ms))
            .order_by_desc(chart::Column::AtMs)
            .one(self.database.connection())
            .await
    }

    /// Counts the different listeners of every track that is not deleted, in the windows that end at a time.
    pub(crate) async fn count_listeners(&self, at_ms: i64) -> Result<Counted, DbErr> {
        let rows = self
            .database
            .connection()
            .query_all(&listeners(at_ms))
            .await?;
        let rows: Vec<CountRow> = rows
            .iter()
            .map(|row| CountRow::from_query_result(row, ""))
            .collect::<Result<_, _>>()?;
        let new_ids = rows
            .iter()
            .filter(|row| row.first_play_at_ms.is_none())
            .map(|row| row.track_id.as_str());
        let first_plays = self
            .first_plays(&new_ids.collect::<Vec<_>>(), at_ms)
            .await?;
        Ok(Counted::new(rows, first_plays))
    }

    /// Finds the first play within 24 hours of tracks that never counted before.
    async fn first_plays(
        &self,
        track_ids: &[&str],
        at_ms: i64,
    ) -> Result<HashMap<String, i64>, DbErr> {
        let counted_at = || Expr::col(chart_play::Column::CountedAtMs);
        let mut first_plays = HashMap::new();
        for track_ids in track_ids.chunks(IDS_PER_QUERY_MAX) {
            let first = Query::select()
                .column(chart_play::Column::TrackId)
                .expr(counted_at().min())
                .from(chart_play::Entity)
                .and_where(Expr::col(chart_play::Column::TrackId).is_in(track_ids.iter().copied()))
                .and_where(counted_at().gt(at_ms - WINDOW_24H_MS))
                .and_where(counted_at().lte(at_ms))
                .group_by_col(chart_play::Column::TrackId)
                .take();
            first_plays.extend(self.read_pairs::<String, i64>(&first).await?);
        }
        Ok(first_plays)
    }

    /// Remembers when tracks counted for the first time.
    pub(crate) async fn insert_chart_tracks(
        &self,
        first_plays: &[(String, i64)],
    ) -> Result<(), DbErr> {
        for first_plays in first_plays.chunks(ROWS_PER_INSERT) {
            let rows = first_plays
                .iter()
                .map(|(track_id, at_ms)| chart_track::ActiveModel {
                    track_id: Set(track_id.clone()),
                    first_play_at_ms: Set(*at_ms),
                    peak_rank: Set(None),
                    hours_on_chart: Set(0),
                });
            chart_track::Entity::insert_many(rows)
                .on_conflict_do_nothing()
                .exec_without_returning(self.database.connection())
                .await?;
        }
        Ok(())
    }

    /// Replaces the current chart. Says false, and does nothing, when the lease was lost.
    pub(crate) async fn update_current_chart(
        &self,
        lease: &Lease,
        until_ms: i64,
        new: NewChart<'_>,
    ) -> Result<bool, DbErr> {
        let transaction = self.database.begin_write().await?;
        if !leases::extend(&transaction, lease, until_ms).await? {
            return Ok(false);
        }
        chart::Entity::delete_by_id(new.name)
            .exec(&transaction)
            .await?;
        insert_chart(&transaction, lease, new).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Freezes an hourly chart and adds it to what is known of its tracks; once, whoever tries again. Says false, and
    /// does nothing, when the lease was lost.
    pub(crate) async fn insert_hourly_chart(
        &self,
        lease: &Lease,
        until_ms: i64,
        new: NewChart<'_>,
    ) -> Result<bool, DbErr> {
        let transaction = self.database.begin_write().await?;
        if !leases::extend(&transaction, lease, until_ms).await? {
            return Ok(false);
        }
        if chart::Entity::find_by_id(new.name)
            .one(&transaction)
            .await?
            .is_some()
        {
            return Ok(true);
        }
        for entry in new.entries {
            chart_track::Entity::update_many()
                .col_expr(chart_track::Column::PeakRank, Expr::value(entry.peak_rank))
                .col_expr(
                    chart_track::Column::HoursOnChart,
                    Expr::value(entry.hours_on_chart),
                )
                .filter(chart_track::Column::TrackId.eq(entry.track_id.as_str()))
                .exec(&transaction)
                .await?;
        }
        insert_chart(&transaction, lease, new).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Forgets charting plays that no window reaches any more.
    pub(crate) async fn delete_chart_plays_counted_before(&self, at_ms: i64) -> Result<(), DbErr> {
        let oldest: Option<Option<i64>> = chart_play::Entity::find()
            .select_only()
            .column_as(chart_play::Column::CountedAtMs.min(), "oldest_ms")
            .into_tuple()
            .one(self.database.connection())
            .await?;
        for until_ms in slices(oldest.flatten(), at_ms) {
            chart_play::Entity::delete_many()
                .filter(chart_play::Column::CountedAtMs.lt(until_ms))
                .exec(self.database.connection())
                .await?;
        }
        Ok(())
    }

    /// Forgets listeners who are in no window any more.
    pub(crate) async fn delete_chart_listeners_counted_before(
        &self,
        at_ms: i64,
    ) -> Result<(), DbErr> {
        let last = chart_listener::Column::LastCountedAtMs;
        let oldest: Option<Option<i64>> = chart_listener::Entity::find()
            .select_only()
            .column_as(last.min(), "oldest_ms")
            .into_tuple()
            .one(self.database.connection())
            .await?;
        for until_ms in slices(oldest.flatten(), at_ms) {
            chart_listener::Entity::delete_many()
                .filter(last.lt(until_ms))
                .exec(self.database.connection())
                .await?;
        }
        Ok(())
    }

    /// Forgets hourly charts.
    pub(crate) async fn delete_hourly_charts_before(&self, at_ms: i64) -> Result<(), DbErr> {
        chart::Entity::delete_many()
            .filter(chart::Column::Name.ne(CURRENT))
            .filter(chart::Column::AtMs.lt(at_ms))
            .exec(self.database.connection())
            .await?;
        Ok(())
    }
}

async fn insert_chart(
    transaction: &impl ConnectionTrait,
    lease: &Lease,
    new: NewChart<'_>,
) -> Result<(), DbErr> {
    let row = chart::ActiveModel {
        name: Set(new.name.to_owned()),
        at_ms: Set(new.at_ms),
        fence: Set(lease.fence),
        entries: Set(new.json),
    };
    chart::Entity::insert(row)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// The tracks that somebody counts for, with what earlier charts say of them.
///
/// Grouped before anything is joined: one row per track and listener is read, in the order of the key and nothing else.
fn listeners(at_ms: i64) -> SelectStatement {
    let known = |column| Expr::col((chart_track::Entity, column));
    Query::select()
        .column(("counted", chart_listener::Column::TrackId))
        .column(("counted", "listeners_24h"))
        .column(("counted", "listeners_1h"))
        .column(("counted", "listeners_5min"))
        .expr(known(chart_track::Column::FirstPlayAtMs))
        .expr(known(chart_track::Column::PeakRank))
        .expr(known(chart_track::Column::HoursOnChart))
        .from_subquery(counted(at_ms), "counted")
        .inner_join(
            track::Entity,
            Expr::col((track::Entity, track::Column::Id))
                .equals(("counted", chart_listener::Column::TrackId)),
        )
        .left_join(
            chart_track::Entity,
            Expr::col((chart_track::Entity, chart_track::Column::TrackId))
                .equals(("counted", chart_listener::Column::TrackId)),
        )
        .and_where(Expr::col((track::Entity, track::Column::DeletedAtMs)).is_null())
        .and_where(Expr::col(("counted", "listeners_24h")).gt(0))
        .take()
}

/// Counts every listener of every track: those who left the windows are few, because they are pruned each hour, and a
/// condition would only tempt a planner to read by time and sort.
fn counted(at_ms: i64) -> SelectStatement {
    let within = |window_ms: i64| {
        let case = CaseStatement::new().case(last_until(at_ms).gt(at_ms - window_ms), 1);
        Func::count(Expr::Case(Box::new(case)))
    };
    Query::select()
        .column(chart_listener::Column::TrackId)
        .expr_as(within(WINDOW_24H_MS), "listeners_24h")
        .expr_as(within(WINDOW_1H_MS), "listeners_1h")
        .expr_as(within(WINDOW_5MIN_MS), "listeners_5min")
        .from(chart_listener::Entity)
        .group_by_col(chart_listener::Column::TrackId)
        .take()
}

/// When a listener counted last until a time. Who has counted since is looked up among the plays: a few for the chart of
/// this minute, many only for an hour that is made up for.
fn last_until(at_ms: i64) -> Expr {
    let listener = |column| Expr::col((chart_listener::Entity, column));
    let play = |column| Expr::col((chart_play::Entity, column));
    let earlier = Query::select()
        .expr(play(chart_play::Column::CountedAtMs).max())
        .from(chart_play::Entity)
        .and_where(
            play(chart_play::Column::TrackId)
                .equals((chart_listener::Entity, chart_listener::Column::TrackId)),
        )
        .and_where(
            play(chart_play::Column::ListenerTag)
                .equals((chart_listener::Entity, chart_listener::Column::ListenerTag)),
        )
        .and_where(play(chart_play::Column::CountedAtMs).lte(at_ms))
        .take();
    let last = || listener(chart_listener::Column::LastCountedAtMs);
    let case = CaseStatement::new()
        .case(last().lte(at_ms), last())
        .finally(Expr::SubQuery(None, Box::new(earlier.into())));
    Expr::Case(Box::new(case))
}
