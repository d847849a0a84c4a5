//! Music: tracks of albums by artists, kept by content, delivered in several bit rates, counted in a live chart.
//!
//! Invariants:
//! * a track is its audio content: the same bytes are the same track, wherever the file lies;
//! * objects never change: a rendition or cover with new content is a new object under a new key;
//! * nothing that matters lives in the process: any replica answers any request;
//! * no listener is ever named in a log line, a metric or an answer.

mod api;
pub mod backup;
mod chart;
mod config;
mod delivery;
mod error;
mod indexing;
pub mod ingest;
mod keys;
mod pages;
mod plays;
mod search;
mod store;
#[cfg(any(test, feature = "synthetic"))]
pub mod synthetic;
#[cfg(test)]
mod testing;

use std::sync::Arc;

use axum::routing::get;
use chassis::clock::Clock;
use chassis::http::{Routes, describe_common};
use chassis::objects::Objects;
use chassis::service::{Context, Mounted};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

pub use config::Config;
pub(crate) use delivery::Delivery;
pub use delivery::{Limits, NoSigner};
pub(crate) use error::Error;
pub use store::Migrator;
pub(crate) use store::Store;

/// Where the API of this service lives.
pub const API_PREFIX: &str = "/api/music/v1";

/// Where the API describes itself.
const DESCRIPTION_PATH: &str = "/api/music/v1/openapi.json";

/// What every handler of the service may use.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) delivery: Delivery,
    pub(crate) plays: plays::Plays,
    pub(crate) chart: chart::ChartState,
}

impl App {
    /// Puts the parts of the service together.
    fn new(mut context: Context<'_>, config: &Config) -> AppState {
        let watched = &context.database;
        watched.watch(&context.clock, &context.tasks, context.metrics);
        let store = Store::new(context.database.clone());
        let settings = Arc::new(config.chart.clone());
        let library = library(&context);
        ingest::start_workers(
            &library,
            &context.tasks,
            config.preparation_workers,
            context.metrics,
        );
        ingest::start_sweeping(&library, &context.tasks);
        indexing::start(&store, &context.tasks);
        let chart = chart::ChartState::start(&store, &mut context, &settings);
        let tasks = context.tasks.clone();
        let app = Arc::new(Self {
            plays: plays::Plays::new(&store, &mut context, settings),
            delivery: Delivery::new(
                config,
                store.clone(),
                context.objects,
                context.clock.clone(),
                context.tasks,
                context.metrics,
            ),
            store,
            clock: context.clock,
            chart,
        });
        chart::ChartState::watch(&app, &tasks);
        app
    }
}

/// The state handlers are given.
pub(crate) type AppState = Arc<App>;

/// The answer of a handler.
pub(crate) type Result<T> = std::result::Result<T, chassis::Problem>;

/// Starts the service: routes, and background work under the context's tasks.
pub fn start(context: Context<'_>, config: &Config) -> Mounted {
    let app = App::new(context, config);
    let (api, openapi) = described().with_state(Arc::clone(&app)).split_for_parts();
    let api = Routes::described(api, &openapi)
        .merge(Routes::default().route(DESCRIPTION_PATH, get(api::show_description)));
    let pages = pages::Pages::new(app);
    Mounted {
        routes: api.merge(pages::routes(&pages)),
        error_pages: pages::error_pages(pages),
        openapi,
    }
}

/// Starts what prepares tracks, without serving anybody: `workers` tracks at once.
pub fn start_worker(context: &mut Context<'_>, workers: usize) {
    let watched = &context.database;
    watched.watch(&context.clock, &context.tasks, context.metrics);
    let library = library(context);
    ingest::start_workers(&library, &context.tasks, workers, context.metrics);
    ingest::start_sweeping(&library, &context.tasks);
}

fn library(context: &Context<'_>) -> ingest::Library {
    ingest::Library {
        database: context.database.clone(),
        objects: context.objects.patient(),
        work: context.work.clone(),
        clock: context.clock.clone(),
    }
}

/// What pages must allow browsers to fetch media from, beside this server: scheme, host and port.
pub fn media_origin(
    objects: &Objects,
    config: &Config,
) -> std::result::Result<Option<String>, NoSigner> {
    config.media_delivery.origin(objects)
}

/// The description of the API, without starting anything.
pub fn openapi() -> OpenApi {
    described().into_openapi()
}

fn described() -> OpenApiRouter<AppState> {
    let mut router = api::router();
    describe_common(router.get_openapi_mut(), "music");
    router
}
