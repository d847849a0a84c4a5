use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use chassis::clock::Clock;
use chassis::database::Database;
use chassis::http::{Config, Edge, HttpMetrics, Policy};
use chassis::lifecycle::{Readiness, Tasks};
use chassis::objects::Objects;
use chassis::service::{Context, Mounted};
use http_body_util::BodyExt as _;
use prometheus_client::registry::Registry;
use sea_orm_migration::MigratorTrait;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::answer::Answer;
use crate::database::new_sqlite;

/// When the clock of a test app starts: Monday 2026-11-23 05:00:00 UTC.
const START_MS: i64 = 1_795_410_000_000;
/// How long [`App::stop`] waits for background work that ignores a stop.
const STOP_GRACE: Duration = Duration::from_secs(10);

/// One service in process behind the real edge: SQLite and objects in a temporary folder, a clock that stands still.
#[derive(Debug)]
pub struct App {
    /// The routes with everything around them that production has.
    pub router: chassis::http::App,
    /// Moves when a test moves it.
    pub clock: Clock,
    /// The service's database.
    pub database: Database,
    /// The service's objects.
    pub objects: Objects,
    /// The service's background work.
    pub tasks: Tasks,
    /// What the service and the edge registered.
    pub metrics: Registry,
    /// Holds database and objects; removed with the app.
    pub folder: TempDir,
}

impl App {
    /// Starts a service, for example `App::start::<music::Migrator>(|context| music::start(context, &Config::default()))`.
    pub async fn start<M: MigratorTrait>(start: impl FnOnce(Context<'_>) -> Mounted) -> Self {
        let (folder, database) = new_sqlite::<M>().await;
        Self::start_on(folder, database, start)
    }

    /// Starts a service on a database that is migrated already, such as one of [`crate::each_database`].
    pub fn start_on(
        folder: TempDir,
        database: Database,
        start: impl FnOnce(Context<'_>) -> Mounted,
    ) -> Self {
        Self::start_at(folder, database, Clock::manual(START_MS), start)
    }

    /// Starts a service as [`App::start_on`] does, with a time of its own.
    pub fn start_at(
        folder: TempDir,
        database: Database,
        clock: Clock,
        start: impl FnOnce(Context<'_>) -> Mounted,
    ) -> Self {
        let objects = Objects::in_folder(&folder.path().join("objects")).unwrap();
        let tasks = Tasks::default();
        let mut metrics = Registry::default();
        let mounted = start(Context {
            database: database.clone(),
            objects: Objects::clone(&objects),
            work: folder.path().join("work"),
            clock: clock.clone(),
            tasks: tasks.clone(),
            metrics: &mut metrics,
        });
        let edge = Edge::new(
            Config::default(),
            Policy::new("default-src 'self'"),
            clock.clone(),
            Readiness::default(),
            HttpMetrics::register(&mut metrics),
            vec!["music"],
        );
        edge.show_errors(mounted.error_pages);
        Self {
            router: chassis::http::App::new(mounted.routes, edge),
            clock,
            database,
            objects,
            tasks,
            metrics,
            folder,
        }
    }

    /// Asks for a path.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    /// Sends JSON to a path.
    pub async fn send_json(&self, method: Method, path: &str, json: &Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
            .body(Body::from(json.to_string()))
            .unwrap();
        self.send(request).await
    }

    /// Sends any request and reads the whole answer.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes(),
        }
    }

    /// The metrics as Prometheus reads them.
    pub fn metrics_text(&self) -> String {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.metrics).unwrap();
        text
    }

    /// Stops the background work, and fails when some of it did not end by itself.
    pub async fn stop(self) {
        assert!(self.tasks.stop(STOP_GRACE).await, "a task ignored the stop");
    }
}
