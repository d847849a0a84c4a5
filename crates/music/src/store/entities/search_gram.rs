//! One run of letters from one place in the name of a track, album or artist.

use sea_orm::entity::prelude::*;

/// One run of letters from one place in the name of a track, album or artist.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveEntityModel)]
#[sea_orm(table_name = "search_grams")]
pub(crate) struct Model {
    /// `track`, `album` or `artist`; `version` for the one row that says how the index was made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: String,
    /// The sign of the place, then letters.
    #[sea_orm(primary_key, auto_increment = false)]
    pub gram: String,
    /// The letters of the same word before the run.
    #[sea_orm(primary_key, auto_increment = false)]
    pub lead: String,
    /// The track, album or artist.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: String,
}

/// None: joins are written where they are asked.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
