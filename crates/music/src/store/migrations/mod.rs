//! The schema, forward only: each change is a new file, and the version that runs still works with it.

use sea_orm::DbBackend;
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
mod m0012_create_ownership;

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
            Box::new(m0012_create_ownership::Migration),
        ]
    }
}

/// The names of all migrations, in order.
pub(crate) fn migration_names() -> Vec<String> {
    let migrations = Migrator::migrations();
    let names = migrations
        .iter()
        .map(|migration| migration.name().to_owned());
    names.collect()
}

/// A migration that was cut short may have made it before: `MariaDB` and MySQL keep that, and MySQL has no `IF NOT
/// EXISTS` here, so that none is written for either. No two indexes have one name.
async fn create_index(
    manager: &SchemaManager<'_>,
    index: IndexCreateStatement,
) -> Result<(), DbErr> {
    let name = index.get_index_spec().get_name();
    if let (DbBackend::MySql, Some(name)) = (manager.get_database_backend(), name) {
        let made = Query::select()
            .column("index_name")
            .from(("information_schema", "statistics"))
            .and_where(Expr::col("table_schema").eq(Expr::cust("DATABASE()")))
            .and_where(Expr::col("index_name").eq(name))
            .limit(1)
            .take();
        if manager.get_connection().query_one(&made).await?.is_some() {
            return Ok(());
        }
    }
    manager.create_index(index).await
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

#[cfg(test)]
mod tests {
    use chassis::database::Database;
    use sea_orm::{EntityTrait as _, IntoActiveModel as _, TransactionTrait as _};
    use testkit::each_database;

    use super::*;
    use crate::store::entities::{chart_listener, chart_play};

    /// `MariaDB` commits with each change of the schema: a process that is killed in the middle of a migration leaves
    /// what it has done, and the next one begins it anew.
    #[tokio::test]
    async fn a_migration_that_was_cut_short_can_be_done_again() {
        each_database::<Nothing>(async |database| {
            for migration in Migrator::migrations() {
                for _ in 0..2 {
                    let done = database.connection().begin().await.unwrap();
                    let manager = SchemaManager::new(&done);
                    let name = migration.name();
                    migration.up(&manager).await.expect(name);
                    done.commit().await.unwrap();
                    insert_plays(&database, name).await;
                }
            }
            let listeners = chart_listener::Entity::find().all(database.connection());
            let listeners = listeners.await.unwrap();
            let last_ms: Vec<_> = listeners.iter().map(|row| row.last_counted_at_ms).collect();
            assert_eq!(last_ms, [2]);
        })
        .await;
    }

    /// What is there when the table of plays has been made: one listener heard a track in two hours.
    async fn insert_plays(database: &Database, after: &str) {
        if after != m0004_create_plays::Migration.name() {
            return;
        }
        let plays = [1, 2].map(|hour| {
            let play = chart_play::Model {
                track_id: "track".to_owned(),
                listener_tag: "listener".to_owned(),
                hour,
                network_tag: None,
                counted_at_ms: hour,
            };
            play.into_active_model()
        });
        chart_play::Entity::insert_many(plays)
            .on_conflict_do_nothing()
            .exec_without_returning(database.connection())
            .await
            .unwrap();
    }

    struct Nothing;

    impl MigratorTrait for Nothing {
        fn migrations() -> Vec<Box<dyn MigrationTrait>> {
            Vec::new()
        }
    }
}
