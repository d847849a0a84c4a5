//! Leases: what only one process should do now. A fence that grows with each holder keeps a late one from writing.
//!
//! The time only says when another one may try; who writes is decided by holder and fence, in the database and within
//! the transaction. It is the time of the database server, by which every process goes (`chassis::database::time`): near
//! enough for leases of half a minute, and a test can move it, which it could not if the statement asked for the time.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Set};

use super::Store;
use super::entities::lease;

/// A lease that this process holds, or held: whoever writes under it asks again within the transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lease {
    pub(crate) name: String,
    pub(crate) holder: String,
    pub(crate) fence: i64,
}

impl Store {
    /// Takes the lease when nobody holds it, or keeps it when this holder does. None while another one does.
    pub(crate) async fn acquire_lease(
        &self,
        name: &str,
        holder: &str,
        now_ms: i64,
        until_ms: i64,
    ) -> Result<Option<Lease>, DbErr> {
        let connection = self.database.connection();
        let Some(row) = lease::Entity::find_by_id(name).one(connection).await? else {
            self.insert_free_lease(name).await?;
            return Box::pin(self.acquire_lease(name, holder, now_ms, until_ms)).await;
        };
        let is_own = row.holder == holder;
        if !is_own && now_ms < row.until_ms {
            return Ok(None);
        }
        let fence = if is_own { row.fence } else { row.fence + 1 };
        let taken = lease::Entity::update_many()
            .col_expr(lease::Column::Holder, Expr::value(holder))
            .col_expr(lease::Column::Fence, Expr::value(fence))
            .col_expr(lease::Column::UntilMs, Expr::value(until_ms))
            .filter(lease::Column::Name.eq(name))
            .filter(lease::Column::Holder.eq(row.holder))
            .filter(lease::Column::Fence.eq(row.fence))
            .exec(connection)
            .await?;
        Ok((taken.rows_affected == 1).then(|| Lease {
            name: name.to_owned(),
            holder: holder.to_owned(),
            fence,
        }))
    }

    /// Gives the lease back, so that another process need not wait until it ends.
    pub(crate) async fn release_lease(&self, lease: &Lease) -> Result<(), DbErr> {
        extend(self.database.connection(), lease, 0).await?;
        Ok(())
    }

    async fn insert_free_lease(&self, name: &str) -> Result<(), DbErr> {
        let row = lease::ActiveModel {
            name: Set(name.to_owned()),
            holder: Set(String::new()),
            fence: Set(0),
            until_ms: Set(0),
        };
        lease::Entity::insert(row)
            .on_conflict_do_nothing()
            .exec_without_returning(self.database.connection())
            .await?;
        Ok(())
    }
}

/// Moves the end of a lease and says whether it is still held. In a transaction nobody else takes it before the end.
pub(super) async fn extend(
    connection: &impl ConnectionTrait,
    lease: &Lease,
    until_ms: i64,
) -> Result<bool, DbErr> {
    let extended = lease::Entity::update_many()
        .col_expr(lease::Column::UntilMs, Expr::value(until_ms))
        .filter(lease::Column::Name.eq(lease.name.as_str()))
        .filter(lease::Column::Holder.eq(lease.holder.as_str()))
        .filter(lease::Column::Fence.eq(lease.fence))
        .exec(connection)
        .await?;
    Ok(extended.rows_affected == 1)
}
