//! Every row as a line of JSON, whichever database it is in, and back: what a backup is made of.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chassis::database::Database;
use futures_util::TryStreamExt as _;
use futures_util::future::BoxFuture;
use sea_orm::sea_query::{ColumnType, Expr, ExprTrait as _};
use sea_orm::{
    AccessMode, ActiveModelBehavior, ActiveModelTrait, ColumnTrait as _, DatabaseTransaction,
    DbBackend, DbErr, EntityTrait, IdenStatic as _, IntoActiveModel, IsolationLevel, Iterable as _,
    ModelTrait, QuerySelect as _, TransactionTrait as _, Value,
};
use sea_orm_migration::SchemaManager;
use serde_json::{Map, Value as Json};

use super::entities;

/// How many rows one statement inserts: SQLite takes 32,766 values in one.
const ROWS_PER_INSERT: usize = 500;

/// What a snapshot hands over, line by line.
pub(crate) type Sink<'a> = &'a mut (dyn FnMut(&str) -> std::io::Result<()> + Send);

/// Why rows could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DumpError {
    #[error("the database did not answer as it should")]
    Store(#[from] DbErr),
    #[error("the rows could not be written")]
    Write(#[from] std::io::Error),
    #[error("a row of {table} is not as it was written: {reason}")]
    Row { table: &'static str, reason: String },
}

type Dumping<'a, T> = BoxFuture<'a, Result<T, DumpError>>;

/// A table with what reads, writes and counts its rows.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    read: for<'a> fn(&'a DatabaseTransaction, Sink<'a>) -> Dumping<'a, u64>,
    write: for<'a> fn(&'a DatabaseTransaction, &'a [String]) -> Dumping<'a, ()>,
    count: for<'a> fn(&'a DatabaseTransaction) -> BoxFuture<'a, Result<u64, DbErr>>,
}

macro_rules! tables {
    ($($entity:ident => $name:literal),* $(,)?) => {
        /// Every table whose rows outlive the processes that wrote them. Leases and presences are of now: they are left
        /// out, as is what waits for its deletion, which the next sweep finds again, and whose the objects are: what is
        /// restored is another library.
        pub(crate) const TABLES: &[Table] = &[$(Table {
            name: $name,
            read: |reading, sink| Box::pin(read::<entities::$entity::Entity>(reading, sink)),
            write: |writing, lines| Box::pin(write::<entities::$entity::ActiveModel>($name, writing, lines)),
            count: |reading| Box::pin(count::<entities::$entity::Entity>(reading)),
        }),*];
    };
}

tables! {
    album => "albums",
    album_artist => "album_artists",
    artist => "artists",
    chart => "charts",
    chart_listener => "chart_listeners",
    chart_play => "chart_plays",
    chart_track => "chart_tracks",
    cover => "covers",
    genre => "genres",
    job => "jobs",
    play => "plays",
    rendition => "renditions",
    search_gram => "search_grams",
    secret => "secrets",
    source => "sources",
    track => "tracks",
    track_artist => "track_artists",
    track_genre => "track_genres",
    track_loudness => "track_loudness",
}

/// All tables as they were at one moment, however long it takes to read them.
pub(crate) struct Snapshot(DatabaseTransaction);

impl Snapshot {
    /// Begins it. Nobody waits for it, and it waits for nobody.
    pub(crate) async fn begin(database: &Database) -> Result<Self, DbErr> {
        let connection = database.connection();
        // SQLite's transactions see one moment by themselves, and SeaORM warns of whoever asks for it.
        if database.backend() == DbBackend::Sqlite {
            return Ok(Self(connection.begin().await?));
        }
        let reading = connection.begin_with_config(
            Some(IsolationLevel::RepeatableRead),
            Some(AccessMode::ReadOnly),
        );
        Ok(Self(reading.await?))
    }

    /// Hands over every row of a table as a line; says how many there were.
    pub(crate) async fn read(&self, table: &Table, sink: Sink<'_>) -> Result<u64, DumpError> {
        (table.read)(&self.0, sink).await
    }
}

/// The rows of a backup on their way into an empty database: all of them, or none.
pub(crate) struct Refill(DatabaseTransaction);

impl Refill {
    /// Begins it.
    pub(crate) async fn begin(database: &Database) -> Result<Self, DbErr> {
        Ok(Self(database.begin_write().await?))
    }

    /// Inserts rows of a table. A column that the lines do not have gets its default.
    pub(crate) async fn write(&self, table: &Table, lines: &[String]) -> Result<(), DumpError> {
        for lines in lines.chunks(ROWS_PER_INSERT) {
            (table.write)(&self.0, lines).await?;
        }
        Ok(())
    }

    /// How many rows a table has now; none where it is not there yet.
    pub(crate) async fn count_if_there(&self, table: &Table) -> Result<u64, DumpError> {
        if !SchemaManager::new(&self.0).has_table(table.name).await? {
            return Ok(0);
        }
        Ok((table.count)(&self.0).await?)
    }

    /// Makes it so.
    pub(crate) async fn commit(self) -> Result<(), DbErr> {
        self.0.commit().await
    }
}

async fn read<E>(reading: &DatabaseTransaction, sink: Sink<'_>) -> Result<u64, DumpError>
where
    E: EntityTrait,
    E::Model: ModelTrait<Entity = E> + Sync,
{
    let mut rows = E::find().stream(reading).await?;
    let mut count = 0;
    while let Some(row) = rows.try_next().await? {
        let fields = E::Column::iter().map(|column| {
            let name = column.as_str().to_owned();
            (name, to_json(row.get(column)))
        });
        let line = Json::Object(fields.collect());
        sink(&line.to_string())?;
        count += 1;
    }
    Ok(count)
}

/// Whatever columns the table has by now.
async fn count<E: EntityTrait>(reading: &DatabaseTransaction) -> Result<u64, DbErr> {
    let rows = E::find()
        .select_only()
        .expr_as(Expr::val(1).count(), "rows");
    let count: Option<i64> = rows.into_tuple().one(reading).await?;
    Ok(count.and_then(|count| count.try_into().ok()).unwrap_or(0))
}

async fn write<A>(
    table: &'static str,
    writing: &DatabaseTransaction,
    lines: &[String],
) -> Result<(), DumpError>
where
    A: ActiveModelTrait + ActiveModelBehavior + Send,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    let broken = |reason: String| DumpError::Row { table, reason };
    let mut rows = Vec::with_capacity(lines.len());
    for line in lines {
        let mut fields: Map<String, Json> =
            serde_json::from_str(line).map_err(|error| broken(error.to_string()))?;
        let mut row = <A as ActiveModelBehavior>::new();
        for column in <A::Entity as EntityTrait>::Column::iter() {
            let Some(field) = fields.remove(column.as_str()) else {
                continue;
            };
            let value = from_json(column.def().get_column_type(), field);
            let name = column.as_str();
            let value = value.ok_or_else(|| broken(format!("{name} has another type")))?;
            row.set(column, value);
        }
        if let Some(unknown) = fields.keys().next() {
            return Err(broken(format!("nobody knows its column {unknown}")));
        }
        rows.push(row);
    }
    if !rows.is_empty() {
        <A::Entity as EntityTrait>::insert_many(rows)
            .exec_without_returning(writing)
            .await?;
    }
    Ok(())
}

/// Bytes are text in base64; the type of the column tells them apart.
fn to_json(value: Value) -> Json {
    match value {
        Value::BigInt(number) => number.into(),
        Value::Double(number) => number.into(),
        Value::String(text) => text.into(),
        Value::Bytes(bytes) => bytes.map(|bytes| STANDARD.encode(bytes)).into(),
        other => unreachable_type(&other),
    }
}

/// A column of another type is a mistake that the first test finds.
fn unreachable_type(value: &Value) -> Json {
    debug_assert!(false, "no column has the type of {value:?}");
    Json::Null
}

fn from_json(kind: &ColumnType, field: Json) -> Option<Value> {
    Some(match (kind, field) {
        (ColumnType::BigInteger, Json::Null) => Value::BigInt(None),
        (ColumnType::BigInteger, field) => Value::BigInt(Some(field.as_i64()?)),
        (ColumnType::Double, Json::Null) => Value::Double(None),
        (ColumnType::Double, field) => Value::Double(Some(field.as_f64()?)),
        (ColumnType::String(_) | ColumnType::Text, Json::Null) => Value::String(None),
        (ColumnType::String(_) | ColumnType::Text, Json::String(text)) => Value::String(Some(text)),
        (ColumnType::Blob | ColumnType::VarBinary(_), Json::Null) => Value::Bytes(None),
        (ColumnType::Blob | ColumnType::VarBinary(_), Json::String(text)) => {
            Value::Bytes(Some(STANDARD.decode(text).ok()?))
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use sea_orm::{ConnectionTrait as _, Statement};
    use testkit::each_database;

    use super::*;
    use crate::Migrator;

    /// Tables whose rows are not kept, with those of the migrations.
    const LEFT_OUT: [&str; 6] = [
        "leases",
        "libraries",
        "orphans",
        "presences",
        "seaql_migrations",
        "spent_keys",
    ];

    #[tokio::test]
    async fn no_table_is_forgotten() {
        each_database::<Migrator>(async |database| {
            let sql = match database.backend() {
                DbBackend::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
                DbBackend::Postgres => {
                    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
                }
                _ => {
                    "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
                }
            };
            let statement = Statement::from_string(database.backend(), sql);
            let rows = database.connection().query_all_raw(statement).await.unwrap();
            let names = rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap());
            let all: BTreeSet<String> = names.collect();
            let kept = TABLES.iter().map(|table| table.name);
            let known: BTreeSet<String> = kept.chain(LEFT_OUT).map(str::to_owned).collect();
            assert_eq!(all, known);
        })
        .await;
    }
}
