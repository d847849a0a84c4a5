//! Plays that chart: a listener counts once per track and clock hour.

use sea_orm::entity::prelude::*;

/// Plays that chart: a listener counts once per track and clock hour.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "chart_plays")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub track_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub listener_tag: String,
    /// Hours since 1970 when the play started.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hour: i64,
    /// Keyed tag of the network on that day; null for simulated plays, which no network limit binds.
    pub network_tag: Option<String>,
    /// When enough was heard: the time the chart goes by.
    pub counted_at_ms: i64,
}

/// None: joins are written where they are asked.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
