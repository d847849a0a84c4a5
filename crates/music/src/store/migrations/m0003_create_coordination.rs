//! Creates leases, secrets.

use chassis::schema::Columns;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns(manager.get_database_backend());
        for table in [leases(c), secrets(c)] {
            manager.create_table(table).await?;
        }
        Ok(())
    }
}

fn leases(c: Columns) -> TableCreateStatement {
    Table::create()
        .table("leases")
        .if_not_exists()
        .col(c.key("name", 255))
        .col(c.key("holder", 64))
        .col(c.integer("fence"))
        .col(c.integer("until_ms"))
        .primary_key(Index::create().col("name"))
        .take()
}

fn secrets(c: Columns) -> TableCreateStatement {
    Table::create()
        .table("secrets")
        .if_not_exists()
        .col(c.key("name", 255))
        .col(c.bytes_null("value"))
        .col(c.integer("created_at_ms"))
        .primary_key(Index::create().col("name"))
        .take()
}
