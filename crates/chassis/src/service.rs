//! What a service is handed and what it gives back.

use std::path::PathBuf;

use prometheus_client::registry::Registry;
use utoipa::openapi::OpenApi;

use crate::clock::Clock;
use crate::database::Database;
use crate::http::{ErrorPages, Routes};
use crate::lifecycle::Tasks;
use crate::objects::Objects;

/// Everything a service may touch. Made by `server`, one per service.
#[derive(Debug)]
pub struct Context<'a> {
    /// The service's own database, migrated.
    pub database: Database,
    /// The service's own objects.
    pub objects: Objects,
    /// Where files are worked on that are too large for memory: a folder on a disk with room, made when it is needed.
    pub work: PathBuf,
    /// The time.
    pub clock: Clock,
    /// For background work; a stop waits for it.
    pub tasks: Tasks,
    /// The registry under the service's prefix.
    pub metrics: &'a mut Registry,
}

/// A started service: routes under its own prefixes, ready to be merged.
pub struct Mounted {
    /// `/api/<name>/v1/…` and the service's pages.
    pub routes: Routes,
    /// The description of the API part.
    pub openapi: OpenApi,
    /// Pages for errors that no service answers for, in the frame of this one.
    pub error_pages: ErrorPages,
}
