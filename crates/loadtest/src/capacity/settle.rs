//! Between two runs: what one leaves behind must not be the fault of the next.

use std::time::Duration;

use tokio::runtime::Builder;
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::interrupts::Interrupts;
use crate::run::{Options, RunError};
use crate::target::{self, Target};
use crate::wire::{Ask, Fault, Keep, Meter};

/// A server that answers within this has nothing of the last run left to do.
const PROMPT: Duration = Duration::from_secs(1);
/// So many such answers one after the other are no luck.
const PROMPT_ANSWERS: u32 = 3;
/// From one question to the next.
const PAUSE: Duration = Duration::from_millis(100);
/// Longer nobody waits: the next run shows what there is.
const SETTLE_MAX: Duration = Duration::from_mins(1);
/// Whatever the page is that is asked for, more of it is not read.
const PAGE_BYTES_MAX: u64 = 1024 * 1024;

/// Waits until the server answers promptly on new connections, a minute at most.
pub(super) fn wait(options: &Options) -> Result<(), RunError> {
    let trust = target::trust(options.authorities.as_deref())?;
    let target = Target::find(&options.target, &options.sources, &trust)?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        let mut interrupts = Interrupts::new()?;
        tokio::select! {
            biased;
            () = interrupts.next() => Err(RunError::GivenUp),
            _is_prompt = until_prompt(|| answers(&target)) => Ok(()),
        }
    })
}

/// Whether the server has an answer, whichever it is, but not that it has too much to do.
async fn answers(target: &Target) -> bool {
    let mut client = target.client(0, None, &Meter::default());
    let ask = Ask::get(&target.url, None, Keep::Text(PAGE_BYTES_MAX));
    match client.ask(&ask, |_so_far| None).await {
        Ok(_) | Err(Fault::TooLarge(_) | Fault::Unusable(_)) => true,
        Err(Fault::Status { status, .. }) => !matches!(status, 429 | 502..=504),
        Err(_) => false,
    }
}

/// Whether all was well before the time was over.
async fn until_prompt<F: Future<Output = bool>>(mut ask: impl FnMut() -> F) -> bool {
    let end = Instant::now() + SETTLE_MAX;
    let asking = async {
        let mut prompt = 0;
        loop {
            let is_prompt = timeout(PROMPT, ask()).await.unwrap_or(false);
            prompt = if is_prompt { prompt + 1 } else { 0 };
            if prompt == PROMPT_ANSWERS {
                return;
            }
            sleep(PAUSE).await;
        }
    };
    timeout_at(end, asking).await.is_ok()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// How long a server is waited for that takes so long for each answer, and whether it settled.
    async fn waited(answer: impl Fn(u32) -> (Duration, bool)) -> (bool, Duration) {
        let (begun, asked) = (Instant::now(), Cell::new(0));
        let is_prompt = until_prompt(|| {
            let (took, is_good) = answer(asked.replace(asked.get() + 1));
            async move {
                sleep(took).await;
                is_good
            }
        });
        (is_prompt.await, begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_run_waits_until_a_server_answers_promptly_several_times_in_a_row() {
        let quick = Duration::from_millis(1);
        let (is_prompt, took) = waited(|_| (quick, true)).await;
        assert!(is_prompt && took < Duration::from_millis(300), "{took:?}");
        // Late, then busy, then well but for one answer.
        let (is_prompt, took) = waited(|number| match number {
            0..5 => (Duration::from_secs(2), true),
            5..10 | 12 => (quick, false),
            _ => (quick, true),
        })
        .await;
        assert!(is_prompt);
        let seconds = Duration::from_secs(5)..Duration::from_secs(8);
        assert!(seconds.contains(&took), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_longer_than_a_minute() {
        let (is_prompt, took) = waited(|_| (Duration::from_secs(9), true)).await;
        assert_eq!((is_prompt, took), (false, SETTLE_MAX));
    }
}
