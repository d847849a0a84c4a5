//! What a server says of itself while it is listened to: its own metrics, and what a Prometheus knows of its pods.

use serde::{Deserialize, Serialize};

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
    pub(crate) pods: u32,
    /// Of them those that took requests.
    pub(crate) ready: Option<u32>,
    /// How many processors computed for all of them.
    pub(crate) cpu_cores: Option<f64>,
    /// Of all processors of all nodes.
    pub(crate) node_cpu_share: Option<f64>,
}
