//! How many plays may begin from one network: what charts is limited elsewhere, here it is what is stored.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use chassis::http::ClientNetwork;

use crate::Error;

const MINUTE_MS: i64 = 60_000;
/// So many listeners that nobody has seen before are believed to listen as soon as they begin.
const FIRST_STARTS: u64 = 30;
/// How many networks are told apart in a minute. Whoever has more passes any limit per network, so that counting them
/// all would only cost memory.
const NETWORKS_MAX: usize = 50_000;

/// Counts the plays that begin in the current minute by network, in this process only: replicas allow as much each.
#[derive(Debug)]
pub(super) struct Starts {
    network_per_minute_max: u64,
    counted: Mutex<Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    minute: i64,
    /// By network; forgotten with the minute.
    networks: HashMap<ClientNetwork, u64>,
}

impl Starts {
    pub(super) fn new(network_per_minute_max: u64) -> Self {
        Self {
            network_per_minute_max,
            counted: Mutex::default(),
        }
    }

    /// Counts a start, or refuses it and says when the next minute begins. Says whether it is one of the first from its
    /// network in this minute.
    pub(super) fn admit(&self, network: ClientNetwork, now_ms: i64) -> Result<bool, Error> {
        let minute = now_ms.div_euclid(MINUTE_MS);
        let mut counted = self.counted.lock().expect("nobody panics while holding it");
        if counted.minute != minute || NETWORKS_MAX <= counted.networks.len() {
            *counted = Counted {
                minute,
                networks: HashMap::new(),
            };
        }
        let count = counted.networks.entry(network).or_default();
        if self.network_per_minute_max <= *count {
            let wait_ms = MINUTE_MS - now_ms.rem_euclid(MINUTE_MS);
            return Err(Error::TooManyStarts {
                retry_after: Duration::from_millis(wait_ms.unsigned_abs()),
            });
        }
        *count += 1;
        Ok(*count <= FIRST_STARTS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_may_start_so_many_plays_a_minute_and_the_others_do_not_notice() {
        let starts = Starts::new(2);
        let admit =
            |network: u8, now_ms| starts.admit(ClientNetwork::V4([192, 0, network]), now_ms);
        assert!(admit(1, 60_000).is_ok() && admit(1, 70_000).is_ok());
        let Err(Error::TooManyStarts { retry_after }) = admit(1, 75_000) else {
            panic!("the third is too many");
        };
        assert_eq!(retry_after, Duration::from_secs(45));
        assert!(admit(2, 75_000).is_ok());
        assert!(admit(1, 120_000).is_ok());
    }

    #[test]
    fn no_number_of_networks_takes_more_memory_than_the_limit() {
        let starts = Starts::new(1);
        for network in 0..=NETWORKS_MAX {
            let [.., a, b, c] = network.to_be_bytes();
            let admitted = starts.admit(ClientNetwork::V4([a, b, c]), 0);
            assert!(admitted.is_ok());
        }
        assert!(starts.counted.lock().unwrap().networks.len() <= NETWORKS_MAX);
    }
}
