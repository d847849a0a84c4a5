//! The files whose work failed: what a run tells again as long as nobody has mended it.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::Store;
use super::entities::{job, source};
use super::jobs::{JobKind, POISONED, QUEUED};
use super::listed;
use super::tracks::IDS_PER_QUERY_MAX;

/// A file of a track whose last try failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FailedSource {
    pub(crate) root: String,
    pub(crate) path: String,
    pub(crate) reason: String,
    /// Whether it is given up; else it is tried again.
    pub(crate) is_final: bool,
    pub(crate) failed_at_ms: i64,
}

impl Store {
    /// Reads where the tracks stand whose job of a kind failed and was not done since.
    pub(crate) async fn list_failed_sources(
        &self,
        kind: JobKind,
    ) -> Result<Vec<FailedSource>, DbErr> {
        let mut failed = Vec::new();
        let mut after = String::new();
        loop {
            let jobs = job::Entity::find()
                .filter(job::Column::Kind.eq(kind.as_str()))
                .filter(job::Column::State.is_in([QUEUED, POISONED]))
                .filter(job::Column::LastError.is_not_null())
                .filter(job::Column::Id.gt(after.as_str()))
                .order_by_asc(job::Column::Id)
                .limit(u64::try_from(IDS_PER_QUERY_MAX).unwrap_or(u64::MAX))
                .all(self.database.connection())
                .await?;
            let Some(last) = jobs.last() else {
                return Ok(failed);
            };
            after.clone_from(&last.id);
            let sources = source::Entity::find()
                .filter(
                    source::Column::TrackId
                        .is_in(listed(jobs.iter().map(|job| job.subject_id.as_str()))),
                )
                .all(self.database.connection())
                .await?;
            let jobs: HashMap<&str, &job::Model> = jobs
                .iter()
                .map(|job| (job.subject_id.as_str(), job))
                .collect();
            failed.extend(sources.into_iter().filter_map(|source| {
                let job = jobs.get(source.track_id.as_str())?;
                Some(FailedSource {
                    root: source.root,
                    path: source.path,
                    reason: job.last_error.clone()?,
                    is_final: job.state == POISONED,
                    failed_at_ms: job.updated_at_ms,
                })
            }));
        }
    }
}
