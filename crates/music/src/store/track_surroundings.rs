//! What is shown beside tracks: artists, albums, genres and renditions.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::entities::{album, artist, genre, rendition, track, track_artist, track_genre};
use super::tracks::TrackRecord;
use super::{Store, listed};

impl Store {
    /// Adds artists, albums, genres and renditions to rows: six queries, however many rows.
    pub(super) async fn with_surroundings(
        &self,
        rows: Vec<track::Model>,
    ) -> Result<Vec<TrackRecord>, DbErr> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let mut artists = self.track_artists(&ids).await?;
        let mut genres = self.track_genres(&ids).await?;
        let mut bit_rates = self.track_bit_rates(&ids).await?;
        let albums = self.track_albums(&rows).await?;
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

    async fn track_artists(
        &self,
        ids: &[&str],
    ) -> Result<HashMap<String, Vec<artist::Model>>, DbErr> {
        let links = track_artist::Entity::find()
            .filter(track_artist::Column::TrackId.is_in(listed(ids.iter().copied())))
            .order_by_asc(track_artist::Column::Position)
            .all(self.database.connection())
            .await?;
        let artist_ids = links.iter().map(|link| link.artist_id.as_str());
        let artists: HashMap<String, artist::Model> = artist::Entity::find()
            .filter(artist::Column::Id.is_in(listed(artist_ids)))
            .all(self.database.connection())
            .await?
            .into_iter()
            .map(|artist| (artist.id.clone(), artist))
            .collect();
        let pairs = links
            .into_iter()
            .map(|link| (link.track_id, link.artist_id));
        Ok(group(pairs, &artists))
    }

    async fn track_genres(
        &self,
        ids: &[&str],
    ) -> Result<HashMap<String, Vec<genre::Model>>, DbErr> {
        let links = track_genre::Entity::find()
            .filter(track_genre::Column::TrackId.is_in(listed(ids.iter().copied())))
            .order_by_asc(track_genre::Column::Position)
            .all(self.database.connection())
            .await?;
        let genre_ids = links.iter().map(|link| link.genre_id.as_str());
        let genres: HashMap<String, genre::Model> = genre::Entity::find()
            .filter(genre::Column::Id.is_in(listed(genre_ids)))
            .all(self.database.connection())
            .await?
            .into_iter()
            .map(|genre| (genre.id.clone(), genre))
            .collect();
        let pairs = links.into_iter().map(|link| (link.track_id, link.genre_id));
        Ok(group(pairs, &genres))
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

fn group<T: Clone>(
    pairs: impl Iterator<Item = (String, String)>,
    targets: &HashMap<String, T>,
) -> HashMap<String, Vec<T>> {
    let mut groups: HashMap<String, Vec<T>> = HashMap::new();
    for (owner_id, target_id) in pairs {
        if let Some(target) = targets.get(&target_id) {
            groups.entry(owner_id).or_default().push(target.clone());
        }
    }
    groups
}
