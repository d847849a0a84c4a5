//! Creates the listeners the chart counts, filled from the plays that counted so far.

use chassis::schema::Columns;
use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

use super::{create_index, drop_index, links_of_deleted_tracks};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.create_table(chart_listeners(backend)).await?;
        manager.execute(known_listeners()).await?;
        for index in indexes(backend) {
            create_index(manager, index).await?;
        }
        // The wide index was for counting; only pruning needs the time of a play now.
        create_index(
            manager,
            index("chart_plays", "chart_plays_counted_at", &["counted_at_ms"]),
        )
        .await?;
        // Of 400 days of hourly charts each minute asks for the last.
        create_index(manager, index("charts", "charts_at", &["at_ms"])).await?;
        // From now on the genres of a track go with it, so that those of a genre can be counted without looking at each track.
        manager
            .execute(links_of_deleted_tracks("track_genres"))
            .await?;
        // Whoever asks for a genre or an artist wants its tracks: with them in the index no row is looked at.
        for (table, name, columns) in [
            (
                "track_genres",
                "track_genres_tracks",
                ["genre_id", "track_id"],
            ),
            (
                "track_artists",
                "track_artists_tracks",
                ["artist_id", "track_id"],
            ),
        ] {
            create_index(manager, index(table, name, &columns)).await?;
        }
        for (table, name) in [
            ("chart_plays", "chart_plays_counted"),
            ("track_genres", "track_genres_genre"),
            ("track_artists", "track_artists_artist"),
        ] {
            drop_index(manager, table, name).await?;
        }
        Ok(())
    }
}

/// Counting reads it whole, in the order of its key: `MariaDB` and MySQL store a table that way anyway, `SQLite` does
/// when told, PostgreSQL gets an index with all columns.
fn chart_listeners(backend: DbBackend) -> TableCreateStatement {
    let c = Columns(backend);
    let mut table = Table::create()
        .table("chart_listeners")
        .if_not_exists()
        .col(c.id("track_id"))
        .col(c.key("listener_tag", 32))
        .col(c.integer("last_counted_at_ms"))
        .primary_key(Index::create().col("track_id").col("listener_tag"))
        .take();
    if backend == DbBackend::Sqlite {
        table.extra("WITHOUT ROWID");
    }
    table
}

/// A migration that was cut short has filled the table, or some of it, before.
fn known_listeners() -> InsertStatement {
    let key = ["track_id", "listener_tag"];
    let missing = Query::select()
        .expr(Expr::val(1))
        .from("chart_listeners")
        .and_where(Expr::col(("chart_listeners", "track_id")).equals(("chart_plays", "track_id")))
        .and_where(
            Expr::col(("chart_listeners", "listener_tag")).equals(("chart_plays", "listener_tag")),
        )
        .take();
    let last = Query::select()
        .columns(key.map(|column| ("chart_plays", column)))
        .expr(Expr::col(("chart_plays", "counted_at_ms")).max())
        .from("chart_plays")
        .and_where(Expr::exists(missing).not())
        .group_by_columns(key.map(|column| ("chart_plays", column)))
        .take();
    Query::insert()
        .into_table("chart_listeners")
        .columns(["track_id", "listener_tag", "last_counted_at_ms"])
        .select_from(last)
        .expect("both name three columns")
        .take()
}

fn indexes(backend: DbBackend) -> Vec<IndexCreateStatement> {
    let mut indexes = vec![index(
        "chart_listeners",
        "chart_listeners_last",
        &["last_counted_at_ms"],
    )];
    if backend == DbBackend::Postgres {
        indexes.push(index(
            "chart_listeners",
            "chart_listeners_all",
            &["track_id", "listener_tag", "last_counted_at_ms"],
        ));
    }
    indexes
}

fn index(
    table: &'static str,
    name: &'static str,
    columns: &[&'static str],
) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(table).if_not_exists();
    for column in columns {
        index.col(*column);
    }
    index.take()
}
