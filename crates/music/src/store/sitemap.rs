//! What search engines are told of: addresses and when what is behind them last changed.

use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::entities::{album, artist, track};
use super::{Store, albums, artists};

/// Ids of what has a page, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Albums, and when each last changed.
    pub(crate) albums: Vec<(String, i64)>,
    /// Artists.
    pub(crate) artists: Vec<String>,
    /// Tracks, and when each last changed.
    pub(crate) tracks: Vec<(String, i64)>,
}

impl Store {
    /// Reads the newest `limit` of each kind. Ids are made in the order of time.
    pub(crate) async fn list_for_sitemap(&self, limit: u64) -> Result<Listed, DbErr> {
        let connection = self.database.connection();
        let albums = albums::live()
            .select_only()
            .column(album::Column::Id)
            .column(album::Column::UpdatedAtMs)
            .order_by_desc(album::Column::Id)
            .limit(limit)
            .into_tuple()
            .all(connection);
        let artists = artists::live()
            .select_only()
            .column(artist::Column::Id)
            .order_by_desc(artist::Column::Id)
            .limit(limit)
            .into_tuple()
            .all(connection);
        let tracks = track::Entity::find()
            .select_only()
            .column(track::Column::Id)
            .column(track::Column::UpdatedAtMs)
            .filter(track::Column::DeletedAtMs.is_null())
            .order_by_desc(track::Column::Id)
            .limit(limit)
            .into_tuple()
            .all(connection);
        let (albums, artists, tracks) = tokio::try_join!(albums, artists, tracks)?;
        Ok(Listed {
            albums,
            artists,
            tracks,
        })
    }
}
