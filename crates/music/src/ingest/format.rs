//! The formats that are imported, told by content and held against the name.

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;

use lofty::file::FileType;

use super::skip::Skip;

/// Names that say "audio" but in a format that is not imported; they are reported, not passed over.
const UNSUPPORTED_EXTENSIONS: [&str; 31] = [
    "3g2",
    "3gp",
    "aif",
    "aifc",
    "aiff",
    "amr",
    "ape",
    "asf",
    "au",
    "dff",
    "dsf",
    "mid",
    "mka",
    "mkv",
    "mod",
    "mov",
    "mp+",
    "mpc",
    "mpp",
    "ofr",
    "oggflac",
    "oggtheora",
    "ogv",
    "ra",
    "spx",
    "tak",
    "tta",
    "webm",
    "wma",
    "wv",
    "xm",
];

/// A format that is imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Mpeg,
    Flac,
    Vorbis,
    Opus,
    Mp4,
    Adts,
    Wav,
}

impl Format {
    /// What the content is, if it is imported at all.
    pub(crate) fn from_file_type(file_type: FileType) -> Option<Self> {
        match file_type {
            FileType::Mpeg => Some(Self::Mpeg),
            FileType::Flac => Some(Self::Flac),
            FileType::Vorbis => Some(Self::Vorbis),
            FileType::Opus => Some(Self::Opus),
            FileType::Mp4 => Some(Self::Mp4),
            FileType::Aac => Some(Self::Adts),
            FileType::Wav => Some(Self::Wav),
            _ => None,
        }
    }

    /// Refuses content under a name that says something else.
    pub(crate) fn check_name(self, path: &Path) -> Result<(), Skip> {
        let extension = extension(path);
        if self.extensions().contains(&extension.as_str()) {
            return Ok(());
        }
        Err(Skip::Mislabelled {
            named: extension,
            found: self,
        })
    }

    fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Mpeg => &["mp3", "mp2"],
            Self::Flac => &["flac"],
            Self::Vorbis => &["ogg", "oga"],
            Self::Opus => &["opus", "ogg", "oga"],
            Self::Mp4 => &["m4a", "m4b", "mp4"],
            Self::Adts => &["aac"],
            Self::Wav => &["wav", "wave"],
        }
    }

    /// The extension objects get.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Mpeg => "mp3",
            Self::Flac => "flac",
            Self::Vorbis => "ogg",
            Self::Opus => "opus",
            Self::Mp4 => "m4a",
            Self::Adts => "aac",
            Self::Wav => "wav",
        }
    }

    /// The content type of the original.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Mpeg => "audio/mpeg",
            Self::Flac => "audio/flac",
            Self::Vorbis | Self::Opus => "audio/ogg",
            Self::Mp4 => "audio/mp4",
            Self::Adts => "audio/aac",
            Self::Wav => "audio/wav",
        }
    }

    /// The codec, unless the container says more.
    pub(crate) fn codec(self) -> &'static str {
        match self {
            Self::Mpeg => "mp3",
            Self::Flac => "flac",
            Self::Vorbis => "vorbis",
            Self::Opus => "opus",
            Self::Mp4 | Self::Adts => "aac",
            Self::Wav => "pcm",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mpeg => "MP3",
            Self::Flac => "FLAC",
            Self::Vorbis => "Ogg Vorbis",
            Self::Opus => "Opus",
            Self::Mp4 => "MP4 audio",
            Self::Adts => "AAC",
            Self::Wav => "WAV",
        })
    }
}

/// Whether a name says that the file is audio, imported or not.
pub(crate) fn is_audio_name(path: &Path) -> bool {
    let extension = extension(path);
    is_supported(&extension) || UNSUPPORTED_EXTENSIONS.contains(&extension.as_str())
}

/// Whether a name says that the file is in a format that is not imported.
pub(crate) fn is_unsupported_name(path: &Path) -> bool {
    !is_supported(&extension(path))
}

fn is_supported(extension: &str) -> bool {
    use Format::{Adts, Flac, Mp4, Mpeg, Opus, Vorbis, Wav};
    [Mpeg, Flac, Vorbis, Opus, Mp4, Adts, Wav]
        .iter()
        .any(|format| format.extensions().contains(&extension))
}

fn extension(path: &Path) -> String {
    path.extension()
        .map(OsStr::to_ascii_lowercase)
        .map(|extension| extension.to_string_lossy().into_owned())
        .unwrap_or_default()
}
