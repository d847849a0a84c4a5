//! Creates what keeps two libraries, and a writer that was paused, from deleting each other's objects.

use chassis::schema::Columns;
use sea_orm_migration::prelude::*;

use super::create_index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns(manager.get_database_backend());
        let libraries = Table::create()
            .table("libraries")
            .if_not_exists()
            .col(c.key("name", 64))
            .col(c.key("id", 64))
            .primary_key(Index::create().col("name"))
            .take();
        manager.create_table(libraries).await?;
        let spent_keys = Table::create()
            .table("spent_keys")
            .if_not_exists()
            .col(c.key("object_key", 255))
            .col(c.integer("spent_at_ms"))
            .primary_key(Index::create().col("object_key"))
            .take();
        manager.create_table(spent_keys).await?;
        let spent = Index::create()
            .name("spent_keys_spent")
            .table("spent_keys")
            .col("spent_at_ms")
            .if_not_exists()
            .take();
        create_index(manager, spent).await
    }
}
