//! An artist as named in tags; one row per normalised name.

use sea_orm::entity::prelude::*;

/// An artist as named in tags; one row per normalised name.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "artists")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// As first tagged.
    pub name: String,
    /// Normalised name; unique.
    pub name_key: String,
    /// What lists sort by.
    pub sort_key: String,
    pub created_at_ms: i64,
}

/// None: joins are written where they are asked.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
