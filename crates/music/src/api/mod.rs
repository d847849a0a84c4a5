//! The API under `/api/music/v1`: a file per noun.

pub(crate) mod albums;
pub(crate) mod artists;
mod covers;
mod description;
pub(crate) mod genres;
mod hls;
mod licence;
mod lyrics;
pub(crate) mod search;
mod streams;
#[cfg(test)]
mod tests;
pub(crate) mod tracks;
mod waveform;

use utoipa_axum::router::OpenApiRouter;

use crate::{AppState, chart, plays};

pub(crate) use albums::Album;
pub(crate) use artists::Artist;
pub(crate) use description::show_description;
pub(crate) use genres::Genre;
pub(crate) use licence::Licence;
pub(crate) use tracks::{AlbumName, Named, Track};

/// Every route of the API.
pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(tracks::router())
        .merge(albums::router())
        .merge(artists::router())
        .merge(genres::router())
        .merge(search::router())
        .merge(streams::router())
        .merge(hls::router())
        .merge(lyrics::router())
        .merge(waveform::router())
        .merge(covers::router())
        .merge(plays::api::router())
        .merge(chart::api::router())
}
