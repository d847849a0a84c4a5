//! Creates artists, albums, genres, tracks and covers with what joins them.

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
            artists(c),
            albums(c),
            album_artists(c),
            genres(c),
            tracks(c),
            track_artists(c),
            track_genres(c),
            covers(c),
        ] {
            manager.create_table(table).await?;
        }
        for index in name_indexes().into_iter().chain(track_indexes()) {
            create_index(manager, index).await?;
        }
        Ok(())
    }
}

fn artists(c: Columns) -> TableCreateStatement {
    Table::create()
        .table("artists")
        .if_not_exists()
        .col(c.id("id"))
        .col(c.key("name", 255))
        .col(c.key("name_key", 255))
        .col(c.key("sort_key", 255))
        .col(c.integer("created_at_ms"))
        .primary_key(Index::create().col("id"))
        .take()
}

fn albums(c: Columns) -> TableCreateStatement {
    Table::create()
        .table("albums")
        .if_not_exists()
        .col(c.id("id"))
        .col(c.key("album_key", 255))
        .col(c.key("title", 255))
        .col(c.key("sort_key", 255))
        .col(c.key_null("released_on", 10))
        .col(c.id_null("cover_id"))
        .col(c.real_null("gain_db"))
        .col(c.integer("created_at_ms"))
        .col(c.integer("updated_at_ms"))
        .primary_key(Index::create().col("id"))
        .take()
}

fn album_artists(c: Columns) -> TableCreateStatement {
    Table::create()
        .table("album_artists")
        .if_not_exists()
        .col(c.id("album_id"))
        .col(c.integer("position"))
        .col(c.id("artist_id"))
        .primary_key(Index::create().col("album_id").col("position"))
        .take()
}

fn genres(c: Columns) -> TableCreateStatement {
    Table::create()
        .table("genres")
        .if_not_exists()
        .col(c.id("id"))
        .col(c.key("name", 255))
        .col(c.key("name_key", 255))
        .col(c.integer("created_at_ms"))
        .primary_key(Index::create().col("id"))
        .take()
}

fn tracks(c: Columns) -> TableCreateStatement {
    Table::create()
        .table("tracks")
        .if_not_exists()
        .col(c.id("id"))
        .col(c.key("content_hash", 64))
        .col(c.key("audio_hash", 64))
        .col(c.key("title", 255))
        .col(c.key("sort_key", 255))
        .col(c.id_null("album_id"))
        .col(c.integer_null("disc_number"))
        .col(c.integer_null("track_number"))
        .col(c.integer("duration_ms"))
        .col(c.key_null("released_on", 10))
        .col(c.key_null("composer", 255))
        .col(c.key_null("licence", 255))
        .col(c.text_null("copyright"))
        .col(c.text_null("lyrics_plain"))
        .col(c.text_null("lyrics_synced"))
        .col(c.real_null("gain_db"))
        .col(c.real_null("loudness_lufs"))
        .col(c.real_null("peak"))
        .col(c.bytes_null("waveform"))
        .col(c.id_null("cover_id"))
        .col(c.key("codec", 16))
        .col(c.key("media_type", 64))
        .col(c.integer("bit_rate_kbps"))
        .col(c.integer("sample_rate_hz"))
        .col(c.integer("channels"))
        .col(c.integer("size_bytes"))
        .col(c.key("object_key", 255))
        .col(c.integer("created_at_ms"))
        .col(c.integer("updated_at_ms"))
        .col(c.integer_null("analysed_at_ms"))
        .col(c.integer_null("deleted_at_ms"))
        .primary_key(Index::create().col("id"))
        .take()
}

fn track_artists(c: Columns) -> TableCreateStatement {
    Table::create()
        .table("track_artists")
        .if_not_exists()
        .col(c.id("track_id"))
        .col(c.integer("position"))
        .col(c.id("artist_id"))
        .primary_key(Index::create().col("track_id").col("position"))
        .take()
}

fn track_genres(c: Columns) -> TableCreateStatement {
    Table::create()
        .table("track_genres")
        .if_not_exists()
        .col(c.id("track_id"))
        .col(c.integer("position"))
        .col(c.id("genre_id"))
        .primary_key(Index::create().col("track_id").col("position"))
        .take()
}

fn covers(c: Columns) -> TableCreateStatement {
    Table::create()
        .table("covers")
        .if_not_exists()
        .col(c.id("id"))
        .col(c.integer("is_generated"))
        .col(c.integer("created_at_ms"))
        .primary_key(Index::create().col("id"))
        .take()
}

fn name_indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("artists_name_key")
            .table("artists")
            .col("name_key")
            .unique()
            .if_not_exists()
            .take(),
        Index::create()
            .name("artists_sort")
            .table("artists")
            .col("sort_key")
            .col("id")
            .if_not_exists()
            .take(),
        Index::create()
            .name("albums_album_key")
            .table("albums")
            .col("album_key")
            .unique()
            .if_not_exists()
            .take(),
        Index::create()
            .name("albums_sort")
            .table("albums")
            .col("sort_key")
            .col("id")
            .if_not_exists()
            .take(),
        Index::create()
            .name("albums_created")
            .table("albums")
            .col("created_at_ms")
            .col("id")
            .if_not_exists()
            .take(),
        Index::create()
            .name("album_artists_artist")
            .table("album_artists")
            .col("artist_id")
            .if_not_exists()
            .take(),
        Index::create()
            .name("genres_name_key")
            .table("genres")
            .col("name_key")
            .unique()
            .if_not_exists()
            .take(),
    ]
}

fn track_indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("tracks_content_hash")
            .table("tracks")
            .col("content_hash")
            .unique()
            .if_not_exists()
            .take(),
        Index::create()
            .name("tracks_audio_hash")
            .table("tracks")
            .col("audio_hash")
            .if_not_exists()
            .take(),
        Index::create()
            .name("tracks_created")
            .table("tracks")
            .col("created_at_ms")
            .col("id")
            .if_not_exists()
            .take(),
        Index::create()
            .name("tracks_sort")
            .table("tracks")
            .col("sort_key")
            .col("id")
            .if_not_exists()
            .take(),
        Index::create()
            .name("tracks_album")
            .table("tracks")
            .col("album_id")
            .col("disc_number")
            .col("track_number")
            .if_not_exists()
            .take(),
        Index::create()
            .name("track_artists_artist")
            .table("track_artists")
            .col("artist_id")
            .if_not_exists()
            .take(),
        Index::create()
            .name("track_genres_genre")
            .table("track_genres")
            .col("genre_id")
            .if_not_exists()
            .take(),
    ]
}
