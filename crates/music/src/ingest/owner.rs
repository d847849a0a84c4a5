//! Whose the objects are: a mark beside them says it, so that a database that was restored, copied or pointed at the wrong
//! place deletes nothing and stores nothing there. Whoever only reads objects does not ask.

use bytes::Bytes;
use chassis::ids;
use chassis::objects::{ObjectError, Objects};
use futures_util::{StreamExt as _, TryStreamExt as _};
use sea_orm::DbErr;

use super::Library;
use crate::keys;
use crate::store::Store;

/// A longer mark is none of ours.
const MARK_BYTES_MAX: u64 = 128;
/// What the mark of a place begins with that a restore is filling; then comes the restore's own id.
const FILLING: &str = "restore ";
/// Then, in the mark of a place that is taken over, the id of the library that had it.
const FORMER: &str = " of ";
/// How many objects of a place without a mark are looked at to see whose they are.
const LOOKED_AT: usize = 500;

/// Why nothing is stored or deleted.
#[derive(Debug, thiserror::Error)]
pub enum OwnerError {
    /// The database did not answer.
    #[error("could not query the music database")]
    Store(#[from] DbErr),
    /// The objects or their mark cannot be read or written.
    #[error("could not see or say whose the objects are")]
    Objects(#[from] ObjectError),
    /// Somebody else's.
    #[error(
        "the objects belong to another library: check music.database_url and music.objects. If this library is to have \
         them from now on: `haas music import --take-over`"
    )]
    Other,
    /// A restore was cut off, or is under way.
    #[error(
        "a restore into music.objects has begun and not ended: do it again, or take the objects for this library: \
         `haas music import --take-over`"
    )]
    Filling,
    /// They are not where the configuration says.
    #[error(
        "the database knows music, and there is none of it in music.objects: check that. If all of it is lost: \
         `haas music import --thorough --take-over`"
    )]
    Elsewhere,
    /// A restore would overwrite somebody else's.
    #[error(
        "the place for objects (music.objects) belongs to a library: restore into a place of its own. If the restored \
         library is to have this one from now on: --take-over"
    )]
    Taken,
}

/// A place that a restore is filling.
#[derive(Debug)]
pub(crate) struct Filling(String);

/// Makes objects that belong to nobody yet the library's own, and refuses those of another one. Without a mark they are
/// the library's if its database names some of them, or if there are none and the database knows of none.
pub(crate) async fn claim(library: &Library) -> Result<(), OwnerError> {
    if has_marked(library).await? {
        return Ok(());
    }
    let own = own_id(library).await?;
    mark(&library.objects, &own).await
}

/// Fails as [`claim`] does, and marks nothing. Says whether they are marked.
pub(crate) async fn has_marked(library: &Library) -> Result<bool, OwnerError> {
    match marked(&library.objects).await? {
        Some(owner) if owner == own_id(library).await? => Ok(true),
        Some(mark) if mark.starts_with(FILLING) => Err(OwnerError::Filling),
        Some(_other) => Err(OwnerError::Other),
        None => refuse_unnamed(library).await.map(|()| false),
    }
}

/// Makes objects the library's own, whoever has them.
pub(crate) async fn take_over(library: &Library) -> Result<(), OwnerError> {
    let own = own_id(library).await?;
    mark(&library.objects, &own).await
}

/// Marks a place as one that a restore is filling: whoever stores or deletes looks at the mark before each object. It must
/// be empty, or half filled by a restore that was cut off, unless the restore takes it over.
pub(crate) async fn begin_filling(
    library: &Library,
    takes_over: bool,
) -> Result<Filling, OwnerError> {
    let objects = &library.objects;
    let before = marked(objects).await?;
    let former = before
        .as_deref()
        .and_then(|mark| match mark.strip_prefix(FILLING) {
            Some(cut_off) => cut_off.split_once(FORMER).map(|(_, former)| former),
            None => Some(mark),
        });
    let is_free = former.is_none() && (before.is_some() || is_empty(objects).await?);
    if !(is_free || takes_over) {
        return Err(OwnerError::Taken);
    }
    let mut filling = format!("{FILLING}{}", ids::new_id(&library.clock));
    if let Some(former) = former {
        filling.extend([FORMER, former]);
    }
    match mark(objects, &filling).await {
        Err(OwnerError::Other) => Err(OwnerError::Taken),
        marked => marked.map(|()| Filling(filling)),
    }
}

impl Filling {
    /// Whether a restore has begun in this place and not ended.
    pub(crate) async fn is_left_in(objects: &Objects) -> Result<bool, OwnerError> {
        let mark = marked(objects).await?;
        Ok(mark.is_some_and(|mark| mark.starts_with(FILLING)))
    }

    /// Fails when somebody else has taken the place meanwhile.
    pub(crate) async fn check(&self, objects: &Objects) -> Result<(), OwnerError> {
        let mark = marked(objects).await?;
        let is_own = mark.is_some_and(|mark| mark == self.0);
        is_own.then_some(()).ok_or(OwnerError::Taken)
    }
}

/// Fails where objects and database know nothing of each other.
async fn refuse_unnamed(library: &Library) -> Result<(), OwnerError> {
    let found = first_keys(&library.objects).await?;
    let store = Store::new(library.database.clone());
    if found.is_empty() {
        let is_new = !store.has_tracks().await?;
        return is_new.then_some(()).ok_or(OwnerError::Elsewhere);
    }
    let is_own = store.names_any(&found).await?;
    is_own.then_some(()).ok_or(OwnerError::Other)
}

/// Whether there is no object of a library.
async fn is_empty(objects: &Objects) -> Result<bool, ObjectError> {
    for folder in keys::FOLDERS {
        if objects.list(folder).next().await.transpose()?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Some objects of each kind that tells a library.
async fn first_keys(objects: &Objects) -> Result<Vec<String>, ObjectError> {
    let mut keys = Vec::new();
    for folder in keys::SWEPT {
        let first = objects.list(folder).take(LOOKED_AT);
        let mut first: Vec<_> = first.map_ok(|object| object.key).try_collect().await?;
        keys.append(&mut first);
    }
    Ok(keys)
}

async fn marked(objects: &Objects) -> Result<Option<String>, ObjectError> {
    match objects.read_range(keys::OWNER, 0..MARK_BYTES_MAX).await {
        Ok((bytes, _size)) => Ok(Some(String::from_utf8_lossy(&bytes).trim().to_owned())),
        Err(ObjectError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes the mark. Of two who do so at once the later one has it, and the other sees that here or when it asks next.
async fn mark(objects: &Objects, id: &str) -> Result<(), OwnerError> {
    let bytes = Bytes::from(id.to_owned());
    objects.put_changing(keys::OWNER, bytes).await?;
    match marked(objects).await? {
        Some(owner) if owner == id => Ok(()),
        _ => Err(OwnerError::Other),
    }
}

async fn own_id(library: &Library) -> Result<String, OwnerError> {
    let store = Store::new(library.database.clone());
    let new_id = ids::new_id(&library.clock).to_string();
    Ok(store.get_or_create_library_id(&new_id).await?)
}
