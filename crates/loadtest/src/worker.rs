//! One thread of sessions: each starts when it is due, whatever the others do.

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinError, JoinSet, LocalSet, spawn_local};
use tokio::time::{Instant, sleep_until};

use crate::arrivals::Starts;
use crate::catalogue::Catalogue;
use crate::playlist::Playlists;
use crate::scenario::Scenario;
use crate::session::{self, Shared};
use crate::tally::{Second, Tally};
use crate::target::Target;
use crate::verdict::LAG_P99_MAX;
use crate::wire::{Checks, Meter, Traffic};

/// How often a worker looks how long what comes from the server waits for it, also when nothing starts.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// How often it tells what it has seen.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// A thread's part of a run.
pub(crate) struct Worker {
    /// It starts each session whose number leaves this, divided by the number of workers.
    pub(crate) index: u64,
    pub(crate) worker_count: u64,
    /// How many sessions it may have at once.
    pub(crate) sessions_max: usize,
    pub(crate) scenario: Arc<Scenario>,
    pub(crate) target: Arc<Target>,
    pub(crate) songs: watch::Receiver<Arc<Catalogue>>,
    pub(crate) epoch: Instant,
    /// True once the run is to end before its time.
    pub(crate) stop: watch::Receiver<bool>,
    pub(crate) news: mpsc::UnboundedSender<News>,
}

/// What a worker tells.
pub(crate) enum News {
    /// What it has seen in a second, counted from the beginning of the run.
    Second {
        number: u32,
        second: Box<Second>,
        traffic: Traffic,
    },
    /// Its sessions have ended: all it has seen, and the number of its last second.
    Done { tally: Box<Tally>, last: u32 },
    /// It has ended without that, and why.
    Lost(String),
}

impl Worker {
    /// Runs until its last session has ended.
    pub(crate) fn run(self) -> std::io::Result<()> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        LocalSet::new().block_on(&runtime, self.drive());
        Ok(())
    }

    async fn drive(self) {
        let shared = Rc::new(Shared {
            scenario: Arc::clone(&self.scenario),
            target: Arc::clone(&self.target),
            songs: self.songs.clone(),
            playlists: Rc::new(Playlists::default()),
            tally: Rc::new(RefCell::new(Tally::default())),
            meter: Meter::default(),
            checks: Rc::new(Checks::new(
                self.scenario.checked_share,
                self.scenario.seed ^ self.index,
            )),
            epoch: self.epoch,
        });
        let looking = spawn_local(look(self.epoch, Rc::clone(&shared.tally)));
        let mut number = 0;
        {
            let mut sessions = pin!(self.run_sessions(&shared));
            loop {
                tokio::select! {
                    biased;
                    () = sleep_until(self.epoch + TELL_EVERY * (number + 1)) => {
                        self.tell(&shared, number);
                        number += 1;
                    }
                    () = &mut sessions => break,
                }
            }
        }
        looking.abort();
        check(looking.await);
        self.tell(&shared, number);
        let tally = Box::new(shared.tally.borrow().clone());
        // Nobody listens any more where the run was given up.
        let _ = self.news.send(News::Done {
            tally,
            last: number,
        });
    }

    /// Starts the sessions of this worker, and waits until they have ended, or are to end: then who listens stops.
    async fn run_sessions(&self, shared: &Rc<Shared>) {
        let mut sessions = JoinSet::new();
        let mut stop = self.stop.clone();
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => {}
            () = self.start_sessions(shared, &mut sessions) => {}
        }
        end_all(&mut sessions).await;
    }

    async fn start_sessions(&self, shared: &Rc<Shared>, sessions: &mut JoinSet<()>) {
        let scenario = &self.scenario;
        let starts = Starts::new(scenario.lines(), scenario.arrivals, scenario.seed);
        let own = (0..)
            .zip(starts)
            .filter(|(number, _)| number % self.worker_count == self.index);
        let all_due = Duration::try_from_secs_f64(scenario.seconds()).unwrap_or(Duration::MAX);
        for (number, due) in own {
            sleep_until(self.epoch + due).await;
            while let Some(ended) = sessions.try_join_next() {
                check(ended);
            }
            let is_in_time = self.epoch.elapsed() <= all_due.saturating_add(LAG_P99_MAX);
            shared.tally.borrow_mut().start(is_in_time);
            if self.sessions_max <= sessions.len() {
                session::turn_away(shared, number, due);
            } else {
                begin(session::run(Rc::clone(shared), number, due), sessions).await;
            }
        }
        while let Some(ended) = sessions.join_next().await {
            check(ended);
        }
    }

    fn tell(&self, shared: &Shared, number: u32) {
        let second = Box::new(shared.tally.borrow_mut().take_second(self.epoch.elapsed()));
        let traffic = shared.meter.take();
        let _ = self.news.send(News::Second {
            number,
            second,
            traffic,
        });
    }
}

/// A session begins now, and not behind all the others that have something to do; later it takes its turns with them.
async fn begin(session: impl Future<Output = ()> + 'static, sessions: &mut JoinSet<()>) {
    let mut session = Box::pin(session);
    let begun = poll_fn(|context| Poll::Ready(session.as_mut().poll(context))).await;
    if begun.is_pending() {
        sessions.spawn_local(session);
    }
}

/// Looks again and again how long it waits for its turn behind the sessions, as each of them does.
async fn look(epoch: Instant, tally: Rc<RefCell<Tally>>) {
    for looks in 1.. {
        let due = LOOK_EVERY * looks;
        sleep_until(epoch + due).await;
        let waited = epoch.elapsed().saturating_sub(due);
        tally.borrow_mut().note_backlog(waited);
    }
}

/// Whoever listens stops.
async fn end_all(sessions: &mut JoinSet<()>) {
    sessions.abort_all();
    while let Some(ended) = sessions.join_next().await {
        check(ended);
    }
}

/// A session that panics is a fault of this program: a run that goes on without it would say too much.
fn check(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        std::panic::resume_unwind(error.into_panic());
    }
}
