//! The only SQL of the service: one method per question, one transaction per change.

pub(crate) mod entities;
#[expect(
    elided_lifetimes_in_paths,
    reason = "async_trait cannot match `'_'` with the trait"
)]
mod migrations;
mod tracks;

use chassis::database::Database;

pub use migrations::Migrator;
pub(crate) use tracks::TrackRecord;

/// The music database.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    database: Database,
}

impl Store {
    /// Takes a migrated database.
    pub(crate) fn new(database: Database) -> Self {
        Self { database }
    }
}
