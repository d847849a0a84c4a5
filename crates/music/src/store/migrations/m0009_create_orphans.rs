//! Creates the list of objects that no row names, and what tells quickly whether one does.

use chassis::schema::Columns;
use sea_orm_migration::prelude::*;

use super::create_index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns(manager.get_database_backend());
        let table = Table::create()
            .table("orphans")
            .if_not_exists()
            .col(c.key("object_key", 255))
            .col(c.integer("found_at_ms"))
            .primary_key(Index::create().col("object_key"))
            .take();
        manager.create_table(table).await?;
        let named = |name: &str, table: &'static str, column: &'static str| {
            Index::create()
                .name(name)
                .table(table)
                .col(column)
                .if_not_exists()
                .take()
        };
        for index in [
            named("orphans_found", "orphans", "found_at_ms"),
            named("renditions_object", "renditions", "object_key"),
            named("tracks_object", "tracks", "object_key"),
            named("tracks_deleted", "tracks", "deleted_at_ms"),
        ] {
            create_index(manager, index).await?;
        }
        Ok(())
    }
}
