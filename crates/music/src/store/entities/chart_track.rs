//! What the hourly charts so far say about a track.

use sea_orm::entity::prelude::*;

/// What the hourly charts so far say about a track.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "chart_tracks")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub track_id: String,
    /// The first play that charted.
    pub first_play_at_ms: i64,
    /// Best rank in an hourly chart; null until it was in one.
    pub peak_rank: Option<i64>,
    /// How many hourly charts it was in.
    pub hours_on_chart: i64,
}

/// None: joins are written where they are asked.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
