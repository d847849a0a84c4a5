//! What delivery asks: rows of tracks and renditions alone, by id.

use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, Select};

use super::Store;
use super::entities::{rendition, track};

impl Store {
    /// Finds the row of a track that is not deleted, without what is shown beside it.
    pub(crate) async fn find_track_row(&self, id: &str) -> Result<Option<track::Model>, DbErr> {
        track::Entity::find_by_id(id)
            .filter(track::Column::DeletedAtMs.is_null())
            .one(self.database.connection())
            .await
    }

    /// Finds a rendition of a track that is not deleted.
    pub(crate) async fn find_rendition(&self, id: &str) -> Result<Option<rendition::Model>, DbErr> {
        of_present_tracks(rendition::Entity::find_by_id(id))
            .one(self.database.connection())
            .await
    }

    /// Finds the rendition of a track in one bit rate.
    pub(crate) async fn find_track_rendition(
        &self,
        track_id: &str,
        bit_rate_kbps: i64,
    ) -> Result<Option<rendition::Model>, DbErr> {
        of_present_tracks(rendition::Entity::find())
            .filter(rendition::Column::TrackId.eq(track_id))
            .filter(rendition::Column::BitRateKbps.eq(bit_rate_kbps))
            .one(self.database.connection())
            .await
    }

    /// Lists the renditions of a track that is not deleted, lowest bit rate first.
    pub(crate) async fn list_track_renditions(
        &self,
        track_id: &str,
    ) -> Result<Vec<rendition::Model>, DbErr> {
        of_present_tracks(rendition::Entity::find())
            .filter(rendition::Column::TrackId.eq(track_id))
            .order_by_asc(rendition::Column::BitRateKbps)
            .all(self.database.connection())
            .await
    }
}

fn of_present_tracks(renditions: Select<rendition::Entity>) -> Select<rendition::Entity> {
    let present = Query::select()
        .column(track::Column::Id)
        .from(track::Entity)
        .and_where(track::Column::DeletedAtMs.is_null())
        .take();
    renditions.filter(rendition::Column::TrackId.in_subquery(present))
}
