//! One encoding of a track: one fragmented MP4 object.

use sea_orm::entity::prelude::*;

/// One encoding of a track: one fragmented MP4 object.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "renditions")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub track_id: String,
    /// Nominal: 64, 128 or 256; unique per track.
    pub bit_rate_kbps: i64,
    pub object_key: String,
    pub size_bytes: i64,
    /// SHA-256 of the object, in hex: its ETag.
    pub content_hash: String,
    pub sample_rate_hz: i64,
    /// Length of ftyp and moov.
    pub init_bytes: i64,
    /// AAC frames of each fragment of the file; the last may be shorter.
    #[sea_orm(column_name = "segment_frames")]
    pub fragment_frames: i64,
    pub frame_count: i64,
    /// Size of each fragment, u32 big endian.
    #[sea_orm(column_name = "segment_bytes")]
    pub fragment_bytes: Vec<u8>,
    /// Measured AVERAGE-BANDWIDTH.
    pub average_bps: i64,
    /// Measured BANDWIDTH.
    pub peak_bps: i64,
    pub created_at_ms: i64,
}

/// None: joins are written where they are asked.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
