//! A deployment of its own: PostgreSQL, an S3-compatible store of objects, three replicas, and a balancer in front of them.

use std::path::Path;

use super::balancer::Balancer;
use super::http;
use super::library::{ALBUM, LONG, Library};
use super::replica::{Plan, Replica};
use super::store::Store;
use crate::databases::{self, Server};
use crate::failure::{Failure, Result};
use crate::group;
use crate::packages::{self, CURL, FAKETIME, FFMPEG, HAPROXY};
use crate::workspace::Workspace;

const REPLICAS: u8 = 3;
/// Nobody else connects from it, and so takes the database's port while it is away.
const DATABASE_HOST: &str = "127.0.0.20";
/// How long a replica that stops serves on: some times longer than the balancer needs to see it.
pub(super) const DRAIN: &str = "2s";
pub(super) const NO_DRAIN: &str = "0s";
/// How long it then finishes what is in flight. Whole files take longer: their players go on with the rest.
const GRACE: &str = "4s";
/// What all replicas share. They make no renditions: there are none to make. A request that needs a database that is away says so
/// after a second, and one that waits for a database that has it and is silent after ten. All people here are one network.
const SETTINGS: [(&str, &str); 7] = [
    ("HAAS_SERVER__GRACE", GRACE),
    ("HAAS_MUSIC__PREPARATION_WORKERS", "0"),
    ("HAAS_MUSIC__DATABASE_ACQUIRE_TIMEOUT", "1s"),
    ("HAAS_MUSIC__NETWORK_STARTS_PER_MINUTE_MAX", "1000000"),
    ("HAAS_HTTP__REQUEST_TIMEOUT", "10s"),
    ("HAAS_HTTP__TRUSTED_PROXIES", "127.0.0.1"),
    ("HAAS_TELEMETRY__LOG_LEVEL", "warn"),
];

/// Everything that runs; it ends in this order when it is dropped.
pub(super) struct Rig {
    pub(super) balancer: Balancer,
    pub(super) replicas: Vec<Replica>,
    pub(super) database: Server,
    pub(super) store: Store,
    pub(super) library: Library,
    pub(super) workspace: Workspace,
    /// Whether the replicas have no more than a small pod has.
    pub(super) is_limited: bool,
}

impl Rig {
    /// Brings what it needs and starts it.
    pub(super) fn start(workspace: &Workspace) -> Result<Self> {
        packages::ensure(workspace, &[FFMPEG, HAPROXY, CURL, FAKETIME])?;
        let library = Library::bring(workspace)?;
        // Another program may take a port between finding and using it.
        databases::with_retries(|| Self::try_start(workspace, &library))
    }

    fn try_start(workspace: &Workspace, library: &Library) -> Result<Self> {
        let database = databases::start_lasting_postgres(workspace, DATABASE_HOST)?;
        library.fill(&database)?;
        let haas = workspace.haas();
        let is_limited = group::is_allowed();
        let store = Store::start(workspace, &library.objects())?;
        let plan = plan(&haas, &store, &database, DRAIN, is_limited)?;
        let replicas = (1..=REPLICAS).map(|number| Replica::start(&plan, number));
        let replicas = replicas.collect::<Result<Vec<_>>>()?;
        let balancer = Balancer::start(&replicas)?;
        Ok(Self {
            balancer,
            replicas,
            database,
            store,
            library: library.clone(),
            workspace: workspace.clone(),
            is_limited,
        })
    }

    /// Stops one replica after the other and starts it again, with a drain from then on, as a rolling update does.
    pub(super) fn roll(&mut self, next_drain: &str) -> Result<()> {
        for number in 0..self.replicas.len() {
            self.replica(number)?.stop()?;
            self.bring_back(number, next_drain)?;
        }
        Ok(())
    }

    /// Starts a replica that has ended, and waits until people are sent to it.
    pub(super) fn bring_back(&mut self, number: usize, drain: &str) -> Result<()> {
        let haas = self.workspace.haas();
        let plan = plan(&haas, &self.store, &self.database, drain, self.is_limited)?;
        let replica = self.replicas.get_mut(number);
        let replica = replica.ok_or_else(|| Failure::new("there is no such replica"))?;
        self.balancer.wait_for(replica, false)?;
        replica.start_again(&plan)?;
        self.balancer.wait_for(replica, true)
    }

    pub(super) fn replica(&mut self, number: usize) -> Result<&mut Replica> {
        let replica = self.replicas.get_mut(number);
        replica.ok_or_else(|| Failure::new("there is no such replica"))
    }

    /// The tracks of the album that everybody listens to, and the long one.
    pub(super) fn tracks(&self) -> Result<Vec<Track>> {
        let answer = http::get(&self.balancer.address, "/api/music/v1/tracks?limit=100")?;
        let tracks = answer.json()?;
        let tracks = tracks["items"].as_array().into_iter().flatten();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let tracks: Vec<Track> = tracks
            .map(|track| Track {
                id: text(&track["id"]),
                title: text(&track["title"]),
                stream: text(&track["stream_url"]),
                hls: text(&track["hls_url"]),
                bytes: track["size_bytes"].as_u64().unwrap_or_default(),
                length_ms: track["duration_ms"].as_u64().unwrap_or_default(),
            })
            .collect();
        let is_whole = tracks
            .iter()
            .all(|track| !track.hls.is_empty() && 0 < track.bytes);
        if tracks.len() < 2 || !is_whole {
            return Err(Failure::new(format!(
                "the library has not {ALBUM} and {LONG} with all their qualities"
            )));
        }
        Ok(tracks)
    }

    /// The long one.
    pub(super) fn long_track(&self) -> Result<Track> {
        let mut tracks = self.tracks()?.into_iter();
        let long = tracks.find(|track| track.title == LONG);
        long.ok_or_else(|| Failure::new(format!("the library has no {LONG}")))
    }
}

/// What is needed of a track.
pub(super) struct Track {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) stream: String,
    pub(super) hls: String,
    pub(super) bytes: u64,
    pub(super) length_ms: u64,
}

fn plan<'a>(
    haas: &'a Path,
    store: &Store,
    database: &Server,
    drain: &str,
    is_limited: bool,
) -> Result<Plan<'a>> {
    let other_time = packages::find(FAKETIME.program);
    let other_time = other_time.ok_or_else(|| Failure::new("libfaketime is missing"))?;
    let mut environment: Vec<_> = SETTINGS
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()))
        .collect();
    environment.push(("HAAS_SERVER__DRAIN", drain.to_owned()));
    environment.push(("HAAS_MUSIC__DATABASE_URL", database.url.clone()));
    environment.extend(store.variables());
    Ok(Plan {
        haas,
        environment,
        other_time,
        is_limited,
    })
}
