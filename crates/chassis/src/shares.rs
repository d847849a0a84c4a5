//! Places that requests take for a while: bounded in all and for each network, so that one client leaves some to the
//! others.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex};

use crate::http::ClientNetwork;

/// Counts who holds a place. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Shares(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    all_max: usize,
    network_max: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    /// By network; gone with its last place.
    networks: HashMap<ClientNetwork, usize>,
}

/// A place, taken until it is dropped.
#[derive(Debug)]
pub struct Share {
    shares: Shares,
    network: ClientNetwork,
}

impl Shares {
    /// How many places there are, and how many of them one network may have.
    pub fn new(all_max: usize, network_max: usize) -> Self {
        Self(Arc::new(Inner {
            all_max,
            network_max,
            taken: Mutex::default(),
        }))
    }

    /// Places of which one network may have half. Where a proxy that is not trusted stands in front, everybody is of
    /// one network, and half of them is what there is.
    pub fn halved(all_max: usize) -> Self {
        Self::new(all_max, all_max.div_ceil(2))
    }

    /// Takes a place; none when all are taken, or all that this network may have.
    pub fn take(&self, network: ClientNetwork) -> Option<Share> {
        let mut taken = self.0.taken.lock().expect("nobody panics while holding it");
        if self.0.all_max <= taken.all {
            return None;
        }
        let of_network = taken.networks.get(&network).copied().unwrap_or_default();
        if self.0.network_max <= of_network {
            return None;
        }
        taken.networks.insert(network, of_network + 1);
        taken.all += 1;
        Some(Share {
            shares: self.clone(),
            network,
        })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self
            .shares
            .0
            .taken
            .lock()
            .expect("nobody panics while holding it");
        taken.all -= 1;
        if let Entry::Occupied(mut count) = taken.networks.entry(self.network) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_that_takes_all_it_may_leaves_places_to_the_others() {
        let shares = Shares::halved(5);
        let take = |network: u8| shares.take(ClientNetwork::V4([192, 0, network]));
        let mut taken: Vec<Share> = (0..5).filter_map(|_| take(1)).collect();
        assert_eq!(taken.len(), 3);
        let (_second, _third) = (take(2).unwrap(), take(3).unwrap());
        assert!(take(4).is_none());
        taken.pop();
        assert!(take(1).is_some());
    }

    #[test]
    fn nothing_is_kept_of_who_left() {
        let shares = Shares::new(10, 10);
        let taken: Vec<Share> = (0..10)
            .filter_map(|network| shares.take(ClientNetwork::V4([192, 0, network])))
            .collect();
        assert_eq!(taken.len(), 10);
        drop(taken);
        let refused = Shares::new(10, 0).take(ClientNetwork::V4([192, 0, 2]));
        assert!(refused.is_none());
        let after = shares.0.taken.lock().unwrap();
        assert_eq!((after.all, after.networks.len()), (0, 0));
    }
}
