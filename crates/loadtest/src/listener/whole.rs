//! Loads a file with one request, as the media element of Chromium does: in one go as fast as it comes, until enough lies
//! ahead; then it stops reading until less does (the constants of Chromium's data source). What a lost connection has not
//! brought is asked for with another request; where a server ignores ranges Chromium passes over what it has, and this listener
//! gives up.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use tokio::time::sleep;

use super::retries::{Retries, Wanted};
use super::{Listener, Loaded};
use crate::catalogue::File;
use crate::playback::CHROMIUM_RESUME_MAX;
use crate::wire::{Ask, Connect, Fault, Keep};

/// What has come is handed on to the decoder in whole blocks (`MultiBuffer`).
const BLOCK_BYTES: u64 = 32 * 1024;
/// How much lies ahead: so many seconds, in bytes between these two.
const AHEAD_S: f64 = 10.0;
const AHEAD_BYTES_MIN: f64 = 2.0 * 1024.0 * 1024.0;
const AHEAD_BYTES_MAX: f64 = 20.0 * 1024.0 * 1024.0;
/// How much more is read before reading stops.
const BEYOND_BYTES: f64 = 1024.0 * 1024.0;

/// Loads a file for as long as it is polled. Comes back only when it cannot be loaded.
pub(super) async fn load<C: Connect>(
    listener: &mut Listener<C>,
    file: &File,
    loaded: &RefCell<Loaded>,
) -> Fault {
    let epoch = listener.epoch;
    {
        let playback = &mut loaded.borrow_mut().playback;
        playback.ends_after(epoch.elapsed(), file.length);
        playback.doubles_up_to(CHROMIUM_RESUME_MAX);
    }
    let enough = (AHEAD_S * file.bytes_per_s()).clamp(AHEAD_BYTES_MIN, AHEAD_BYTES_MAX);
    let patience = listener.patience.longest();
    let mut retries = Retries::of(Wanted::File);
    let mut from = 0;
    loop {
        let rest = from..file.bytes;
        let keep = Keep::Nothing(file.bytes - from);
        let ask = Ask::get(&file.url, Some(&rest).filter(|_| 0 < from), keep).within(patience);
        let come = Cell::new(from);
        let asked = listener.client.ask(&ask, |bytes| {
            let bytes = from + bytes;
            come.set(bytes);
            let now = epoch.elapsed();
            let mut loaded = loaded.borrow_mut();
            loaded.bytes = bytes;
            loaded.media = file.media_in(bytes);
            let decoded = if bytes < file.bytes {
                bytes - bytes % BLOCK_BYTES
            } else {
                bytes
            };
            loaded.playback.load(now, file.media_in(decoded));
            let ahead = loaded.playback.ahead(now).as_secs_f64() * file.bytes_per_s();
            let too_much_s = (ahead - enough) / file.bytes_per_s();
            let is_enough = enough + BEYOND_BYTES <= ahead;
            is_enough.then(|| epoch + now + Duration::from_secs_f64(too_much_s))
        });
        let fault = match asked.await {
            Ok(part) if from + part.bytes == file.bytes => return std::future::pending().await,
            // A page that says that there is no such song is not silence either.
            Ok(_) | Err(Fault::TooLarge(_)) => {
                let fault = Fault::Unusable("it is not as long as the file it should be");
                listener.client.blame(&file.url, fault.kind(), &fault);
                return fault;
            }
            Err(fault) => fault,
        };
        if from < come.get() {
            from = come.get();
            retries = Retries::of(Wanted::File);
        }
        // Without a block there is nothing to go on with.
        if !(BLOCK_BYTES..file.bytes).contains(&from) {
            return fault;
        }
        match retries.pause_after(&fault) {
            Some(pause) => sleep(pause).await,
            None => return fault,
        }
    }
}
