//! Tells the tally what a play does in the moment it does it.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::Instant;

use super::Loaded;
use crate::playback::Sound;
use crate::tally::Tally;

/// What a play was last known to do.
pub(super) struct Pulse {
    tally: Rc<RefCell<Tally>>,
    /// When the run began.
    epoch: Instant,
    sound: Sound,
    stall_count: u32,
    has_sounded: bool,
    bytes: u64,
    media: Duration,
}

impl Pulse {
    pub(super) fn new(tally: Rc<RefCell<Tally>>, epoch: Instant) -> Self {
        Self {
            tally,
            epoch,
            sound: Sound::None,
            stall_count: 0,
            has_sounded: false,
            bytes: 0,
            media: Duration::ZERO,
        }
    }

    /// Tells what has changed.
    pub(super) fn feel(&mut self, loaded: &mut Loaded, now: Duration) {
        let (sound, startup, stall_count) = loaded.playback.sound(now);
        let mut tally = self.tally.borrow_mut();
        if let (false, Some(startup)) = (self.has_sounded, startup) {
            self.has_sounded = true;
            tally.sound(startup);
        }
        if self.bytes < loaded.bytes || self.media < loaded.media {
            tally.load(
                loaded.bytes.saturating_sub(self.bytes),
                loaded.media.saturating_sub(self.media),
            );
        }
        let second = &mut tally.second;
        second.stalls += u64::from(stall_count - self.stall_count);
        self.stall_count = stall_count;
        (self.bytes, self.media) = (loaded.bytes, loaded.media);
        second.change(now, self.sound, sound);
        self.sound = sound;
    }
}

impl Drop for Pulse {
    /// However it ends, it does not sound any more.
    fn drop(&mut self) {
        let mut tally = self.tally.borrow_mut();
        let now = self.epoch.elapsed();
        tally.second.change(now, self.sound, Sound::None);
    }
}
