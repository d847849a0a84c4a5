//! The tables, a file each.

pub(crate) mod album;
pub(crate) mod album_artist;
pub(crate) mod artist;
pub(crate) mod chart;
pub(crate) mod chart_listener;
pub(crate) mod chart_play;
pub(crate) mod chart_track;
pub(crate) mod cover;
pub(crate) mod genre;
pub(crate) mod job;
pub(crate) mod lease;
pub(crate) mod library;
pub(crate) mod orphan;
pub(crate) mod play;
pub(crate) mod presence;
pub(crate) mod rendition;
pub(crate) mod search_gram;
pub(crate) mod secret;
pub(crate) mod source;
pub(crate) mod spent_key;
pub(crate) mod track;
pub(crate) mod track_artist;
pub(crate) mod track_genre;
pub(crate) mod track_loudness;
