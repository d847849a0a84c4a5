//! Columns for migrations: the portable subset that SQLite, PostgreSQL, MariaDB and MySQL agree on.
//!
//! Text that is compared or sorted is compared byte by byte everywhere (MariaDB would ignore case, PostgreSQL
//! would follow the locale). Times are UTC milliseconds in `*_at_ms`; there are no booleans.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::{ColumnDef, IntoIden};

/// Makes columns for one kind of database.
#[derive(Clone, Copy, Debug)]
pub struct Columns(pub DbBackend);

#[expect(clippy::unused_self, reason = "columns read alike in migrations")]
impl Columns {
    /// An id: 36 characters.
    pub fn id(self, name: impl IntoIden) -> ColumnDef {
        self.key(name, 36)
    }

    /// An id that may be absent.
    pub fn id_null(self, name: impl IntoIden) -> ColumnDef {
        self.key_null(name, 36)
    }

    /// Short text that is compared or sorted, never null.
    pub fn key(self, name: impl IntoIden, chars_max: u32) -> ColumnDef {
        let mut column = self.key_null(name, chars_max);
        column.not_null().take()
    }

    /// Short text that is compared or sorted and may be absent.
    pub fn key_null(self, name: impl IntoIden, chars_max: u32) -> ColumnDef {
        let mut column = ColumnDef::new(name);
        column.string_len(chars_max);
        match self.0 {
            DbBackend::MySql => column.extra("COLLATE utf8mb4_bin").take(),
            DbBackend::Postgres => column.extra("COLLATE \"C\"").take(),
            _ => column,
        }
    }

    /// Long text that is only stored (at most 64 KiB, the smallest limit of the four).
    pub fn text_null(self, name: impl IntoIden) -> ColumnDef {
        let mut column = ColumnDef::new(name);
        column.text();
        match self.0 {
            DbBackend::MySql => column.extra("COLLATE utf8mb4_bin").take(),
            _ => column,
        }
    }

    /// A whole number of 64 bits.
    pub fn integer(self, name: impl IntoIden) -> ColumnDef {
        ColumnDef::new(name).big_integer().not_null().take()
    }

    /// A whole number of 64 bits that may be absent.
    pub fn integer_null(self, name: impl IntoIden) -> ColumnDef {
        ColumnDef::new(name).big_integer().take()
    }

    /// A floating point number that may be absent.
    pub fn real_null(self, name: impl IntoIden) -> ColumnDef {
        ColumnDef::new(name).double().take()
    }

    /// Bytes that may be absent.
    pub fn bytes_null(self, name: impl IntoIden) -> ColumnDef {
        let mut column = ColumnDef::new(name);
        match self.0 {
            DbBackend::MySql => column.custom("LONGBLOB").take(),
            _ => column.blob().take(),
        }
    }
}
