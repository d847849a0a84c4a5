//! Preparation: one job per track that measures it and makes its renditions, shared by every process that can.
//!
//! What a job makes is stored in one transaction that also ends it, under the token of the claim: a worker that was
//! thought dead and comes back stores nothing. Objects are keyed by content, so that a second try writes the same.

use std::path::Path;
use std::time::Duration;

use chassis::ids;
use chassis::lifecycle::Tasks;
use futures_util::StreamExt as _;
use object_store::ObjectStoreExt as _;
use object_store::path::Path as ObjectPath;
use sea_orm::DbErr;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;

use super::Library;
use super::fmp4::{Layout, LayoutError, set_duration};
use super::objects::{CopyError, FileId, hash_file, store_file};
use super::transcode::{
    BIT_RATES_KBPS, Ffmpeg, SEGMENT_FRAMES, Source, TranscodeError, Transcoded,
};
use crate::keys;
use crate::store::entities::{rendition, track};
use crate::store::{Claim, JobKind, LEASE, Prepared, Retry, Store};

/// How often a worker without work looks for some.
const POLL: Duration = Duration::from_secs(2);
/// How long a worker rests when the database is away.
const REST: Duration = Duration::from_secs(10);
/// How often a worker looks for ffmpeg while it is missing.
const FFMPEG_POLL: Duration = Duration::from_mins(1);
/// How long [`prepare_all`] waits for jobs that others hold or that are to be tried again.
const PATIENCE: Duration = Duration::from_secs(90);
/// How the folders of running jobs are called, below the temporary folder of the machine.
const FOLDER_PREFIX: &str = "haas-prepare-";
/// A folder of a job that is older than this was left by a crash.
const FOLDER_AGE_MAX: Duration = Duration::from_hours(24);
/// Samples the encoder puts in front, skipped by the edit list.
const PRIMING_SAMPLES: u64 = 1_024;

/// What one job came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrepareOutcome {
    /// The track is measured and its renditions are stored.
    Ready,
    /// It did not work; with the reason.
    Failed {
        /// For people.
        reason: String,
        /// Whether it is given up.
        is_final: bool,
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
pub(crate) fn start_workers(library: &Library, tasks: &Tasks, worker_count: usize) {
    for _ in 0..worker_count {
        let worker = Worker::new(library.clone(), tasks.clone());
        tasks.spawn(async move { worker.serve().await });
    }
}

/// How many tracks wait for preparation.
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

/// Why a job failed.
#[derive(Debug, thiserror::Error)]
enum JobError {
    #[error("its track is not there any more")]
    NoTrack,
    #[error("its original cannot be read")]
    Original(#[source] object_store::Error),
    #[error("its renditions cannot be stored")]
    Objects(#[source] object_store::Error),
    #[error("no room to work in")]
    Folder(#[from] std::io::Error),
    #[error(transparent)]
    Transcode(#[from] TranscodeError),
    #[error(transparent)]
    Layout(#[from] LayoutError),
}

impl JobError {
    fn retry(&self) -> Retry {
        match self {
            Self::NoTrack
            | Self::Layout(LayoutError::Unexpected(_))
            | Self::Transcode(TranscodeError::Undecodable(_) | TranscodeError::Measure(_)) => {
                Retry::Never
            }
            _ => Retry::Later,
        }
    }
}

struct Worker {
    store: Store,
    library: Library,
    tasks: Tasks,
}

impl Worker {
    fn new(library: Library, tasks: Tasks) -> Self {
        Self {
            store: Store::new(library.database.clone()),
            library,
            tasks,
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
        if self
            .store
            .count_jobs_within(JobKind::Prepare, self.now_ms())
            .await?
            == 0
        {
            return Ok(POLL);
        }
        if ffmpeg.is_none() {
            *ffmpeg = Ffmpeg::find().await;
            sweep_folders();
        }
        let Some(ffmpeg) = ffmpeg else {
            tracing::warn!("ffmpeg was not found: tracks play as they are, without renditions");
            return Ok(FFMPEG_POLL);
        };
        Ok(match self.work_once(ffmpeg).await? {
            Some(_) => Duration::ZERO,
            None => POLL,
        })
    }

    /// Works until nothing is left that could be done soon. Says how many tries worked and failed.
    async fn empty_queue(
        &self,
        ffmpeg: &Ffmpeg,
        observe: &(dyn Fn(&PrepareOutcome) + Sync),
    ) -> Result<(u64, u64), DbErr> {
        sweep_folders();
        let (mut ready, mut failed) = (0, 0);
        loop {
            if let Some(outcome) = self.work_once(ffmpeg).await? {
                match outcome {
                    PrepareOutcome::Ready => ready += 1,
                    PrepareOutcome::Failed { .. } => failed += 1,
                    PrepareOutcome::Dropped => {}
                }
                observe(&outcome);
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
        let Some(claim) = self.store.claim_job(JobKind::Prepare, clock).await? else {
            return Ok(None);
        };
        let made = tokio::select! {
            made = self.make(&claim, ffmpeg) => made,
            lost = self.keep(&claim) => {
                lost?;
                return Ok(Some(PrepareOutcome::Dropped));
            }
            () = self.tasks.stopping().cancelled() => {
                self.store.release_job(&claim, clock).await?;
                return Ok(Some(PrepareOutcome::Dropped));
            }
        };
        let outcome = match made {
            Ok(prepared) => {
                if self.store.save_prepared(&claim, prepared, clock).await? {
                    PrepareOutcome::Ready
                } else {
                    PrepareOutcome::Dropped
                }
            }
            Err(error) => {
                let reason = chassis::problem::chain(&error);
                let retry = error.retry();
                tracing::warn!(
                    track.id = claim.subject_id,
                    reason,
                    "a track could not be prepared"
                );
                self.store.fail_job(&claim, &reason, retry, clock).await?;
                PrepareOutcome::Failed {
                    reason,
                    is_final: retry == Retry::Never,
                }
            }
        };
        Ok(Some(outcome))
    }

    /// Says that this worker lives, until the job is somebody else's.
    async fn keep(&self, claim: &Claim) -> Result<(), DbErr> {
        loop {
            tokio::time::sleep(LEASE / 3).await;
            if !self.store.keep_job(claim, &self.library.clock).await? {
                return Ok(());
            }
        }
    }

    async fn make(&self, claim: &Claim, ffmpeg: &Ffmpeg) -> Result<Prepared, JobError> {
        let row = self.store.find_unprepared_track(&claim.subject_id).await;
        let row = row.ok().flatten().ok_or(JobError::NoTrack)?;
        let folder = tempfile::Builder::new().prefix(FOLDER_PREFIX).tempdir()?;
        let source = self.fetch(&row, &folder).await?;
        let transcoded = ffmpeg.transcode(&source, folder.path()).await?;
        let mut renditions = Vec::with_capacity(BIT_RATES_KBPS.len());
        for (file, bit_rate_kbps) in transcoded.files.iter().zip(BIT_RATES_KBPS) {
            renditions.push(
                self.store_rendition(&row, &transcoded, file, bit_rate_kbps)
                    .await?,
            );
        }
        let analysis = transcoded.analysis;
        let rate = u64::from(transcoded.sample_rate_hz);
        let duration_ms = (analysis.sample_count * 1_000 + rate / 2) / rate;
        Ok(Prepared {
            duration_ms: i64::try_from(duration_ms).unwrap_or(i64::MAX),
            gain_db: analysis.gain_db(),
            loudness_lufs: analysis.loudness_lufs,
            peak: analysis.peak,
            waveform: analysis.waveform,
            renditions,
        })
    }

    /// Brings the original where ffmpeg can seek in it.
    async fn fetch(&self, row: &track::Model, folder: &TempDir) -> Result<Source, JobError> {
        let path = folder.path().join("original");
        let location = ObjectPath::from(row.object_key.as_str());
        let object = self.library.objects.get(&location).await;
        let mut stream = object.map_err(JobError::Original)?.into_stream();
        let mut file = tokio::fs::File::create(&path).await?;
        while let Some(bytes) = stream.next().await {
            file.write_all(&bytes.map_err(JobError::Original)?).await?;
        }
        file.flush().await?;
        Ok(Source {
            file: path,
            demuxer: demuxer(&row.media_type),
            is_mono: row.channels == 1,
            sample_rate_hz: u32::try_from(row.sample_rate_hz).unwrap_or_default(),
            duration_ms: row.duration_ms,
        })
    }

    async fn store_rendition(
        &self,
        row: &track::Model,
        transcoded: &Transcoded,
        file: &Path,
        bit_rate_kbps: u32,
    ) -> Result<rendition::Model, JobError> {
        let (rate, sample_count) = (transcoded.sample_rate_hz, transcoded.analysis.sample_count);
        let path = file.to_owned();
        let (file, layout, id) =
            super::blocking(move || finish_file(&path, sample_count, rate)).await?;
        let key = keys::rendition(&id.hash);
        match store_file(&self.library.objects, &key, file, &id).await {
            Ok(()) => {}
            Err(CopyError::Skip(skip)) => return Err(std::io::Error::other(skip).into()),
            Err(CopyError::Objects(error)) => return Err(JobError::Objects(error)),
        }
        let (average_bps, peak_bps) = layout.bandwidths(rate);
        Ok(rendition::Model {
            id: ids::new_id(&self.library.clock).to_string(),
            track_id: row.id.clone(),
            bit_rate_kbps: i64::from(bit_rate_kbps),
            object_key: key,
            size_bytes: to_i64(id.size_bytes),
            content_hash: id.hash,
            sample_rate_hz: i64::from(rate),
            init_bytes: to_i64(layout.init_bytes),
            segment_frames: i64::from(SEGMENT_FRAMES),
            frame_count: to_i64(layout.frame_count()),
            segment_bytes: layout.segment_bytes(),
            average_bps: to_i64(average_bps),
            peak_bps: to_i64(peak_bps),
            created_at_ms: self.now_ms(),
        })
    }
}

/// Writes the exact length into a file ffmpeg made, and checks that it is on the grid and as long as the source.
fn finish_file(
    path: &Path,
    sample_count: u64,
    sample_rate_hz: u32,
) -> Result<(std::fs::File, Layout, FileId), JobError> {
    use std::io::{Read as _, Seek as _, Write as _};
    let mut file = std::fs::File::options().read(true).write(true).open(path)?;
    let layout = Layout::read(&mut file)?;
    if !layout.has_grid(SEGMENT_FRAMES) {
        return Err(LayoutError::Unexpected("its segments are not on the grid").into());
    }
    let frames = (sample_count + PRIMING_SAMPLES).div_ceil(super::fmp4::FRAME_SAMPLES);
    if !(frames..=frames + 1).contains(&layout.frame_count()) {
        return Err(LayoutError::Unexpected("it is not as long as its source").into());
    }
    file.rewind()?;
    let mut head = Vec::new();
    (&mut file).take(layout.init_bytes).read_to_end(&mut head)?;
    set_duration(&mut head, sample_count, sample_rate_hz)?;
    file.rewind()?;
    file.write_all(&head)?;
    let id = hash_file(&mut file)?;
    Ok((file, layout, id))
}

/// ffmpeg's name for a container: naming it keeps ffmpeg from taking a file for a playlist or anything else that
/// would make it open other files.
fn demuxer(media_type: &str) -> &'static str {
    match media_type {
        "audio/mpeg" => "mp3",
        "audio/flac" => "flac",
        "audio/ogg" => "ogg",
        "audio/aac" => "aac",
        "audio/wav" => "wav",
        _ => "mov",
    }
}

/// Removes what workers left that were killed.
fn sweep_folders() {
    let Ok(entries) = std::fs::read_dir(std::env::temp_dir()) else {
        return;
    };
    for entry in entries.filter_map(Result::ok) {
        let is_ours = entry
            .file_name()
            .to_string_lossy()
            .starts_with(FOLDER_PREFIX);
        let age = entry.metadata().and_then(|metadata| metadata.modified());
        let age = age.ok().and_then(|at| at.elapsed().ok());
        if is_ours && age.is_some_and(|age| age > FOLDER_AGE_MAX) {
            let _best_effort = std::fs::remove_dir_all(entry.path());
        }
    }
}

fn to_i64(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
