//! Keeping the search index by the rules of this version.

use std::time::Duration;

use chassis::lifecycle::Tasks;
use sea_orm::DbErr;

use crate::store::Store;

/// How long a failed rebuild waits before it goes on.
const RETRY_AFTER: Duration = Duration::from_secs(30);

/// Indexes the whole library again in the background when its rows were made by other rules; search goes on meanwhile.
pub(crate) fn start(store: &Store, tasks: &Tasks) {
    let (store, background) = (store.clone(), tasks.clone());
    tasks.spawn(async move {
        let mut after = String::new();
        loop {
            match rebuild(&store, &background, &mut after).await {
                Ok(()) => return,
                Err(error) => {
                    let error: &(dyn std::error::Error + 'static) = &error;
                    tracing::warn!(error, "could not rebuild the search index, will try again");
                }
            }
            if !background.pause(RETRY_AFTER).await {
                return;
            }
        }
    });
}

async fn rebuild(store: &Store, tasks: &Tasks, after: &mut String) -> Result<(), DbErr> {
    if store.is_search_index_current().await? {
        return Ok(());
    }
    while !tasks.stopping().is_cancelled() {
        match store.rebuild_search_index_after(after).await? {
            Some(last) => *after = last,
            None => return store.mark_search_index_current().await,
        }
    }
    Ok(())
}
