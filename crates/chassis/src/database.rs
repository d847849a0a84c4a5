//! One way to a database, whichever it is: `sqlite:`, `postgres:`, `mysql:` (MariaDB and MySQL).

use std::time::Duration;

use sea_orm::{
    ConnectOptions, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;

/// How long a request waits for a free connection before it gets 503.
pub const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How many connections one service of one process opens at most.
pub const CONNECTIONS_MAX: u32 = 8;

/// A pool of connections to one service's database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Database(DatabaseConnection);

impl Database {
    /// Connects. The URL may hold a password and is never part of an error.
    pub async fn connect(url: &str) -> Result<Self, DbErr> {
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(CONNECTIONS_MAX)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .sqlx_logging(false);
        options.map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(true)
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "NORMAL")
                .pragma("busy_timeout", "5000")
                .pragma("cache_size", "-4000")
                .pragma("temp_store", "memory")
        });
        Ok(Self(sea_orm::Database::connect(options).await?))
    }

    /// What a store queries when it only reads or writes once.
    pub fn connection(&self) -> &DatabaseConnection {
        &self.0
    }

    /// Begins a transaction that will write: SQLite takes its write lock now instead of failing at the first write.
    pub async fn begin_write(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.0.begin_with_options(options).await
    }

    /// Which database it is, for the one store method that must differ.
    pub fn backend(&self) -> DbBackend {
        self.0.get_database_backend()
    }

    /// Brings the schema up to date.
    pub async fn migrate<M: MigratorTrait>(&self) -> Result<(), DbErr> {
        M::up(&self.0, None).await
    }
}
