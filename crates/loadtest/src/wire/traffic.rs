//! How much is asked and read.

use std::cell::Cell;
use std::rc::Rc;

/// Requests, what came over the network, and what was found when bodies were looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Traffic {
    pub(crate) requests: u64,
    /// Answers that came whole and were what was asked for: no redirect, and nothing that was left in the middle.
    pub(crate) answers: u64,
    pub(crate) bytes: u64,
    /// Bodies that were compared by their digests, and those of them that were wrong.
    pub(crate) checked_bodies: u64,
    pub(crate) wrong_bodies: u64,
}

/// Counts what all sessions of a thread ask and read.
pub(crate) type Meter = Rc<Counter>;

#[derive(Debug, Default)]
pub(crate) struct Counter(Cell<Traffic>);

impl Traffic {
    pub(crate) fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.answers += other.answers;
        self.bytes += other.bytes;
        self.checked_bodies += other.checked_bodies;
        self.wrong_bodies += other.wrong_bodies;
    }
}

impl Counter {
    pub(super) fn ask(&self) {
        let mut traffic = self.0.get();
        traffic.requests += 1;
        self.0.set(traffic);
    }

    pub(super) fn answer(&self) {
        let mut traffic = self.0.get();
        traffic.answers += 1;
        self.0.set(traffic);
    }

    pub(super) fn read(&self, read: usize) {
        let mut traffic = self.0.get();
        traffic.bytes += read as u64;
        self.0.set(traffic);
    }

    pub(super) fn check(&self, is_right: bool) {
        let mut traffic = self.0.get();
        traffic.checked_bodies += 1;
        traffic.wrong_bodies += u64::from(!is_right);
        self.0.set(traffic);
    }

    /// What was counted since this was asked last.
    pub(crate) fn take(&self) -> Traffic {
        self.0.take()
    }
}
