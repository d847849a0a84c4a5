//! What a server says of itself while it is listened to: its own metrics, and what a Prometheus knows of its pods.

mod exposition;
mod histogram;
mod prometheus;
mod reading;
mod watch;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::gathering::Progress;
use crate::target::TargetError;
use crate::wire::{Tcp, Trust};
use prometheus::{Prometheus, Stretch};
use watch::{Instance, Watch};

/// Where a server says how it does.
#[derive(Clone, Debug, Default)]
pub struct Watched {
    /// The addresses of the metrics of its instances.
    pub metrics: Vec<String>,
    /// The address of a Prometheus that looks at its pods.
    pub prometheus: Option<String>,
    /// What it is called in Kubernetes; none: everything that Prometheus looks at.
    pub deployment: Option<String>,
}

/// What the server said of itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ServerFigures {
    /// From the metrics of all instances together, ascending by second.
    pub(crate) series: Vec<ServerRow>,
    /// From a Prometheus, ascending by second.
    pub(crate) pods: Vec<PodRow>,
    /// What is missing, and why.
    pub(crate) notes: Vec<String>,
}

/// How the server did in the time before a second of the run; 0 where it does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServerRow {
    /// Of the run, at its end.
    pub second: u32,
    /// How many processors computed for it.
    pub cpu_cores: f64,
    /// Resident memory.
    pub memory_bytes: u64,
    /// Requests that it answered.
    pub requests_per_s: f64,
    /// Half of its answers began sooner.
    pub response_p50_ms: f64,
    /// 99 of 100 of its answers began sooner.
    pub response_p99_ms: f64,
    /// Plays it knows of, or answers with media that it was sending.
    pub active_plays: Option<f64>,
}

/// How many pods there were at a second of the run, and how busy they and their nodes were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct PodRow {
    pub(crate) second: u32,
    pub(crate) pods: Option<u32>,
    /// Of them those that took requests.
    pub(crate) ready: Option<u32>,
    /// How many processors computed for all of them.
    pub(crate) cpu_cores: Option<f64>,
    /// Of all processors of all nodes.
    pub(crate) node_cpu_share: Option<f64>,
}

/// Who is asked, looked up.
pub(crate) struct Sources {
    instances: Vec<Instance<Tcp>>,
    prometheus: Option<Prometheus<Tcp>>,
}

/// Who is being asked while a run lasts.
pub(crate) struct Watching {
    watch: Option<Watch>,
    prometheus: Option<Prometheus<Tcp>>,
    /// What it answered, with what it did not.
    pods: Option<(Vec<PodRow>, Vec<String>)>,
    begun_at: Timestamp,
}

impl ServerFigures {
    /// How many pods there were while the run lasted; none where nobody told.
    pub(crate) fn fewest_and_most_pods(&self) -> Option<(u32, u32)> {
        let told = || self.pods.iter().filter_map(|row| row.pods);
        Some((told().min()?, told().max()?))
    }
}

impl Sources {
    /// Looks up who is to be asked.
    pub(crate) fn find(watched: &Watched, trust: &Trust) -> Result<Self, TargetError> {
        let instances = watched.metrics.iter().map(|url| Instance::find(url, trust));
        let prometheus = watched.prometheus.as_deref();
        let prometheus =
            prometheus.map(|url| Prometheus::find(url, watched.deployment.clone(), trust));
        Ok(Self {
            instances: instances.collect::<Result<_, _>>()?,
            prometheus: prometheus.transpose()?,
        })
    }

    /// Asks from the beginning of a run on.
    pub(crate) fn begin(self, epoch: Instant, begun_at: Timestamp) -> Watching {
        let instances = self.instances;
        Watching {
            watch: (!instances.is_empty()).then(|| Watch::begin(instances, epoch)),
            prometheus: self.prometheus,
            pods: None,
            begun_at,
        }
    }
}

impl Watching {
    /// How a run is going, with what the server said last.
    pub(crate) fn add_to<'a>(&self, progress: &Progress<'a>) -> Progress<'a> {
        let watch = self.watch.as_ref();
        Progress {
            server: watch.and_then(Watch::latest),
            server_failures: watch.map_or(0, Watch::failures),
            ..*progress
        }
    }

    /// The run is over: nobody is looked at any more, and Prometheus is asked about all of it.
    pub(crate) async fn ask_for_pods(&mut self) {
        if let Some(watch) = &self.watch {
            watch.stop();
        }
        let Some(prometheus) = &mut self.prometheus else {
            return;
        };
        let stretch = Stretch {
            begun_at: self.begun_at,
            ended_at: Timestamp::now(),
        };
        self.pods = Some(prometheus.pods(stretch).await);
    }

    /// Everything that was told; none where nobody was to be asked.
    pub(crate) fn end(self) -> Option<ServerFigures> {
        if self.watch.is_none() && self.prometheus.is_none() {
            return None;
        }
        let mut figures = ServerFigures::default();
        if let Some(watch) = self.watch {
            (figures.series, figures.notes) = watch.end();
        }
        match self.pods {
            Some((pods, notes)) => {
                figures.pods = pods;
                figures.notes.extend(notes);
            }
            None if self.prometheus.is_some() => {
                let note = "Prometheus was not waited for";
                figures.notes.push(note.to_owned());
            }
            None => {}
        }
        Some(figures)
    }
}
