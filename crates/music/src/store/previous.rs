//! What the previous version asks works on today's schema, because it still runs while this one migrates.
//!
//! `queries/` holds each statement that version sent to a kind of database while its tests ran, with the types of its
//! values. Each is asked again with made-up values: a row that is not unique, or that belongs to none, is no fault of the
//! schema; a column that is gone, or a new one that must be filled, is.

use chassis::database::Database;
use sea_orm::{
    ConnectionTrait as _, DbBackend, DbErr, SqlErr, Statement, TransactionTrait as _, Value, Values,
};
use testkit::each_database;

use super::Migrator;

const SQLITE: &str = include_str!("queries/sqlite.sql");
const POSTGRES: &str = include_str!("queries/postgres.sql");
const MYSQL: &str = include_str!("queries/mysql.sql");
/// Fewer would mean that they were not recorded.
const STATEMENTS_MIN: usize = 100;

/// What that version asks this kind of database: types and statements.
fn queries(backend: DbBackend) -> Vec<(&'static str, &'static str)> {
    let text = match backend {
        DbBackend::Postgres => POSTGRES,
        DbBackend::MySql => MYSQL,
        _ => SQLITE,
    };
    let mut types = "";
    let mut queries = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("-- ") {
            Some(of_next) => types = of_next,
            None if line.is_empty() => {}
            None => queries.push((std::mem::take(&mut types), line)),
        }
    }
    queries
}

fn value(type_name: &str) -> Value {
    match type_name {
        "bigint" => Value::BigInt(Some(1)),
        "bigint?" => Value::BigInt(None),
        "bigunsigned" => Value::BigUnsigned(Some(1)),
        "int" => Value::Int(Some(1)),
        "double" => Value::Double(Some(1.0)),
        "double?" => Value::Double(None),
        "text" => Value::String(Some("x".to_owned())),
        "text?" => Value::String(None),
        "bytes" => Value::Bytes(Some(vec![1])),
        "bytes?" => Value::Bytes(None),
        "bool" => Value::Bool(Some(true)),
        other => panic!("no value of the type {other:?}"),
    }
}

fn statement(backend: DbBackend, types: &str, sql: &str) -> Statement {
    let types = types.split(", ").filter(|name| !name.is_empty());
    let values = Values(types.map(value).collect());
    Statement::from_sql_and_values(backend, sql, values)
}

/// Whether the row was refused for what it holds, not for what it lacks.
fn is_of_values(error: &DbErr) -> bool {
    matches!(
        error.sql_err(),
        Some(SqlErr::UniqueConstraintViolation(_) | SqlErr::ForeignKeyConstraintViolation(_))
    )
}

/// Asks everything again and says what was refused; nothing of it stays. Rows that came in are there for what follows, so
/// that changes find some.
async fn refused(database: &Database) -> Vec<String> {
    let backend = database.backend();
    let all = database.begin_write().await.unwrap();
    let mut refused = Vec::new();
    for (types, sql) in queries(backend) {
        let one = all.begin().await.unwrap();
        match one.query_all_raw(statement(backend, types, sql)).await {
            Ok(_) => one.commit().await.unwrap(),
            Err(error) => {
                one.rollback().await.unwrap();
                if !is_of_values(&error) {
                    refused.push(format!("{error}: {sql}"));
                }
            }
        }
    }
    all.rollback().await.unwrap();
    refused
}

#[tokio::test]
async fn todays_schema_answers_what_the_previous_version_asks() {
    each_database::<Migrator>(async |database| {
        assert!(queries(database.backend()).len() > STATEMENTS_MIN);
        let refused = refused(&database).await;
        assert!(refused.is_empty(), "{}", refused.join("\n"));
    })
    .await;
}

/// The same asked of schemas that took something away too early, or demand something that version does not know.
#[tokio::test]
async fn a_schema_that_contracts_too_early_is_found() {
    const LEASES: &str = "CREATE TABLE leases (name VARCHAR(255) PRIMARY KEY, holder VARCHAR(64) NOT NULL, \
                          fence BIGINT NOT NULL, until_ms BIGINT NOT NULL, zone VARCHAR(8) NOT NULL)";
    each_database::<Migrator>(async |database| {
        for (contraction, named) in [
            (vec!["ALTER TABLE tracks DROP COLUMN composer"], "composer"),
            (vec!["DROP TABLE leases", LEASES], "zone"),
            (vec!["ALTER TABLE charts RENAME TO rankings"], "charts"),
        ] {
            for sql in contraction {
                let done = database.connection().execute_unprepared(sql).await;
                done.unwrap();
            }
            let refused = refused(&database).await;
            let is_found = refused.iter().any(|refusal| refusal.contains(named));
            assert!(is_found, "{named} in {refused:?}");
        }
    })
    .await;
}
