//! How much is asked and read.

use std::cell::Cell;
use std::rc::Rc;

/// Requests, and what came over the network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Traffic {
    pub(crate) requests: u64,
    pub(crate) bytes: u64,
}

/// Counts what all sessions of a thread ask and read.
pub(crate) type Meter = Rc<Counter>;

#[derive(Debug, Default)]
pub(crate) struct Counter(Cell<Traffic>);

impl Traffic {
    pub(crate) fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.bytes += other.bytes;
    }
}

impl Counter {
    pub(super) fn ask(&self) {
        let Traffic { requests, bytes } = self.0.get();
        let requests = requests + 1;
        self.0.set(Traffic { requests, bytes });
    }

    pub(super) fn read(&self, read: usize) {
        let Traffic { requests, bytes } = self.0.get();
        let bytes = bytes + read as u64;
        self.0.set(Traffic { requests, bytes });
    }

    /// What was counted since this was asked last.
    pub(crate) fn take(&self) -> Traffic {
        self.0.take()
    }
}
