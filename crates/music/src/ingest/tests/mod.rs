//! Imports of small libraries, on every database.

mod identity;
mod jobs;
mod levels;
mod odd_files;
mod renditions;
mod sweep;
