//! What can go wrong in this service, and the one place that makes answers of it.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use chassis::Problem;
use chassis::database::is_unable;
use sea_orm::DbErr;

use crate::delivery::{BrokenRendition, LoadError};

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
    /// No such rendition, or its track is deleted, or it is not made yet.
    #[error("there is no rendition {0} (yet)")]
    RenditionNotFound(String),
    /// Its row must not be believed.
    #[error(transparent)]
    RenditionBroken(#[from] BrokenRendition),
    /// The track has none.
    #[error("there are no lyrics of track {0}")]
    LyricsNotFound(String),
    /// The track has none, or it is not measured yet.
    #[error("there is no waveform of track {0} (yet)")]
    WaveformNotFound(String),
    /// No such cover.
    #[error("there is no cover {0} in this width")]
    CoverNotFound(String),
    /// The object store did not say whether there is such a cover.
    #[error("could not ask the object store for a cover")]
    CoverStore(#[source] chassis::objects::ObjectError),
    /// There is no credential to sign a URL with.
    #[error("could not sign a URL of the object store")]
    Sign(#[source] chassis::objects::ObjectError),
    /// What a track's or cover's row promises cannot be read.
    #[error("could not read media")]
    Media(#[source] LoadError),
    /// As many whole files as allowed are being sent.
    #[error(
        "as many whole files as this server sends at once are being sent: try again, or play by HLS"
    )]
    LongAnswersBusy,
    /// A play token that we did not sign, or another play's.
    #[error("the play token is not one that this play was given")]
    PlayTokenRefused,
    /// A report that no play can have.
    #[error("heard_ms must be from 0 to 86400000")]
    HeardOutOfRange,
    /// A report that claims more than time has passed.
    #[error("less time has passed than the play claims to have heard")]
    HeardTooSoon,
    /// A report of a play that began too long ago.
    #[error("the play began more than a day ago")]
    PlayExpired,
    /// Figures that no play can have had.
    #[error("no play can have gone like this")]
    SummaryRefused,
    /// One network begins more plays than one network may.
    #[error("too many plays begin from this network: try again in the next minute")]
    TooManyStarts {
        /// Until the next minute.
        retry_after: Duration,
    },
    /// More wants to be recorded than the database takes.
    #[error("too many plays wait to be recorded")]
    Busy,
    /// A play could not be recorded; all that went into one transaction share the cause.
    #[error("could not record the play")]
    NotRecorded(#[source] Arc<DbErr>),
    /// No chart was kept for this hour.
    #[error("there is no chart of {0}")]
    ChartNotFound(String),
    /// Something that is not a full hour.
    #[error("hour must be a full hour of UTC such as 2026-11-23T05:00:00Z")]
    NotAnHour,
    /// As many listen to events as may.
    #[error("too many listen to chart events")]
    SubscribersFull,
    /// A stored chart that this version cannot read.
    #[error("could not read a stored chart")]
    StoredChart(#[source] serde_json::Error),
    /// What everybody is shown could not be read; those who waited for it share the cause.
    #[error("could not read what everybody is shown")]
    NotRead(#[source] Arc<Self>),
    /// The database did not answer or refused.
    #[error("could not query the music database")]
    Store(#[from] DbErr),
}

impl Error {
    /// Whether the database could not do it now, and may later.
    fn is_unable(&self) -> bool {
        match self {
            Self::NotRead(cause) => cause.is_unable(),
            Self::NotRecorded(cause) => is_unable(cause),
            Self::Store(cause) => is_unable(cause),
            _ => false,
        }
    }

    /// Whether it says nothing about what was asked for, only that something is away or full.
    pub(crate) fn is_outage(&self) -> bool {
        match self {
            Self::NotRead(cause) => cause.is_outage(),
            Self::Store(_)
            | Self::CoverStore(_)
            | Self::Sign(_)
            | Self::NotRecorded(_)
            | Self::Busy => true,
            _ => false,
        }
    }
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
            Error::RenditionNotFound(_) => {
                Self::not_found("music.rendition_not_found", "Rendition not found").detail(error)
            }
            Error::CoverNotFound(_) => {
                Self::not_found("music.cover_not_found", "Cover not found").detail(error)
            }
            Error::LyricsNotFound(_) => {
                Self::not_found("music.lyrics_not_found", "Lyrics not found").detail(error)
            }
            Error::WaveformNotFound(_) => {
                Self::not_found("music.waveform_not_found", "Waveform not found").detail(error)
            }
            Error::RenditionBroken(_) | Error::Media(LoadError::WrongSize { .. }) => {
                Self::internal(error)
            }
            Error::Media(_) | Error::CoverStore(_) | Error::Sign(_) => {
                Self::unavailable(RETRY_AFTER).because(error)
            }
            Error::PlayTokenRefused => Self::new(
                StatusCode::FORBIDDEN,
                "music.play_token_refused",
                "Play token refused",
            )
            .detail(error),
            Error::HeardOutOfRange | Error::HeardTooSoon => {
                unprocessable("music.heard_refused", "Heard time refused")
                    .field("#/heard_ms", error)
            }
            Error::SummaryRefused => {
                unprocessable("music.playback_summary_refused", "Playback summary refused")
                    .detail(error)
            }
            Error::PlayExpired => unprocessable("music.play_expired", "Play expired").detail(error),
            Error::TooManyStarts { retry_after } => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "music.too_many_plays",
                "Too many plays",
            )
            .detail(error)
            .retry_after(retry_after),
            Error::Busy | Error::SubscribersFull | Error::LongAnswersBusy => {
                Self::unavailable(RETRY_AFTER).detail(error)
            }
            Error::ChartNotFound(_) => {
                Self::not_found("music.chart_not_found", "Chart not found").detail(error)
            }
            Error::NotAnHour => Self::invalid(&error).field("hour", &error),
            error if error.is_unable() => Self::unavailable(RETRY_AFTER).because(error),
            Error::Store(_) | Error::NotRecorded(_) | Error::NotRead(_) | Error::StoredChart(_) => {
                Self::internal(error)
            }
        }
    }
}

fn unprocessable(code: &'static str, title: &'static str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, title)
}
