//! The catalogue over HTTP, in process.

mod lists;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use chassis::clock::Clock;
use chassis::database::Database;
use chassis::lifecycle::Tasks;
use chassis::service::Context;
use http_body_util::BodyExt as _;
use prometheus_client::registry::Registry;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::store::{Migrator, Seeded, Store};
use crate::synthetic::Library;
use crate::{API_PREFIX, App, Config};

/// 2026-01-01T00:00:00Z.
const NOW_MS: i64 = 1_767_225_600_000;

/// The API over a library in a folder of its own.
struct Api {
    router: Router,
    seeded: Seeded,
    _folder: TempDir,
}

impl Api {
    async fn with(library: &Library) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("music.sqlite").display());
        let database = Database::connect(&url).await.unwrap();
        database.migrate::<Migrator>().await.unwrap();
        let clock = Clock::manual(NOW_MS);
        let store = Store::new(database.clone());
        let seeded = store.seed(library, &clock).await.unwrap();
        let context = Context {
            database,
            objects: chassis::objects::open_folder(folder.path()).unwrap(),
            clock,
            tasks: Tasks::default(),
            metrics: &mut Registry::default(),
        };
        let app = App::new(context, &Config::default());
        let (router, _) = super::router().with_state(app).split_for_parts();
        Self {
            router: Router::new().nest(API_PREFIX, router),
            seeded,
            _folder: folder,
        }
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        let request = Request::get(format!("{API_PREFIX}{path}"));
        let request = request.body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        (status, json)
    }

    /// The items of a list that must be answered.
    async fn items(&self, path: &str) -> Vec<Value> {
        let (status, mut page) = self.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {page}");
        match page["items"].take() {
            Value::Array(items) => items,
            other => panic!("{path}: items is {other}"),
        }
    }
}
