//! Ids: UUIDv7, so that they sort by the time they were made.

use uuid::{Builder, Uuid};

use crate::clock::Clock;

/// Makes an id for a thing that comes into being now.
pub fn new_id(clock: &Clock) -> Uuid {
    let millis = u64::try_from(clock.now_ms()).unwrap_or_default();
    Builder::from_unix_timestamp_millis(millis, &rand::random()).into_uuid()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_later_id_sorts_after_an_earlier_one() {
        let clock = Clock::manual(1_700_000_000_000);
        let first = new_id(&clock);
        clock.advance(Duration::from_millis(1));
        assert!(first.to_string() < new_id(&clock).to_string());
    }
}
