//! What was made of a track and is lost, asked for again.

use super::Library;
use super::import::ImportError;
use crate::store::{JobKind, Store};

/// Has a track prepared again when the object of a rendition is gone, whoever removed it.
pub(super) async fn ask_for_lost_renditions(
    library: &Library,
    track_id: &str,
) -> Result<(), ImportError> {
    let store = Store::new(library.database.clone());
    for rendition in store.list_track_renditions(track_id).await? {
        let object = library.objects.find(&rendition.object_key).await?;
        if object.is_none() {
            let clock = &library.clock;
            store.redo_job(JobKind::Prepare, track_id, clock).await?;
            return Ok(());
        }
    }
    Ok(())
}
