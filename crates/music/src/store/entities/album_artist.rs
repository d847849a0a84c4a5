//! Which artists an album names, in order.

use sea_orm::entity::prelude::*;

/// Which artists an album names, in order.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "album_artists")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub album_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    pub artist_id: String,
}

/// None: joins are written where they are asked.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
