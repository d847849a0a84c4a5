//! Creates sources, renditions, jobs.

use chassis::schema::Columns;
use sea_orm_migration::prelude::*;

use super::create_index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns(manager.get_database_backend());
        for table in [sources(c), renditions(c), jobs(c)] {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            create_index(manager, index).await?;
        }
        Ok(())
    }
}

fn sources(c: Columns) -> TableCreateStatement {
    Table::create()
        .table("sources")
        .if_not_exists()
        .col(c.key("path_hash", 64))
        .col(c.key("root", 1024))
        .col(c.key("path", 1024))
        .col(c.id("track_id"))
        .col(c.integer("size_bytes"))
        .col(c.integer("modified_at_ms"))
        .col(c.integer("beside_at_ms"))
        .col(c.key("content_hash", 64))
        .col(c.integer("seen_at_ms"))
        .primary_key(Index::create().col("path_hash"))
        .take()
}

fn renditions(c: Columns) -> TableCreateStatement {
    Table::create()
        .table("renditions")
        .if_not_exists()
        .col(c.id("id"))
        .col(c.id("track_id"))
        .col(c.integer("bit_rate_kbps"))
        .col(c.key("object_key", 255))
        .col(c.integer("size_bytes"))
        .col(c.key("content_hash", 64))
        .col(c.integer("sample_rate_hz"))
        .col(c.integer("init_bytes"))
        .col(c.integer("segment_frames"))
        .col(c.integer("frame_count"))
        .col(c.bytes_null("segment_bytes"))
        .col(c.integer("average_bps"))
        .col(c.integer("peak_bps"))
        .col(c.integer("created_at_ms"))
        .primary_key(Index::create().col("id"))
        .take()
}

fn jobs(c: Columns) -> TableCreateStatement {
    Table::create()
        .table("jobs")
        .if_not_exists()
        .col(c.id("id"))
        .col(c.key("kind", 32))
        .col(c.id("subject_id"))
        .col(c.key("state", 16))
        .col(c.integer("attempt_count"))
        .col(c.integer("run_after_ms"))
        .col(c.integer_null("lease_until_ms"))
        .col(c.key_null("lease_token", 36))
        .col(c.text_null("last_error"))
        .col(c.integer("created_at_ms"))
        .col(c.integer("updated_at_ms"))
        .primary_key(Index::create().col("id"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("sources_track")
            .table("sources")
            .col("track_id")
            .if_not_exists()
            .take(),
        Index::create()
            .name("renditions_track")
            .table("renditions")
            .col("track_id")
            .col("bit_rate_kbps")
            .unique()
            .if_not_exists()
            .take(),
        Index::create()
            .name("jobs_subject")
            .table("jobs")
            .col("kind")
            .col("subject_id")
            .unique()
            .if_not_exists()
            .take(),
        Index::create()
            .name("jobs_next")
            .table("jobs")
            .col("state")
            .col("run_after_ms")
            .if_not_exists()
            .take(),
    ]
}
