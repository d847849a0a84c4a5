//! How many blocks of a track are how loud: what its albums' gain is computed from.

use sea_orm::entity::prelude::*;

/// How many blocks of a track are how loud: what its albums' gain is computed from.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "track_loudness")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub track_id: String,
    /// As `ingest::loudness::Blocks` writes them.
    pub blocks: Vec<u8>,
}

/// None: joins are written where they are asked.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
