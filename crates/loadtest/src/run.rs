//! A run: sessions start when they are due, whatever the server does, and everything is counted from then.

use std::net::IpAddr;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use jiff::Timestamp;
use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::task::LocalSet;
use tokio::time::Instant;

use crate::catalogue::{Catalogue, CatalogueError};
use crate::environment::{self, Environment};
use crate::gathering::{Gathering, Progress};
use crate::preflight::{self, PreflightError, Room};
use crate::report::{self, Report};
use crate::scenario::Scenario;
use crate::target::{Target, TargetError};
use crate::wire::Meter;
use crate::worker::Worker;

/// From the decision to begin to the first start.
const SET_OFF: Duration = Duration::from_millis(100);

/// How a run is made.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The address of the server.
    pub target: String,
    /// Addresses of this machine that sessions come from; empty: as the system chooses, and many where the server is on
    /// this machine.
    pub sources: Vec<IpAddr>,
    /// How many threads make the load; none: as many as it needs.
    pub threads: Option<u32>,
}

/// Why a run did not begin.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The address of the server cannot be used.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// There is nothing to listen to.
    #[error("the server gives nothing to listen to: {0}")]
    Catalogue(String),
    /// This machine does not allow so much.
    #[error(transparent)]
    Preflight(#[from] PreflightError),
    /// This machine does not let the run begin.
    #[error("the run could not begin: {0}")]
    Machine(#[from] std::io::Error),
}

impl From<CatalogueError> for RunError {
    fn from(error: CatalogueError) -> Self {
        Self::Catalogue(error.to_string())
    }
}

/// Runs a scenario until its last session has ended, or somebody interrupts it (SIGINT, SIGTERM): then the report is of what
/// was heard so far. Tells how it goes after each second.
pub fn run(
    scenario: &Scenario,
    options: &Options,
    tell: &mut dyn FnMut(&Progress<'_>),
) -> Result<Report, RunError> {
    let target = Target::find(&options.target, &options.sources)?;
    let room = preflight::look(scenario, target.source_count())?;
    let room = Room {
        threads: options.threads.unwrap_or(room.threads).max(1),
        ..room
    };
    let runtime = Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, conduct(scenario, target, room, tell))
}

async fn conduct(
    scenario: &Scenario,
    target: Target,
    room: Room,
    tell: &mut dyn FnMut(&Progress<'_>),
) -> Result<Report, RunError> {
    let mut interrupts = [
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    ];
    let (scenario, target) = (Arc::new(scenario.clone()), Arc::new(target));
    let mut client = target.client(0, None, &Meter::default());
    let catalogue = Catalogue::read(&mut client, &target.url, &scenario).await?;
    let catalogue = Arc::new(catalogue);
    let (stop, stopped) = watch::channel(false);
    let (news, mut told) = mpsc::unbounded_channel();
    let epoch = Instant::now() + SET_OFF;
    let begun_at = Timestamp::now().strftime("%FT%TZ").to_string();
    let cpu_before = environment::cpu();
    let worker = |index| Worker {
        index: u64::from(index),
        worker_count: u64::from(room.threads),
        sessions_max: room.sessions_max / usize::try_from(room.threads).unwrap_or(1),
        scenario: Arc::clone(&scenario),
        target: Arc::clone(&target),
        catalogue: Arc::clone(&catalogue),
        epoch,
        stop: stopped.clone(),
        news: news.clone(),
    };
    let threads: Vec<JoinHandle<std::io::Result<()>>> = (0..room.threads)
        .map(|index| {
            let worker = worker(index);
            thread::spawn(move || worker.run())
        })
        .collect();
    drop(news);
    let mut gathered = Gathering::new(&scenario, threads.len());
    let mut is_interrupted = false;
    loop {
        let [interrupt, terminate] = &mut interrupts;
        tokio::select! {
            biased;
            () = either(interrupt, terminate), if !is_interrupted => {
                is_interrupted = true;
                stop.send_replace(true);
            }
            news = told.recv() => match news {
                Some(news) => gathered.take(news, tell),
                None => break,
            }
        }
    }
    for thread in threads {
        thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    }
    let run = report::Run {
        scenario: &scenario,
        target: target.url.as_str(),
        begun_at,
        took: epoch.elapsed(),
        is_interrupted,
        planned: gathered.planned,
        active_max: gathered.active_max,
        threads: room.threads,
        cpu: environment::cpu().saturating_sub(cpu_before),
        memory_bytes: environment::memory_bytes_max(),
        traffic: gathered.traffic,
        environment: Environment::read(),
        series: gathered.series,
        server: None,
    };
    Ok(Report::new(run, &gathered.tally))
}

async fn either(one: &mut Signal, other: &mut Signal) {
    tokio::select! {
        _ = one.recv() => {}
        _ = other.recv() => {}
    }
}
