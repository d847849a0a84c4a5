//! Asking for work: for the first time, or for what was given up or is lost.

use chassis::clock::Clock;
use chassis::ids;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::Store;
use super::entities::job;
use super::jobs::{DONE, JobKind, POISONED, QUEUED};

impl Store {
    /// Asks again for work that is done: what it made is lost.
    pub(crate) async fn redo_job(
        &self,
        kind: JobKind,
        subject_id: &str,
        clock: &Clock,
    ) -> Result<(), DbErr> {
        let connection = self.database.connection();
        queue_again(connection, kind, subject_id, DONE, clock.now_ms()).await
    }
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
            queue_again(writing, kind, subject_id, POISONED, now_ms).await?;
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

/// Asks anew for work that has ended in a state, as if it had never been tried.
async fn queue_again(
    writing: &impl ConnectionTrait,
    kind: JobKind,
    subject_id: &str,
    ended: &str,
    now_ms: i64,
) -> Result<(), DbErr> {
    job::Entity::update_many()
        .col_expr(job::Column::State, Expr::value(QUEUED))
        .col_expr(job::Column::FailureCount, Expr::value(0))
        .col_expr(job::Column::DeathCount, Expr::value(0))
        .col_expr(job::Column::LastError, Expr::value(Option::<String>::None))
        .col_expr(job::Column::RunAfterMs, Expr::value(now_ms))
        .col_expr(job::Column::UpdatedAtMs, Expr::value(now_ms))
        .filter(job::Column::Kind.eq(kind.as_str()))
        .filter(job::Column::SubjectId.eq(subject_id))
        .filter(job::Column::State.eq(ended))
        .exec(writing)
        .await?;
    Ok(())
}
