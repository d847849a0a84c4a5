//! Why a file is not imported: one sentence for people, one code for programs.

use std::io;

use super::format::Format;

/// Why a file is left out. The run goes on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Skip {
    #[error("cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error("the store refuses to give it")]
    Refused,
    #[error("it is not a regular file")]
    NotRegular,
    #[error("the file is empty")]
    Empty,
    #[error("{size_bytes} bytes are more than the limit of {limit_bytes}")]
    TooLarge { size_bytes: u64, limit_bytes: u64 },
    #[error(
        "one run takes no more than {0} files: it and what comes after it are left out, and nothing was removed \
         (import fewer folders at once)"
    )]
    TooMany(usize),
    #[error("its path is longer than {0} bytes")]
    PathTooLong(usize),
    #[error("there is no audio in it")]
    NotAudio,
    #[error("its format is not supported; MP3, FLAC, Ogg Vorbis, Opus, M4A/AAC and WAV are")]
    Unsupported,
    #[error(
        "it is {0}, which is not supported; MP3, FLAC, Ogg Vorbis, Opus, M4A/AAC and WAV with PCM are"
    )]
    UnsupportedKind(&'static str),
    #[error("its name says {named} but its content is {found}")]
    Mislabelled { named: String, found: Format },
    #[error("it is truncated: {0}")]
    Truncated(&'static str),
    #[error("it is broken: {0}")]
    Broken(String),
    #[error("it is protected against copying")]
    Protected,
    #[error("it is longer than {0} hours")]
    TooLong(u64),
    #[error("no music has {sample_rate_hz} Hz and {channels} channels")]
    Implausible { sample_rate_hz: u32, channels: u8 },
    #[error("it changed while it was read")]
    Changed,
    #[error("its reader could not cope with it")]
    Panicked,
}

impl Skip {
    /// Stable, for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) | Self::Refused => "unreadable",
            Self::NotRegular => "not_regular",
            Self::Empty => "empty",
            Self::TooLarge { .. } => "too_large",
            Self::TooMany(_) => "too_many",
            Self::PathTooLong(_) => "path_too_long",
            Self::NotAudio => "not_audio",
            Self::Unsupported | Self::UnsupportedKind(_) => "unsupported",
            Self::Mislabelled { .. } => "mislabelled",
            Self::Truncated(_) => "truncated",
            Self::Broken(_) => "broken",
            Self::Protected => "protected",
            Self::TooLong(_) => "too_long",
            Self::Implausible { .. } => "implausible",
            Self::Changed => "changed",
            Self::Panicked => "panicked",
        }
    }
}
