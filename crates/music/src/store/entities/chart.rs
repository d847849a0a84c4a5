//! Charts as computed: the current one, and one per full hour that never changes again.

use sea_orm::entity::prelude::*;

/// Charts as computed: the current one, and one per full hour that never changes again.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "charts")]
pub(crate) struct Model {
    /// `current`, or the hour as `2026-11-23T05`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// The moment it stands for.
    pub at_ms: i64,
    /// Of the lease it was computed under, for whoever asks who wrote it: what keeps a late one out is the lease.
    pub fence: i64,
    /// JSON: the entries in the order of their ranks.
    pub entries: String,
}

/// None: joins are written where they are asked.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
