//! Migrating, by one process at a time: replicas that start together would all find the same migrations missing.

use std::collections::BTreeSet;
use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait as _, Statement,
};
use sea_orm_migration::{MigratorTrait, SchemaManager, seaql_migrations};

use super::{Config, Database, is_contention};

/// How long a process waits while another one migrates the same database.
pub const MIGRATION_WAIT: Duration = Duration::from_mins(1);
/// How long one statement may run that goes over every row of a table.
const LONG_STATEMENT_TIMEOUT: Duration = Duration::from_hours(1);
/// The number of the lock among PostgreSQL's advisory locks of one database; it only has to be always the same.
const POSTGRES_LOCK: i64 = 0x6861_6173;
/// The table of migrations, as sea-orm calls it.
const MIGRATIONS: &str = "seaql_migrations";

/// What stands between the schema and this binary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending(pub Vec<String>);

impl Database {
    /// Brings the schema up to date; only looks when it is already.
    pub async fn migrate<M: MigratorTrait>(&self) -> Result<(), DbErr> {
        self.migrate_within::<M>(MIGRATION_WAIT).await
    }

    /// Makes an empty database what it was under the first `steps` migrations: for rows that were written then. It may
    /// have some of them.
    pub async fn migrate_to<M: MigratorTrait>(&self, steps: u32) -> Result<(), DbErr> {
        let applied = u32::try_from(self.applied().await?.len()).unwrap_or(u32::MAX);
        match steps.saturating_sub(applied) {
            0 => Ok(()),
            missing => self.migrate_some::<M>(MIGRATION_WAIT, Some(missing)).await,
        }
    }

    /// Brings the schema up to date, and fails when another process does so for longer than `wait`. What the other
    /// one has finished is not done again.
    pub async fn migrate_within<M: MigratorTrait>(&self, wait: Duration) -> Result<(), DbErr> {
        if self.pending::<M>().await?.0.is_empty() {
            return Ok(());
        }
        self.migrate_some::<M>(wait, None).await
    }

    /// The same database by one connection of its own, whose statements may take as long as it takes to go over every
    /// row of a table.
    pub async fn alone(&self) -> Result<Self, DbErr> {
        Self::connect_with(&Config {
            connections_max: 1,
            statement_timeout: LONG_STATEMENT_TIMEOUT,
            ..Config::clone(&self.config)
        })
        .await
    }

    async fn migrate_some<M: MigratorTrait>(
        &self,
        wait: Duration,
        steps: Option<u32>,
    ) -> Result<(), DbErr> {
        // Whatever happens, the lock goes with the connection.
        let alone = self.alone().await?;
        let migrated = match alone.lock_migrations(wait).await {
            Ok(locked) => up::<M>(locked, steps).await,
            Err(error) => Err(error),
        };
        alone.close().await?;
        migrated
    }

    /// The migrations this binary has and the database has not. What the database has besides is a newer version's, and
    /// is no reason not to start: its schema serves the version before it too.
    pub async fn pending<M: MigratorTrait>(&self) -> Result<Pending, DbErr> {
        let applied = self.applied().await?;
        let names = names::<M>().filter(|name| !applied.contains(name));
        Ok(Pending(names.collect()))
    }

    /// The migrations that the database has and this binary does not know: those of a newer version.
    pub async fn unknown<M: MigratorTrait>(&self) -> Result<Vec<String>, DbErr> {
        let mut applied = self.applied().await?;
        for name in names::<M>() {
            applied.remove(&name);
        }
        Ok(applied.into_iter().collect())
    }

    /// The names of the migrations that the database has.
    pub async fn applied(&self) -> Result<BTreeSet<String>, DbErr> {
        let schema = SchemaManager::new(self.connection());
        if !schema.has_table(MIGRATIONS).await? {
            return Ok(BTreeSet::new());
        }
        let rows = seaql_migrations::Entity::find().all(self.connection());
        Ok(rows.await?.into_iter().map(|row| row.version).collect())
    }

    /// Begins the transaction in which nobody else migrates: each kind of database has a lock of its own that waits,
    /// and that goes with the transaction or the connection.
    async fn lock_migrations(&self, wait: Duration) -> Result<DatabaseTransaction, DbErr> {
        let millis = wait.as_millis();
        let locked = match self.backend() {
            DbBackend::Postgres => {
                let transaction = self.begin_write().await?;
                let lock = format!(
                    "SET LOCAL lock_timeout = {millis}; \
                     SELECT pg_advisory_xact_lock({POSTGRES_LOCK}); \
                     SET LOCAL lock_timeout = DEFAULT"
                );
                let locked = transaction.execute_unprepared(&lock).await;
                locked.map(|_| Some(transaction))
            }
            DbBackend::MySql => {
                let seconds = millis.div_ceil(1_000);
                // Names of locks are of the whole server.
                let lock = format!("SELECT GET_LOCK(CONCAT('haas ', MD5(DATABASE())), {seconds})");
                let lock = Statement::from_string(DbBackend::MySql, lock);
                match self.connection().query_one_raw(lock).await? {
                    Some(row) if row.try_get_by_index::<Option<i64>>(0)? == Some(1) => {
                        self.begin_write().await.map(Some)
                    }
                    _ => Ok(None),
                }
            }
            _ => {
                let patience = format!("PRAGMA busy_timeout = {millis}");
                self.connection().execute_unprepared(&patience).await?;
                self.begin_write().await.map(Some)
            }
        };
        match locked {
            Ok(Some(transaction)) => Ok(transaction),
            Ok(None) => Err(taken(wait)),
            Err(error) if is_contention(&error) => Err(taken(wait)),
            Err(error) => Err(error),
        }
    }
}

fn names<M: MigratorTrait>() -> impl Iterator<Item = String> {
    let migrations = M::migrations().into_iter();
    migrations.map(|migration| migration.name().to_owned())
}

/// `MariaDB` and MySQL commit with each change of the schema; the others have all of it or nothing.
async fn up<M: MigratorTrait>(
    locked: DatabaseTransaction,
    steps: Option<u32>,
) -> Result<(), DbErr> {
    M::up(&locked, steps).await?;
    locked.commit().await
}

fn taken(wait: Duration) -> DbErr {
    DbErr::Custom(format!(
        "another process has been migrating the same database for {wait:?}; start again when it is done"
    ))
}
