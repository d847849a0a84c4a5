//! Which library the database is of.

use sea_orm::{DbErr, EntityTrait, Set};

use super::Store;
use super::entities::library;

/// The only row.
const NAME: &str = "music";

impl Store {
    /// The library's id: made of `new_id` on first need, by whoever comes first.
    pub(crate) async fn get_or_create_library_id(&self, new_id: &str) -> Result<String, DbErr> {
        if let Some(id) = self.find_library_id().await? {
            return Ok(id);
        }
        let row = library::ActiveModel {
            name: Set(NAME.to_owned()),
            id: Set(new_id.to_owned()),
        };
        library::Entity::insert(row)
            .on_conflict_do_nothing()
            .exec_without_returning(self.database.connection())
            .await?;
        let made = self.find_library_id().await?;
        made.ok_or_else(|| {
            DbErr::RecordNotFound("the library's id was made and is gone".to_owned())
        })
    }

    /// The library's id, if it has one yet.
    async fn find_library_id(&self) -> Result<Option<String>, DbErr> {
        let row = library::Entity::find_by_id(NAME)
            .one(self.database.connection())
            .await?;
        Ok(row.map(|row| row.id))
    }
}
