//! Raw plays: every play that was started, whether it charts or not.

use sea_orm::entity::prelude::*;

/// Raw plays: every play that was started, whether it charts or not.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plays")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub track_id: String,
    /// Keyed tag of the listener's cookie, never the cookie.
    pub listener_tag: String,
    /// 1 when the client said that nobody listens.
    pub is_simulated: i64,
    pub started_at_ms: i64,
    /// Media time heard, as far as wall time allows it.
    pub heard_ms: i64,
    pub reported_at_ms: i64,
    /// When enough was heard.
    pub qualified_at_ms: Option<i64>,
    pub ended_at_ms: Option<i64>,
}

/// None: joins are written where they are asked.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
