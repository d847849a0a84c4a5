//! Writes down what this version asks each kind of database, for the next one to be tested against.

use std::collections::BTreeMap;

use crate::databases::{self, MARIADB_URL, MYSQL_URL, POSTGRES_URL};
use crate::failure::{Failure, Result, While};
use crate::workspace::Workspace;
use crate::{screen, subprocess};

/// The tests write what they asked to the folder that this names.
const VARIABLE: &str = "HAAS_RECORD_STATEMENTS";
const KINDS: [&str; 3] = ["sqlite", "postgres", "mysql"];
const KEPT: &str = "crates/music/src/store/queries";

/// `cargo xtask queries`: runs the tests of the music service on every kind of database, and keeps each statement once.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let folder = workspace.own("queries/of-tests")?;
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).while_doing("make a folder for statements")?;
    if let Some(missing) = databases::missing_for_mysql() {
        return Err(Failure::new(format!(
            "{missing} is missing: MySQL is asked, too"
        )));
    }
    let postgres = databases::start_postgres(workspace)?;
    let mariadb = databases::start_mariadb(workspace)?;
    let mysql = databases::start_mysql(workspace)?;
    // What is asked again for the version before is no question of this one.
    let words =
        "test --package music --lib --no-default-features --locked -- --skip store::previous";
    let words: Vec<&str> = words.split(' ').collect();
    let mut tests = subprocess::cargo(workspace, &words);
    tests
        .env(POSTGRES_URL, &postgres.url)
        .env(MARIADB_URL, &mariadb.url)
        .env(MYSQL_URL, &mysql.url)
        .env(VARIABLE, &folder);
    subprocess::log(&mut tests, &workspace.own("log/queries.log")?)?;
    for kind in KINDS {
        let recorded = std::fs::read_to_string(folder.join(kind))
            .while_doing(format!("read the statements for {kind}"))?;
        let kept = keep(&recorded);
        let file = workspace.path(&format!("{KEPT}/{kind}.sql"));
        screen::say(&format!(
            "{}: {} statements",
            workspace.shown(&file),
            kept.lines().filter(|line| !line.starts_with("--")).count()
        ));
        std::fs::write(&file, kept).while_doing(format!("write {}", file.display()))?;
    }
    Ok(())
}

/// Each statement once, in order: of those that differ only in how many values a list has, the shortest. A value that
/// was null once is null.
fn keep(recorded: &str) -> String {
    let mut kept: BTreeMap<String, (&str, Vec<String>)> = BTreeMap::new();
    for line in recorded.lines() {
        let Some((types, sql)) = line.split_once('\t') else {
            continue;
        };
        let types: Vec<String> = types.split(", ").map(str::to_owned).collect();
        let known = kept
            .entry(shape(sql))
            .or_insert_with(|| (sql, types.clone()));
        if known.0 == sql {
            for (known, new) in known.1.iter_mut().zip(types) {
                if new.ends_with('?') {
                    *known = new;
                }
            }
        } else if (sql.len(), sql) < (known.0.len(), known.0) {
            *known = (sql, types);
        }
    }
    let mut statements: Vec<_> = kept.into_values().collect();
    statements.sort_unstable();
    let statements = statements.into_iter().map(|(sql, types)| {
        let types = types.join(", ");
        if types.is_empty() {
            format!("{sql}\n")
        } else {
            format!("-- {types}\n{sql}\n")
        }
    });
    statements.collect()
}

/// A statement with every list of values as long as one, and of conditions and queries that differ only in their number
/// each once.
fn shape(sql: &str) -> String {
    let sql = sql.replace('$', "?");
    let mut shape: String = sql.chars().filter(|c| !c.is_ascii_digit()).collect();
    for (list, one) in [("?, ?", "?"), ("(?), (?)", "(?)")] {
        while shape.contains(list) {
            shape = shape.replace(list, one);
        }
    }
    for between in [" OR ", " UNION ALL ", " UNION "] {
        let mut parts: Vec<&str> = Vec::new();
        for part in shape.split(between) {
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        shape = parts.join(between);
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_lists_of_values_the_shortest_is_kept_with_its_nulls() {
        let recorded = "text, text\tSELECT a FROM b WHERE c IN ($1, $2)\n\
                        text\tSELECT a FROM b WHERE c IN ($1)\n\
                        bigint, text\tINSERT INTO b VALUES ($1, $2)\n\
                        bigint?, text\tINSERT INTO b VALUES ($1, $2)\n\
                        bigint, text\tINSERT INTO b VALUES ($1, $2)\n\
                        bigint, text, bigint, text\tINSERT INTO b VALUES ($1, $2), ($3, $4)\n\
                        text, text, text\tDELETE FROM b WHERE c = $1 OR c = $2 OR c = $3\n\
                        text, text, text, text\tDELETE FROM b WHERE c = $1 OR c = $2 OR c = $3 OR c = $4\n\
                        \tSELECT 1\n";
        assert_eq!(
            keep(recorded),
            "-- text, text, text\nDELETE FROM b WHERE c = $1 OR c = $2 OR c = $3\n\
             -- bigint?, text\nINSERT INTO b VALUES ($1, $2)\n\
             SELECT 1\n\
             -- text\nSELECT a FROM b WHERE c IN ($1)\n"
        );
    }
}
