//! An object that no row names, since when it is known: it is deleted when it stays so for long enough.

use sea_orm::entity::prelude::*;

/// An object that no row names, since when it is known: it is deleted when it stays so for long enough.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "orphans")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub object_key: String,
    pub found_at_ms: i64,
}

/// None: joins are written where they are asked.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
