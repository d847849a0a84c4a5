//! Imports of small libraries, on every database.

mod identity;
mod jobs;
mod levels;
mod odd_files;
mod races;
mod renditions;
mod sweep;
