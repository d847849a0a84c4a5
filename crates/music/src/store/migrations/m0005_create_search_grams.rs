//! Creates the search index: one table, the same everywhere, and no engine's own text search.

use chassis::schema::Columns;
use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

use super::create_index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.create_table(search_grams(backend)).await?;
        for index in indexes() {
            create_index(manager, index).await?;
        }
        Ok(())
    }
}

/// A row is all key: every query is answered from the index alone. `MariaDB` and MySQL store a table in the order of
/// its key anyway; `SQLite` does when told; PostgreSQL keeps the columns in the index besides.
fn search_grams(backend: DbBackend) -> TableCreateStatement {
    let c = Columns(backend);
    let mut table = Table::create()
        .table("search_grams")
        .if_not_exists()
        .col(c.key("kind", 8))
        .col(c.key("gram", 65))
        .col(c.key("lead", 16))
        .col(c.id("subject_id"))
        .primary_key(
            Index::create()
                .col("kind")
                .col("gram")
                .col("lead")
                .col("subject_id"),
        )
        .take();
    if backend == DbBackend::Sqlite {
        table.extra("WITHOUT ROWID");
    }
    table
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("search_grams_subject")
            .table("search_grams")
            .col("subject_id")
            .col("gram")
            .if_not_exists()
            .take(),
        Index::create()
            .name("tracks_released")
            .table("tracks")
            .col("released_on")
            .col("id")
            .if_not_exists()
            .take(),
        Index::create()
            .name("albums_released")
            .table("albums")
            .col("released_on")
            .col("id")
            .if_not_exists()
            .take(),
    ]
}
