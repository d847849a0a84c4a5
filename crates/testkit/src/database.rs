use std::panic::{AssertUnwindSafe, resume_unwind};

use chassis::clock::Clock;
use chassis::database::Database;
use chassis::ids;
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use sea_orm::ConnectionTrait as _;
use sea_orm_migration::MigratorTrait;
use tempfile::TempDir;

use crate::line::Line;
use crate::skip::{report, skip};
use crate::statements;

/// The servers beside SQLite: their name, the variable with their URL, and how a database is dropped.
const SERVERS: [Server; 3] = [
    Server {
        name: "PostgreSQL",
        variable: "HAAS_TEST_POSTGRES_URL",
        drop_suffix: " WITH (FORCE)",
    },
    Server {
        name: "MariaDB",
        variable: "HAAS_TEST_MARIADB_URL",
        drop_suffix: "",
    },
    Server {
        name: "MySQL",
        variable: "HAAS_TEST_MYSQL_URL",
        drop_suffix: "",
    },
];

struct Server {
    name: &'static str,
    variable: &'static str,
    drop_suffix: &'static str,
}

/// Runs a test on a fresh, migrated database of every kind, one after the other: SQLite always, PostgreSQL,
/// MariaDB and MySQL where `cargo xtask test` says they are. What is not there is printed as `skipped: <test> (no <kind>)`.
pub async fn each_database<M: MigratorTrait>(test: impl AsyncFn(Database)) {
    let (_folder, database) = new_sqlite::<M>().await;
    test(database.clone()).await;
    database.close().await.unwrap();
    for server in SERVERS {
        match variable(server.variable) {
            Some(url) => {
                let test = async |url: String| {
                    let database = open::<M>(&url).await;
                    test(database.clone()).await;
                    database.close().await.unwrap();
                };
                on_server(&server, &url, &test).await;
            }
            None => skip(server.name),
        }
    }
}

/// Runs a test on a fresh, migrated database of every kind that is a server, reached over a line that the test may cut;
/// on all of them at once, because such a test mostly waits.
pub async fn each_server<M: MigratorTrait>(test: impl AsyncFn(Database, Line)) {
    let test = &test;
    let on_each = SERVERS
        .iter()
        .map(async |server| match variable(server.variable) {
            Some(url) => {
                let test = async |url: String| {
                    let line = Line::lay(address_of(&url).to_owned()).await;
                    let url = url.replace(address_of(&url), &line.address.to_string());
                    let database = open::<M>(&url).await;
                    test(database.clone(), line).await;
                    database.close().await.unwrap();
                };
                on_server(server, &url, &test).await;
            }
            None => skip(server.name),
        });
    join_all(on_each).await;
}

/// Runs a test with the URL of a fresh database without a schema on PostgreSQL, for several processes to share.
pub async fn on_postgres(test: impl AsyncFn(String)) {
    let [postgres, ..] = &SERVERS;
    match variable(postgres.variable) {
        Some(url) => on_server(postgres, &url, &test).await,
        None => skip(postgres.name),
    }
}

/// A fresh, migrated SQLite database in a folder that goes with the returned guard.
pub async fn new_sqlite<M: MigratorTrait>() -> (TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("test.sqlite").display());
    (folder, open::<M>(&url).await)
}

async fn open<M: MigratorTrait>(url: &str) -> Database {
    let mut database = Database::connect(url).await.unwrap();
    database.migrate::<M>().await.unwrap();
    statements::record(&mut database);
    database
}

async fn on_server(server: &Server, url: &str, test: &impl AsyncFn(String)) {
    let id = ids::new_id(&Clock::system()).simple();
    let name = format!("haas_test_{id}");
    let keeper = Database::connect(url).await.unwrap();
    run(&keeper, &format!("CREATE DATABASE {name}")).await;
    let test = AssertUnwindSafe(test(with_name(url, &name)));
    let outcome = test.catch_unwind().await;
    run(
        &keeper,
        &format!("DROP DATABASE {name}{}", server.drop_suffix),
    )
    .await;
    keeper.close().await.unwrap();
    if let Err(panic) = outcome {
        report(&format!("the test failed on {}\n", server.name));
        resume_unwind(panic);
    }
}

async fn run(database: &Database, sql: &str) {
    database.connection().execute_unprepared(sql).await.unwrap();
}

/// Host and port.
fn address_of(url: &str) -> &str {
    let address = url.split_once('@').unwrap().1;
    address.split_once('/').unwrap().0
}

/// The URL with another database name.
fn with_name(url: &str, name: &str) -> String {
    let (address, query) = url
        .split_once('?')
        .map_or((url, None), |(a, q)| (a, Some(q)));
    let (server, _old_name) = address.rsplit_once('/').unwrap();
    match query {
        Some(query) => format!("{server}/{name}?{query}"),
        None => format!("{server}/{name}"),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test command says in the environment where its databases are, and what to record"
)]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_replaced_and_the_rest_kept() {
        assert_eq!(
            with_name(
                "postgres://haas:haas@127.0.0.1:5544/postgres?sslmode=disable",
                "x"
            ),
            "postgres://haas:haas@127.0.0.1:5544/x?sslmode=disable"
        );
    }
}
