//! From a folder of files, or a bucket of objects, to tracks that play.
//!
//! # What a track's identity is
//!
//! A file is keyed by the SHA-256 of its bytes, a track is kept by the audio in it:
//! 1. an unchanged path (size, time, and what lies beside it) is not even opened;
//! 2. known content is its track, wherever it lies: a moved file keeps its track, two copies are one track;
//! 3. new content with the audio of a known track (the hash leaves tags out, see `content`) is that track with new
//!    tags, if the track stands at no other path any more: a retagged file keeps its track, also when it was
//!    moved at the same time, and two copies with different tags are two tracks;
//! 4. everything else is a new track.
//!
//! A path that is gone is forgotten; a track without a path is soft-deleted and comes back with its id, its
//! renditions and its plays when its file does.
//!
//! # What a crash leaves
//!
//! Objects are written before the rows that name them, and the rows of one file in one transaction. A crash leaves
//! at most an object nobody names; the next run writes the same object under the same key, or `sweep` removes it.

mod analysis;
mod bucket;
mod charset;
mod complaint;
pub(crate) mod content;
mod cover;
mod covers;
mod drawing;
#[cfg(test)]
pub(crate) mod fixtures;
mod flac;
mod fmp4;
mod folder;
pub(crate) mod format;
mod guests;
mod heal;
mod import;
mod kind;
pub(crate) mod loudness;
pub(crate) mod lyrics;
mod make;
mod metrics;
mod mpeg;
mod names;
mod objects;
mod ogg;
mod origin;
mod outcome;
mod owner;
mod prepare;
mod read;
mod skip;
mod standing;
pub(crate) mod sweep;
mod tags;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod text;
mod transcode;
mod walk;
mod work_folder;

pub(crate) use content::hex;
pub use import::{ImportError, ImportOptions, import};
pub(crate) use objects::{Expected, SourceError, hash_object};
pub use origin::Origin;
pub use outcome::{FileOutcome, ImportEvent, ImportSummary};
pub use owner::OwnerError;
#[cfg(test)]
pub(crate) use owner::claim;
pub(crate) use owner::{Filling, begin_filling, has_marked, take_over};
pub(crate) use prepare::start_workers;
pub use prepare::{
    PrepareError, PrepareOutcome, PrepareSummary, Unprepared, count_unprepared, list_unprepared,
    prepare_all,
};
pub(crate) use read::UNKNOWN_ARTIST;
pub(crate) use sweep::start_sweeping;

use std::path::PathBuf;

use chassis::clock::Clock;
use chassis::database::Database;
use chassis::objects::Objects;

/// What an import writes to.
#[derive(Clone, Debug)]
pub struct Library {
    /// The music database, migrated.
    pub database: Database,
    /// The music objects.
    pub objects: Objects,
    /// Where jobs work: a folder on a disk with room for an original and its renditions, made when it is needed.
    pub work: PathBuf,
    /// The time.
    pub clock: Clock,
}

/// Runs what blocks away from the async threads. A panic there goes on here.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => value,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// As [`blocking`], for what takes apart bytes that anybody may have made: a decoder that panics has refused one file
/// and must not take the run with it.
async fn refusing<T: Send + 'static, E: Send + 'static>(
    panicked: E,
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(_panic_is_logged_by_the_hook) => Err(panicked),
    }
}
