//! One way to a database, whichever it is: `sqlite:`, `postgres:`, `mysql:` (MariaDB and MySQL).

mod config;
mod failure;
mod migrate;
mod reach;
mod time;
mod url;
mod watch;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

pub use config::{ACQUIRE_TIMEOUT, CONNECTIONS_MAX, Config};
pub use failure::{is_away, is_contention, is_unable, is_unique_violation, storage_fault};
pub use migrate::{MIGRATION_WAIT, Pending};

/// What the log leaves out of migrations, as directives of its filter: what a server notes of tables that are there, too.
pub(crate) const QUIET_MIGRATIONS: &str = "sea_orm_migration=warn,sqlx::postgres::notice=warn";
/// A connection that rested this long is tried before it is used: the database may have restarted meanwhile.
const IDLE_TEST_AFTER: Duration = Duration::from_secs(5);
/// How many prepared statements a connection to `MariaDB` keeps. To forget one costs 40 ms, because sqlx 0.9.0 does not
/// set `TCP_NODELAY` (its issue 4335, mended after that version); the server takes 16,382 from all of its clients.
const MYSQL_STATEMENTS_MAX: usize = 250;
/// MySQL ends a connection no sooner: a pool that is used now and then would open one each time.
const MYSQL_IDLE_MIN: Duration = Duration::from_mins(1);
/// How many rows the thread of an SQLite connection reads ahead of whoever asked: to wait for each other costs more than
/// a row.
const SQLITE_ROWS_BUFFERED: usize = 1_000;
/// How often work that lost against another writer is done before its error is given up to the caller.
const ATTEMPTS_MAX: u32 = 5;
/// How long the first retry waits; each next one twice as long, and a random part of it.
const RETRY_PAUSE: Duration = Duration::from_millis(10);

/// A pool of connections to one service's database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Database {
    connection: DatabaseConnection,
    config: Arc<Config>,
    name: &'static str,
}

impl Database {
    /// Connects with the default limits. The URL may hold a password and is never part of an error.
    pub async fn connect(url: &str) -> Result<Self, DbErr> {
        Self::connect_with(&Config::with_url(url)).await
    }

    /// Connects. An SQLite file is made, and its folder.
    pub async fn connect_with(config: &Config) -> Result<Self, DbErr> {
        let url = config.url.reveal();
        let file = config.file.clone();
        if let Some(file) = file.as_deref().or_else(|| file_of(url)) {
            make_folder_of(file)?;
        }
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(config.connections_max)
            .acquire_timeout(config.acquire_timeout)
            .connect_timeout(config.acquire_timeout)
            .test_before_acquire_if_idle_for(IDLE_TEST_AFTER)
            .sqlx_logging(false);
        options.map_sqlx_sqlite_opts(move |sqlite| {
            let sqlite = match &file {
                Some(file) => sqlite.filename(file),
                None => sqlite,
            };
            sqlite
                .create_if_missing(true)
                .row_buffer_size(SQLITE_ROWS_BUFFERED)
                .pragma("journal_mode", "WAL")
                // A commit that was answered survives the power going out as well.
                .pragma("synchronous", "FULL")
                .pragma("busy_timeout", "5000")
                .pragma("cache_size", "-4000")
                .pragma("temp_store", "memory")
        });
        limit_statements(&mut options, config.statement_timeout);
        let connection = sea_orm::Database::connect(options).await?;
        Ok(Self {
            name: name_of(&connection).await?,
            connection,
            config: Arc::new(config.clone()),
        })
    }

    /// What a store queries when it only reads or writes once.
    pub fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// Begins a transaction that will write: SQLite takes its write lock now instead of failing at the first write.
    pub async fn begin_write(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.connection.begin_with_options(options).await
    }

    /// Does work that another writer may spoil (deadlock, serialization, busy) again, a few times. The work must be
    /// a whole transaction.
    pub async fn retrying<T, F>(&self, mut work: impl FnMut() -> F) -> Result<T, DbErr>
    where
        F: Future<Output = Result<T, DbErr>>,
    {
        let mut pause = RETRY_PAUSE;
        for _attempt in 1..ATTEMPTS_MAX {
            match work().await {
                Err(error) if is_contention(&error) => {
                    tokio::time::sleep(pause.mul_f64(rand::random_range(0.5..1.5))).await;
                    pause *= 2;
                }
                result => return result,
            }
        }
        work().await
    }

    /// Which database it is, for the one store method that must differ.
    pub fn backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    /// What people call it.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Tells of each statement that worked, with its values, from now on and for clones that are made from now on.
    pub fn observe(&mut self, observe: impl Fn(&Statement) + Send + Sync + 'static) {
        self.connection.set_metric_callback(move |info| {
            if !info.failed {
                observe(info.statement);
            }
        });
    }

    /// Ends every connection, so that an SQLite file is whole for whoever copies it.
    pub async fn close(self) -> Result<(), DbErr> {
        self.connection.close().await
    }
}

/// `MariaDB` and MySQL speak one language, and only the version says which it is.
async fn name_of(connection: &DatabaseConnection) -> Result<&'static str, DbErr> {
    match connection.get_database_backend() {
        DbBackend::Postgres => return Ok("PostgreSQL"),
        DbBackend::MySql => {}
        _ => return Ok("SQLite"),
    }
    let ask = Statement::from_string(DbBackend::MySql, "SELECT CAST(VERSION() AS CHAR)");
    let version = match connection.query_one_raw(ask).await? {
        Some(row) => row.try_get_by_index::<String>(0)?,
        None => String::new(),
    };
    Ok(if version.contains("MariaDB") {
        "MariaDB"
    } else {
        "MySQL"
    })
}

fn file_of(url: &str) -> Option<&Path> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    let path = path.split('?').next().unwrap_or(path);
    (path != ":memory:").then(|| Path::new(path))
}

fn make_folder_of(file: &Path) -> Result<(), DbErr> {
    let Some(folder) = file.parent() else {
        return Ok(());
    };
    std::fs::create_dir_all(folder).map_err(|error| {
        let folder = folder.display();
        DbErr::Custom(format!("could not make the folder {folder}: {error}"))
    })
}

/// A statement that takes longer is a mistake and must not hold a connection. SQLite has no such limit.
fn limit_statements(options: &mut ConnectOptions, limit: Duration) {
    let millis = limit.as_millis();
    options.map_sqlx_postgres_opts(move |postgres| {
        postgres.options([
            ("statement_timeout", millis.to_string()),
            ("idle_in_transaction_session_timeout", millis.to_string()),
            // Ours are many small questions: compiling one, or sharing it among processes, takes longer than to answer
            // it, and what an index names is in memory or on a disk without heads.
            ("jit", "off".to_owned()),
            ("max_parallel_workers_per_gather", "0".to_owned()),
            ("random_page_cost", "1.1".to_owned()),
        ])
    });
    options.map_sqlx_mysql_opts(|mysql| mysql.statement_cache_capacity(MYSQL_STATEMENTS_MAX));
    options.map_sqlx_mysql_pool_opts(move |pool| {
        pool.after_connect(move |connection, _| {
            Box::pin(async move {
                // MariaDB reads the first comment and leaves the second out, MySQL 8 the other way round. What a process
                // has locked that was paused or cut off is let go, too, as with PostgreSQL; MySQL can only end every
                // silent connection, which the pool then opens anew.
                let (seconds, idle) = (limit.as_secs_f64(), limit.as_secs().max(1));
                let idle_connection = idle.max(MYSQL_IDLE_MIN.as_secs());
                let statement = format!(
                    "SET SESSION /*M! max_statement_time = {seconds}, idle_transaction_timeout = {idle} */ \
                     /*!80000 max_execution_time = {millis}, wait_timeout = {idle_connection} */"
                );
                // What a transaction has waited for it also sees, as with PostgreSQL.
                let isolation = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
                sqlx::Executor::execute(&mut *connection, isolation).await?;
                let statement = sqlx::AssertSqlSafe(statement);
                sqlx::Executor::execute(connection, statement).await?;
                Ok(())
            })
        })
    });
}

#[cfg(test)]
mod tests;
