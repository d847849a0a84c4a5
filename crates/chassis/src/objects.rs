//! Where audio and pictures lie: a folder here, any object store later, the same calls.

use std::path::Path;
use std::sync::Arc;

use object_store::ObjectStore;
use object_store::local::LocalFileSystem;

/// The object store of one service. Keys are built by the service, in one function.
pub type Objects = Arc<dyn ObjectStore>;

/// Opens a folder as an object store and makes it when it is missing.
pub fn open_folder(folder: &Path) -> Result<Objects, OpenError> {
    std::fs::create_dir_all(folder).map_err(|source| OpenError {
        folder: folder.display().to_string(),
        source,
    })?;
    let store = LocalFileSystem::new_with_prefix(folder).map_err(|source| OpenError {
        folder: folder.display().to_string(),
        source: std::io::Error::other(source),
    })?;
    Ok(Arc::new(store.with_fsync(true)))
}

/// Says which folder could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("could not open the folder {folder} for objects")]
pub struct OpenError {
    folder: String,
    source: std::io::Error,
}
