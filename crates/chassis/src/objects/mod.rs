//! Where audio and pictures lie: a folder here, or a bucket of any S3-compatible store; the same calls for both.
//!
//! Invariants:
//! * an object never changes under its key, but for those of [`Objects::put_changing`]: whoever has it may keep it for ever;
//! * nothing is decided by what only some stores do (conditional writes, locks): stores differ there, databases do not;
//! * what is wrong with a key or a secret is told when the process starts, a store that is away when it is asked.

mod access;
mod config;
mod credentials;
mod fault;
mod folder;
mod s3;
mod write;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt as _};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Location;
use object_store::prefix::PrefixStore;
use object_store::signer::Signer as _;
use object_store::{
    Attribute, Attributes, GetOptions, ObjectMeta, ObjectStore, ObjectStoreExt as _, PutOptions,
    PutPayload,
};

pub use access::Access;
pub use config::{Config, NoPlace, Place};
pub use fault::{StorageFault, storage_fault};
pub use folder::{check_writable, make_private};
pub use object_store::Error as ObjectError;
use s3::{Bucket, Patience};
pub use write::WriteError;

/// What caches may do with every object: it never changes.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// The objects of one service. Keys are built by the service, in one function. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Objects {
    store: Arc<dyn ObjectStore>,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    /// What is stored here has no headers of its own.
    Folder(PathBuf),
    /// Stores content types and cache headers, and signs URLs.
    Bucket(Arc<Bucket>),
    /// A store of tests.
    Other,
}

/// What is known of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its key, as the service made it.
    pub key: String,
    /// Its length in bytes.
    pub size_bytes: u64,
    /// When it was written, by the store's clock.
    pub modified_at_ms: i64,
}

/// Says which place could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("could not open {place} for objects")]
pub struct OpenError {
    place: String,
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl OpenError {
    fn new(
        place: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            place: place.into(),
            source: source.into(),
        }
    }
}

impl Objects {
    /// Opens what the configuration names. A folder is made when it is missing; a bucket is not asked for anything yet.
    pub fn open(config: &Config) -> Result<Self, OpenError> {
        match &config.place {
            Place::Folder(folder) => Self::in_folder(folder),
            Place::Bucket { name, prefix } => {
                let bucket = Arc::new(Bucket::open(config, name, prefix)?);
                Ok(Self::in_bucket(bucket, Patience::Listener))
            }
        }
    }

    /// Opens a folder and makes it when it is missing.
    pub fn in_folder(folder: &Path) -> Result<Self, OpenError> {
        let place = format!("the folder {}", folder.display());
        check_writable(folder).map_err(|error| OpenError::new(&place, error))?;
        let store = LocalFileSystem::new_with_prefix(folder)
            .map_err(|error| OpenError::new(&place, error))?;
        Ok(Self {
            store: Arc::new(store.with_fsync(true)),
            kind: Kind::Folder(folder.to_owned()),
        })
    }

    fn in_bucket(bucket: Arc<Bucket>, patience: Patience) -> Self {
        let store = PrefixStore::new(bucket.store(patience), bucket.prefix.clone());
        Self {
            store: Arc::new(store),
            kind: Kind::Bucket(bucket),
        }
    }

    /// Any store, for tests that break it.
    pub fn of(store: Arc<dyn ObjectStore>) -> Self {
        Self {
            store,
            kind: Kind::Other,
        }
    }

    /// The same objects for work that no listener waits for: a store that is away is tried again for minutes.
    #[must_use]
    pub fn patient(&self) -> Self {
        match &self.kind {
            Kind::Bucket(bucket) => Self::in_bucket(Arc::clone(bucket), Patience::Work),
            Kind::Folder(_) | Kind::Other => self.clone(),
        }
    }

    /// What is known of an object; none when it is not there.
    pub async fn find(&self, key: &str) -> Result<Option<Object>, ObjectError> {
        match self.store.head(&location(key)?).await {
            Ok(meta) => Ok(Some(Object::of(&meta))),
            Err(ObjectError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads some bytes of an object, and says how long the whole object is. There are fewer bytes than were asked for
    /// where the object ends before.
    pub async fn read_range(
        &self,
        key: &str,
        range: Range<u64>,
    ) -> Result<(Bytes, u64), ObjectError> {
        let options = GetOptions::new().with_range(Some(range));
        let found = self.store.get_opts(&location(key)?, options).await?;
        let object_bytes = found.meta.size;
        Ok((found.bytes().await?, object_bytes))
    }

    /// Reads an object from its beginning to its end.
    pub async fn read(
        &self,
        key: &str,
    ) -> Result<BoxStream<'static, Result<Bytes, ObjectError>>, ObjectError> {
        Ok(self.store.get(&location(key)?).await?.into_stream())
    }

    /// Writes a whole object, or nothing. The store checks what it gets by a checksum, and keeps the content type.
    pub async fn put(&self, key: &str, bytes: Bytes, media_type: &str) -> Result<(), ObjectError> {
        self.put_as(key, bytes, self.attributes(media_type, CACHE_CONTROL))
            .await
    }

    /// Writes a text that may be another one later, so that no cache between may keep it.
    pub async fn put_changing(&self, key: &str, bytes: Bytes) -> Result<(), ObjectError> {
        self.put_as(key, bytes, self.attributes("text/plain", "no-store"))
            .await
    }

    async fn put_as(
        &self,
        key: &str,
        bytes: Bytes,
        attributes: Attributes,
    ) -> Result<(), ObjectError> {
        let (location, payload) = (location(key)?, PutPayload::from(bytes));
        let options = PutOptions::from(attributes);
        self.store.put_opts(&location, payload, options).await?;
        Ok(())
    }

    /// Names every object below a folder of keys, in no order.
    pub fn list(&self, folder: &str) -> BoxStream<'static, Result<Object, ObjectError>> {
        let listed = self.store.list(Some(&Location::from(folder)));
        listed
            .map(|meta| meta.map(|meta| Object::of(&meta)))
            .boxed()
    }

    /// Deletes an object; one that is not there is deleted already.
    pub async fn delete(&self, key: &str) -> Result<(), ObjectError> {
        match self.store.delete(&location(key)?).await {
            Err(ObjectError::NotFound { .. }) => Ok(()),
            deleted => deleted,
        }
    }

    /// A URL by which anybody reads the object from the store itself until it ends; none where objects have no URL. It
    /// is made here, without asking the store.
    pub async fn sign(&self, key: &str, lifetime: Duration) -> Result<Option<String>, ObjectError> {
        let Kind::Bucket(bucket) = &self.kind else {
            return Ok(None);
        };
        let location = location(key)?;
        let location: Location = bucket.prefix.parts().chain(location.parts()).collect();
        let url = bucket.signer().signed_url(Method::GET, &location, lifetime);
        Ok(Some(url.await?.into()))
    }

    /// Scheme, host and port of the URLs that [`Objects::sign`] makes; none where there are none.
    pub fn origin(&self) -> Option<String> {
        match &self.kind {
            Kind::Bucket(bucket) => Some(bucket.origin.clone()),
            Kind::Folder(_) | Kind::Other => None,
        }
    }

    /// Whether URLs of [`Objects::sign`] are good for as long as they say: those that a key of a pod or an instance signed
    /// end with it, within hours.
    pub fn signs_lastingly(&self) -> bool {
        matches!(&self.kind, Kind::Bucket(bucket) if bucket.signs_lastingly)
    }

    /// Removes what uploads left in a folder that were cut off, by a kill or a crash of the machine. Blocks, and looks
    /// at every file: call it now and then, where blocking is allowed. Says how many were removed. A bucket does it
    /// itself where its life-cycle rules say so.
    pub fn sweep_uploads(&self) -> u64 {
        match &self.kind {
            Kind::Folder(folder) => folder::sweep_uploads(folder),
            Kind::Bucket(_) | Kind::Other => 0,
        }
    }

    fn attributes(&self, media_type: &str, cache_control: &'static str) -> Attributes {
        match &self.kind {
            Kind::Folder(_) => Attributes::new(),
            Kind::Bucket(_) | Kind::Other => Attributes::from_iter([
                (Attribute::ContentType, media_type.to_owned()),
                (Attribute::CacheControl, cache_control.to_owned()),
            ]),
        }
    }
}

impl Object {
    fn of(meta: &ObjectMeta) -> Self {
        Self {
            key: meta.location.to_string(),
            size_bytes: meta.size,
            modified_at_ms: meta.last_modified.timestamp_millis(),
        }
    }
}

fn location(key: &str) -> Result<Location, ObjectError> {
    Ok(Location::parse(key)?)
}
