//! Several processes that migrate one database at once: each opens a connection of its own to do so.

use std::time::Duration;

use chassis::database::Database;
use futures_util::future::{join, join_all};
use sea_orm::{ConnectionTrait as _, DbErr, Statement};
use sea_orm_migration::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager};
use testkit::each_database;
use tokio::sync::Semaphore;

use crate::database::Nothing;

const PROCESSES: usize = 6;

/// What fails, or leaves two rows, when it is done twice.
struct Once(&'static str);

impl MigrationName for Once {
    fn name(&self) -> &str {
        self.0
    }
}

#[async_trait::async_trait]
#[expect(
    elided_lifetimes_in_paths,
    reason = "async_trait cannot match `'_'` with the trait"
)]
impl MigrationTrait for Once {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let table = self.0;
        let create = format!("CREATE TABLE {table} (n INT NOT NULL)");
        connection.execute_unprepared(&create).await?;
        let insert = format!("INSERT INTO {table} VALUES (1)");
        connection.execute_unprepared(&insert).await?;
        Ok(())
    }
}

struct Growing;

impl MigratorTrait for Growing {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(Once("m0001")),
            Box::new(Once("m0002")),
            Box::new(Once("m0003")),
        ]
    }
}

async fn count(database: &Database, table: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) FROM {table}");
    let statement = Statement::from_string(database.backend(), sql);
    let row = database.connection().query_one_raw(statement).await;
    let row = row.expect("the database counts").expect("a count is a row");
    row.try_get_by_index(0).expect("a count is a number")
}

#[tokio::test]
async fn of_many_who_migrate_at_once_one_does_and_the_others_wait() {
    each_database::<Nothing>(async |database| {
        let migrating = (0..PROCESSES).map(|_| database.migrate::<Growing>());
        for migrated in join_all(migrating).await {
            migrated.unwrap();
        }
        assert_eq!(database.pending::<Growing>().await.unwrap().0.len(), 0);
        for table in ["m0001", "m0002", "m0003", "seaql_migrations"] {
            let rows = if table == "seaql_migrations" { 3 } else { 1 };
            assert_eq!(count(&database, table).await, rows, "{table}");
        }
    })
    .await;
}

/// What the version before knew.
struct Shorter;

impl MigratorTrait for Shorter {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        Growing::migrations().into_iter().take(2).collect()
    }
}

#[tokio::test]
async fn the_version_before_starts_on_the_schema_of_a_newer_one() {
    each_database::<Nothing>(async |database| {
        database.migrate::<Shorter>().await.unwrap();
        assert_eq!(database.pending::<Growing>().await.unwrap().0, ["m0003"]);
        assert!(database.unknown::<Shorter>().await.unwrap().is_empty());
        database.migrate::<Growing>().await.unwrap();
        assert!(database.pending::<Shorter>().await.unwrap().0.is_empty());
        assert_eq!(database.unknown::<Shorter>().await.unwrap(), ["m0003"]);
        database.migrate::<Shorter>().await.unwrap();
    })
    .await;
}

/// Set when the slow migration has begun, and when it may end.
static BEGUN: Semaphore = Semaphore::const_new(0);
static LET_GO: Semaphore = Semaphore::const_new(0);

struct Slow;

impl MigrationName for Slow {
    fn name(&self) -> &'static str {
        "slow"
    }
}

#[async_trait::async_trait]
#[expect(
    elided_lifetimes_in_paths,
    reason = "async_trait cannot match `'_'` with the trait"
)]
impl MigrationTrait for Slow {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        BEGUN.add_permits(1);
        LET_GO.acquire().await.expect("never closed").forget();
        Once("slow").up(manager).await
    }
}

struct Slowly;

impl MigratorTrait for Slowly {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(Slow)]
    }
}

#[tokio::test]
async fn who_waits_too_long_for_another_migration_is_told_so() {
    Box::pin(each_database::<Nothing>(async |database| {
        let first = database.migrate::<Slowly>();
        let second = async {
            BEGUN.acquire().await.unwrap().forget();
            let wait = Duration::from_secs(1);
            let error = database.migrate_within::<Slowly>(wait).await.unwrap_err();
            LET_GO.add_permits(1);
            error.to_string()
        };
        let (first, second) = Box::pin(join(first, second)).await;
        first.unwrap();
        assert!(
            second.contains("another process has been migrating the same database for 1s"),
            "{second}"
        );
        database.migrate::<Slowly>().await.unwrap();
        assert_eq!(count(&database, "slow").await, 1);
    }))
    .await;
}
