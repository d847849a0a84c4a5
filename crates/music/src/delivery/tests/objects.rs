//! An object store in memory that counts its reads, and holds up or breaks them when told.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use chassis::objects::Objects;
use futures_util::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use tokio::sync::Semaphore;

/// Cheap to clone; clones are the same store.
#[derive(Clone, Debug)]
pub(crate) struct TestObjects(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    stored: InMemory,
    read_count: AtomicUsize,
    is_broken: AtomicBool,
    /// A read takes one; there are plenty until they are held up.
    gate: Semaphore,
}

impl Default for TestObjects {
    fn default() -> Self {
        Self(Arc::new(Inner {
            stored: InMemory::new(),
            read_count: AtomicUsize::new(0),
            is_broken: AtomicBool::new(false),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
        }))
    }
}

impl TestObjects {
    pub(crate) fn as_objects(&self) -> Objects {
        Objects::of(Arc::new(self.clone()))
    }

    /// How many reads were begun.
    pub(crate) fn read_count(&self) -> usize {
        self.0.read_count.load(Ordering::SeqCst)
    }

    /// Makes every read fail, or no longer.
    pub(crate) fn break_reads(&self, is_broken: bool) {
        self.0.is_broken.store(is_broken, Ordering::SeqCst);
    }

    /// Holds reads up until [`TestObjects::let_through`].
    pub(crate) fn hold_up(&self) {
        self.0.gate.forget_permits(Semaphore::MAX_PERMITS);
    }

    /// Lets this many reads through.
    pub(crate) fn let_through(&self, count: usize) {
        self.0.gate.add_permits(count);
    }
}

impl fmt::Display for TestObjects {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("test objects")
    }
}

#[async_trait::async_trait]
impl ObjectStore for TestObjects {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        self.0.stored.put_opts(location, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.0.stored.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.0.read_count.fetch_add(1, Ordering::SeqCst);
        self.0.gate.acquire().await.unwrap().forget();
        if self.0.is_broken.load(Ordering::SeqCst) {
            return Err(Error::Generic {
                store: "test",
                source: "disk gone".into(),
            });
        }
        self.0.stored.get_opts(location, options).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.0.stored.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.0.stored.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.0.stored.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.0.stored.copy_opts(from, to, options).await
    }
}
