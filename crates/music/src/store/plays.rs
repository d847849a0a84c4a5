//! Recording plays: many at once in one transaction, each any number of times with the same end.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QuerySelect, Set,
};

use super::Store;
use super::entities::{chart_listener, chart_play, play};
use super::presences::update_presences;
use crate::plays::{HOUR_MS, PlayLimits, hour_of};

/// How many hours of plays one pruning deletes at most.
const SLICES_MAX: usize = 48;

/// A play that begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewPlay {
    pub(crate) id: String,
    pub(crate) track_id: String,
    pub(crate) listener_tag: String,
    pub(crate) is_simulated: bool,
    pub(crate) started_at_ms: i64,
    /// Whether its listener shows among those who listen now from the start on.
    pub(crate) is_present: bool,
}

/// What is known of a play by now; may come late, twice and out of order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) play_id: String,
    pub(crate) track_id: String,
    pub(crate) listener_tag: String,
    /// Null for plays that no network limit binds.
    pub(crate) network_tag: Option<String>,
    pub(crate) started_at_ms: i64,
    /// Media time, no more than wall time allows.
    pub(crate) heard_ms: i64,
    pub(crate) has_ended: bool,
    /// Whether enough was heard.
    pub(crate) is_qualified: bool,
    pub(crate) charting: Charting,
    pub(crate) reported_at_ms: i64,
}

/// Whether a play charts once it is qualified, and from when on its listener shows among those who listen now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Charting {
    /// Neither.
    Never,
    /// It charts, and shows when it counts.
    ShownOnceCounted,
    /// It charts, and shows from its start.
    Shown,
}

/// One thing to record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PlayWrite {
    /// A play begins.
    Start(NewPlay),
    /// More of a play is known.
    Report(Report),
}

/// What became of one thing that was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recorded {
    /// It does not count (yet).
    NotCounted,
    /// Its listener counts for its track and hour from now on.
    Counted,
    /// Its listener counted for its track and hour before.
    CountedBefore,
    /// It would count but for a limit.
    Limited,
}

impl Store {
    /// Records what happened, all or nothing; on return it is durable. Says of each, in order, what became of it.
    ///
    /// Limits are counted within the transaction. Replicas that count at the same moment do not see each other's open
    /// transactions, so that a limit may be passed by what one transaction of each holds: they bound abuse, they are no
    /// quota somebody paid for.
    pub(crate) async fn record_plays(
        &self,
        writes: &[PlayWrite],
        limits: &PlayLimits,
    ) -> Result<Vec<Recorded>, DbErr> {
        let transaction = self.database.begin_write().await?;
        insert_starts(&transaction, writes).await?;
        let mut counted = Vec::with_capacity(writes.len());
        for write in writes {
            counted.push(match write {
                PlayWrite::Start(_) => Recorded::NotCounted,
                PlayWrite::Report(report) => record_report(&transaction, report, limits).await?,
            });
        }
        update_presences(&transaction, writes, &counted).await?;
        transaction.commit().await?;
        Ok(counted)
    }

    /// Forgets raw plays.
    pub(crate) async fn delete_plays_started_before(&self, at_ms: i64) -> Result<(), DbErr> {
        let oldest: Option<Option<i64>> = play::Entity::find()
            .select_only()
            .column_as(play::Column::StartedAtMs.min(), "oldest_ms")
            .into_tuple()
            .one(self.database.connection())
            .await?;
        for until_ms in slices(oldest.flatten(), at_ms) {
            play::Entity::delete_many()
                .filter(play::Column::StartedAtMs.lt(until_ms))
                .exec(self.database.connection())
                .await?;
        }
        Ok(())
    }
}

/// Hours to delete one after the other, so that no single statement keeps the others waiting; after a long absence
/// some are left for the next time.
pub(super) fn slices(oldest_ms: Option<i64>, until_ms: i64) -> Vec<i64> {
    let mut slices = Vec::new();
    let Some(mut at_ms) = oldest_ms else {
        return slices;
    };
    while at_ms < until_ms && slices.len() < SLICES_MAX {
        at_ms = until_ms.min(at_ms + HOUR_MS);
        slices.push(at_ms);
    }
    slices
}

async fn insert_starts(
    transaction: &DatabaseTransaction,
    writes: &[PlayWrite],
) -> Result<(), DbErr> {
    let rows: Vec<_> = writes
        .iter()
        .filter_map(|write| match write {
            PlayWrite::Start(play) => Some(play::ActiveModel {
                id: Set(play.id.clone()),
                track_id: Set(play.track_id.clone()),
                listener_tag: Set(play.listener_tag.clone()),
                is_simulated: Set(i64::from(play.is_simulated)),
                started_at_ms: Set(play.started_at_ms),
                heard_ms: Set(0),
                reported_at_ms: Set(play.started_at_ms),
                qualified_at_ms: Set(None),
                ended_at_ms: Set(None),
            }),
            PlayWrite::Report(_) => None,
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    play::Entity::insert_many(rows)
        .on_conflict_do_nothing()
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Every statement moves a play forward only, so that order and repetition do not matter.
async fn record_report(
    transaction: &DatabaseTransaction,
    report: &Report,
    limits: &PlayLimits,
) -> Result<Recorded, DbErr> {
    play::Entity::update_many()
        .col_expr(play::Column::HeardMs, Expr::value(report.heard_ms))
        .col_expr(
            play::Column::ReportedAtMs,
            Expr::value(report.reported_at_ms),
        )
        .filter(play::Column::Id.eq(report.play_id.as_str()))
        .filter(play::Column::HeardMs.lt(report.heard_ms))
        .exec(transaction)
        .await?;
    if report.has_ended {
        stamp(transaction, report, play::Column::EndedAtMs).await?;
    }
    if !report.is_qualified {
        return Ok(Recorded::NotCounted);
    }
    stamp(transaction, report, play::Column::QualifiedAtMs).await?;
    if report.charting == Charting::Never {
        return Ok(Recorded::NotCounted);
    }
    let hour = find_hour(transaction, report).await?;
    if is_counted(transaction, report, hour).await? {
        return Ok(Recorded::CountedBefore);
    }
    if !is_within_limits(transaction, report, hour, limits).await? {
        return Ok(Recorded::Limited);
    }
    let play = chart_play::Model {
        track_id: report.track_id.clone(),
        listener_tag: report.listener_tag.clone(),
        hour,
        network_tag: report.network_tag.clone(),
        counted_at_ms: report.reported_at_ms,
    };
    count_play(transaction, play).await?;
    Ok(Recorded::Counted)
}

/// Counts a play, and remembers its listener for the chart. The row of the listener is made first and moved forward
/// then, so that of two replicas at the same moment the later time stays. Where both count the same play, the second
/// finds it counted and only moves the listener, by the milliseconds between them.
pub(crate) async fn count_play(
    transaction: &DatabaseTransaction,
    play: chart_play::Model,
) -> Result<(), DbErr> {
    let listener = chart_listener::Model {
        track_id: play.track_id.clone(),
        listener_tag: play.listener_tag.clone(),
        last_counted_at_ms: play.counted_at_ms,
    };
    chart_play::Entity::insert(play.into_active_model())
        .on_conflict_do_nothing()
        .exec_without_returning(transaction)
        .await?;
    let key = (listener.track_id.clone(), listener.listener_tag.clone());
    let last_ms = listener.last_counted_at_ms;
    chart_listener::Entity::insert(listener.into_active_model())
        .on_conflict_do_nothing()
        .exec_without_returning(transaction)
        .await?;
    let last = chart_listener::Column::LastCountedAtMs;
    chart_listener::Entity::update_many()
        .col_expr(last, Expr::value(last_ms))
        .filter(chart_listener::Column::TrackId.eq(key.0))
        .filter(chart_listener::Column::ListenerTag.eq(key.1))
        .filter(last.lt(last_ms))
        .exec(transaction)
        .await?;
    Ok(())
}

/// Sets a time that is not set yet.
async fn stamp(
    transaction: &DatabaseTransaction,
    report: &Report,
    column: play::Column,
) -> Result<(), DbErr> {
    play::Entity::update_many()
        .col_expr(column, Expr::value(report.reported_at_ms))
        .filter(play::Column::Id.eq(report.play_id.as_str()))
        .filter(column.is_null())
        .exec(transaction)
        .await?;
    Ok(())
}

/// The clock hour in which a play charts: in which it qualified, however often it is reported. Not in which it began:
/// whoever kept a day's plays back to report them all at once would have the limits of every hour for them.
async fn find_hour(transaction: &DatabaseTransaction, report: &Report) -> Result<i64, DbErr> {
    let qualified: Option<Option<i64>> = play::Entity::find_by_id(report.play_id.as_str())
        .select_only()
        .column(play::Column::QualifiedAtMs)
        .into_tuple()
        .one(transaction)
        .await?;
    Ok(hour_of(
        qualified.flatten().unwrap_or(report.reported_at_ms),
    ))
}

async fn is_counted(
    transaction: &DatabaseTransaction,
    report: &Report,
    hour: i64,
) -> Result<bool, DbErr> {
    let key = (report.track_id.clone(), report.listener_tag.clone(), hour);
    let row = chart_play::Entity::find_by_id(key).one(transaction).await?;
    Ok(row.is_some())
}

async fn is_within_limits(
    transaction: &DatabaseTransaction,
    report: &Report,
    hour: i64,
    limits: &PlayLimits,
) -> Result<bool, DbErr> {
    let of_hour = || chart_play::Entity::find().filter(chart_play::Column::Hour.eq(hour));
    let of_listener = of_hour()
        .filter(chart_play::Column::ListenerTag.eq(report.listener_tag.as_str()))
        .count(transaction)
        .await?;
    if of_listener >= limits.listener_plays_per_hour_max {
        return Ok(false);
    }
    let Some(network_tag) = report.network_tag.as_deref() else {
        return Ok(true);
    };
    let of_network = || of_hour().filter(chart_play::Column::NetworkTag.eq(network_tag));
    if of_network().count(transaction).await? >= limits.network_plays_per_hour_max {
        return Ok(false);
    }
    let of_track = of_network()
        .filter(chart_play::Column::TrackId.eq(report.track_id.as_str()))
        .count(transaction)
        .await?;
    Ok(of_track < limits.network_track_plays_per_hour_max)
}
