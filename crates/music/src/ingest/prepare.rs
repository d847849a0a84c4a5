//! Preparation: one job per track that measures it and makes its renditions, shared by every process that can.
//!
//! What a job makes is stored in one transaction that also ends it, under the token of the claim: a worker that was
//! thought dead and comes back stores nothing. Objects are keyed by content, so that a second try writes the same.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chassis::lifecycle::Tasks;
use prometheus_client::registry::Registry;
use sea_orm::DbErr;

use super::Library;
use super::make::{MakeError, make};
use super::metrics::Metrics;
use super::origin::Origin;
use super::transcode::Ffmpeg;
use super::work_folder::sweep_work_folders;
use crate::store::{Claim, Claimed, GivenBack, JobKind, LEASE, OUTAGE_PAUSE, Retry, Store};

/// How often a worker without work looks for some.
const POLL: Duration = Duration::from_secs(2);
/// How long a worker rests when the database is away, or when what the machine lacks kept it from preparing a track:
/// the next track would lack it, too.
const REST: Duration = Duration::from_secs(10);
/// After how many tries in a row that the machine was to blame for [`prepare_all`] leaves the rest to others.
const OUTAGES_MAX: u32 = 3;
/// How often a worker looks for ffmpeg while it is missing.
const FFMPEG_POLL: Duration = Duration::from_mins(1);
/// How long [`prepare_all`] waits for jobs that others hold or that are to be tried again.
const PATIENCE: Duration = Duration::from_secs(90);
const _: () = assert!(
    PATIENCE.as_secs() < OUTAGE_PAUSE.as_secs(),
    "what no try mends would never let it end"
);

/// What one job came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrepareOutcome {
    /// The track is measured and its renditions are stored.
    Ready,
    /// It did not work; with the reason.
    Failed {
        /// For people.
        reason: String,
        /// Whether something is to be mended here, not in the track: a full disk, ffmpeg that is gone.
        is_outage: bool,
    },
    /// Somebody else took the job over, or the worker was told to stop.
    Dropped,
}

/// How preparation ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PrepareSummary {
    /// Tracks made ready by this run.
    pub ready: u64,
    /// Tries that failed in this run.
    pub failed: u64,
    /// Tracks that are still to be prepared.
    pub left: u64,
}

/// Why preparation did not run to its end.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// Without ffmpeg there are no renditions.
    #[error(
        "ffmpeg with an AAC encoder was not found; tracks play as they are until it is installed"
    )]
    NoFfmpeg,
    /// The database did not answer or refused.
    #[error("could not reach the music database")]
    Store(#[from] DbErr),
}

/// Starts workers that prepare whatever comes, until the stop.
pub(crate) fn start_workers(
    library: &Library,
    tasks: &Tasks,
    worker_count: usize,
    registry: &mut Registry,
) {
    let metrics = Metrics::register(registry);
    for _ in 0..worker_count {
        let worker = Worker {
            metrics: metrics.clone(),
            ..Worker::new(library.clone(), tasks.clone())
        };
        tasks.spawn(async move { worker.serve().await });
    }
}

/// A file whose track could not be prepared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unprepared {
    /// Below the origin that was asked for; whole where it lies elsewhere.
    pub path: String,
    /// For people.
    pub reason: String,
    /// Whether it is given up; else it is tried again.
    pub is_final: bool,
}

/// The files of an origin whose last try to be prepared failed, whenever that was; elsewhere those that failed since
/// `since_ms`. In the order of their paths.
pub async fn list_unprepared(
    library: &Library,
    origin: &Origin,
    since_ms: i64,
) -> Result<Vec<Unprepared>, PrepareError> {
    let root = origin.root().await;
    let root = root.unwrap_or_else(|_gone| PathBuf::from(origin.shown()));
    let store = Store::new(library.database.clone());
    let failed = store.list_failed_sources(JobKind::Prepare).await?;
    let mut unprepared: Vec<Unprepared> = failed
        .into_iter()
        .filter_map(|failed| {
            let path = Path::new(&failed.root).join(&failed.path);
            let path = match path.strip_prefix(&root) {
                Ok(below) => below.to_owned(),
                Err(_) if failed.failed_at_ms >= since_ms => path,
                Err(_) => return None,
            };
            Some(Unprepared {
                path: path.to_string_lossy().into_owned(),
                reason: failed.reason,
                is_final: failed.is_final,
            })
        })
        .collect();
    unprepared.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(unprepared)
}

/// How many tracks wait for preparation, without those that were removed.
pub async fn count_unprepared(library: &Library) -> Result<u64, PrepareError> {
    let store = Store::new(library.database.clone());
    Ok(store.count_jobs(JobKind::Prepare).await?.open)
}

/// Prepares everything that is open, with several workers, and calls `observe` after each job.
pub async fn prepare_all(
    library: &Library,
    tasks: &Tasks,
    worker_count: usize,
    observe: &(dyn Fn(&PrepareOutcome) + Sync),
) -> Result<PrepareSummary, PrepareError> {
    let ffmpeg = Ffmpeg::find().await.ok_or(PrepareError::NoFfmpeg)?;
    let workers = (0..worker_count.max(1)).map(|_| {
        let worker = Worker::new(library.clone(), tasks.clone());
        let ffmpeg = &ffmpeg;
        async move { worker.empty_queue(ffmpeg, observe).await }
    });
    let mut summary = PrepareSummary::default();
    for result in futures_util::future::join_all(workers).await {
        let (ready, failed) = result?;
        summary.ready += ready;
        summary.failed += failed;
    }
    summary.left = count_unprepared(library).await?;
    Ok(summary)
}

struct Worker {
    store: Store,
    library: Library,
    tasks: Tasks,
    metrics: Metrics,
}

impl Worker {
    fn new(library: Library, tasks: Tasks) -> Self {
        Self {
            store: Store::new(library.database.clone()),
            library,
            tasks,
            metrics: Metrics::default(),
        }
    }

    /// Works until the stop; waits where ffmpeg or the database is missing.
    async fn serve(&self) {
        let mut ffmpeg = None;
        let mut pause = POLL;
        while self.tasks.pause(pause).await {
            pause = match self.serve_once(&mut ffmpeg).await {
                Ok(pause) => pause,
                Err(error) => {
                    tracing::error!(%error, "a preparation worker could not reach the database");
                    REST
                }
            };
        }
    }

    async fn serve_once(&self, ffmpeg: &mut Option<Ffmpeg>) -> Result<Duration, DbErr> {
        let waiting = self
            .store
            .count_jobs_within(JobKind::Prepare, self.now_ms());
        let waiting = waiting.await?;
        self.metrics
            .waiting
            .set(i64::try_from(waiting).unwrap_or(i64::MAX));
        if waiting == 0 {
            return Ok(POLL);
        }
        if ffmpeg.is_none() {
            *ffmpeg = Ffmpeg::find().await;
            sweep_work_folders(&self.library.work);
        }
        let Some(found) = ffmpeg else {
            tracing::warn!("ffmpeg was not found: tracks play as they are, without renditions");
            return Ok(FFMPEG_POLL);
        };
        let outcome = self.work_once(found).await?;
        if let Some(outcome) = &outcome {
            self.metrics.count(outcome);
        }
        if matches!(outcome, Some(PrepareOutcome::Failed { .. })) {
            // It may have been taken away.
            *ffmpeg = None;
        }
        Ok(match outcome {
            None => POLL,
            Some(PrepareOutcome::Failed {
                is_outage: true, ..
            }) => REST,
            Some(_) => Duration::ZERO,
        })
    }

    /// Works until nothing is left that could be done soon. Says how many tries worked and failed.
    async fn empty_queue(
        &self,
        ffmpeg: &Ffmpeg,
        observe: &(dyn Fn(&PrepareOutcome) + Sync),
    ) -> Result<(u64, u64), DbErr> {
        sweep_work_folders(&self.library.work);
        let (mut ready, mut failed, mut outages) = (0, 0, 0);
        loop {
            if let Some(outcome) = self.work_once(ffmpeg).await? {
                match outcome {
                    PrepareOutcome::Ready => ready += 1,
                    PrepareOutcome::Failed { .. } => failed += 1,
                    PrepareOutcome::Dropped => {}
                }
                outages = match outcome {
                    PrepareOutcome::Failed {
                        is_outage: true, ..
                    } => outages + 1,
                    _ => 0,
                };
                observe(&outcome);
                if self.tasks.stopping().is_cancelled() || outages >= OUTAGES_MAX {
                    return Ok((ready, failed));
                }
                continue;
            }
            let soon_ms = self.now_ms() + i64::try_from(PATIENCE.as_millis()).unwrap_or_default();
            let is_done = self
                .store
                .count_jobs_within(JobKind::Prepare, soon_ms)
                .await?
                == 0;
            if is_done || !self.tasks.pause(POLL).await {
                return Ok((ready, failed));
            }
        }
    }

    fn now_ms(&self) -> i64 {
        self.library.clock.now_ms()
    }

    /// Claims a job and does it. None when there is none.
    async fn work_once(&self, ffmpeg: &Ffmpeg) -> Result<Option<PrepareOutcome>, DbErr> {
        let clock = &self.library.clock;
        let claim = match self.store.claim_job(JobKind::Prepare, clock).await? {
            None => return Ok(None),
            Some(Claimed::Held(claim)) => claim,
            Some(Claimed::GivenUp { subject_id, reason }) => {
                // Each of its workers died before it could say so.
                tracing::warn!(track.id = subject_id, reason, "a track cannot be prepared");
                return Ok(Some(PrepareOutcome::Failed {
                    reason,
                    is_outage: false,
                }));
            }
        };
        let made = tokio::select! {
            made = MakeError::of_panics(make(&self.library, &claim.subject_id, ffmpeg)) => made,
            () = self.keep(&claim) => return Ok(Some(PrepareOutcome::Dropped)),
            () = self.tasks.stopping().cancelled() => {
                self.store.release_job(&claim, clock).await?;
                return Ok(Some(PrepareOutcome::Dropped));
            }
        };
        let saved = match made {
            Ok(prepared) => {
                let saved = self.store.save_prepared(&claim, prepared, clock).await;
                saved.map_err(MakeError::Save)
            }
            Err(error) => Err(error),
        };
        Ok(Some(match saved {
            Ok(true) => PrepareOutcome::Ready,
            Ok(false) => PrepareOutcome::Dropped,
            Err(error) => self.fail(&claim, &error).await?,
        }))
    }

    /// Gives a job back that did not work, and says why.
    async fn fail(&self, claim: &Claim, error: &MakeError) -> Result<PrepareOutcome, DbErr> {
        let reason = chassis::problem::chain(error);
        let retry = error.retry();
        let track_id = &claim.subject_id;
        match retry {
            Retry::Never => {
                tracing::warn!(track.id = track_id, reason, "a track cannot be prepared");
            }
            Retry::Later => {
                tracing::warn!(
                    track.id = track_id,
                    reason,
                    "a track could not be prepared this time"
                );
            }
            Retry::Unblamed => tracing::error!(
                track.id = track_id,
                reason,
                "a track waits to be prepared: this is to be mended here, not in the track"
            ),
        }
        let clock = &self.library.clock;
        let given_back = self.store.fail_job(claim, &reason, retry, clock).await?;
        if given_back == GivenBack::Taken {
            return Ok(PrepareOutcome::Dropped);
        }
        Ok(PrepareOutcome::Failed {
            reason,
            is_outage: retry == Retry::Unblamed,
        })
    }

    /// Says that this worker lives, until the job is somebody else's.
    async fn keep(&self, claim: &Claim) {
        loop {
            tokio::time::sleep(LEASE / 3).await;
            match self.store.keep_job(claim, &self.library.clock).await {
                Ok(true) => {}
                Ok(false) => return,
                // Whether the job is still ours is asked again when its result is stored.
                Err(error) => tracing::warn!(%error, "could not say that a preparation goes on"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Migrator;
    use crate::ingest::fixtures::{Shelf, wav};

    #[tokio::test]
    async fn what_the_machine_lacks_is_not_tried_with_one_track_after_another() {
        let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
        let shelf = Shelf::new(database);
        for number in 1..=8_u16 {
            let tone = wav(440 + number, 8_000, 1, 100);
            shelf.write(&format!("{number}.wav"), &tone);
        }
        shelf.import().await;
        let gone = Ffmpeg::new(shelf.path("no/ffmpeg"));
        let worker = Worker::new(shelf.library.clone(), Tasks::default());
        let tried = worker.empty_queue(&gone, &|_| {}).await.unwrap();
        assert_eq!(tried, (0, 3));
        let pause = worker.serve_once(&mut Some(gone)).await.unwrap();
        assert_eq!(pause, Duration::from_secs(10));
        assert_eq!(count_unprepared(&shelf.library).await.unwrap(), 8);
    }
}
