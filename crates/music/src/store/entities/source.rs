//! A file that was imported: which content stood at which path.

use sea_orm::entity::prelude::*;

/// A file that was imported: which content stood at which path.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sources")]
pub(crate) struct Model {
    /// SHA-256 of root and path, in hex: paths may be longer than a key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub path_hash: String,
    /// The folder that was imported.
    pub root: String,
    /// Below the root.
    pub path: String,
    pub track_id: String,
    pub size_bytes: i64,
    /// As the file system says; with the size it tells an unchanged file.
    pub modified_at_ms: i64,
    /// When what lies beside it (lyrics, cover) changed: the sum of both times, 0 for none.
    pub beside_at_ms: i64,
    /// SHA-256 of the file when it was read, in hex.
    pub content_hash: String,
    pub seen_at_ms: i64,
}

/// None: joins are written where they are asked.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
