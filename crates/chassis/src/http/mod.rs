//! Serving HTTP: listeners, the one middleware every answer passes, extractors that answer with problems.
//!
//! [`Edge`] holds what belongs to every request (id, limits, headers, metrics, log). It goes around the merged
//! routes of all services once, in [`App`]; in-process tests use the same [`App`].

mod admin;
mod app;
mod asked;
mod client;
mod compression;
mod config;
mod connection;
mod described;
mod edge;
mod error_pages;
mod extract;
mod forwarded;
mod limited;
mod listener;
mod metrics;
mod policy;
mod redirect;
mod routes;
mod streams;
mod tagged;
mod tls;
mod watched;

pub use admin::{Admin, admin_router};
pub use app::App;
pub(crate) use asked::Asked;
pub use client::{ClientAddress, ClientNetwork, OverTls, PeerAddress};
pub use config::Config;
pub use described::describe_common;
pub use edge::Edge;
pub use error_pages::ErrorPages;
pub use extract::{Json, Path, Query};
pub use forwarded::TrustedProxies;
pub use listener::{BindError, bind, refuse_while, serve, serve_tls, serve_with};
pub use metrics::HttpMetrics;
pub use policy::Policy;
pub use redirect::redirect_router;
pub use routes::Routes;
pub use tagged::Shared;
pub use tls::{Tls, TlsError, TlsFiles, TlsMetrics};

#[cfg(test)]
mod tests;
