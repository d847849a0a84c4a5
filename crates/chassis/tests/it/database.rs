use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chassis::database::{self, Database};
use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::{MigrationTrait, MigratorTrait};
use testkit::{each_database, each_server};

/// No schema: the tests make their one table.
pub(crate) struct Nothing;

impl MigratorTrait for Nothing {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        Vec::new()
    }
}

async fn run(connection: &impl ConnectionTrait, sql: &str) -> Result<u64, DbErr> {
    let done = connection.execute_unprepared(sql).await?;
    Ok(done.rows_affected())
}

async fn with_rows(database: &Database) {
    let connection = database.connection();
    run(
        connection,
        "CREATE TABLE counts (id INT PRIMARY KEY, n INT NOT NULL)",
    )
    .await
    .expect("the database makes a table");
    run(connection, "INSERT INTO counts VALUES (1, 0), (2, 0)")
        .await
        .expect("the database takes two rows");
}

#[tokio::test]
async fn a_second_row_of_a_key_is_a_unique_violation_and_nothing_else() {
    each_database::<Nothing>(async |database| {
        with_rows(&database).await;
        let again = run(database.connection(), "INSERT INTO counts VALUES (1, 5)").await;
        let error = again.unwrap_err();
        assert!(database::is_unique_violation(&error), "{error}");
        assert!(!database::is_away(&error) && !database::is_contention(&error));
        let other = run(database.connection(), "INSERT INTO nowhere VALUES (1)").await;
        assert!(!database::is_unique_violation(&other.unwrap_err()));
    })
    .await;
}

/// Two transactions take two rows in opposite order: one must lose, and does its work again.
#[tokio::test]
async fn a_deadlock_is_done_again_until_both_have_written() {
    each_database::<Nothing>(async |database| {
        with_rows(&database).await;
        let attempts = AtomicU32::new(0);
        let meeting = tokio::sync::Barrier::new(2);
        let (database, attempts, meeting) = (&database, &attempts, &meeting);
        let writer = |first: u32, second: u32| {
            let is_first_try = AtomicU32::new(1);
            async move {
                let is_first_try = &is_first_try;
                let work = move || async move {
                    attempts.fetch_add(1, Ordering::SeqCst);
                    let transaction = database.begin_write().await?;
                    let add = |id| format!("UPDATE counts SET n = n + 1 WHERE id = {id}");
                    run(&transaction, &add(first)).await?;
                    // SQLite lets one writer in at a time: it cannot wait for the other inside.
                    if database.backend() != DbBackend::Sqlite
                        && is_first_try.swap(0, Ordering::SeqCst) == 1
                    {
                        meeting.wait().await;
                    }
                    run(&transaction, &add(second)).await?;
                    transaction.commit().await
                };
                database.retrying(work).await
            }
        };
        let (left, right) = tokio::join!(writer(1, 2), writer(2, 1));
        left.unwrap();
        right.unwrap();
        let written = run(database.connection(), "UPDATE counts SET n = 0 WHERE n = 2").await;
        assert_eq!(written.unwrap(), 2);
        if database.backend() != DbBackend::Sqlite {
            assert!(attempts.load(Ordering::SeqCst) > 2, "nobody lost");
        }
    })
    .await;
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_ended_by_the_database() {
    each_database::<Nothing>(async |database| {
        let limited = match database.name() {
            "PostgreSQL" => "SELECT current_setting('statement_timeout') = '30s' AS is_set",
            "MariaDB" => {
                "SELECT @@max_statement_time = 30 AND @@idle_transaction_timeout = 30 AS is_set"
            }
            "MySQL" => "SELECT @@max_execution_time = 30000 AND @@wait_timeout = 60 AS is_set",
            _ => return,
        };
        let backend = database.backend();
        let statement = sea_orm::Statement::from_string(backend, limited);
        let row = database.connection().query_one_raw(statement).await;
        let row = row.unwrap().unwrap();
        let is_set = match backend {
            DbBackend::Postgres => row.try_get::<bool>("", "is_set").unwrap(),
            _ => row.try_get::<i64>("", "is_set").unwrap() == 1,
        };
        assert!(is_set, "{backend:?}");
    })
    .await;
}

#[tokio::test]
async fn a_database_that_nobody_serves_is_away() {
    for url in ["postgres://x:x@127.0.0.1:1/x", "mysql://x:x@127.0.0.1:1/x"] {
        let connecting = tokio::time::timeout(Duration::from_secs(30), Database::connect(url));
        let error = connecting.await.unwrap().unwrap_err();
        assert!(database::is_away(&error), "{url}: {error}");
    }
}

async fn number(connection: &impl ConnectionTrait, sql: &str) -> i64 {
    let query = sea_orm::Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(query).await;
    let row = row.expect("a query that works").expect("one row");
    row.try_get_by_index(0).expect("a number")
}

/// A process that was paused holds what it locked no longer than a statement may run, and does its work again when it
/// wakes.
#[tokio::test]
async fn who_was_silent_in_a_transaction_for_too_long_lets_go_and_is_told_to_come_again() {
    each_server::<Nothing>(async |database, _line| {
        with_rows(&database).await;
        let (soon, own_id, is_there) = match database.name() {
            "PostgreSQL" => (
                "SET idle_in_transaction_session_timeout = 1000",
                "SELECT PG_BACKEND_PID()::BIGINT",
                "SELECT COUNT(*) FROM pg_stat_activity WHERE pid =",
            ),
            name => (
                match name {
                    "MariaDB" => "SET SESSION idle_transaction_timeout = 1",
                    _ => "SET SESSION wait_timeout = 1",
                },
                "SELECT CAST(CONNECTION_ID() AS SIGNED)",
                "SELECT COUNT(*) FROM information_schema.processlist WHERE id =",
            ),
        };
        let paused = database.begin_write().await.unwrap();
        run(&paused, soon).await.unwrap();
        let is_there = format!("{is_there} {}", number(&paused, own_id).await);
        let add = "UPDATE counts SET n = n + 1 WHERE id = 1";
        run(&paused, add).await.unwrap();
        let started = std::time::Instant::now();
        while number(database.connection(), &is_there).await > 0 {
            assert!(started.elapsed() < Duration::from_mins(1));
        }
        run(database.connection(), add).await.unwrap();
        let error = run(&paused, add).await.unwrap_err();
        assert!(database::is_away(&error), "{}: {error}", database.name());
        drop(paused);
        let left = number(
            database.connection(),
            "SELECT COUNT(*) FROM counts WHERE n = 1",
        )
        .await;
        assert_eq!(left, 1);
    })
    .await;
}
