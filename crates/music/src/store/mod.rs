//! The only SQL of the service: one method per question, one transaction per change.

mod albums;
mod artists;
mod charts;
mod dump;
pub(crate) mod entities;
mod failed_sources;
mod genres;
mod import_names;
mod imports;
mod job_requests;
mod jobs;
mod keyset;
mod leases;
mod levels;
mod libraries;
mod media;
#[expect(
    elided_lifetimes_in_paths,
    reason = "async_trait cannot match `'_'` with the trait"
)]
mod migrations;
mod orphans;
mod plays;
mod presences;
#[cfg(test)]
mod previous;
mod renditions;
mod search;
mod search_index;
mod search_scan;
mod secrets;
mod sitemap;
mod sources;
mod surroundings;
#[cfg(any(test, feature = "synthetic"))]
mod synthetic;
mod track_surroundings;
mod tracks;

use std::collections::HashMap;

use chassis::database::Database;
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, QueryResult, TryGetableMany};

pub(crate) use albums::{AlbumQuery, AlbumRecord, AlbumStart};
pub(crate) use artists::{ArtistQuery, ArtistRecord, NameKey};
pub(crate) use charts::{CURRENT, NewChart};
pub(crate) use dump::{DumpError, Refill, Snapshot, TABLES, Table};
pub(crate) use genres::{GenreQuery, GenreRecord};
pub(crate) use imports::{NewAlbum, NewTrack, Saved};
pub(crate) use jobs::{Claim, Claimed, GivenBack, JobKind, LEASE, OUTAGE_PAUSE, Retry};
pub(crate) use leases::Lease;
pub use migrations::Migrator;
pub(crate) use migrations::migration_names;
pub(crate) use orphans::{DeletedBefore, OrphanError};
#[cfg(test)]
pub(crate) use plays::count_play;
pub(crate) use plays::{Charting, NewPlay, PlayWrite, Recorded, Report};
pub(crate) use renditions::Prepared;
pub(crate) use search::{Rank, SearchHits};
pub(crate) use search_index::SearchKind;
#[cfg(test)]
pub(crate) use search_index::{index_track, neighbours};
pub(crate) use sitemap::Listed;
#[cfg(test)]
pub(crate) use synthetic::Seeded;
pub(crate) use tracks::{TrackQuery, TrackRecord, TrackStart};

/// Whether a query has a row: asked row by row and ended at the first. `EXISTS` means the same, but `MariaDB` and
/// PostgreSQL may read and hash all rows there could be, to answer for the fifty of a page.
fn has_row(mut query: SelectStatement) -> Expr {
    Expr::SubQuery(None, Box::new(query.limit(1).take().into())).is_not_null()
}

/// What stands in the list of an `IN`: the last value again until there are a power of two. A statement for each length
/// there may be would push the others out of what a connection has prepared.
fn listed<'a, T: ?Sized>(values: impl IntoIterator<Item = &'a T>) -> Vec<&'a T> {
    let mut listed: Vec<&T> = values.into_iter().collect();
    if let Some(last) = listed.last().copied() {
        listed.resize(listed.len().next_power_of_two(), last);
    }
    listed
}

/// The column that names what a row belongs to.
const GROUP: &str = "belongs_to";

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

    /// Reads rows of two columns.
    async fn read_pairs<A, B>(&self, query: &SelectStatement) -> Result<Vec<(A, B)>, DbErr>
    where
        (A, B): TryGetableMany,
    {
        let rows = self.database.connection().query_all(query).await?;
        rows.iter()
            .map(QueryResult::try_get_many_by_index)
            .collect()
    }

    /// Reads rows of one entity, grouped by what stands in the column `GROUP` beside them; each group in their order.
    async fn read_groups<M: FromQueryResult>(
        &self,
        query: &SelectStatement,
    ) -> Result<HashMap<String, Vec<M>>, DbErr> {
        let mut groups: HashMap<String, Vec<M>> = HashMap::new();
        for row in self.database.connection().query_all(query).await? {
            let model = M::from_query_result(&row, "")?;
            groups
                .entry(row.try_get("", GROUP)?)
                .or_default()
                .push(model);
        }
        Ok(groups)
    }

    /// For tests that write rows no method of the store writes.
    #[cfg(test)]
    pub(crate) fn connection(&self) -> &sea_orm::DatabaseConnection {
        self.database.connection()
    }

    /// Does a transaction again that another writer spoiled.
    pub(crate) async fn retrying<T, F>(&self, work: impl FnMut() -> F) -> Result<T, DbErr>
    where
        F: Future<Output = Result<T, DbErr>>,
    {
        self.database.retrying(work).await
    }
}
