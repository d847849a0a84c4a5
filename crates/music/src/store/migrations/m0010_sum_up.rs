//! Lets what artists and albums add up to be read from indexes, and lists in their order.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.execute(artists_of_deleted_tracks()).await?;
        // All that albums add up of their tracks, so that no row is looked at.
        let mut contents = Index::create();
        contents
            .name("tracks_of_album")
            .table("tracks")
            .if_not_exists();
        for column in ["album_id", "deleted_at_ms", "duration_ms", "id"] {
            contents.col(column);
        }
        manager.create_index(contents).await?;
        // Nearly every track has the same value of `tracks_deleted`: a planner that takes the index for narrow reads the
        // whole library and sorts it. Only the sweep asks for deleted tracks, some times a day.
        for name in ["tracks_deleted", "tracks_album"] {
            if manager.has_index("tracks", name).await? {
                let mut index = Index::drop();
                index.name(name).table("tracks");
                manager.drop_index(index).await?;
            }
        }
        Ok(())
    }
}

/// From now on the artists of a track go with it, as its genres do.
fn artists_of_deleted_tracks() -> DeleteStatement {
    let deleted = Query::select()
        .column("id")
        .from("tracks")
        .and_where(Expr::col("deleted_at_ms").is_not_null())
        .take();
    Query::delete()
        .from_table("track_artists")
        .and_where(Expr::col("track_id").in_subquery(deleted))
        .take()
}
