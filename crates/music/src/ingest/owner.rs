//! Whose the objects are: a mark beside them says it, so that a database that was restored, copied or pointed at the wrong
//! place deletes nothing and stores nothing there. Whoever only reads objects does not ask.

use bytes::Bytes;
use chassis::ids;
use chassis::objects::{ObjectError, Objects};
use sea_orm::DbErr;

use super::Library;
use crate::keys;
use crate::store::Store;

/// A longer mark is none of ours.
const MARK_BYTES_MAX: u64 = 64;

/// Why nothing is stored or deleted.
#[derive(Debug, thiserror::Error)]
pub enum OwnerError {
    /// The database did not answer.
    #[error("could not query the music database")]
    Store(#[from] DbErr),
    /// The mark cannot be read or written.
    #[error("could not read or write the mark of the objects")]
    Objects(#[from] ObjectError),
    /// Somebody else's.
    #[error(
        "the objects belong to another library: check music.database_url and music.objects. If this library is to have \
         them from now on: `haas music import --take-over`"
    )]
    Other,
}

/// Makes objects that belong to nobody yet the library's own, and refuses those of another one.
pub(crate) async fn claim(library: &Library) -> Result<(), OwnerError> {
    let own = own_id(library).await?;
    match marked(&library.objects).await? {
        Some(owner) if owner == own => Ok(()),
        Some(_other) => Err(OwnerError::Other),
        None => mark(&library.objects, own).await,
    }
}

/// Makes objects the library's own, whoever has them.
pub(crate) async fn take_over(library: &Library) -> Result<(), OwnerError> {
    let own = own_id(library).await?;
    mark(&library.objects, own).await
}

/// Whether the objects are the library's, and marked so.
pub(crate) async fn owns(library: &Library) -> Result<bool, OwnerError> {
    match marked(&library.objects).await? {
        Some(owner) if owner == own_id(library).await? => Ok(true),
        Some(_other) => Err(OwnerError::Other),
        None => Ok(false),
    }
}

/// The id of the library that the objects belong to.
pub(crate) async fn marked(objects: &Objects) -> Result<Option<String>, OwnerError> {
    match objects.read_range(keys::OWNER, 0..MARK_BYTES_MAX).await {
        Ok((bytes, _size)) => Ok(Some(String::from_utf8_lossy(&bytes).trim().to_owned())),
        Err(ObjectError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn mark(objects: &Objects, id: String) -> Result<(), OwnerError> {
    objects
        .put(keys::OWNER, Bytes::from(id), "text/plain")
        .await?;
    Ok(())
}

async fn own_id(library: &Library) -> Result<String, OwnerError> {
    let store = Store::new(library.database.clone());
    let new_id = ids::new_id(&library.clock).to_string();
    Ok(store.get_or_create_library_id(&new_id).await?)
}
