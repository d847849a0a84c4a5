//! Storing what preparation made of a track: measurements and renditions, all or nothing.

use chassis::clock::Clock;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, sea_query::Expr,
};

use super::Store;
use super::entities::{rendition, track, track_loudness};
use super::jobs::{Claim, finish_job};
use super::levels::level_albums;
use crate::ingest::loudness::Blocks;

/// What was measured and made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Prepared {
    pub(crate) duration_ms: i64,
    pub(crate) gain_db: Option<f64>,
    pub(crate) loudness_lufs: Option<f64>,
    pub(crate) blocks: Blocks,
    pub(crate) peak: f64,
    pub(crate) waveform: Vec<u8>,
    pub(crate) renditions: Vec<rendition::Model>,
}

impl Store {
    /// Reads a track that is to be prepared, deleted or not.
    pub(crate) async fn find_unprepared_track(
        &self,
        id: &str,
    ) -> Result<Option<track::Model>, DbErr> {
        track::Entity::find_by_id(id)
            .one(self.database.connection())
            .await
    }

    /// Stores what was prepared and ends the job, if `claim` still holds it. Says whether it did.
    pub(crate) async fn save_prepared(
        &self,
        claim: &Claim,
        prepared: Prepared,
        clock: &Clock,
    ) -> Result<bool, DbErr> {
        let now_ms = clock.now_ms();
        self.retrying(async || {
            let writing = self.database.begin_write().await?;
            if !finish_job(&writing, claim, now_ms).await? {
                writing.rollback().await?;
                return Ok(false);
            }
            replace_renditions(&writing, claim, prepared.renditions.clone()).await?;
            save_measures(&writing, &claim.subject_id, &prepared, now_ms).await?;
            let track = track::Entity::find_by_id(&claim.subject_id);
            if let Some(track) = track.one(&writing).await? {
                level_albums(&writing, [track.album_id], now_ms).await?;
            }
            writing.commit().await?;
            Ok(true)
        })
        .await
    }
}

async fn replace_renditions(
    writing: &DatabaseTransaction,
    claim: &Claim,
    renditions: Vec<rendition::Model>,
) -> Result<(), DbErr> {
    rendition::Entity::delete_many()
        .filter(rendition::Column::TrackId.eq(&claim.subject_id))
        .exec(writing)
        .await?;
    let rows = renditions
        .into_iter()
        .map(|row| row.into_active_model().reset_all());
    rendition::Entity::insert_many(rows)
        .exec_without_returning(writing)
        .await?;
    Ok(())
}

async fn save_measures(
    writing: &DatabaseTransaction,
    track_id: &str,
    prepared: &Prepared,
    now_ms: i64,
) -> Result<(), DbErr> {
    track::Entity::update_many()
        .col_expr(track::Column::DurationMs, Expr::value(prepared.duration_ms))
        .col_expr(track::Column::GainDb, Expr::value(prepared.gain_db))
        .col_expr(
            track::Column::LoudnessLufs,
            Expr::value(prepared.loudness_lufs),
        )
        .col_expr(track::Column::Peak, Expr::value(prepared.peak))
        .col_expr(
            track::Column::Waveform,
            Expr::value(prepared.waveform.clone()),
        )
        .col_expr(track::Column::AnalysedAtMs, Expr::value(now_ms))
        .col_expr(track::Column::UpdatedAtMs, Expr::value(now_ms))
        .filter(track::Column::Id.eq(track_id))
        .exec(writing)
        .await?;
    track_loudness::Entity::delete_by_id(track_id)
        .exec(writing)
        .await?;
    let row = track_loudness::Model {
        track_id: track_id.to_owned(),
        blocks: prepared.blocks.to_bytes(),
    };
    track_loudness::Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(writing)
        .await?;
    Ok(())
}
