//! Where music is imported from: a folder of this machine, or a part of a bucket. What follows is the same for both.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chassis::objects::{ObjectError, Objects, Place};
use futures_util::TryStreamExt as _;
use futures_util::future::BoxFuture;

use super::bucket::{arrange, is_wanted};
use super::folder;
use super::import::ImportError;
use super::objects::{FetchError, fetch_file};
use super::outcome::ImportEvent;
use super::read::{ReadFile, read_beside, read_file};
use super::skip::Skip;
use super::standing::{find_fallen, stands_as};
use super::walk::{Candidate, Found};
use super::work_folder::WorkFolder;
use super::{blocking, refusing};
use crate::store::entities::source;

/// How often it is told how many objects a listing has named.
const TELL_EVERY_OBJECTS: u64 = 1_000;

/// Of a bucket so many objects are held in memory for each file that a run takes: what lies beside it, and files that are
/// too many.
const OBJECTS_PER_FILE_MAX: usize = 4;

/// Where music is imported from. It is only read.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A folder.
    Folder(PathBuf),
    /// A part of a bucket, whose keys begin where its prefix ends.
    Bucket {
        /// `s3://BUCKET/PREFIX`
        name: String,
        /// What is in it.
        objects: Objects,
    },
}

/// Why a file was not read.
pub(super) enum ReadError {
    /// The file is to blame.
    Skip(Skip),
    /// Where it comes from, or where it is worked on, is to blame.
    Import(ImportError),
}

impl From<Skip> for ReadError {
    fn from(skip: Skip) -> Self {
        Self::Skip(skip)
    }
}

impl<P: Into<PathBuf>> From<P> for Origin {
    fn from(folder: P) -> Self {
        Self::Folder(folder.into())
    }
}

impl Origin {
    /// A part of a bucket.
    pub fn bucket(place: &Place, objects: Objects) -> Self {
        Self::Bucket {
            name: place.to_string(),
            objects,
        }
    }

    /// As whoever imports calls it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Folder(folder) => folder.display().to_string(),
            Self::Bucket { name, .. } => name.clone(),
        }
    }

    /// Refuses what [`import`](super::import()) would refuse, for whoever makes a library only where there is something
    /// to import.
    pub async fn check(&self) -> Result<(), ImportError> {
        self.root().await?;
        if let Self::Bucket { objects, .. } = self {
            let first = objects.list("").try_next().await;
            first.map_err(|error| self.unreadable(error))?;
        }
        Ok(())
    }

    /// What the paths of all files begin with, as rows name it.
    pub(super) async fn root(&self) -> Result<PathBuf, ImportError> {
        match self {
            Self::Folder(folder) => {
                let folder = folder.clone();
                blocking(move || folder::find_root(&folder)).await
            }
            Self::Bucket { name, .. } => Ok(PathBuf::from(name)),
        }
    }

    /// Finds the files, and tells now and then how many there are: many take minutes.
    pub(super) async fn look(
        &self,
        root: &Path,
        files_max: usize,
        observe: &mut (dyn FnMut(ImportEvent) + Send),
    ) -> Result<Found, ImportError> {
        match self {
            Self::Folder(_) => Ok(folder::look(root.to_owned(), files_max, observe).await),
            Self::Bucket { objects, .. } => {
                let mut listed = objects.list("");
                let mut found = Vec::new();
                let mut file_count = 0;
                let objects_max = files_max.saturating_mul(OBJECTS_PER_FILE_MAX);
                while let Some(object) = listed
                    .try_next()
                    .await
                    .map_err(|error| self.unreadable(error))?
                {
                    file_count += 1;
                    if is_wanted(&object) {
                        found.push(object);
                    }
                    if objects_max < found.len() {
                        return Err(ImportError::TooMany {
                            bucket: self.shown(),
                            objects_max,
                        });
                    }
                    if file_count % TELL_EVERY_OBJECTS == 1 {
                        observe(ImportEvent::Looking { file_count });
                    }
                }
                Ok(blocking(move || arrange(found, files_max)).await)
            }
        }
    }

    /// Reads one file; one of a bucket lies below `work` meanwhile.
    pub(super) async fn read(
        &self,
        root: &Path,
        candidate: &Candidate,
        file_bytes_max: u64,
        work: &Path,
    ) -> Result<ReadFile, ReadError> {
        let candidate = candidate.clone();
        let Self::Bucket { objects, .. } = self else {
            let root = root.to_owned();
            let read = move || read_file(&root, &candidate, file_bytes_max);
            return Ok(refusing(Skip::Panicked, read).await?);
        };
        // What would be refused is not fetched.
        candidate.check(file_bytes_max)?;
        let folder = WorkFolder::new_in(work).map_err(|error| ReadError::Import(error.into()))?;
        // Apart from what else lies there, whose name an object may have.
        let fetched = folder.path().join("fetched");
        let paths = [Some(&candidate.path), candidate.lyrics_path.as_ref()];
        for path in paths.into_iter().flatten() {
            let to = fetched.join(path);
            self.fetch(objects, path, &to, file_bytes_max).await?;
        }
        // The file stays open when its folder goes.
        let read = move || {
            let read = read_file(&fetched, &candidate, file_bytes_max);
            drop(folder);
            read
        };
        Ok(refusing(Skip::Panicked, read).await?)
    }

    /// Fetches an object, if it has not become larger than `bytes_max` since it was listed.
    async fn fetch(
        &self,
        objects: &Objects,
        path: &Path,
        to: &Path,
        bytes_max: u64,
    ) -> Result<(), ReadError> {
        let of_disk = |error: std::io::Error| match error.kind() {
            // Buckets have longer names than disks.
            ErrorKind::InvalidFilename => ReadError::Skip(error.into()),
            _ => ReadError::Import(error.into()),
        };
        let of_bucket = |error| match error {
            // It was there when it was listed.
            ObjectError::NotFound { .. } => ReadError::Skip(Skip::Changed),
            // The list was given: it is this one that is archived, or under another key.
            ObjectError::PermissionDenied { .. } => ReadError::Skip(Skip::Refused),
            error => ReadError::Import(self.unreadable(error)),
        };
        if let Some(parent) = to.parent() {
            tokio::fs::create_dir_all(parent).await.map_err(of_disk)?;
        }
        let fetched = fetch_file(objects, &path.to_string_lossy(), to, bytes_max).await;
        fetched.map(drop).map_err(|error| match error {
            FetchError::Objects(error) => of_bucket(error),
            FetchError::Disk(error) => of_disk(error),
            FetchError::TooLong => Skip::Changed.into(),
        })
    }

    /// A file beside a track, if it can be read and is not too large.
    pub(super) async fn read_beside(
        &self,
        root: &Path,
        path: &Path,
        bytes_max: usize,
    ) -> Option<Vec<u8>> {
        match self {
            Self::Folder(_) => {
                let path = root.join(path);
                blocking(move || read_beside(&path, bytes_max)).await
            }
            Self::Bucket { objects, .. } => {
                let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX);
                let key = path.to_string_lossy();
                let (bytes, size_bytes) = objects.read_range(&key, 0..limit).await.ok()?;
                (size_bytes <= limit && !bytes.is_empty()).then(|| bytes.into())
            }
        }
    }

    /// Of some paths, those that have not the content any more that they were imported with. What lies in another bucket
    /// cannot be seen from here, and is taken to be there.
    pub(super) fn find_fallen(
        &self,
        root: &Path,
        sources: Vec<source::Model>,
    ) -> BoxFuture<'static, Vec<source::Model>> {
        let (here, elsewhere): (Vec<_>, Vec<_>) = sources
            .into_iter()
            .partition(|source| Path::new(&source.root).join(&source.path).starts_with(root));
        let on_disk = elsewhere.into_iter().filter(|source| !is_bucket(source));
        match self {
            Self::Folder(_) => find_fallen(here.into_iter().chain(on_disk).collect()),
            Self::Bucket { objects, .. } => {
                let (objects, root) = (objects.clone(), Arc::from(root));
                let on_disk = find_fallen(on_disk.collect());
                Box::pin(async move {
                    let mut fallen = on_disk.await;
                    for source in here {
                        if !stands_in(&objects, &root, &source).await {
                            fallen.push(source);
                        }
                    }
                    fallen
                })
            }
        }
    }

    fn unreadable(&self, source: ObjectError) -> ImportError {
        ImportError::Bucket {
            bucket: self.shown(),
            source,
        }
    }
}

fn is_bucket(source: &source::Model) -> bool {
    source.root.starts_with("s3://")
}

/// Whether an object is still what was imported. A store that does not answer has not lost it.
async fn stands_in(objects: &Objects, root: &Path, source: &source::Model) -> bool {
    let path = Path::new(&source.root).join(&source.path);
    let below = path.strip_prefix(root).unwrap_or(&path);
    match objects.find(&below.to_string_lossy()).await {
        Ok(Some(object)) => stands_as(source, object.size_bytes, object.modified_at_ms),
        Ok(None) => false,
        Err(_away) => true,
    }
}
