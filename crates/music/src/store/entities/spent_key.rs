//! A key whose object was deleted, or is about to be: nothing is stored under it for a while.

use sea_orm::entity::prelude::*;

/// A key whose object was deleted, or is about to be: nothing is stored under it for a while.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "spent_keys")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub object_key: String,
    pub spent_at_ms: i64,
}

/// None: joins are written where they are asked.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
