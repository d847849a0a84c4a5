//! A picture, stored as WebP in fixed widths.

use sea_orm::entity::prelude::*;

/// A picture, stored as WebP in fixed widths.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "covers")]
pub(crate) struct Model {
    /// First 32 hex digits of the SHA-256 of the source picture.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// 1 when drawn by us because there was none.
    pub is_generated: i64,
    pub created_at_ms: i64,
}

/// None: joins are written where they are asked.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
