use sea_orm::{DbErr, RuntimeErr, SqlErr};

use crate::objects::StorageFault;

const SQLITE_READONLY: u32 = 8;
const SQLITE_FULL: u32 = 13;
/// A page did not fit on the disk.
const SQLITE_IOERR_WRITE: u32 = 778;
/// The index of the log did not fit on the disk.
const SQLITE_IOERR_SHMSIZE: u32 = 4874;

/// Whether a row was refused because another has the same unique key.
pub fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// Whether the same statement will work later: when somebody has brought the database back or made room for it, or
/// when other writers have done theirs.
pub fn is_unable(error: &DbErr) -> bool {
    is_away(error) || is_contention(error) || storage_fault(error).is_some()
}

/// What an operator must mend before the database takes writes again.
pub fn storage_fault(error: &DbErr) -> Option<StorageFault> {
    let Some(sqlx::Error::Database(error)) = sqlx_error(error) else {
        return None;
    };
    let code = error.code().unwrap_or_default();
    match code.as_ref() {
        // PostgreSQL: disk_full, read_only_sql_transaction.
        "53100" => Some(StorageFault::Full),
        "25006" => Some(StorageFault::ReadOnly),
        // MariaDB gives the general state here; its messages are fixed. 1021, 1114 and 1290.
        "HY000" => {
            let message = error.message();
            if message.starts_with("Disk full") || message.ends_with("is full") {
                Some(StorageFault::Full)
            } else if message.contains("--read-only option") {
                Some(StorageFault::ReadOnly)
            } else {
                None
            }
        }
        // SQLite: the low byte of its extended code is the reason, the rest what it was doing.
        code if code.len() <= 4 => match code.parse::<u32>() {
            Ok(SQLITE_IOERR_WRITE | SQLITE_IOERR_SHMSIZE) => Some(StorageFault::Full),
            Ok(code) if code & 0xff == SQLITE_FULL => Some(StorageFault::Full),
            Ok(code) if code & 0xff == SQLITE_READONLY => Some(StorageFault::ReadOnly),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the database could not be reached, or all connections were taken for too long.
pub fn is_away(error: &DbErr) -> bool {
    if matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) {
        return true;
    }
    match sqlx_error(error) {
        Some(sqlx::Error::Database(database)) => database.code().is_some_and(|code| {
            // PostgreSQL: connection exceptions, shutting down, starting up, too many connections, silent for too long.
            code.starts_with("08")
                || code.starts_with("57P")
                || matches!(code.as_ref(), "53300" | "25P03")
                // MySQL gives the general state here; its message is fixed. 4031.
                || (code == "HY000" && database.message().starts_with("The client was disconnected"))
        }),
        Some(
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed,
        ) => true,
        _ => false,
    }
}

/// Whether the work lost against another writer and would succeed if done again.
pub fn is_contention(error: &DbErr) -> bool {
    let Some(sqlx::Error::Database(database)) = sqlx_error(error) else {
        return false;
    };
    let code = database.code().unwrap_or_default();
    match code.as_ref() {
        // Serialization failure and deadlock: PostgreSQL, and MariaDB for deadlock. PostgreSQL's limit of waiting for a lock.
        "40001" | "40P01" | "55P03" => true,
        // MariaDB gives the general state here; its message is fixed. 1205 and 1020.
        "HY000" => {
            let message = database.message();
            message.starts_with("Lock wait timeout")
                || message.starts_with("Record has changed since last read")
        }
        // SQLite: the low byte of its extended code; 5 is busy, 6 is locked.
        code if code.len() <= 4 => code
            .parse::<u32>()
            .is_ok_and(|code| matches!(code & 0xff, 5 | 6)),
        _ => false,
    }
}

fn sqlx_error(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error.as_ref()),
        _ => None,
    }
}
