//! Storing what preparation made of a track: measurements and renditions, all or nothing.

use chassis::clock::Clock;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QuerySelect, sea_query::Expr,
};

use super::Store;
use super::entities::{album, rendition, track};
use super::jobs::{Claim, finish_job};
use crate::ingest::analysis::{album_loudness_lufs, gain_db};

/// What was measured and made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Prepared {
    pub(crate) duration_ms: i64,
    pub(crate) gain_db: Option<f64>,
    pub(crate) loudness_lufs: Option<f64>,
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
        let writing = self.database.begin_write().await?;
        if !finish_job(&writing, claim, now_ms).await? {
            writing.rollback().await?;
            return Ok(false);
        }
        rendition::Entity::delete_many()
            .filter(rendition::Column::TrackId.eq(&claim.subject_id))
            .exec(&writing)
            .await?;
        let rows = prepared
            .renditions
            .into_iter()
            .map(|row| row.into_active_model().reset_all());
        rendition::Entity::insert_many(rows)
            .exec_without_returning(&writing)
            .await?;
        track::Entity::update_many()
            .col_expr(track::Column::DurationMs, Expr::value(prepared.duration_ms))
            .col_expr(track::Column::GainDb, Expr::value(prepared.gain_db))
            .col_expr(
                track::Column::LoudnessLufs,
                Expr::value(prepared.loudness_lufs),
            )
            .col_expr(track::Column::Peak, Expr::value(prepared.peak))
            .col_expr(track::Column::Waveform, Expr::value(prepared.waveform))
            .col_expr(track::Column::AnalysedAtMs, Expr::value(now_ms))
            .col_expr(track::Column::UpdatedAtMs, Expr::value(now_ms))
            .filter(track::Column::Id.eq(&claim.subject_id))
            .exec(&writing)
            .await?;
        update_album_gain(&writing, &claim.subject_id, now_ms).await?;
        writing.commit().await?;
        Ok(true)
    }
}

/// The gain of an album is known when every track of it is measured.
async fn update_album_gain(
    writing: &DatabaseTransaction,
    track_id: &str,
    now_ms: i64,
) -> Result<(), DbErr> {
    let Some(track) = track::Entity::find_by_id(track_id).one(writing).await? else {
        return Ok(());
    };
    let Some(album_id) = track.album_id else {
        return Ok(());
    };
    let measured: Vec<(Option<f64>, i64, Option<i64>)> = track::Entity::find()
        .select_only()
        .column(track::Column::LoudnessLufs)
        .column(track::Column::DurationMs)
        .column(track::Column::AnalysedAtMs)
        .filter(
            Condition::all()
                .add(track::Column::AlbumId.eq(&album_id))
                .add(track::Column::DeletedAtMs.is_null()),
        )
        .into_tuple()
        .all(writing)
        .await?;
    if measured.iter().any(|(_, _, analysed)| analysed.is_none()) {
        return Ok(());
    }
    let loudness: Vec<(f64, i64)> = measured
        .into_iter()
        .filter_map(|(lufs, duration_ms, _)| Some((lufs?, duration_ms)))
        .collect();
    album::Entity::update_many()
        .col_expr(
            album::Column::GainDb,
            Expr::value(album_loudness_lufs(&loudness).map(gain_db)),
        )
        .col_expr(album::Column::UpdatedAtMs, Expr::value(now_ms))
        .filter(album::Column::Id.eq(&album_id))
        .exec(writing)
        .await?;
    Ok(())
}
