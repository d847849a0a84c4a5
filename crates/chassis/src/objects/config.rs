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

    /// Whether one of two places lies in the other, or both are the same.
    pub fn overlaps(&self, other: &Self) -> bool {
        let is_within = |inner: &str, outer: &str| {
            let rest = inner.strip_prefix(outer);
            rest.is_some_and(|rest| outer.is_empty() || rest.is_empty() || rest.starts_with('/'))
        };
        match (&self.place, &other.place) {
            (Place::Folder(one), Place::Folder(two)) => {
                let [one, two] = [one, two].map(|folder| real(folder));
                one.starts_with(&two) || two.starts_with(&one)
            }
            (
                Place::Bucket { name, prefix },
                Place::Bucket {
                    name: other_name,
                    prefix: other_prefix,
                },
            ) => {
                let is_one_bucket =
                    name == other_name && self.access.endpoint == other.access.endpoint;
                is_one_bucket
                    && (is_within(prefix, other_prefix) || is_within(other_prefix, prefix))
            }
            _ => false,
        }
    }

    /// Reads the keys `import_…`: how buckets are reached that music is imported from. What is not set is as it is for
    /// objects.
    pub fn read_import(&self, section: &mut Section<'_>) -> Access {
        Access::read(section, "import", &self.access)
    }
}

/// Where a folder is, as far as it is there.
fn real(folder: &Path) -> PathBuf {
    for above in folder.ancestors() {
        let above_or_here = if above.as_os_str().is_empty() {
            Path::new(".")
        } else {
            above
        };
        if let (Ok(real), Ok(below)) = (above_or_here.canonicalize(), folder.strip_prefix(above)) {
            return real.join(below);
        }
    }
    folder.to_owned()
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
            // Whoever writes another scheme, or this one otherwise, does not mean a folder of that name.
            let is_scheme = |scheme: &str| scheme.eq_ignore_ascii_case("s3");
            let has_scheme = text.contains("://")
                || text
                    .split_once(':')
                    .is_some_and(|(scheme, _)| is_scheme(scheme));
            let is_folder = !text.is_empty() && !has_scheme;
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
            "s3:music/library",
            "S3://music",
            "s3:/music",
            "https://s3.example/music",
        ] {
            assert_eq!(text.parse::<Place>(), Err(NoPlace), "{text}");
        }
    }

    #[test]
    fn places_overlap_where_one_lies_in_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("a/../b/c");
        std::fs::create_dir_all(folder.path().join("a")).unwrap();
        let at = |place: &str| Config::of(place.parse().unwrap());
        let (folder, inside) = (folder.path().to_str().unwrap(), inside.to_str().unwrap());
        for (one, two, expected) in [
            ("s3://music", "s3://music", true),
            ("s3://music/a", "s3://music", true),
            ("s3://music/a", "s3://music/a/b", true),
            ("s3://music/a", "s3://music/ab", false),
            ("s3://music/a", "s3://backup/a", false),
            (folder, folder, true),
            (inside, folder, true),
            (folder, "/nowhere", false),
            (folder, "s3://music", false),
        ] {
            assert_eq!(at(one).overlaps(&at(two)), expected, "{one} {two}");
            assert_eq!(at(two).overlaps(&at(one)), expected, "{two} {one}");
        }
    }

    #[test]
    fn a_place_reads_what_it_shows() {
        for text in ["/srv/music", "s3://music", "s3://music/a/b"] {
            assert_eq!(text.parse::<Place>().unwrap().to_string(), text);
        }
    }
}
