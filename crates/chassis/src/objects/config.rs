use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::access::Access;
use crate::config::Section;

/// What an operator is told of a place.
const PLACE: &str = "a folder, or \"s3://BUCKET\" or \"s3://BUCKET/PREFIX\"";

/// Where a service's objects are, and how a bucket is reached.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where they are.
    pub place: Place,
    /// How it is reached, where it is a bucket.
    pub(super) access: Access,
}

/// A folder, or a part of a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A folder of this machine, or one that is mounted.
    Folder(PathBuf),
    /// A bucket of an S3-compatible store.
    Bucket {
        /// Its name.
        name: String,
        /// What all keys begin with, without slashes around it; nothing for the whole bucket.
        prefix: String,
    },
}

impl Config {
    /// A folder.
    pub fn folder(folder: impl Into<PathBuf>) -> Self {
        Self::of(Place::Folder(folder.into()))
    }

    fn of(place: Place) -> Self {
        Self {
            place,
            access: Access::default(),
        }
    }

    /// Reads the keys `objects` and `objects_…` of a service's section. Without a place it is a folder of the service's
    /// name in the data folder.
    pub fn read(section: &mut Section<'_>, data: &Path, service: &str) -> Self {
        let place = section.parsed(
            "objects",
            Place::Folder(data.join(service)),
            PLACE,
            "Where the service's objects are: audio, pictures.",
        );
        Self {
            place,
            access: Access::read(section, "objects", &Access::default()),
        }
    }

    /// Reads the keys `import_…`: how buckets are reached that music is imported from. What is not set is as it is for
    /// objects.
    pub fn read_import(&self, section: &mut Section<'_>) -> Access {
        Access::read(section, "import", &self.access)
    }
}

impl Access {
    /// A place that is reached in this way.
    pub fn at(&self, place: Place) -> Config {
        Config {
            place,
            access: self.clone(),
        }
    }
}

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let Some(bucket) = text.strip_prefix("s3://") else {
            // Whoever writes another scheme does not mean a folder of that name.
            let is_folder = !text.is_empty() && !text.contains("://");
            return is_folder.then(|| Self::Folder(text.into())).ok_or(NoPlace);
        };
        let (name, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "-._".contains(letter);
        let prefix = prefix.trim_matches('/');
        let has_gap = !prefix.is_empty() && prefix.split('/').any(is_no_segment);
        if name.is_empty() || !name.chars().all(is_letter) || has_gap {
            return Err(NoPlace);
        }
        Ok(Self::Bucket {
            name: name.to_owned(),
            prefix: prefix.to_owned(),
        })
    }
}

/// Whether a part of a key is one that no client may send as it is.
fn is_no_segment(segment: &str) -> bool {
    matches!(segment, "" | "." | "..")
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => folder.display().fmt(formatter),
            Self::Bucket { name, prefix } if prefix.is_empty() => write!(formatter, "s3://{name}"),
            Self::Bucket { name, prefix } => write!(formatter, "s3://{name}/{prefix}"),
        }
    }
}

/// A text that names no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not {PLACE}")]
pub struct NoPlace;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_folder_or_a_bucket() {
        let bucket = |name: &str, prefix: &str| Place::Bucket {
            name: name.to_owned(),
            prefix: prefix.to_owned(),
        };
        for (text, place) in [
            ("haas-data/music", Place::Folder("haas-data/music".into())),
            ("/srv/s3:/music", Place::Folder("/srv/s3:/music".into())),
            ("s3://music", bucket("music", "")),
            ("s3://music/", bucket("music", "")),
            ("s3://my.music-1/a/b/", bucket("my.music-1", "a/b")),
        ] {
            assert_eq!(text.parse(), Ok(place), "{text}");
        }
        for text in [
            "",
            "s3://",
            "s3:///songs",
            "s3://mu sic",
            "s3://music@host/",
            "s3://music/a//b",
            "s3://music/../other",
            "gs://music",
            "https://s3.example/music",
        ] {
            assert_eq!(text.parse::<Place>(), Err(NoPlace), "{text}");
        }
    }

    #[test]
    fn a_place_reads_what_it_shows() {
        for text in ["/srv/music", "s3://music", "s3://music/a/b"] {
            assert_eq!(text.parse::<Place>().unwrap().to_string(), text);
        }
    }
}
