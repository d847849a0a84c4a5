//! The time of the server, which all replicas share: their machines may differ by minutes, or by days.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use super::Database;
use crate::clock::{Clock, Sighting};

impl Database {
    /// A clock that is set by the server's, now and with each sign of life while the database is watched. That of an
    /// embedded database is the machine's own.
    pub async fn clock(&self, machine: &Clock) -> Result<Clock, DbErr> {
        if self.config.is_embedded() {
            return Ok(machine.clone());
        }
        let clock = machine.following();
        if let Some(sighting) = self.see_time(&clock).await? {
            clock.begin_with(sighting);
        }
        Ok(clock)
    }

    /// Asks the server what time it is, and when that was for this clock; none where there is no server.
    pub(super) async fn see_time(&self, clock: &Clock) -> Result<Option<Sighting>, DbErr> {
        let Some(question) = question(self.backend()) else {
            return Ok(None);
        };
        let question = Statement::from_string(self.backend(), question);
        // Waiting for a connection is no part of the way.
        let connection = self.connection();
        connection.ping().await?;
        let asked_ms = clock.steady_ms();
        let row = connection.query_one_raw(question).await?;
        let answered_ms = clock.steady_ms();
        let seen_ms = match row {
            Some(row) => row.try_get_by_index::<i64>(0)?,
            None => return Ok(None),
        };
        Ok(Some(Sighting {
            asked_ms,
            answered_ms,
            seen_ms,
        }))
    }
}

/// The server's time in milliseconds since 1970, whatever zone the session is in.
fn question(backend: DbBackend) -> Option<&'static str> {
    match backend {
        DbBackend::Postgres => {
            Some("SELECT FLOOR(EXTRACT(EPOCH FROM CLOCK_TIMESTAMP()) * 1000)::BIGINT")
        }
        DbBackend::MySql => Some(
            "SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', UTC_TIMESTAMP(3)) DIV 1000",
        ),
        _ => None,
    }
}
