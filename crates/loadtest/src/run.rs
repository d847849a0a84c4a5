//! A run: sessions start when they are due, whatever the server does, and everything is counted from then.

use std::cell::RefCell;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::runtime::Builder;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{Instant, sleep_until};
use url::Url;

use crate::arrivals::Starts;
use crate::catalogue::{Catalogue, CatalogueError};
use crate::listener::{Listener, Patience, Player};
use crate::playlist::Playlists;
use crate::plays::report_play;
use crate::report::Report;
use crate::scenario::{ListenerPlan, Scenario};
use crate::tally::Tally;
use crate::wire::{Client, Link, Shape, Tcp};

/// From the decision to begin to the first start.
const SET_OFF: Duration = Duration::from_millis(100);
/// How many networks of this machine listeners come from (127.0.0.x, 127.0.1.x, …), where the server is on it too: a server
/// limits what one network may do, and each address has its own ports.
const NETWORKS: u64 = 64;
const ADDRESSES_PER_NETWORK: u64 = 200;
/// What the kernel holds for a listener with a slow link.
const SLOW_LINK_BUFFER_BYTES: u32 = 16 * 1024;

/// Why a run did not begin.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The address of the server cannot be used.
    #[error("{url}: {reason}")]
    Target {
        /// As it was given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// There is nothing to listen to.
    #[error("the server gives nothing to listen to: {0}")]
    Catalogue(String),
    /// This machine does not let the run begin.
    #[error("the run could not begin: {0}")]
    Machine(#[from] std::io::Error),
}

impl From<CatalogueError> for RunError {
    fn from(error: CatalogueError) -> Self {
        Self::Catalogue(error.to_string())
    }
}

/// Runs a scenario against a server until its last session has ended, or somebody interrupts it (SIGINT): then the report is
/// of what was heard so far.
pub fn run(scenario: &Scenario, target: &str) -> Result<Report, RunError> {
    let target = Target::read(target)?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, drive(scenario, &target))
}

/// The server that is asked.
struct Target {
    url: Url,
    host: String,
    address: SocketAddr,
}

impl Target {
    fn read(text: &str) -> Result<Self, RunError> {
        let wrong = |reason: &str| RunError::Target {
            url: text.to_owned(),
            reason: reason.to_owned(),
        };
        let url = Url::parse(text).map_err(|error| wrong(&format!("it is no URL: {error}")))?;
        if url.scheme() != "http" {
            return Err(wrong("only http:// can be listened to"));
        }
        let addresses = url.socket_addrs(|| None);
        let addresses = addresses.map_err(|error| wrong(&error.to_string()))?;
        let address = addresses
            .first()
            .ok_or_else(|| wrong("its name leads nowhere"))?;
        let host = url.host_str().unwrap_or_default();
        let host = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Ok(Self {
            host,
            address: *address,
            url,
        })
    }

    /// A way to the server for a session.
    fn client(&self, session: u64, link: Option<Shape>) -> Client<Tcp> {
        let connect = Tcp {
            server: self.address,
            from: self.source(session),
            receive_buffer_bytes: link.map(|_| SLOW_LINK_BUFFER_BYTES),
        };
        Client::new(connect, self.host.clone(), Link::new(link))
    }

    fn source(&self, session: u64) -> Option<IpAddr> {
        let IpAddr::V4(server) = self.address.ip() else {
            return None;
        };
        let network = u8::try_from(session % NETWORKS).ok()?;
        let host = u8::try_from(session / NETWORKS % ADDRESSES_PER_NETWORK + 2).ok()?;
        server
            .is_loopback()
            .then_some(IpAddr::V4(Ipv4Addr::new(127, 0, network, host)))
    }
}

async fn drive(scenario: &Scenario, target: &Target) -> Result<Report, RunError> {
    let plan = Rc::new(scenario.listener.clone());
    let mut client = target.client(0, None);
    let catalogue = Rc::new(Catalogue::read(&mut client, &target.url, plan.zipf).await?);
    let playlists = Rc::new(Playlists::default());
    let tally = Rc::new(RefCell::new(Tally::new()));
    let starts = || Starts::new(scenario.lines(), scenario.arrivals, scenario.seed);
    let planned = starts().count() as u64;
    let mut interrupt = pin!(tokio::signal::ctrl_c());
    let epoch = Instant::now() + SET_OFF;
    let mut sessions = JoinSet::new();
    let mut is_interrupted = false;
    for (number, due) in (0..).zip(starts()) {
        tokio::select! {
            biased;
            _ = &mut interrupt => {
                is_interrupted = true;
                break;
            }
            () = sleep_until(epoch + due) => {}
        }
        tally
            .borrow_mut()
            .start(epoch.elapsed().saturating_sub(due));
        let session = Session {
            client: target.client(number, plan.link),
            reports: plan.reports_plays.then(|| target.client(number, plan.link)),
            server: target.url.clone(),
            plan: Rc::clone(&plan),
            catalogue: Rc::clone(&catalogue),
            playlists: Rc::clone(&playlists),
            tally: Rc::clone(&tally),
            random: StdRng::seed_from_u64(seed_of(scenario.seed, number)),
        };
        sessions.spawn_local(session.run(epoch, due));
        while sessions.try_join_next().is_some() {}
    }
    // Whoever still listens when somebody stops the run is not counted.
    while !is_interrupted && !sessions.is_empty() {
        tokio::select! {
            biased;
            _ = &mut interrupt => is_interrupted = true,
            _ = sessions.join_next() => {}
        }
    }
    let tally = tally.borrow();
    Ok(Report::new(
        scenario,
        target.url.as_str(),
        planned,
        epoch.elapsed(),
        &tally,
    ))
}

/// One person's visit.
struct Session {
    client: Client<Tcp>,
    /// For what goes to the server beside the music.
    reports: Option<Client<Tcp>>,
    server: Url,
    plan: Rc<ListenerPlan>,
    catalogue: Rc<Catalogue>,
    playlists: Rc<Playlists>,
    tally: Rc<RefCell<Tally>>,
    random: StdRng,
}

impl Session {
    async fn run(mut self, epoch: Instant, due: Duration) {
        let patience = Patience {
            start: Duration::from_secs_f64(self.plan.start_patience_s),
            stall: Duration::from_secs_f64(self.plan.stall_patience_s),
        };
        let mut listener = Listener {
            client: self.client,
            epoch,
            patience,
            playlists: self.playlists,
            throughput: None,
        };
        let [fewest, most] = self.plan.songs;
        let [shortest, longest] = self.plan.listen_s;
        let player = choose_player(&self.plan, &mut self.random);
        let mut pressed_at = due;
        for _ in 0..self.random.random_range(fewest..=most) {
            let Some(song) = self.catalogue.choose(&mut self.random) else {
                break;
            };
            let listen = Duration::from_secs_f64(self.random.random_range(shortest..=longest));
            let key = uuid(&mut self.random);
            let play = listener.play(player, song, pressed_at, listen);
            let play = match &mut self.reports {
                Some(client) => {
                    report_play(
                        client,
                        &self.server,
                        &song.track_id,
                        &key,
                        &self.tally,
                        play,
                    )
                    .await
                }
                None => play.await,
            };
            self.tally.borrow_mut().play(&play, patience);
            pressed_at = epoch.elapsed();
        }
        self.tally.borrow_mut().ended_sessions += 1;
    }
}

/// Seeds of sessions are far apart (the increment of `SplitMix64`).
fn seed_of(seed: u64, session: u64) -> u64 {
    seed ^ (session + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn choose_player(plan: &ListenerPlan, random: &mut StdRng) -> Player {
    let sum: f64 = plan.players.values().sum();
    let mut at = random.random::<f64>() * sum;
    let chosen = plan.players.iter().find(|(_, share)| {
        at -= **share;
        at < 0.0
    });
    chosen.map_or(Player::Hls, |(player, _)| *player)
}

/// A random UUID (version 4) from the run's own seed.
fn uuid(random: &mut StdRng) -> String {
    let bits: u128 = random.random();
    let bits = bits & !(0xF000 << 64) & !(0xC000_u128 << 48) | (0x4000 << 64) | (0x8000_u128 << 48);
    let hex = format!("{bits:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
    [
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ]
    .join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_cannot_be_listened_to_is_refused_with_a_reason() {
        for (text, reason) in [
            ("music", "it is no URL"),
            ("ftp://a.test/", "only http://"),
            ("http://nowhere.invalid/", "nowhere.invalid"),
        ] {
            let error = Target::read(text).err().unwrap().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn listeners_come_from_many_networks_of_this_machine() {
        let target = Target::read("http://127.0.0.1:8080").unwrap();
        let source = |session| target.source(session).unwrap().to_string();
        assert_eq!(
            [source(0), source(1), source(65)],
            ["127.0.0.2", "127.0.1.2", "127.0.1.3"]
        );
        assert_eq!(Target::read("http://192.0.2.1/").unwrap().source(1), None);
    }

    #[test]
    fn players_are_chosen_by_their_shares() {
        let players = [
            (Player::Hls, 3.0),
            (Player::Progressive, 0.0),
            (Player::SpotifyLike, 1.0),
        ];
        let plan = ListenerPlan {
            players: players.into_iter().collect(),
            ..ListenerPlan::default()
        };
        let mut random = StdRng::seed_from_u64(5);
        let chosen: Vec<Player> = (0..4_000)
            .map(|_| choose_player(&plan, &mut random))
            .collect();
        let count = |player| chosen.iter().filter(|chosen| **chosen == player).count();
        assert_eq!(count(Player::Progressive), 0);
        // 3,000 are expected; four standard deviations are 110.
        assert!(
            count(Player::Hls).abs_diff(3_000) < 150,
            "{}",
            count(Player::Hls)
        );
    }

    #[test]
    fn keys_are_random_uuids() {
        let mut random = StdRng::seed_from_u64(1);
        let key = uuid(&mut random);
        assert_eq!(key.len(), 36);
        assert_eq!(key.get(14..15), Some("4"));
        assert!(
            ["8", "9", "a", "b"].contains(&key.get(19..20).unwrap()),
            "{key}"
        );
        assert_ne!(key, uuid(&mut random));
    }
}
