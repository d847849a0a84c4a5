//! An album: one row per album artist, title and disc set.

use sea_orm::entity::prelude::*;

/// An album: one row per album artist, title and disc set.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "albums")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Normalised album artist and title; unique.
    pub album_key: String,
    pub title: String,
    /// What lists sort by.
    pub sort_key: String,
    /// `2012`, `2012-12` or `2012-12-15`, as tagged.
    pub released_on: Option<String>,
    pub cover_id: Option<String>,
    /// What brings the album to -18 LUFS.
    pub gain_db: Option<f64>,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
}

/// None: joins are written where they are asked.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
