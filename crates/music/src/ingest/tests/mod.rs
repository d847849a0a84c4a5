//! Imports of small libraries, on every database.

mod adding;
mod bucket;
mod damaged;
mod healing;
mod identity;
mod jobs;
mod levels;
mod odd_files;
mod pictures;
mod pipes;
mod races;
mod renditions;
mod spelling;
mod sweep;

pub(crate) use sweep::prepare;
