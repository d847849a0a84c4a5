//! What every HaaS service needs and none should write again.
//!
//! A service is handed a [`service::Context`] (database, objects, clock, tasks, metrics) and gives back
//! [`service::Mounted`] routes. Nothing here knows which services exist; nothing here is global: what a test
//! would want to change is a parameter.

pub mod clock;
pub mod config;
pub mod database;
pub mod http;
pub mod ids;
pub mod lifecycle;
mod nul;
pub mod objects;
pub mod paging;
pub mod problem;
pub mod process;
pub mod schema;
pub mod service;
pub mod shares;
pub mod signing;
pub mod supervisor;
pub mod telemetry;

pub use problem::Problem;
