//! A run: sessions start when they are due, whatever the server does, and everything is counted from then.

use std::convert::Infallible;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use tokio::runtime::Builder;
use tokio::sync::{mpsc, watch};
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep};
use url::Url;

use crate::catalogue::{Catalogue, CatalogueError};
use crate::environment::{self, Environment};
use crate::gathering::{Gathering, Progress};
use crate::interrupts::Interrupts;
use crate::listener::Player;
use crate::preflight::{self, PreflightError, Room};
use crate::report::{self, Report};
use crate::scenario::Scenario;
use crate::server_figures::{Sources, Watched};
use crate::target::{self, Target, TargetError};
use crate::wire::{Client, Meter, Tcp};
use crate::worker::{News, Worker};

/// From the decision to begin to the first start.
const SET_OFF: Duration = Duration::from_millis(100);

/// How often the chart is read anew: who comes later chooses from what is played by then.
const READ_CHART_EVERY: Duration = Duration::from_mins(1);

/// How long it may take to reach the server.
const CONNECT_MAX: Duration = Duration::from_secs(10);

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
    /// A file (PEM) of certificate authorities that are trusted besides the public ones.
    pub authorities: Option<PathBuf>,
    /// Where the server says how it does.
    pub watched: Watched,
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
    /// Nobody answers.
    #[error("{url} does not answer ({reason}): is a server running there, and is it the address?")]
    Unreachable {
        /// As it was asked.
        url: String,
        /// Why it has no answer.
        reason: String,
    },
    /// This machine does not allow so much.
    #[error(transparent)]
    Preflight(#[from] PreflightError),
    /// Somebody interrupted it before it had begun, or again while people left: there is no report.
    #[error("interrupted without a report")]
    GivenUp,
    /// A part of the generator is gone: what the others have seen would say too much.
    #[error(
        "a thread of the load generator has ended before its time, and the run with it: {0} (this is a fault of this \
         program, please report it)"
    )]
    Worker(String),
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
/// was heard so far. Who interrupts once more waits for nothing. Tells how it goes after each second.
pub fn run(
    scenario: &Scenario,
    options: &Options,
    tell: &mut dyn FnMut(&Progress<'_>),
) -> Result<Report, RunError> {
    let trust = target::trust(options.authorities.as_deref())?;
    let target = Target::find(&options.target, &options.sources, &trust)?;
    let room = preflight::look(scenario, target.source_count(), options.threads)?;
    let sources = Sources::find(&options.watched, &trust)?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, conduct(scenario, target, sources, room, tell))
}

async fn conduct(
    scenario: &Scenario,
    target: Target,
    sources: Sources,
    room: Room,
    tell: &mut dyn FnMut(&Progress<'_>),
) -> Result<Report, RunError> {
    let mut interrupts = Interrupts::new()?;
    let (scenario, target) = (Arc::new(scenario.clone()), Arc::new(target));
    let mut client = target.client(0, None, &Meter::default());
    let catalogue = tokio::select! {
        biased;
        () = interrupts.next() => return Err(RunError::GivenUp),
        catalogue = look_at(&mut client, &target.url, &scenario) => Arc::new(catalogue?),
    };
    let (songs, chosen_from) = watch::channel(catalogue);
    let (stop, stopped) = watch::channel(false);
    let (news, mut told) = mpsc::unbounded_channel();
    let epoch = Instant::now() + SET_OFF;
    let begun_at = Timestamp::now();
    let mut watching = sources.begin(epoch, begun_at);
    let cpu_before = environment::cpu();
    let worker = |index| Worker {
        index: u64::from(index),
        worker_count: u64::from(room.threads),
        sessions_max: room.sessions_max / usize::try_from(room.threads).unwrap_or(1),
        scenario: Arc::clone(&scenario),
        target: Arc::clone(&target),
        songs: chosen_from.clone(),
        epoch,
        stop: stopped.clone(),
        news: news.clone(),
    };
    for index in 0..room.threads {
        let (worker, news) = (worker(index), news.clone());
        thread::Builder::new().spawn(move || work(|| worker.run(), &news))?;
    }
    drop(news);
    let threads = usize::try_from(room.threads).unwrap_or(usize::MAX);
    let mut gathered = Gathering::new(&scenario, threads);
    let mut tell = |progress: &Progress<'_>| tell(&watching.add_to(progress));
    let is_interrupted = tokio::select! {
        is_interrupted = gather(&mut gathered, &mut told, &mut interrupts, &stop, &mut tell) => is_interrupted?,
        never = read_again(&mut client, &target.url, &scenario, &songs) => match never {},
    };
    let (took, cpu) = (epoch.elapsed(), environment::cpu());
    tokio::select! {
        biased;
        // All is gathered: who does not want to wait for pods has the rest.
        () = interrupts.next() => {}
        () = watching.ask_for_pods() => {}
    }
    let run = report::Run {
        scenario: &scenario,
        target: target.url.as_str(),
        begun_at: begun_at.strftime("%FT%TZ").to_string(),
        took,
        is_interrupted,
        planned: gathered.planned,
        active_max: gathered.active_max,
        threads: room.threads,
        cpu: cpu.saturating_sub(cpu_before),
        memory_bytes: environment::memory_bytes_max(),
        traffic: gathered.traffic,
        environment: Environment::read(),
        series: gathered.series,
        server: watching.end(),
    };
    Ok(Report::new(run, &gathered.tally))
}

/// Does a thread's part, and tells if it ends otherwise than by its end.
fn work(part: impl FnOnce() -> std::io::Result<()>, news: &mpsc::UnboundedSender<News>) {
    let lost = match catch_unwind(AssertUnwindSafe(part)) {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error.to_string(),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or(panic.downcast_ref::<&str>().copied());
            text.unwrap_or("it panicked").to_owned()
        }
    };
    // Nobody listens any more where the run was given up.
    let _ = news.send(News::Lost(lost));
}

/// What there is to listen to, once it is known that anybody answers.
async fn look_at(
    client: &mut Client<Tcp>,
    server: &Url,
    scenario: &Scenario,
) -> Result<Catalogue, RunError> {
    let reached = client.reach(server, CONNECT_MAX).await;
    reached.map_err(|fault| RunError::Unreachable {
        url: server.to_string(),
        reason: fault.to_string(),
    })?;
    let catalogue = Catalogue::read(client, server, scenario).await?;
    let mut players = scenario.listeners.iter().map(|plan| plan.player);
    if !scenario.songs.is_empty() && players.any(|player| player == Player::Hls) {
        catalogue.try_playlists(client).await?;
    }
    Ok(catalogue)
}

/// Reads the chart again and again. What cannot be read now leaves what was read before.
async fn read_again(
    client: &mut Client<Tcp>,
    server: &Url,
    scenario: &Scenario,
    songs: &watch::Sender<Arc<Catalogue>>,
) -> Infallible {
    loop {
        sleep(READ_CHART_EVERY).await;
        if let Ok(catalogue) = Catalogue::read(client, server, scenario).await {
            songs.send_replace(Arc::new(catalogue));
        }
    }
}

/// Takes what the threads tell until they have ended; says whether somebody has ended them. When one is lost the others
/// stop too: nothing could be made of what they tell.
async fn gather(
    gathered: &mut Gathering,
    told: &mut mpsc::UnboundedReceiver<News>,
    interrupts: &mut Interrupts,
    stop: &watch::Sender<bool>,
    tell: &mut dyn FnMut(&Progress<'_>),
) -> Result<bool, RunError> {
    let (mut is_interrupted, mut lost) = (false, None);
    loop {
        tokio::select! {
            biased;
            () = interrupts.next() => {
                if is_interrupted {
                    return Err(RunError::GivenUp);
                }
                is_interrupted = true;
                stop.send_replace(true);
            }
            news = told.recv() => match news {
                Some(News::Lost(why)) => {
                    lost = lost.or(Some(why));
                    stop.send_replace(true);
                }
                Some(news) => gathered.take(news, tell),
                None => return lost.map_or(Ok(is_interrupted), |why| Err(RunError::Worker(why))),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Error;

    use super::*;

    #[tokio::test]
    async fn a_thread_that_is_lost_stops_the_others_and_is_told() {
        let scenario = Scenario::shipped("starts").unwrap().unwrap();
        for (how, why) in [("panic", "a session broke"), ("error", "no runtime")] {
            let (stop, mut stopped) = watch::channel(false);
            let (news, mut told) = mpsc::unbounded_channel();
            let others = news.clone();
            let thread = thread::spawn(move || {
                let part = || match how {
                    "panic" => panic!("a {} broke", "session"),
                    _ => Err(Error::other("no runtime")),
                };
                work(part, &news);
            });
            let mut gathered = Gathering::new(&scenario, 2);
            let mut interrupts = Interrupts::new().unwrap();
            let mut tell = |_: &Progress<'_>| {};
            let gathering = gather(&mut gathered, &mut told, &mut interrupts, &stop, &mut tell);
            let other = async {
                stopped.wait_for(|stop| *stop).await.unwrap();
                drop(others);
            };
            let (ended, ()) = tokio::join!(gathering, other);
            let said = ended.unwrap_err().to_string();
            assert!(said.contains(why) && said.contains("report it"), "{said}");
            thread.join().unwrap();
        }
    }

    #[test]
    fn a_thread_that_ends_as_it_should_has_nothing_to_add() {
        let (news, mut told) = mpsc::unbounded_channel();
        work(|| Ok(()), &news);
        drop(news);
        assert!(told.blocking_recv().is_none());
    }
}
