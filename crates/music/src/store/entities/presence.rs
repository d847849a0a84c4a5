//! Who listens now: at most one row per listener, gone soon after the last sign of life.

use sea_orm::entity::prelude::*;

/// Who listens now: at most one row per listener, gone soon after the last sign of life.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "presences")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub listener_tag: String,
    pub play_id: String,
    pub track_id: String,
    pub seen_at_ms: i64,
    pub started_at_ms: i64,
}

/// None: joins are written where they are asked.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
