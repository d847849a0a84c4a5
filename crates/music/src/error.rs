//! What can go wrong in this service, and the one place that makes answers of it.

use std::time::Duration;

use chassis::Problem;
use sea_orm::DbErr;

/// How long a caller waits before it asks again while the database or the object store is away.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Everything that can go wrong, in the words of the domain.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// No such track, or it is deleted.
    #[error("there is no track {0}")]
    TrackNotFound(String),
    /// No such album, or it has no track.
    #[error("there is no album {0}")]
    AlbumNotFound(String),
    /// No such artist, or nothing of theirs is left.
    #[error("there is no artist {0}")]
    ArtistNotFound(String),
    /// No such genre, or it has no track.
    #[error("there is no genre {0}")]
    GenreNotFound(String),
    /// The database did not answer or refused.
    #[error("could not query the music database")]
    Store(#[from] DbErr),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::TrackNotFound(_) => {
                Self::not_found("music.track_not_found", "Track not found").detail(error)
            }
            Error::AlbumNotFound(_) => {
                Self::not_found("music.album_not_found", "Album not found").detail(error)
            }
            Error::ArtistNotFound(_) => {
                Self::not_found("music.artist_not_found", "Artist not found").detail(error)
            }
            Error::GenreNotFound(_) => {
                Self::not_found("music.genre_not_found", "Genre not found").detail(error)
            }
            Error::Store(DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) => {
                Self::unavailable(RETRY_AFTER).because(error)
            }
            Error::Store(_) => Self::internal(error),
        }
    }
}
