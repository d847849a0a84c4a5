//! When a player asks again for what it did not get.

use std::time::Duration;

use crate::wire::Fault;

/// How often, and after how long the first time; twice as long each time after.
const RETRIES_MAX: u32 = 2;
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// The tries for one part of a track.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Retries(u32);

impl Retries {
    /// How long to wait before the next try: as long as the server says, if it says more. None where another try would be
    /// of no use, or there were enough.
    pub(super) fn pause_after(&mut self, fault: &Fault) -> Option<Duration> {
        let wished = match fault {
            Fault::Status {
                retry_after_s: Some(seconds),
                ..
            } => Duration::from_secs(*seconds),
            Fault::Status {
                status: 400..500, ..
            }
            | Fault::Exhausted
            | Fault::Crowded
            | Fault::Tls(_)
            | Fault::Unusable(_)
            | Fault::TooLarge(_)
            | Fault::WrongBytes(_) => return None,
            Fault::Status { .. } | Fault::Refused | Fault::Lost | Fault::Timeout => Duration::ZERO,
        };
        if self.0 == RETRIES_MAX {
            return None;
        }
        let pause = FIRST_PAUSE * 2_u32.pow(self.0);
        self.0 += 1;
        Some(pause.max(wished))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16, retry_after_s: Option<u64>) -> Fault {
        Fault::Status {
            status,
            retry_after_s,
        }
    }

    #[test]
    fn pauses_grow_and_end_and_the_server_may_wish_for_longer_ones() {
        let mut retries = Retries::default();
        assert_eq!(
            retries.pause_after(&Fault::Lost),
            Some(Duration::from_millis(500))
        );
        assert_eq!(
            retries.pause_after(&status(503, Some(3))),
            Some(Duration::from_secs(3))
        );
        assert_eq!(retries.pause_after(&Fault::Lost), None);
        let mut retries = Retries::default();
        assert_eq!(
            retries.pause_after(&status(503, Some(0))),
            Some(Duration::from_millis(500))
        );
        assert_eq!(
            retries.pause_after(&status(500, None)),
            Some(Duration::from_secs(1))
        );
    }

    #[test]
    fn what_stays_as_it_is_is_not_asked_for_again() {
        for fault in [status(404, None), Fault::Exhausted, Fault::Unusable("x")] {
            assert_eq!(Retries::default().pause_after(&fault), None, "{fault}");
        }
        // A server that is asked too often says when it is not.
        let limited = status(429, Some(2));
        assert_eq!(
            Retries::default().pause_after(&limited),
            Some(Duration::from_secs(2))
        );
    }
}
