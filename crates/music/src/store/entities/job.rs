//! Background work that survives a crash: claimed under a lease, retried, at last poisoned.

use sea_orm::entity::prelude::*;

/// Background work that survives a crash: claimed under a lease, retried, at last poisoned.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub kind: String,
    /// What it works on; unique with kind.
    pub subject_id: String,
    /// `queued`, `running`, `done` or `poisoned`.
    pub state: String,
    /// How often it was tried to an end and failed.
    #[sea_orm(column_name = "attempt_count")]
    pub failure_count: i64,
    /// How many holders died of it, or with it.
    pub death_count: i64,
    /// Not to be claimed before.
    pub run_after_ms: i64,
    /// A running job may be claimed again after this.
    pub lease_until_ms: Option<i64>,
    /// Only its holder may finish the job.
    pub lease_token: Option<String>,
    pub last_error: Option<String>,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
}

/// None: joins are written where they are asked.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
