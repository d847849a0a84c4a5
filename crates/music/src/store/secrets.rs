//! Keys that every replica shares: made on first need, by whichever replica comes first.

use chassis::signing::{Keys, SECRET_BYTES};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, Set};

use super::Store;
use super::entities::secret;

impl Store {
    /// Returns the keys of this name and makes one when there is none. Of two that make it at once one wins, and both
    /// return the winner's.
    pub(crate) async fn get_or_create_keys(&self, name: &str, now_ms: i64) -> Result<Keys, DbErr> {
        if let Some(keys) = self.find_keys(name).await? {
            return Ok(keys);
        }
        let row = secret::ActiveModel {
            name: Set(name.to_owned()),
            value: Set(Keys::random_secret().to_vec()),
            created_at_ms: Set(now_ms),
        };
        secret::Entity::insert(row)
            .on_conflict_do_nothing()
            .exec_without_returning(self.database.connection())
            .await?;
        let made = self.find_keys(name).await?;
        made.ok_or_else(|| DbErr::RecordNotFound(format!("the key {name} was made and is gone")))
    }

    /// Forgets the keys whose names begin with `prefix` and that were made before a time.
    pub(crate) async fn delete_keys_made_before(
        &self,
        prefix: &str,
        before_ms: i64,
    ) -> Result<(), DbErr> {
        secret::Entity::delete_many()
            .filter(secret::Column::Name.starts_with(prefix))
            .filter(secret::Column::CreatedAtMs.lt(before_ms))
            .exec(self.database.connection())
            .await?;
        Ok(())
    }

    async fn find_keys(&self, name: &str) -> Result<Option<Keys>, DbErr> {
        let row = secret::Entity::find_by_id(name)
            .one(self.database.connection())
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let secret: Option<[u8; SECRET_BYTES]> = row.value.try_into().ok();
        match secret.and_then(|secret| Keys::new([secret])) {
            Some(keys) => Ok(Some(keys)),
            None => Err(DbErr::Type(format!(
                "the key {name} does not have its length"
            ))),
        }
    }
}
