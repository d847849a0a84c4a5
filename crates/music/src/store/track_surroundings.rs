//! What is shown beside tracks: artists, albums, genres and renditions.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use super::entities::{album, artist, genre, rendition, track, track_artist, track_genre};
use super::tracks::TrackRecord;
use super::{GROUP, Store, listed};

impl Store {
    /// Adds artists, albums, genres and renditions to rows: four queries at once, however many rows.
    pub(super) async fn with_surroundings(
        &self,
        rows: Vec<track::Model>,
    ) -> Result<Vec<TrackRecord>, DbErr> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let (artists_of, genres_of) = (track_artists(&ids), track_genres(&ids));
        let (mut artists, mut genres, mut bit_rates, albums) = tokio::try_join!(
            self.read_groups(&artists_of),
            self.read_groups(&genres_of),
            self.track_bit_rates(&ids),
            self.track_albums(&rows),
        )?;
        Ok(rows
            .into_iter()
            .map(|track| TrackRecord {
                artists: artists.remove(&track.id).unwrap_or_default(),
                genres: genres.remove(&track.id).unwrap_or_default(),
                bit_rates_kbps: bit_rates.remove(&track.id).unwrap_or_default(),
                album: track
                    .album_id
                    .as_ref()
                    .and_then(|id| albums.get(id))
                    .cloned(),
                track,
            })
            .collect())
    }

    async fn track_bit_rates(&self, ids: &[&str]) -> Result<HashMap<String, Vec<i64>>, DbErr> {
        let rows: Vec<(String, i64)> = rendition::Entity::find()
            .select_only()
            .column(rendition::Column::TrackId)
            .column(rendition::Column::BitRateKbps)
            .filter(rendition::Column::TrackId.is_in(listed(ids.iter().copied())))
            .order_by_asc(rendition::Column::BitRateKbps)
            .into_tuple()
            .all(self.database.connection())
            .await?;
        let mut bit_rates: HashMap<String, Vec<i64>> = HashMap::new();
        for (track_id, bit_rate_kbps) in rows {
            bit_rates.entry(track_id).or_default().push(bit_rate_kbps);
        }
        Ok(bit_rates)
    }

    async fn track_albums(
        &self,
        rows: &[track::Model],
    ) -> Result<HashMap<String, album::Model>, DbErr> {
        let album_ids = rows.iter().filter_map(|row| row.album_id.as_deref());
        let albums = album::Entity::find()
            .filter(album::Column::Id.is_in(listed(album_ids)))
            .all(self.database.connection())
            .await?;
        Ok(albums
            .into_iter()
            .map(|album| (album.id.clone(), album))
            .collect())
    }
}

/// The artists of some tracks, in the order of the tags.
fn track_artists(track_ids: &[&str]) -> SelectStatement {
    let track_id = (track_artist::Entity, track_artist::Column::TrackId);
    artist::Entity::find()
        .into_query()
        .expr_as(Expr::col(track_id), GROUP)
        .inner_join(
            track_artist::Entity,
            Expr::col((track_artist::Entity, track_artist::Column::ArtistId))
                .equals((artist::Entity, artist::Column::Id)),
        )
        .and_where(Expr::col(track_id).is_in(listed(track_ids.iter().copied())))
        .order_by(
            (track_artist::Entity, track_artist::Column::Position),
            Order::Asc,
        )
        .take()
}

/// The genres of some tracks, in the order of the tags.
fn track_genres(track_ids: &[&str]) -> SelectStatement {
    let track_id = (track_genre::Entity, track_genre::Column::TrackId);
    genre::Entity::find()
        .into_query()
        .expr_as(Expr::col(track_id), GROUP)
        .inner_join(
            track_genre::Entity,
            Expr::col((track_genre::Entity, track_genre::Column::GenreId))
                .equals((genre::Entity, genre::Column::Id)),
        )
        .and_where(Expr::col(track_id).is_in(listed(track_ids.iter().copied())))
        .order_by(
            (track_genre::Entity, track_genre::Column::Position),
            Order::Asc,
        )
        .take()
}
