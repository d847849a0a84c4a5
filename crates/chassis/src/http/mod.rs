//! Serving HTTP: listeners, the one middleware every answer passes, extractors that answer with problems.
//!
//! [`Edge`] holds what belongs to every request (id, limits, headers, metrics, log). It goes around the merged
//! routers of all services once, in [`app`]; in-process tests use the same [`app`].

mod admin;
mod client;
mod compression;
mod config;
mod edge;
mod extract;
mod listener;
mod metrics;
mod policy;

pub use admin::{Admin, admin_router};
pub use client::{ClientAddress, PeerAddress, TrustedProxies};
pub use config::Config;
pub use edge::{Edge, RequestId, app};
pub use extract::{Json, Path, Query};
pub use listener::{BindError, bind, serve, serve_with};
pub use metrics::HttpMetrics;
pub use policy::Policy;

#[cfg(test)]
mod tests;
