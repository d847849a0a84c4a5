//! Who counts for a track: one row per track and listener.

use sea_orm::entity::prelude::*;

/// Who counts for a track: one row per track and listener.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "chart_listeners")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub track_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub listener_tag: String,
    /// The latest of the listener's charting plays of the track.
    pub last_counted_at_ms: i64,
}

/// None: joins are written where they are asked.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
