//! One thread of sessions: each starts when it is due, whatever the others do.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{Instant, sleep_until};

use crate::arrivals::Starts;
use crate::catalogue::Catalogue;
use crate::playlist::Playlists;
use crate::scenario::Scenario;
use crate::session::{self, Shared};
use crate::tally::{Second, Tally};
use crate::target::Target;
use crate::wire::{Checks, Fault, Meter, Traffic};

/// How often a worker tells what it has seen.
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
        let mut stop = self.stop.clone();
        let mut number = 0;
        let told = {
            let sessions = self.start_sessions(&shared);
            let mut sessions = std::pin::pin!(sessions);
            loop {
                tokio::select! {
                    biased;
                    _ = stop.wait_for(|stop| *stop) => break,
                    () = sleep_until(self.epoch + TELL_EVERY * (number + 1)) => {
                        self.tell(&shared, number);
                        number += 1;
                    }
                    () = &mut sessions => break,
                }
            }
            number
        };
        self.tell(&shared, told);
        let tally = Box::new(shared.tally.borrow().clone());
        // Nobody listens any more where the run was given up.
        let _ = self.news.send(News::Done { tally, last: told });
    }

    /// Starts the sessions of this worker, and waits until they have ended.
    async fn start_sessions(&self, shared: &Rc<Shared>) {
        let mut sessions = JoinSet::new();
        let scenario = &self.scenario;
        let starts = Starts::new(scenario.lines(), scenario.arrivals, scenario.seed);
        let own = (0..)
            .zip(starts)
            .filter(|(number, _)| number % self.worker_count == self.index);
        for (number, due) in own {
            sleep_until(self.epoch + due).await;
            while sessions.try_join_next().is_some() {}
            let mut tally = shared.tally.borrow_mut();
            if self.sessions_max <= sessions.len() {
                tally.fault(&Fault::Exhausted);
                continue;
            }
            tally.start(self.epoch.elapsed().saturating_sub(due));
            sessions.spawn_local(session::run(Rc::clone(shared), number, due));
        }
        while sessions.join_next().await.is_some() {}
    }

    fn tell(&self, shared: &Shared, number: u32) {
        let second = Box::new(shared.tally.borrow_mut().take_second());
        let traffic = shared.meter.take();
        let _ = self.news.send(News::Second {
            number,
            second,
            traffic,
        });
    }
}
