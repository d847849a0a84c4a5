//! What tests share: a database of every kind, a service in process, the built binary.
//!
//! Nothing is shared between tests, nothing waits a fixed time, no port is guessed. A dev-dependency only.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what fails here fails the test that called it"
)]

mod answer;
mod app;
mod connection;
mod database;
mod disk;
mod identity;
mod line;
mod process;
mod s3;
mod secure;
mod skip;
mod statements;

pub use answer::Answer;
pub use app::App;
pub use connection::Connection;
pub use database::{each_database, each_server, new_sqlite, on_postgres};
pub use disk::Disk;
pub use identity::{Identities, POD_TOKEN};
pub use line::Line;
pub use process::{Binary, Haas, Output, Running};
pub use s3::{ACCESS_KEY_ID, BUCKET, Faults, S3, SECRET_ACCESS_KEY};
pub use secure::{Certificate, Http2, Secure};
pub use skip::{has_ffmpeg, say, skip};
