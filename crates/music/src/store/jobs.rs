//! The durable job table: claimed under a lease, retried with back-off, poisoned at last. Several processes share it.

use std::time::Duration;

use chassis::clock::Clock;
use chassis::ids;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};

use super::Store;
use super::entities::{job, track};
use super::levels::level_album_of;

/// How long a claim holds without a sign of life.
pub(crate) const LEASE: Duration = Duration::from_mins(1);
/// How often a job may fail.
const FAILURES_MAX: i64 = 5;
/// How many holders may die of a job: a kill, a crash of the machine or a stop that was too slow costs one of these
/// and no failure, but a job that takes its process with it must come to an end, too.
const DEATHS_MAX: i64 = 10;
const DEADLY: &str = "its worker ended without a word each time";
/// The first pause before another try; each one after is four times as long.
const BACK_OFF: Duration = Duration::from_secs(15);
/// The pause when the job was not to blame.
pub(crate) const OUTAGE_PAUSE: Duration = Duration::from_mins(2);
/// How many jobs a claim looks at, so that several workers do not all want the same one.
const CANDIDATES: u64 = 8;
/// How much of an error is kept, in characters.
const ERROR_CHARS_MAX: usize = 500;

pub(super) const QUEUED: &str = "queued";
const RUNNING: &str = "running";
pub(super) const DONE: &str = "done";
pub(super) const POISONED: &str = "poisoned";

/// What kinds of work there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JobKind {
    /// Measures a track and makes its renditions.
    Prepare,
}

impl JobKind {
    /// As stored.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Prepare => "prepare",
        }
    }
}

/// A job somebody holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) job_id: String,
    pub(crate) subject_id: String,
    /// Only with it may the job be kept, finished or given back.
    pub(crate) token: String,
    /// How often it failed before.
    pub(crate) failure_count: i64,
}

/// What a claim came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Claimed {
    /// The job is the caller's.
    Held(Claim),
    /// It was given up: to be told, and what waits for it need not wait any more.
    GivenUp { subject_id: String, reason: String },
}

/// How many jobs stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct JobCounts {
    /// Queued or running, of tracks that are there: what was removed is prepared, too, but nobody misses it.
    pub(crate) open: u64,
    pub(crate) done: u64,
    pub(crate) poisoned: u64,
}

/// What becomes of a job that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// It may work another time; a few times.
    Later,
    /// It failed for want of something else (a full disk, an object store that is away): again, however often.
    Unblamed,
    /// It never will.
    Never,
}

/// What became of a job that was given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GivenBack {
    /// It is tried again.
    Queued,
    /// It is given up.
    Poisoned,
    /// Somebody else holds it: nothing was written.
    Taken,
}

impl Store {
    /// Claims a job that is due, or one whose holder has gone silent; gives up one whose holders all did.
    pub(crate) async fn claim_job(
        &self,
        kind: JobKind,
        clock: &Clock,
    ) -> Result<Option<Claimed>, DbErr> {
        let now_ms = clock.now_ms();
        for candidate in self.list_due_jobs(kind, now_ms).await? {
            let is_orphaned = candidate.state == RUNNING;
            let death_count = candidate.death_count + i64::from(is_orphaned);
            if death_count >= DEATHS_MAX {
                if !self.poison_deadly(&candidate, now_ms).await? {
                    continue;
                }
                return Ok(Some(Claimed::GivenUp {
                    subject_id: candidate.subject_id,
                    reason: DEADLY.to_owned(),
                }));
            }
            let token = ids::new_id(clock).to_string();
            let result = job::Entity::update_many()
                .col_expr(job::Column::State, Expr::value(RUNNING))
                .col_expr(job::Column::LeaseToken, Expr::value(token.clone()))
                .col_expr(
                    job::Column::LeaseUntilMs,
                    Expr::value(now_ms + to_ms(LEASE)),
                )
                .col_expr(job::Column::DeathCount, Expr::value(death_count))
                .col_expr(job::Column::UpdatedAtMs, Expr::value(now_ms))
                .filter(is_as_seen(&candidate))
                .filter(is_due(now_ms))
                .exec(self.database.connection())
                .await?;
            if result.rows_affected == 1 {
                return Ok(Some(Claimed::Held(Claim {
                    job_id: candidate.id,
                    subject_id: candidate.subject_id,
                    token,
                    failure_count: candidate.failure_count,
                })));
            }
        }
        Ok(None)
    }

    /// The jobs to look at: those whose holder is silent, then the latest, whose tracks stand on the first page. Asked
    /// apart, because a database would sort the whole queue for both at once.
    async fn list_due_jobs(&self, kind: JobKind, now_ms: i64) -> Result<Vec<job::Model>, DbErr> {
        let mut due = Vec::new();
        for condition in [is_silent(now_ms), is_queued(now_ms)] {
            let jobs = job::Entity::find()
                .filter(job::Column::Kind.eq(kind.as_str()))
                .filter(condition)
                .order_by_desc(job::Column::RunAfterMs)
                .order_by_desc(job::Column::Id)
                .limit(CANDIDATES)
                .all(self.database.connection())
                .await?;
            due.extend(jobs);
        }
        Ok(due)
    }

    /// A job whose holder died every time would kill the next one, too. Its album waits no longer for it. False when somebody else was quicker.
    async fn poison_deadly(&self, job: &job::Model, now_ms: i64) -> Result<bool, DbErr> {
        self.retrying(async || {
            let writing = self.database.begin_write().await?;
            let result = job::Entity::update_many()
                .col_expr(job::Column::State, Expr::value(POISONED))
                .col_expr(job::Column::DeathCount, Expr::value(job.death_count + 1))
                .col_expr(job::Column::LastError, Expr::value(DEADLY))
                .col_expr(job::Column::UpdatedAtMs, Expr::value(now_ms))
                .filter(is_as_seen(job))
                .filter(is_due(now_ms))
                .exec(&writing)
                .await?;
            if result.rows_affected == 0 {
                return Ok(false);
            }
            level_album_of(&writing, &job.subject_id, now_ms).await?;
            writing.commit().await?;
            Ok(true)
        })
        .await
    }

    /// Says that the holder lives. False when somebody else holds the job now.
    pub(crate) async fn keep_job(&self, claim: &Claim, clock: &Clock) -> Result<bool, DbErr> {
        let until_ms = clock.now_ms() + to_ms(LEASE);
        let result = job::Entity::update_many()
            .col_expr(job::Column::LeaseUntilMs, Expr::value(until_ms))
            .filter(is_held(claim))
            .exec(self.database.connection())
            .await?;
        Ok(result.rows_affected == 1)
    }

    /// Gives back a job that failed: to be tried again later, or poisoned, and then its album waits no longer for it.
    pub(crate) async fn fail_job(
        &self,
        claim: &Claim,
        reason: &str,
        retry: Retry,
        clock: &Clock,
    ) -> Result<GivenBack, DbErr> {
        let now_ms = clock.now_ms();
        let failure_count = claim.failure_count + i64::from(retry != Retry::Unblamed);
        let is_last = failure_count >= FAILURES_MAX || retry == Retry::Never;
        let pause_ms = match retry {
            Retry::Unblamed => to_ms(OUTAGE_PAUSE),
            Retry::Later | Retry::Never => back_off_ms(claim.failure_count),
        };
        let reason: String = reason.chars().take(ERROR_CHARS_MAX).collect();
        self.retrying(async || {
            let writing = self.database.begin_write().await?;
            let result = job::Entity::update_many()
                .col_expr(
                    job::Column::State,
                    Expr::value(if is_last { POISONED } else { QUEUED }),
                )
                .col_expr(
                    job::Column::RunAfterMs,
                    Expr::value(now_ms.saturating_add(pause_ms)),
                )
                .col_expr(job::Column::FailureCount, Expr::value(failure_count))
                .col_expr(job::Column::LastError, Expr::value(reason.as_str()))
                .col_expr(job::Column::LeaseToken, Expr::value(Option::<String>::None))
                .col_expr(job::Column::LeaseUntilMs, Expr::value(Option::<i64>::None))
                .col_expr(job::Column::UpdatedAtMs, Expr::value(now_ms))
                .filter(is_held(claim))
                .exec(&writing)
                .await?;
            let given_back = match (result.rows_affected, is_last) {
                (0, _) => GivenBack::Taken,
                (_, true) => GivenBack::Poisoned,
                (_, false) => GivenBack::Queued,
            };
            if given_back == GivenBack::Poisoned {
                level_album_of(&writing, &claim.subject_id, now_ms).await?;
            }
            writing.commit().await?;
            Ok(given_back)
        })
        .await
    }

    /// Gives back a job that was not tried, at once and without counting: its worker is stopping.
    pub(crate) async fn release_job(&self, claim: &Claim, clock: &Clock) -> Result<(), DbErr> {
        let now_ms = clock.now_ms();
        job::Entity::update_many()
            .col_expr(job::Column::State, Expr::value(QUEUED))
            .col_expr(job::Column::LeaseToken, Expr::value(Option::<String>::None))
            .col_expr(job::Column::LeaseUntilMs, Expr::value(Option::<i64>::None))
            .col_expr(job::Column::UpdatedAtMs, Expr::value(now_ms))
            .filter(is_held(claim))
            .exec(self.database.connection())
            .await?;
        Ok(())
    }

    /// How many jobs of a kind run, or are due until a time.
    pub(crate) async fn count_jobs_within(
        &self,
        kind: JobKind,
        until_ms: i64,
    ) -> Result<u64, DbErr> {
        let due = Condition::all()
            .add(job::Column::State.eq(QUEUED))
            .add(job::Column::RunAfterMs.lte(until_ms));
        job::Entity::find()
            .filter(job::Column::Kind.eq(kind.as_str()))
            .filter(
                Condition::any()
                    .add(job::Column::State.eq(RUNNING))
                    .add(due),
            )
            .count(self.database.connection())
            .await
    }

    /// How many jobs of a kind stand where.
    pub(crate) async fn count_jobs(&self, kind: JobKind) -> Result<JobCounts, DbErr> {
        let connection = self.database.connection();
        let of = |state: &str| {
            job::Entity::find()
                .filter(job::Column::Kind.eq(kind.as_str()))
                .filter(job::Column::State.eq(state))
        };
        let there = track::Entity::find()
            .select_only()
            .column(track::Column::Id)
            .filter(track::Column::DeletedAtMs.is_null())
            .into_query();
        let open = job::Entity::find()
            .filter(is_open(kind))
            .filter(job::Column::SubjectId.in_subquery(there));
        Ok(JobCounts {
            open: open.count(connection).await?,
            done: of(DONE).count(connection).await?,
            poisoned: of(POISONED).count(connection).await?,
        })
    }
}

/// Ends a job in the transaction that stores what it made. False when somebody else holds it: roll back.
pub(super) async fn finish_job(
    writing: &DatabaseTransaction,
    claim: &Claim,
    now_ms: i64,
) -> Result<bool, DbErr> {
    let result = job::Entity::update_many()
        .col_expr(job::Column::State, Expr::value(DONE))
        .col_expr(job::Column::LastError, Expr::value(Option::<String>::None))
        .col_expr(job::Column::LeaseToken, Expr::value(Option::<String>::None))
        .col_expr(job::Column::LeaseUntilMs, Expr::value(Option::<i64>::None))
        .col_expr(job::Column::UpdatedAtMs, Expr::value(now_ms))
        .filter(is_held(claim))
        .exec(writing)
        .await?;
    Ok(result.rows_affected == 1)
}

/// Whether a job of a kind still waits or is being done.
pub(super) fn is_open(kind: JobKind) -> Condition {
    Condition::all()
        .add(job::Column::Kind.eq(kind.as_str()))
        .add(job::Column::State.is_in([QUEUED, RUNNING]))
}

fn is_due(now_ms: i64) -> Condition {
    Condition::any()
        .add(is_queued(now_ms))
        .add(is_silent(now_ms))
}

fn is_queued(now_ms: i64) -> Condition {
    Condition::all()
        .add(job::Column::State.eq(QUEUED))
        .add(job::Column::RunAfterMs.lte(now_ms))
}

fn is_silent(now_ms: i64) -> Condition {
    Condition::all()
        .add(job::Column::State.eq(RUNNING))
        .add(job::Column::LeaseUntilMs.lt(now_ms))
}

/// Whether nobody has touched a job since it was read.
fn is_as_seen(job: &job::Model) -> Condition {
    Condition::all()
        .add(job::Column::Id.eq(&job.id))
        .add(job::Column::State.eq(&job.state))
        .add(job::Column::FailureCount.eq(job.failure_count))
        .add(job::Column::DeathCount.eq(job.death_count))
}

fn back_off_ms(failures_before: i64) -> i64 {
    let exponent = u32::try_from(failures_before).unwrap_or_default();
    to_ms(BACK_OFF).saturating_mul(4_i64.saturating_pow(exponent))
}

fn is_held(claim: &Claim) -> Condition {
    Condition::all()
        .add(job::Column::Id.eq(&claim.job_id))
        .add(job::Column::State.eq(RUNNING))
        .add(job::Column::LeaseToken.eq(&claim.token))
}

fn to_ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
