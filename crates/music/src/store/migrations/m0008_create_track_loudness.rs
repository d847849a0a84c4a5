//! Creates the loudness of each track's blocks.

use chassis::schema::Columns;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns(manager.get_database_backend());
        let table = Table::create()
            .table("track_loudness")
            .if_not_exists()
            .col(c.id("track_id"))
            .col(c.bytes_null("blocks"))
            .primary_key(Index::create().col("track_id"))
            .take();
        manager.create_table(table).await
    }
}
