//! Keyset conditions: what comes after a row in an order of several columns.

use sea_orm::Order;
use sea_orm::sea_query::{Expr, ExprTrait, Value};

/// One column of an order, and the value the last row had there.
pub(super) struct Step {
    column: Expr,
    order: Order,
    value: Value,
}

impl Step {
    /// Smaller values come first.
    pub(super) fn ascending(column: impl Into<Expr>, value: impl Into<Value>) -> Self {
        Self {
            column: column.into(),
            order: Order::Asc,
            value: value.into(),
        }
    }

    /// Greater values come first.
    pub(super) fn descending(column: impl Into<Expr>, value: impl Into<Value>) -> Self {
        Self {
            column: column.into(),
            order: Order::Desc,
            value: value.into(),
        }
    }

    fn beyond(&self) -> Expr {
        match self.order {
            Order::Desc => self.column.clone().lt(self.value.clone()),
            _ => self.column.clone().gt(self.value.clone()),
        }
    }

    fn not_before(&self) -> Expr {
        match self.order {
            Order::Desc => self.column.clone().lte(self.value.clone()),
            _ => self.column.clone().gte(self.value.clone()),
        }
    }
}

/// Rows strictly after the one the steps describe.
///
/// Written as `a >= x AND (a > x OR b > y)` and not as `(a, b) > (x, y)`: MariaDB scans the whole index for row values.
pub(super) fn after(steps: &[Step]) -> Expr {
    match steps {
        [] => Expr::cust("1 = 0"),
        [last] => last.beyond(),
        [first, rest @ ..] => first.not_before().and(first.beyond().or(after(rest))),
    }
}
