//! Lists in an order of several columns, page by page: each order is described once, for where a page begins and for how
//! it is sorted.

use sea_orm::sea_query::{Expr, ExprTrait, Value};
use sea_orm::{
    ColumnTrait, DatabaseConnection, DbErr, EntityTrait, Order, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
};

/// One column of an order and, where a list goes on, the value its last row had there.
pub(super) struct Step {
    column: Expr,
    order: Order,
    last: Option<Value>,
}

impl Step {
    /// Smaller values come first.
    pub(super) fn ascending(column: impl Into<Expr>, last: Option<impl Into<Value>>) -> Self {
        Self {
            column: column.into(),
            order: Order::Asc,
            last: last.map(Into::into),
        }
    }

    /// Greater values come first.
    pub(super) fn descending(column: impl Into<Expr>, last: Option<impl Into<Value>>) -> Self {
        Self {
            column: column.into(),
            order: Order::Desc,
            last: last.map(Into::into),
        }
    }

    fn beyond(&self, last: &Value) -> Expr {
        match self.order {
            Order::Desc => self.column.clone().lt(last.clone()),
            _ => self.column.clone().gt(last.clone()),
        }
    }

    fn not_before(&self, last: &Value) -> Expr {
        match self.order {
            Order::Desc => self.column.clone().lte(last.clone()),
            _ => self.column.clone().gte(last.clone()),
        }
    }
}

/// Sorts a list; where every step has a value, the list goes on strictly after the row that had them.
pub(super) fn sorted<E: EntityTrait>(select: Select<E>, steps: &[Step]) -> Select<E> {
    let select = select.apply_if(after(steps), QueryFilter::filter);
    steps.iter().fold(select, |select, step| {
        select.order_by(step.column.clone(), step.order.clone())
    })
}

/// Newest first: by a time and an id.
pub(super) fn newest_first<E: EntityTrait>(
    select: Select<E>,
    (at_ms, id): (E::Column, E::Column),
    last: Option<&(i64, String)>,
) -> Select<E> {
    let steps = [
        Step::descending(column(at_ms), last.map(|last| last.0)),
        Step::descending(column(id), last.map(|last| last.1.as_str())),
    ];
    sorted(select, &steps)
}

/// By a name made for sorting and an id.
pub(super) fn by_name<E: EntityTrait>(
    select: Select<E>,
    (sort_key, id): (E::Column, E::Column),
    last: Option<(&str, &str)>,
) -> Select<E> {
    let steps = [
        Step::ascending(column(sort_key), last.map(|last| last.0)),
        Step::ascending(column(id), last.map(|last| last.1)),
    ];
    sorted(select, &steps)
}

/// Reads what has a date, newest first, then what has none: databases disagree where a null sorts, and this way both use
/// the index.
pub(super) async fn list_by_date<E: EntityTrait>(
    connection: &DatabaseConnection,
    filtered: impl Fn() -> Select<E>,
    (date, id): (E::Column, E::Column),
    limit: u64,
    last: Option<&(Option<String>, String)>,
) -> Result<Vec<E::Model>, DbErr> {
    let mut rows = Vec::new();
    if !matches!(last, Some((None, _))) {
        let last = last.and_then(|(date, id)| Some((date.as_deref()?, id.as_str())));
        let steps = [
            Step::descending(column(date), last.map(|last| last.0)),
            Step::descending(column(id), last.map(|last| last.1)),
        ];
        let dated = sorted(filtered().filter(date.is_not_null()), &steps);
        rows = dated.limit(limit).all(connection).await?;
    }
    let missing = limit.saturating_sub(rows.len() as u64);
    if missing > 0 {
        let last = last.filter(|(date, _)| date.is_none());
        let steps = [Step::descending(
            column(id),
            last.map(|last| last.1.as_str()),
        )];
        let undated = sorted(filtered().filter(date.is_null()), &steps);
        rows.extend(undated.limit(missing).all(connection).await?);
    }
    Ok(rows)
}

fn column(column: impl ColumnTrait) -> Expr {
    Expr::col(column.as_column_ref())
}

/// Rows strictly after the one the steps describe.
///
/// Written as `a >= x AND (a > x OR b > y)` and not as `(a, b) > (x, y)`: MariaDB scans the whole index for row values.
fn after(steps: &[Step]) -> Option<Expr> {
    let (first, rest) = steps.split_first()?;
    let last = first.last.as_ref()?;
    if rest.is_empty() {
        return Some(first.beyond(last));
    }
    Some(
        first
            .not_before(last)
            .and(first.beyond(last).or(after(rest)?)),
    )
}
