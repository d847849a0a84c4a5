//! The durable job table: claimed under a lease, retried with back-off, poisoned at last. Several processes share it.

use std::time::Duration;

use chassis::clock::Clock;
use chassis::ids;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr,
    EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::Store;
use super::entities::job;

/// How long a claim holds without a sign of life.
pub(crate) const LEASE: Duration = Duration::from_mins(1);
/// How often a job may fail.
const FAILURES_MAX: i64 = 5;
/// How many holders may die of a job: a kill, a crash of the machine or a stop that was too slow costs one of these
/// and no failure, but a job that takes its process with it must come to an end, too.
const DEATHS_MAX: i64 = 10;
/// The first pause before another try; each one after is four times as long.
const BACK_OFF: Duration = Duration::from_secs(15);
/// The pause when the job was not to blame.
pub(crate) const OUTAGE_PAUSE: Duration = Duration::from_mins(2);
/// How many jobs a claim looks at, so that several workers do not all want the same one.
const CANDIDATES: u64 = 8;
/// How much of an error is kept, in characters.
const ERROR_CHARS_MAX: usize = 500;

const QUEUED: &str = "queued";
const RUNNING: &str = "running";
const DONE: &str = "done";
const POISONED: &str = "poisoned";

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

/// How many jobs stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct JobCounts {
    /// Queued or running.
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

impl Store {
    /// Claims a job that is due, or one whose holder has gone silent.
    pub(crate) async fn claim_job(
        &self,
        kind: JobKind,
        clock: &Clock,
    ) -> Result<Option<Claim>, DbErr> {
        let now_ms = clock.now_ms();
        for candidate in self.list_due_jobs(kind, now_ms).await? {
            let is_orphaned = candidate.state == RUNNING;
            let death_count = candidate.death_count + i64::from(is_orphaned);
            if death_count >= DEATHS_MAX {
                self.poison_deadly(&candidate, now_ms).await?;
                continue;
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
                return Ok(Some(Claim {
                    job_id: candidate.id,
                    subject_id: candidate.subject_id,
                    token,
                    failure_count: candidate.failure_count,
                }));
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

    /// A job whose holder died every time would kill the next one, too.
    async fn poison_deadly(&self, job: &job::Model, now_ms: i64) -> Result<(), DbErr> {
        let reason = "its worker ended without a word each time";
        job::Entity::update_many()
            .col_expr(job::Column::State, Expr::value(POISONED))
            .col_expr(job::Column::DeathCount, Expr::value(job.death_count + 1))
            .col_expr(job::Column::LastError, Expr::value(reason))
            .col_expr(job::Column::UpdatedAtMs, Expr::value(now_ms))
            .filter(is_as_seen(job))
            .filter(is_due(now_ms))
            .exec(self.database.connection())
            .await?;
        Ok(())
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

    /// Gives back a job that failed: to be tried again later, or poisoned. Says whether it is poisoned now.
    pub(crate) async fn fail_job(
        &self,
        claim: &Claim,
        reason: &str,
        retry: Retry,
        clock: &Clock,
    ) -> Result<bool, DbErr> {
        let now_ms = clock.now_ms();
        let failure_count = claim.failure_count + i64::from(retry != Retry::Unblamed);
        let is_last = failure_count >= FAILURES_MAX || retry == Retry::Never;
        let pause_ms = match retry {
            Retry::Unblamed => to_ms(OUTAGE_PAUSE),
            Retry::Later | Retry::Never => back_off_ms(claim.failure_count),
        };
        let reason: String = reason.chars().take(ERROR_CHARS_MAX).collect();
        job::Entity::update_many()
            .col_expr(
                job::Column::State,
                Expr::value(if is_last { POISONED } else { QUEUED }),
            )
            .col_expr(
                job::Column::RunAfterMs,
                Expr::value(now_ms.saturating_add(pause_ms)),
            )
            .col_expr(job::Column::FailureCount, Expr::value(failure_count))
            .col_expr(job::Column::LastError, Expr::value(reason))
            .col_expr(job::Column::LeaseToken, Expr::value(Option::<String>::None))
            .col_expr(job::Column::LeaseUntilMs, Expr::value(Option::<i64>::None))
            .col_expr(job::Column::UpdatedAtMs, Expr::value(now_ms))
            .filter(is_held(claim))
            .exec(self.database.connection())
            .await?;
        Ok(is_last)
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
        let of = |states: &'static [&'static str]| {
            job::Entity::find()
                .filter(job::Column::Kind.eq(kind.as_str()))
                .filter(job::Column::State.is_in(states.iter().copied()))
                .count(self.database.connection())
        };
        Ok(JobCounts {
            open: of(&[QUEUED, RUNNING]).await?,
            done: of(&[DONE]).await?,
            poisoned: of(&[POISONED]).await?,
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

/// Asks for work, unless it is asked for or done already. What was poisoned is asked for anew when `is_retried`.
pub(super) async fn insert_job(
    writing: &impl ConnectionTrait,
    kind: JobKind,
    subject_id: &str,
    is_retried: bool,
    clock: &Clock,
) -> Result<(), DbErr> {
    let now_ms = clock.now_ms();
    let known = job::Entity::find()
        .filter(job::Column::Kind.eq(kind.as_str()))
        .filter(job::Column::SubjectId.eq(subject_id))
        .one(writing)
        .await?;
    if let Some(known) = known {
        if is_retried && known.state == POISONED {
            job::Entity::update_many()
                .col_expr(job::Column::State, Expr::value(QUEUED))
                .col_expr(job::Column::FailureCount, Expr::value(0))
                .col_expr(job::Column::DeathCount, Expr::value(0))
                .col_expr(job::Column::RunAfterMs, Expr::value(now_ms))
                .col_expr(job::Column::UpdatedAtMs, Expr::value(now_ms))
                .filter(job::Column::Id.eq(known.id))
                .exec(writing)
                .await?;
        }
        return Ok(());
    }
    let row = job::ActiveModel {
        id: Set(ids::new_id(clock).to_string()),
        kind: Set(kind.as_str().to_owned()),
        subject_id: Set(subject_id.to_owned()),
        state: Set(QUEUED.to_owned()),
        failure_count: Set(0),
        death_count: Set(0),
        run_after_ms: Set(now_ms),
        lease_until_ms: Set(None),
        lease_token: Set(None),
        last_error: Set(None),
        created_at_ms: Set(now_ms),
        updated_at_ms: Set(now_ms),
    };
    job::Entity::insert(row)
        .exec_without_returning(writing)
        .await?;
    Ok(())
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
