//! The catalogue over HTTP, in process.

mod away;
mod description;
mod indexing;
mod lists;
mod paging;
mod search;

use std::future::Future;

use chassis::clock::Clock;
use chassis::database::Database;
use serde_json::Value;
use testkit::{Answer, App};

use crate::API_PREFIX;
use crate::store::{Migrator, Seeded, Store};
use crate::synthetic::Library;

/// 2026-01-01T00:00:00Z.
const NOW_MS: i64 = 1_767_225_600_000;

/// The API over a made-up library.
struct Api {
    app: App,
    store: Store,
    seeded: Seeded,
}

impl Api {
    /// On SQLite, for what does not ask the database much.
    async fn with(library: &Library) -> Self {
        let (folder, database) = testkit::new_sqlite::<Migrator>().await;
        Self::on(folder, database, library).await
    }

    /// On every kind of database, one after the other.
    async fn on_each<T: Future<Output = ()>>(library: &Library, test: impl Fn(Self) -> T) {
        testkit::each_database::<Migrator>(async |database| {
            let folder = tempfile::tempdir().unwrap();
            test(Self::on(folder, database, library).await).await;
        })
        .await;
    }

    async fn on(folder: tempfile::TempDir, database: Database, library: &Library) -> Self {
        let store = Store::new(database.clone());
        let seeded = store.seed(library, &Clock::manual(NOW_MS)).await.unwrap();
        Self {
            app: App::start_on(folder, database, |context| {
                crate::start(context, &crate::Config::default())
            }),
            store,
            seeded,
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.app.get(&format!("{API_PREFIX}{path}")).await
    }

    /// The items of a list that must be answered.
    async fn items(&self, path: &str) -> Vec<Value> {
        let mut page = self.get(path).await.json();
        match page["items"].take() {
            Value::Array(items) => items,
            other => panic!("{path}: items is {other}"),
        }
    }
}
