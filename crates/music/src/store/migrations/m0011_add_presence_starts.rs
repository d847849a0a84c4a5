//! Orders what is known of a listener by when the play began: ids of plays no longer sort by time.

use chassis::schema::Columns;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A run that was cut short may have added it before.
        if manager.has_column("presences", "started_at_ms").await? {
            return Ok(());
        }
        let c = Columns(manager.get_database_backend());
        // The default is for the version that runs: it inserts presences without the column.
        let table = Table::alter()
            .table("presences")
            .add_column(c.integer("started_at_ms").default(0))
            .take();
        manager.alter_table(table).await
    }
}
