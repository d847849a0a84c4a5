//! Counts the holders a job has survived apart from its failures.

use chassis::schema::Columns;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A migration that was cut short may have added it before.
        if manager.has_column("jobs", "death_count").await? {
            return Ok(());
        }
        let c = Columns(manager.get_database_backend());
        // The default is for the version that runs: it inserts jobs without the column.
        let table = Table::alter()
            .table("jobs")
            .add_column(c.integer("death_count").default(0))
            .take();
        manager.alter_table(table).await
    }
}
