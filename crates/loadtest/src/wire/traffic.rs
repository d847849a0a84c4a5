//! How much is asked and read.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::rc::Rc;

use url::{Position, Url};

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
pub(crate) struct Counter {
    traffic: Cell<Traffic>,
    /// The first fault of each kind, with its address.
    first_faults: RefCell<BTreeMap<&'static str, String>>,
}

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
        let mut traffic = self.traffic.get();
        traffic.requests += 1;
        self.traffic.set(traffic);
    }

    pub(super) fn answer(&self) {
        let mut traffic = self.traffic.get();
        traffic.answers += 1;
        self.traffic.set(traffic);
    }

    pub(super) fn read(&self, read: usize) {
        let mut traffic = self.traffic.get();
        traffic.bytes += read as u64;
        self.traffic.set(traffic);
    }

    pub(super) fn check(&self, is_right: bool) {
        let mut traffic = self.traffic.get();
        traffic.checked_bodies += 1;
        traffic.wrong_bodies += u64::from(!is_right);
        self.traffic.set(traffic);
    }

    /// What was counted since this was asked last.
    pub(crate) fn take(&self) -> Traffic {
        self.traffic.take()
    }

    /// Something went wrong at an address.
    pub(super) fn blame(&self, url: &Url, kind: &'static str, why: &dyn Display) {
        let mut first = self.first_faults.borrow_mut();
        first.entry(kind).or_insert_with(|| {
            // What follows the path may be a secret: servers sign the addresses of their stores.
            let address = &url[Position::BeforeHost..Position::AfterPath];
            format!("{}://{address}: {why}", url.scheme())
        });
    }

    /// How the first fault of each kind was: where, and why.
    pub(crate) fn first_faults(&self) -> BTreeMap<&'static str, String> {
        self.first_faults.borrow().clone()
    }
}
