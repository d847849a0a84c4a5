//! The schema, forward only: each change is a new file, and the version that runs still works with it.

use sea_orm_migration::prelude::*;

mod m0001_create_catalogue;
mod m0002_create_ingest;
mod m0003_create_coordination;
mod m0004_create_plays;
mod m0005_create_search_grams;
mod m0006_create_chart_listeners;
mod m0007_add_job_deaths;
mod m0008_create_track_loudness;
mod m0009_create_orphans;
mod m0010_sum_up;
mod m0011_add_presence_starts;

/// Brings the music database up to date.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_create_catalogue::Migration),
            Box::new(m0002_create_ingest::Migration),
            Box::new(m0003_create_coordination::Migration),
            Box::new(m0004_create_plays::Migration),
            Box::new(m0005_create_search_grams::Migration),
            Box::new(m0006_create_chart_listeners::Migration),
            Box::new(m0007_add_job_deaths::Migration),
            Box::new(m0008_create_track_loudness::Migration),
            Box::new(m0009_create_orphans::Migration),
            Box::new(m0010_sum_up::Migration),
            Box::new(m0011_add_presence_starts::Migration),
        ]
    }
}

/// A migration that was cut short may have dropped it before.
async fn drop_index(
    manager: &SchemaManager<'_>,
    table: &'static str,
    name: &'static str,
) -> Result<(), DbErr> {
    if !manager.has_index(table, name).await? {
        return Ok(());
    }
    let mut index = Index::drop();
    index.name(name).table(table);
    manager.drop_index(index).await
}

/// Takes what hangs on deleted tracks away from a table that names them.
fn links_of_deleted_tracks(table: &'static str) -> DeleteStatement {
    let deleted = Query::select()
        .column("id")
        .from("tracks")
        .and_where(Expr::col("deleted_at_ms").is_not_null())
        .take();
    Query::delete()
        .from_table(table)
        .and_where(Expr::col("track_id").in_subquery(deleted))
        .take()
}
