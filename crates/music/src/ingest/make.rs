//! One preparation: an original goes in, what was measured and the stored renditions come out.

use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::panic::AssertUnwindSafe;
use std::path::Path;

use chassis::ids;
use chassis::objects::{ObjectError, WriteError, storage_fault};
use futures_util::FutureExt as _;
use sea_orm::DbErr;

use super::Library;
use super::fmp4::{Layout, LayoutError, set_duration};
use super::objects::{FetchError, FileId, fetch_file, hash_file, store_file};
use super::owner::{OwnerError, claim};
use super::skip::Skip;
use super::transcode::{FRAGMENT_FRAMES, Ffmpeg, Source, TranscodeError, Transcoded};
use super::work_folder::WorkFolder;
use crate::delivery::{BIT_RATES_KBPS, FRAME_SAMPLES};
use crate::keys::{self, RENDITION_MEDIA_TYPE};
use crate::store::entities::{rendition, track};
use crate::store::{Prepared, Retry, Store};

/// Samples the encoder puts in front, skipped by the edit list.
const PRIMING_SAMPLES: u64 = 1_024;

/// How much of what a file says must be there to be decoded.
const DECODED_PERCENT_MIN: i64 = 90;

/// Why a track could not be prepared.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MakeError {
    #[error("its track is not there any more")]
    NoTrack,
    #[error("its row cannot be read")]
    Store(#[from] DbErr),
    #[error("what was made of it cannot be stored")]
    Save(#[source] DbErr),
    #[error("its original cannot be read")]
    Original(#[source] ObjectError),
    #[error(
        "its original is not what was imported any more: {found_hash} instead of {}",
        expected_hash
    )]
    Changed {
        expected_hash: String,
        found_hash: String,
    },
    #[error(
        "its original is not what was imported any more: it has more than its {bytes_max} bytes"
    )]
    Grown { bytes_max: u64 },
    #[error("its renditions cannot be stored")]
    Objects(#[source] ObjectError),
    #[error(transparent)]
    Owner(#[from] OwnerError),
    #[error("no room to work in")]
    Folder(#[from] std::io::Error),
    #[error("it is damaged: only {decoded_s} of {claimed_s} seconds can be decoded")]
    Damaged { decoded_s: i64, claimed_s: i64 },
    #[error("it panicked; the log says where")]
    Panicked,
    #[error(transparent)]
    Transcode(#[from] TranscodeError),
    #[error(transparent)]
    Layout(#[from] LayoutError),
}

impl MakeError {
    /// Whether and how it should be tried again.
    pub(crate) fn retry(&self) -> Retry {
        if storage_fault(self).is_some() {
            return Retry::Unblamed;
        }
        match self {
            Self::NoTrack
            | Self::Damaged { .. }
            | Self::Layout(LayoutError::Unexpected(_))
            | Self::Transcode(TranscodeError::Undecodable(_) | TranscodeError::Measure(_)) => {
                Retry::Never
            }
            // What cannot be run, or written where we work, is not the track's fault either.
            Self::Store(_)
            | Self::Save(_)
            | Self::Objects(_)
            | Self::Owner(_)
            | Self::Folder(_)
            | Self::Transcode(
                TranscodeError::DiskFull | TranscodeError::Missing(_) | TranscodeError::Run(_),
            ) => Retry::Unblamed,
            Self::Original(error) if !matches!(error, ObjectError::NotFound { .. }) => {
                Retry::Unblamed
            }
            _ => Retry::Later,
        }
    }

    /// A panic is a failure like another: it must cost one track its preparation, not the process its worker.
    pub(crate) async fn of_panics<T>(
        work: impl Future<Output = Result<T, Self>>,
    ) -> Result<T, Self> {
        let caught = AssertUnwindSafe(work).catch_unwind().await;
        caught.unwrap_or(Err(Self::Panicked))
    }
}

/// Measures a track and makes its renditions; nothing of it is in the database yet.
pub(crate) async fn make(
    library: &Library,
    track_id: &str,
    ffmpeg: &Ffmpeg,
) -> Result<Prepared, MakeError> {
    let store = Store::new(library.database.clone());
    let row = store.find_unprepared_track(track_id).await?;
    let row = row.ok_or(MakeError::NoTrack)?;
    claim(library).await?;
    let folder = WorkFolder::new_in(&library.work)?;
    let source = fetch(library, &row, folder.path()).await?;
    let transcoded = ffmpeg.transcode(&source, folder.path()).await?;
    let duration_ms = duration_ms(&transcoded);
    check_length(&row, duration_ms)?;
    let mut renditions = Vec::with_capacity(BIT_RATES_KBPS.len());
    for (file, bit_rate_kbps) in transcoded.files.iter().zip(BIT_RATES_KBPS) {
        renditions.push(store_rendition(library, &row, &transcoded, file, bit_rate_kbps).await?);
    }
    let analysis = transcoded.analysis;
    Ok(Prepared {
        duration_ms,
        gain_db: analysis.gain_db(),
        loudness_lufs: analysis.loudness_lufs,
        blocks: analysis.blocks,
        peak: analysis.peak,
        waveform: analysis.waveform,
        renditions,
    })
}

fn duration_ms(transcoded: &Transcoded) -> i64 {
    let rate = u64::from(transcoded.sample_rate_hz);
    let duration_ms = (transcoded.analysis.sample_count * 1_000 + rate / 2) / rate;
    i64::try_from(duration_ms).unwrap_or(i64::MAX)
}

/// A decoder passes over a damaged spot, and the rest is worth a rendition; a stump is not. Only these containers say
/// exactly how long they are.
fn check_length(row: &track::Model, decoded_ms: i64) -> Result<(), MakeError> {
    let is_exact = matches!(row.media_type.as_str(), "audio/flac" | "audio/ogg");
    let least_ms = row.duration_ms / 100 * DECODED_PERCENT_MIN;
    if is_exact && row.analysed_at_ms.is_none() && decoded_ms < least_ms {
        return Err(MakeError::Damaged {
            decoded_s: decoded_ms / 1_000,
            claimed_s: row.duration_ms / 1_000,
        });
    }
    Ok(())
}

/// Brings the original where ffmpeg can seek in it.
async fn fetch(library: &Library, row: &track::Model, folder: &Path) -> Result<Source, MakeError> {
    let path = folder.join("original");
    let bytes_max = u64::try_from(row.size_bytes).unwrap_or_default();
    let changed = |found_hash: String| MakeError::Changed {
        expected_hash: row.content_hash.clone(),
        found_hash,
    };
    let fetched = fetch_file(&library.objects, &row.object_key, &path, bytes_max).await;
    let found_hash = fetched.map_err(|error| match error {
        FetchError::Objects(error) => MakeError::Original(error),
        FetchError::Disk(error) => MakeError::Folder(error),
        FetchError::TooLong => MakeError::Grown { bytes_max },
    })?;
    if found_hash != row.content_hash {
        return Err(changed(found_hash));
    }
    Ok(Source {
        file: path,
        demuxer: demuxer(&row.media_type),
        is_mono: row.channels == 1,
        sample_rate_hz: u32::try_from(row.sample_rate_hz).unwrap_or_default(),
        duration_ms: row.duration_ms,
    })
}

async fn store_rendition(
    library: &Library,
    row: &track::Model,
    transcoded: &Transcoded,
    file: &Path,
    bit_rate_kbps: u32,
) -> Result<rendition::Model, MakeError> {
    let (rate, sample_count) = (transcoded.sample_rate_hz, transcoded.analysis.sample_count);
    let path = file.to_owned();
    let (file, layout, id) =
        super::blocking(move || finish_file(&path, sample_count, rate)).await?;
    // Transcoding takes minutes, in which somebody may have taken them over.
    claim(library).await?;
    let store = Store::new(library.database.clone());
    let key_of = |number| keys::rendition(&id.hash, number);
    let key = store.reclaim_key(key_of).await?;
    match store_file(&library.objects, &key, RENDITION_MEDIA_TYPE, file, &id).await {
        Ok(()) => {}
        Err(WriteError::Source(error)) => {
            return Err(std::io::Error::other(Skip::from(error)).into());
        }
        Err(WriteError::Store(error)) => return Err(MakeError::Objects(error)),
    }
    let (average_bps, peak_bps) = layout.bandwidths(rate);
    Ok(rendition::Model {
        id: ids::new_id(&library.clock).to_string(),
        track_id: row.id.clone(),
        bit_rate_kbps: i64::from(bit_rate_kbps),
        object_key: key,
        size_bytes: to_i64(id.size_bytes),
        content_hash: id.hash,
        sample_rate_hz: i64::from(rate),
        init_bytes: to_i64(layout.init_bytes),
        fragment_frames: i64::from(FRAGMENT_FRAMES),
        frame_count: to_i64(layout.frame_count()),
        fragment_bytes: layout.fragment_bytes(),
        average_bps: to_i64(average_bps),
        peak_bps: to_i64(peak_bps),
        created_at_ms: library.clock.now_ms(),
    })
}

/// Writes the exact length into a file ffmpeg made, and checks that it is on the grid and as long as the source.
fn finish_file(
    path: &Path,
    sample_count: u64,
    sample_rate_hz: u32,
) -> Result<(File, Layout, FileId), MakeError> {
    let mut file = File::options().read(true).write(true).open(path)?;
    let layout = Layout::read(&mut file)?;
    if !layout.has_grid(FRAGMENT_FRAMES) {
        return Err(LayoutError::Unexpected("its fragments are not on the grid").into());
    }
    let frames = (sample_count + PRIMING_SAMPLES).div_ceil(FRAME_SAMPLES);
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

fn to_i64(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_failure_that_is_tried_again() {
        let made = MakeError::of_panics(async { panic!("odd samples") }).await;
        let error: Option<MakeError> = made.map(|(): ()| "made").err();
        assert!(matches!(error, Some(MakeError::Panicked)));
        assert_eq!(MakeError::Panicked.retry(), Retry::Later);
    }

    #[test]
    fn what_the_machine_lacks_costs_a_track_no_try() {
        let lacking = || std::io::Error::from(std::io::ErrorKind::NotFound);
        assert_eq!(MakeError::Folder(lacking()).retry(), Retry::Unblamed);
        let not_run = MakeError::Transcode(TranscodeError::Run(lacking()));
        assert_eq!(not_run.retry(), Retry::Unblamed);
    }
}
