//! Creates plays, charting plays, presences and charts.

use chassis::schema::Columns;
use sea_orm_migration::prelude::*;

use super::create_index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns(manager.get_database_backend());
        for table in [
            plays(c),
            chart_plays(c),
            presences(c),
            charts(c),
            chart_tracks(c),
        ] {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            create_index(manager, index).await?;
        }
        Ok(())
    }
}

fn plays(c: Columns) -> TableCreateStatement {
    Table::create()
        .table("plays")
        .if_not_exists()
        .col(c.id("id"))
        .col(c.id("track_id"))
        .col(c.key("listener_tag", 32))
        .col(c.integer("is_simulated"))
        .col(c.integer("started_at_ms"))
        .col(c.integer("heard_ms"))
        .col(c.integer("reported_at_ms"))
        .col(c.integer_null("qualified_at_ms"))
        .col(c.integer_null("ended_at_ms"))
        .primary_key(Index::create().col("id"))
        .take()
}

fn chart_plays(c: Columns) -> TableCreateStatement {
    Table::create()
        .table("chart_plays")
        .if_not_exists()
        .col(c.id("track_id"))
        .col(c.key("listener_tag", 32))
        .col(c.integer("hour"))
        .col(c.key_null("network_tag", 32))
        .col(c.integer("counted_at_ms"))
        .primary_key(
            Index::create()
                .col("track_id")
                .col("listener_tag")
                .col("hour"),
        )
        .take()
}

fn presences(c: Columns) -> TableCreateStatement {
    Table::create()
        .table("presences")
        .if_not_exists()
        .col(c.key("listener_tag", 32))
        .col(c.id("play_id"))
        .col(c.id("track_id"))
        .col(c.integer("seen_at_ms"))
        .primary_key(Index::create().col("listener_tag"))
        .take()
}

fn charts(c: Columns) -> TableCreateStatement {
    Table::create()
        .table("charts")
        .if_not_exists()
        .col(c.key("name", 32))
        .col(c.integer("at_ms"))
        .col(c.integer("fence"))
        .col(c.text_null("entries"))
        .primary_key(Index::create().col("name"))
        .take()
}

fn chart_tracks(c: Columns) -> TableCreateStatement {
    Table::create()
        .table("chart_tracks")
        .if_not_exists()
        .col(c.id("track_id"))
        .col(c.integer("first_play_at_ms"))
        .col(c.integer_null("peak_rank"))
        .col(c.integer("hours_on_chart"))
        .primary_key(Index::create().col("track_id"))
        .take()
}

fn indexes() -> [IndexCreateStatement; 5] {
    [
        index("plays", "plays_started", &["started_at_ms"]),
        index(
            "chart_plays",
            "chart_plays_counted",
            &["counted_at_ms", "track_id", "listener_tag"],
        ),
        index(
            "chart_plays",
            "chart_plays_listener",
            &["listener_tag", "hour"],
        ),
        index(
            "chart_plays",
            "chart_plays_network",
            &["network_tag", "hour", "track_id"],
        ),
        index("presences", "presences_seen", &["seen_at_ms"]),
    ]
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
