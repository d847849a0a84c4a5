//! The gain of albums, kept in step with the tracks that are in them.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect,
    QueryTrait as _, sea_query::Expr,
};

use super::entities::{album, job, track, track_loudness};
use super::jobs::{JobKind, is_open};
use super::listed;
use super::tracks::IDS_PER_QUERY_MAX;
use crate::ingest::loudness::{Blocks, gain_db};

/// What levelling reads of a track.
struct Measured {
    track_id: String,
    loudness_lufs: Option<f64>,
    duration_ms: i64,
}

/// Levels the album of a track that will not be measured any more: the others need not wait for it.
pub(super) async fn level_album_of(
    writing: &DatabaseTransaction,
    track_id: &str,
    now_ms: i64,
) -> Result<(), DbErr> {
    if let Some(row) = track::Entity::find_by_id(track_id).one(writing).await? {
        level_albums(writing, [row.album_id], now_ms).await?;
    }
    Ok(())
}

/// Computes the gains of albums from the tracks that are in them now. Within the transaction that changed one of them,
/// after the change; albums are locked in one order.
pub(super) async fn level_albums(
    writing: &DatabaseTransaction,
    album_ids: impl IntoIterator<Item = Option<String>>,
    now_ms: i64,
) -> Result<(), DbErr> {
    let album_ids: BTreeSet<String> = album_ids.into_iter().flatten().collect();
    for album_id in album_ids {
        level_album(writing, &album_id, now_ms).await?;
    }
    Ok(())
}

/// While a track of it waits to be measured an album keeps the gain it has: it would change under the listener with
/// every track that is.
async fn level_album(
    writing: &DatabaseTransaction,
    album_id: &str,
    now_ms: i64,
) -> Result<(), DbErr> {
    // Locked until the end: of two processes that end the last two tracks of an album the second sees the first's.
    let album = album::Entity::find_by_id(album_id).lock_exclusive();
    let Some(album) = album.one(writing).await? else {
        return Ok(());
    };
    if has_open_job(writing, album_id).await? {
        return Ok(());
    }
    let tracks = tracks_of(writing, album_id).await?;
    let mut blocks = Blocks::default();
    let stored = stored_blocks(writing, &tracks).await?;
    for track in &tracks {
        blocks.merge(&blocks_of(track, &stored));
    }
    let gain = blocks.loudness_lufs().map(gain_db);
    if gain == album.gain_db {
        return Ok(());
    }
    album::Entity::update_many()
        .col_expr(album::Column::GainDb, Expr::value(gain))
        .col_expr(album::Column::UpdatedAtMs, Expr::value(now_ms))
        .filter(album::Column::Id.eq(album_id))
        .exec(writing)
        .await?;
    Ok(())
}

async fn tracks_of(writing: &DatabaseTransaction, album_id: &str) -> Result<Vec<Measured>, DbErr> {
    let rows: Vec<(String, Option<f64>, i64)> = track::Entity::find()
        .select_only()
        .column(track::Column::Id)
        .column(track::Column::LoudnessLufs)
        .column(track::Column::DurationMs)
        .filter(is_of_album(album_id))
        .into_tuple()
        .all(writing)
        .await?;
    let tracks = rows
        .into_iter()
        .map(|(track_id, loudness_lufs, duration_ms)| Measured {
            track_id,
            loudness_lufs,
            duration_ms,
        });
    Ok(tracks.collect())
}

fn is_of_album(album_id: &str) -> Condition {
    Condition::all()
        .add(track::Column::AlbumId.eq(album_id))
        .add(track::Column::DeletedAtMs.is_null())
}

/// Whether a track of an album still waits to be measured.
async fn has_open_job(writing: &DatabaseTransaction, album_id: &str) -> Result<bool, DbErr> {
    let unmeasured = track::Entity::find()
        .select_only()
        .column(track::Column::Id)
        .filter(is_of_album(album_id))
        .filter(track::Column::AnalysedAtMs.is_null())
        .into_query();
    let open = job::Entity::find()
        .filter(is_open(JobKind::Prepare))
        .filter(job::Column::SubjectId.in_subquery(unmeasured))
        .limit(1)
        .all(writing)
        .await?;
    Ok(!open.is_empty())
}

/// The blocks that are stored of these tracks.
async fn stored_blocks(
    writing: &DatabaseTransaction,
    tracks: &[Measured],
) -> Result<HashMap<String, Vec<u8>>, DbErr> {
    let mut stored = HashMap::new();
    for tracks in tracks.chunks(IDS_PER_QUERY_MAX) {
        let ids = tracks.iter().map(|track| track.track_id.as_str());
        let rows = track_loudness::Entity::find()
            .filter(track_loudness::Column::TrackId.is_in(listed(ids)))
            .all(writing)
            .await?;
        stored.extend(rows.into_iter().map(|row| (row.track_id, row.blocks)));
    }
    Ok(stored)
}

/// The blocks of a track; of one that was measured before blocks were stored, what stands for them.
fn blocks_of(track: &Measured, stored: &HashMap<String, Vec<u8>>) -> Blocks {
    let blocks = stored
        .get(&track.track_id)
        .and_then(|blocks| Blocks::from_bytes(blocks));
    let even = || {
        let lufs = track.loudness_lufs?;
        Some(Blocks::even(lufs, track.duration_ms))
    };
    blocks.or_else(even).unwrap_or_default()
}
