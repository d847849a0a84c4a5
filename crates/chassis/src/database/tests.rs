use std::cell::Cell;

use sea_orm::{ConnectionTrait as _, DbErr};

use super::*;

async fn new_database() -> (tempfile::TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!(
        "sqlite:{}",
        folder.path().join("deep/down/db.sqlite").display()
    );
    let database = Database::connect(&url).await.unwrap();
    (folder, database)
}

async fn run(database: &Database, sql: &str) -> Result<(), DbErr> {
    database
        .connection()
        .execute_unprepared(sql)
        .await
        .map(drop)
}

#[tokio::test]
async fn a_file_is_made_with_its_folder() {
    let (folder, database) = new_database().await;
    run(&database, "CREATE TABLE t (a INT)").await.unwrap();
    assert!(folder.path().join("deep/down/db.sqlite").is_file());
}

#[tokio::test]
async fn signs_of_a_url_in_the_name_of_the_data_folder_are_letters() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("what?mode=ro %41#b/db.sqlite");
    let config = Config {
        file: Some(file.clone()),
        ..Config::with_url("sqlite:")
    };
    let database = Database::connect_with(&config).await.unwrap();
    run(&database, "CREATE TABLE t (a INT)").await.unwrap();
    assert!(file.is_file());
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let error = Database::connect("sqlite:/proc/nowhere/db.sqlite").await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("/proc/nowhere"), "{error}");
}

#[tokio::test]
async fn a_second_row_with_the_same_key_is_a_unique_violation_and_nothing_else() {
    let (_folder, database) = new_database().await;
    run(&database, "CREATE TABLE t (a INT PRIMARY KEY)")
        .await
        .unwrap();
    run(&database, "INSERT INTO t VALUES (1)").await.unwrap();
    let error = run(&database, "INSERT INTO t VALUES (1)")
        .await
        .unwrap_err();
    assert!(is_unique_violation(&error));
    assert!(!is_away(&error) && !is_contention(&error));
    assert!(!is_unable(&error));
}

#[tokio::test]
async fn a_busy_database_is_contention_and_is_tried_again() {
    let (_folder, database) = new_database().await;
    run(&database, "CREATE TABLE t (a INT)").await.unwrap();
    let holder = database.begin_write().await.unwrap();
    let mut holder = Some(holder);
    let attempts = Cell::new(0);
    let written = database.retrying(|| {
        attempts.set(attempts.get() + 1);
        let held = if attempts.get() > 1 {
            holder.take()
        } else {
            None
        };
        let database = database.clone();
        async move {
            if let Some(held) = held {
                held.rollback().await?;
            }
            // One call, so that both run on the same connection.
            run(
                &database,
                "PRAGMA busy_timeout = 0; INSERT INTO t VALUES (1)",
            )
            .await
        }
    });
    written.await.unwrap();
    assert_eq!(attempts.get(), 2);
}

#[tokio::test]
async fn a_pool_without_a_free_connection_is_away_and_becomes_503() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("db.sqlite").display());
    let config = Config {
        connections_max: 1,
        acquire_timeout: Duration::from_millis(500),
        ..Config::with_url(&url)
    };
    let database = Database::connect_with(&config).await.unwrap();
    let _held = database.begin_write().await.unwrap();
    let error = run(&database, "SELECT 1").await.unwrap_err();
    assert!(is_away(&error), "{error}");
    assert!(is_unable(&error));
}
