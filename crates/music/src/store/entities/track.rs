//! A track: one row per content hash.

use sea_orm::entity::prelude::*;

/// A track: one row per content hash.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tracks")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// SHA-256 of the file, in hex; unique.
    pub content_hash: String,
    /// SHA-256 of the audio without tags, in hex: a retagged file keeps its track.
    pub audio_hash: String,
    pub title: String,
    /// What lists sort by.
    pub sort_key: String,
    pub album_id: Option<String>,
    pub disc_number: Option<i64>,
    pub track_number: Option<i64>,
    /// Exact once analysed, before that as the container says.
    pub duration_ms: i64,
    pub released_on: Option<String>,
    pub composer: Option<String>,
    pub licence: Option<String>,
    pub copyright: Option<String>,
    pub lyrics_plain: Option<String>,
    /// LRC text.
    pub lyrics_synced: Option<String>,
    /// What brings the track to -18 LUFS: measured, else from ReplayGain tags.
    pub gain_db: Option<f64>,
    /// Integrated loudness (EBU R128).
    pub loudness_lufs: Option<f64>,
    /// Highest sample, 1.0 is full scale.
    pub peak: Option<f64>,
    /// 400 peaks, 0 to 255.
    pub waveform: Option<Vec<u8>>,
    pub cover_id: Option<String>,
    /// `vorbis`, `mp3`, `flac`, `opus`, `aac`, `alac`, `pcm`.
    pub codec: String,
    /// Content type of the original.
    pub media_type: String,
    pub bit_rate_kbps: i64,
    pub sample_rate_hz: i64,
    pub channels: i64,
    /// Of the original.
    pub size_bytes: i64,
    /// Where the original lies.
    pub object_key: String,
    pub created_at_ms: i64,
    pub updated_at_ms: i64,
    /// When the decoded audio was measured.
    pub analysed_at_ms: Option<i64>,
    /// Soft delete: the file is gone from its folder.
    pub deleted_at_ms: Option<i64>,
}

/// None: joins are written where they are asked.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
