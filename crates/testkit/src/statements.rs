//! What tests ask a database, written down for the next version: `cargo xtask queries` makes files of it that are kept.

use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;

use chassis::database::Database;
use sea_orm::{DbBackend, Statement, Value};

use crate::database::variable;

/// The folder to write to; without it nothing is recorded.
const VARIABLE: &str = "HAAS_RECORD_STATEMENTS";
/// What reads or changes rows; the schema is the migrations' business.
const RECORDED: [&str; 6] = ["SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"];

/// Records what this process asked, one line for each statement: the types of its values, a tab, and the statement.
pub(crate) fn record(database: &mut Database) {
    let Some(folder) = variable(VARIABLE) else {
        return;
    };
    let kind = match database.backend() {
        DbBackend::Postgres => "postgres",
        DbBackend::MySql => "mysql",
        _ => "sqlite",
    };
    let file = Path::new(&folder).join(kind);
    let mut open = OpenOptions::new();
    let file = open.create(true).append(true).open(file).unwrap();
    let written = Mutex::new((HashSet::new(), file));
    database.observe(move |statement| {
        let Some(line) = line(statement) else {
            return;
        };
        let (known, file) = &mut *written.lock().unwrap();
        if known.insert(line.clone()) {
            // One write, so that lines of several tests do not mix.
            file.write_all(line.as_bytes()).unwrap();
        }
    });
}

fn line(statement: &Statement) -> Option<String> {
    let sql = statement.sql.split_whitespace().collect::<Vec<_>>();
    if !RECORDED.contains(sql.first()?) {
        return None;
    }
    let values = statement.values.iter().flat_map(|values| &values.0);
    let types: Vec<&str> = values.map(type_of).collect();
    Some(format!("{}\t{}\n", types.join(", "), sql.join(" ")))
}

/// The name of a type; null has a question mark.
fn type_of(value: &Value) -> &'static str {
    match value {
        Value::BigInt(Some(_)) => "bigint",
        Value::BigInt(None) => "bigint?",
        Value::BigUnsigned(Some(_)) => "bigunsigned",
        Value::Int(Some(_)) => "int",
        Value::Double(Some(_)) => "double",
        Value::Double(None) => "double?",
        Value::String(Some(_)) => "text",
        Value::String(None) => "text?",
        Value::Bytes(Some(_)) => "bytes",
        Value::Bytes(None) => "bytes?",
        Value::Bool(Some(_)) => "bool",
        other => panic!("{other:?} has no name here yet, nor where statements are asked again"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_types_and_no_values() {
        let values = [
            Value::from("secret"),
            Value::BigInt(None),
            Value::from(7_i64),
        ];
        let sql = "SELECT a\n  FROM b WHERE c = $1 AND d = $2 LIMIT $3";
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
        assert_eq!(
            line(&statement).unwrap(),
            "text, bigint?, bigint\tSELECT a FROM b WHERE c = $1 AND d = $2 LIMIT $3\n"
        );
        let statement = Statement::from_string(DbBackend::Postgres, "CREATE TABLE t (a INT)");
        assert_eq!(line(&statement), None);
    }
}
