//! Lets what artists and albums add up to be read from indexes, and lists in their order.

use sea_orm_migration::prelude::*;

use super::{create_index, drop_index, links_of_deleted_tracks};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // From now on the artists of a track go with it, as its genres do.
        manager
            .execute(links_of_deleted_tracks("track_artists"))
            .await?;
        // All that albums add up of their tracks, so that no row is looked at.
        let mut contents = Index::create();
        contents
            .name("tracks_of_album")
            .table("tracks")
            .if_not_exists();
        for column in ["album_id", "deleted_at_ms", "duration_ms", "id"] {
            contents.col(column);
        }
        create_index(manager, contents).await?;
        // Nearly every track has the same value of `tracks_deleted`: a planner that takes the index for narrow reads the
        // whole library and sorts it. Only the sweep asks for deleted tracks, some times a day.
        for name in ["tracks_deleted", "tracks_album"] {
            drop_index(manager, "tracks", name).await?;
        }
        Ok(())
    }
}
