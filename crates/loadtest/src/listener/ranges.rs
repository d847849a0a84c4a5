//! Loads a file in small parts a few seconds ahead, as an open client of Spotify does (`librespot-audio` 0.8).

use std::cell::RefCell;
use std::time::Duration;

use tokio::time::sleep_until;

use super::retries::{self, Wanted};
use super::{Listener, Loaded};
use crate::catalogue::File;
use crate::playback::Thresholds;
use crate::wire::{Ask, BODY_BYTES_MAX, Connect, Fault, Keep};

/// `read_ahead_before_playback`.
pub(super) const THRESHOLDS: Thresholds = Thresholds {
    start: Duration::from_secs(1),
    resume: Duration::from_secs(1),
};
/// `read_ahead_during_playback`.
const AHEAD: Duration = Duration::from_secs(5);
/// `minimum_download_size`.
const PART_BYTES: u64 = 64 * 1024;

/// Loads a file for as long as it is polled. Comes back only when it cannot be loaded.
pub(super) async fn load<C: Connect>(
    listener: &mut Listener<C>,
    file: &File,
    loaded: &RefCell<Loaded>,
) -> Fault {
    let Err(fault) = load_parts(listener, file, loaded).await;
    fault
}

async fn load_parts<C: Connect>(
    listener: &mut Listener<C>,
    file: &File,
    loaded: &RefCell<Loaded>,
) -> Result<std::convert::Infallible, Fault> {
    let epoch = listener.epoch;
    loaded
        .borrow_mut()
        .playback
        .ends_after(epoch.elapsed(), file.length);
    let patience = listener.patience.longest();
    let ahead_max = listener.ahead.unwrap_or(AHEAD);
    let mut from = 0;
    while from < file.bytes {
        let range = from..file.bytes.min(from + PART_BYTES);
        let ask = Ask::get(&file.url, Some(&range), Keep::Nothing(BODY_BYTES_MAX)).within(patience);
        retries::ask(&mut listener.client, &ask, Wanted::Media).await?;
        from = range.end;
        let now = epoch.elapsed();
        let ahead = {
            let mut loaded = loaded.borrow_mut();
            loaded.bytes = from;
            loaded.media = file.media_in(from);
            let media = loaded.media;
            loaded.playback.load(now, media);
            loaded.playback.ahead(now)
        };
        if ahead_max < ahead {
            sleep_until(epoch + now + ahead.saturating_sub(ahead_max)).await;
        }
    }
    std::future::pending().await
}
