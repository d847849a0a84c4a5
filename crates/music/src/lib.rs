//! Music: tracks of albums by artists, kept by content, delivered in several bit rates, counted in a live chart.
//!
//! Invariants:
//! * a track is its audio content: the same bytes are the same track, wherever the file lies;
//! * objects never change: a rendition or cover with new content is a new object under a new key;
//! * nothing that matters lives in the process: any replica answers any request;
//! * no listener is ever named in a log line, a metric or an answer.

mod api;
mod error;
mod store;
#[cfg(any(test, feature = "synthetic"))]
mod synthetic;

use std::sync::Arc;

use axum::Router;
use chassis::clock::Clock;
use chassis::objects::Objects;
use chassis::service::{Context, Mounted};
use utoipa_axum::router::OpenApiRouter;

pub(crate) use error::Error;
pub use store::Migrator;
pub(crate) use store::Store;

/// Where the API of this service lives.
pub const API_PREFIX: &str = "/api/music/v1";

/// What every handler of the service may use.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) objects: Objects,
    pub(crate) clock: Clock,
}

/// The state handlers are given.
pub(crate) type AppState = Arc<App>;

/// The answer of a handler.
pub(crate) type Result<T> = std::result::Result<T, chassis::Problem>;

/// Starts the service: routes, and background work under the context's tasks.
pub fn start(context: Context<'_>) -> Mounted {
    let app = Arc::new(App {
        store: Store::new(context.database),
        objects: context.objects,
        clock: context.clock,
    });
    let (api, openapi) = OpenApiRouter::new()
        .nest(API_PREFIX, api::router())
        .with_state(app)
        .split_for_parts();
    Mounted {
        router: Router::new().merge(api),
        openapi,
    }
}
