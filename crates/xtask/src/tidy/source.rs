//! Laws about source files.

use super::facts::{Facts, File};

const LINES_MAX: usize = 600;
const TEST_LINES_MAX: usize = 1000;
const BYTES_MAX: u64 = 1 << 20;
const WRITTEN: [&str; 10] = [
    ".rs", ".ts", ".tsx", ".css", ".mjs", ".js", ".sh", ".toml", ".md", "Makefile",
];
const AUDIO: [&str; 8] = [
    ".mp3", ".flac", ".ogg", ".opus", ".m4a", ".aac", ".wav", ".mp4",
];
const VAGUE: [&str; 7] = [
    "utils", "util", "common", "helpers", "manager", "misc", "shared",
];
const LATER: [&str; 5] = ["TODO", "FIXME", "XXX", "todo!(", "unimplemented!("];
const MACHINES: [&str; 4] = ["/work/", "/root/", "/home/", "/Users/"];
/// What takes something away from who asks for it, as it is written in a migration.
const CONTRACTIONS: [&str; 10] = [
    "drop_table",
    "drop_column",
    "rename_table",
    "rename_column",
    "modify_column",
    "table::drop",
    "table::rename",
    "drop table",
    "drop column",
    "rename ",
];
const UNUSED_SINCE: &str = "//! Unused since ";
const SQL: [&str; 4] = ["sea_orm", "sea_query", "sqlx::", "sea_orm_migration"];

/// A file that nobody writes by hand.
fn is_generated(path: &str) -> bool {
    path.contains("generated/")
        || path.ends_with("schema.d.ts")
        || path.ends_with("package-lock.json")
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/")
        || path.contains("/e2e/")
        || path.contains(".test.")
        || path.ends_with("tests.rs")
        || path.ends_with("testing.rs")
}

pub(super) fn length(facts: &Facts) -> Vec<String> {
    let long = |file: &&File| {
        let max = if is_test(&file.path) {
            TEST_LINES_MAX
        } else {
            LINES_MAX
        };
        !is_generated(&file.path) && file.text.lines().count() > max
    };
    let files = facts.ending(&WRITTEN).filter(long);
    files
        .map(|file| {
            format!(
                "{}: {} lines: split it by what it holds",
                file.path,
                file.text.lines().count()
            )
        })
        .collect()
}

pub(super) fn module_names(facts: &Facts) -> Vec<String> {
    let vague = |file: &&File| {
        file.path
            .split('/')
            .any(|part| VAGUE.contains(&part.split('.').next().unwrap_or(part)))
    };
    let files = facts.ending(&[".rs", ".ts", ".tsx", ".css"]).filter(vague);
    files
        .map(|file| format!("{}: name it after the thing it holds", file.path))
        .collect()
}

pub(super) fn nothing_left(facts: &Facts) -> Vec<String> {
    let files = facts
        .ending(&WRITTEN)
        .filter(|file| !file.path.starts_with("crates/xtask/src/tidy"));
    lines(files, |line| {
        LATER.iter().any(|word| contains_word(line, word))
    })
    .map(|place| format!("{place}: do it now, or file an issue and leave nothing here"))
    .collect()
}

pub(super) fn machine_paths(facts: &Facts) -> Vec<String> {
    let files = facts
        .files
        .iter()
        .filter(|file| !file.path.starts_with("crates/xtask/src/tidy"));
    lines(files, |line| {
        MACHINES.iter().any(|path| starts_a_path(line, path))
    })
    .map(|place| format!("{place}: name no folder of one machine"))
    .collect()
}

pub(super) fn sql(facts: &Facts) -> Vec<String> {
    let files = facts.rust().filter(|file| !may_hold_sql(&file.path));
    lines(files, |line| {
        // The name of the database's error is known everywhere; wrapping it is no SQL.
        let line = line.replace("sea_orm::DbErr", "");
        !is_comment(&line) && SQL.iter().any(|word| line.contains(word))
    })
    .map(|place| format!("{place}: move it to the store, as a method that answers one question"))
    .collect()
}

fn may_hold_sql(path: &str) -> bool {
    let stores = ["/store/", "/store.rs", "/migrations/", "/migrations.rs"];
    path.starts_with("crates/chassis/src/database")
        || path.starts_with("crates/chassis/src/schema")
        || path.starts_with("crates/testkit/")
        || is_test(path)
        || stores.iter().any(|place| path.contains(place))
}

pub(super) fn http(facts: &Facts) -> Vec<String> {
    let inner = |file: &&File| {
        ["/store/", "/store.rs", "/model/", "/model.rs"]
            .iter()
            .any(|place| file.path.contains(place))
    };
    lines(facts.rust().filter(inner), |line| {
        !is_comment(line) && line.contains("axum")
    })
    .map(|place| format!("{place}: return a value or an error; the api module makes it an answer"))
    .collect()
}

pub(super) fn tests(facts: &Facts) -> Vec<String> {
    lines(facts.rust(), |line| {
        let line = line.trim_start();
        line.starts_with("#[ignore") || line.starts_with("#[should_panic")
    })
    .map(|place| format!("{place}: a test runs always, and says what it expects"))
    .collect()
}

pub(super) fn big_files(facts: &Facts) -> Vec<String> {
    let audio = |file: &&File| AUDIO.iter().any(|ending| file.path.ends_with(ending));
    let audible = facts
        .files
        .iter()
        .filter(audio)
        .map(|file| format!("{}: make or fetch audio when it is needed", file.path));
    let big = facts
        .files
        .iter()
        .filter(|file| file.bytes > BYTES_MAX && !is_generated(&file.path));
    audible
        .chain(big.map(|file| format!("{}: more than 1 MiB: generate or fetch it", file.path)))
        .collect()
}

/// `m0001_create_tracks.rs` or `0001_create_tracks.sql`, without gaps and doubles in a folder.
pub(super) fn migrations(facts: &Facts) -> Vec<String> {
    let mut findings = Vec::new();
    let mut numbers: Vec<(String, u32)> = Vec::new();
    for file in facts.ending(&[".rs", ".sql"]) {
        let Some((folder, name)) = file.path.rsplit_once('/') else {
            continue;
        };
        if !folder.ends_with("/migrations") || name == "mod.rs" {
            continue;
        }
        match migration_number(name) {
            Some(number) => numbers.push((folder.to_owned(), number)),
            None => findings.push(format!(
                "{}: call it like m0001_create_tracks.rs",
                file.path
            )),
        }
    }
    numbers.sort();
    for pair in numbers.windows(2) {
        let [(folder, first), (next_folder, next)] = pair else {
            continue;
        };
        if folder == next_folder && *next != first + 1 {
            findings.push(format!(
                "{folder}: after {first:04} comes {:04}, not {next:04}",
                first + 1
            ));
        }
    }
    findings
}

/// The version before still runs while a migration is done, and asks for what it knows.
pub(super) fn contractions(facts: &Facts) -> Vec<String> {
    let files = facts
        .ending(&[".rs", ".sql"])
        .filter(|file| file.path.contains("/migrations/m"))
        .filter(|file| !file.text.lines().any(|line| line.contains(UNUSED_SINCE)));
    lines(files, |line| {
        let line = line.to_lowercase();
        !is_comment(&line) && CONTRACTIONS.iter().any(|words| line.contains(words))
    })
    .map(|place| {
        format!(
            "{place}: say in the file what is taken away and which version stopped asking for it, as in \
             `//! Unused since 1.2: tracks.composer`"
        )
    })
    .collect()
}

fn migration_number(name: &str) -> Option<u32> {
    let (stem, _) = name.split_once('.')?;
    let (number, rest) = stem.strip_prefix('m').unwrap_or(stem).split_once('_')?;
    let words = rest.split('_').collect::<Vec<_>>();
    let named = words.len() > 1 && words.iter().all(|word| !word.is_empty());
    (number.len() == 4 && named)
        .then(|| number.parse().ok())
        .flatten()
}

/// Places (`path:line`) of the lines that are found.
fn lines<'a>(
    files: impl Iterator<Item = &'a File>,
    found: impl Fn(&str) -> bool + Copy,
) -> impl Iterator<Item = String> {
    files.flat_map(move |file| {
        let lines = file
            .text
            .lines()
            .enumerate()
            .filter(move |(_, line)| found(line));
        lines.map(move |(index, _)| format!("{}:{}", file.path, index + 1))
    })
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

/// Whether the word stands alone: `TODO:` does, `mkTODOx` and `XXXXXX` do not.
fn contains_word(line: &str, word: &str) -> bool {
    let outside = |character: Option<char>| !character.is_some_and(char::is_alphanumeric);
    line.match_indices(word).any(|(at, _)| {
        let (before, from) = line.split_at(at);
        let after = from.strip_prefix(word).unwrap_or_default();
        outside(before.chars().next_back())
            && (word.ends_with('(') || outside(after.chars().next()))
    })
}

/// Whether the text starts a path, rather than continuing one like `docs/work/`.
fn starts_a_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line.split_at(at).0.chars().next_back();
        !before
            .is_some_and(|character| character.is_alphanumeric() || "._-}/*)$~".contains(character))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(path: &str, text: &str) -> Facts {
        let file = File {
            path: path.into(),
            bytes: text.len() as u64,
            text: text.into(),
        };
        Facts {
            files: vec![file],
            packages: vec![],
        }
    }

    #[test]
    fn a_file_of_601_lines_is_long_and_one_of_600_is_not() {
        assert_eq!(
            length(&facts("crates/music/src/lib.rs", &"a\n".repeat(601))).len(),
            1
        );
        assert_eq!(
            length(&facts("crates/music/src/lib.rs", &"a\n".repeat(600))).len(),
            0
        );
        assert_eq!(
            length(&facts("web/packages/api/schema.d.ts", &"a\n".repeat(9000))).len(),
            0
        );
    }

    #[test]
    fn a_module_called_utils_is_found() {
        assert_eq!(
            module_names(&facts("crates/music/src/utils.rs", "")).len(),
            1
        );
        assert_eq!(
            module_names(&facts("web/islands/music/common/seek.ts", "")).len(),
            1
        );
        assert_eq!(
            module_names(&facts("crates/music/src/tracks.rs", "")).len(),
            0
        );
    }

    #[test]
    fn a_line_for_later_is_found_with_its_number() {
        let findings = nothing_left(&facts("web/a.ts", "let a;\n// TODO: b\nmktemp XXXXXX"));
        assert_eq!(findings.len(), 1);
        assert!(findings[0].starts_with("web/a.ts:2: "), "{findings:?}");
    }

    #[test]
    fn a_home_folder_is_found_and_a_url_path_is_not() {
        assert_eq!(machine_paths(&facts("a.md", "see /home/me/x")).len(), 1);
        assert_eq!(
            machine_paths(&facts("a.md", "see docs/work/x and {root}/work/")).len(),
            0
        );
    }

    #[test]
    fn sql_outside_a_store_is_found() {
        let text = "use sea_orm::Select;\n";
        assert_eq!(sql(&facts("crates/music/src/api/tracks.rs", text)).len(), 1);
        assert_eq!(
            sql(&facts("crates/music/src/store/tracks.rs", text)).len(),
            0
        );
        assert_eq!(sql(&facts("crates/chassis/src/database.rs", text)).len(), 0);
        let error = "use sea_orm::DbErr;\n";
        assert_eq!(sql(&facts("crates/music/src/keys.rs", error)).len(), 0);
    }

    #[test]
    fn http_in_a_store_is_found() {
        assert_eq!(
            http(&facts(
                "crates/music/src/store/tracks.rs",
                "use axum::Json;"
            ))
            .len(),
            1
        );
    }

    #[test]
    fn an_ignored_test_is_found() {
        assert_eq!(
            tests(&facts("crates/music/src/a.rs", "    #[ignore]\n")).len(),
            1
        );
    }

    #[test]
    fn committed_audio_is_found() {
        assert_eq!(big_files(&facts("crates/music/tests/a.ogg", "x")).len(), 1);
    }

    #[test]
    fn a_migration_needs_a_number_and_a_name() {
        assert_eq!(migration_number("m0007_add_track_gain.rs"), Some(7));
        assert_eq!(migration_number("0001_create_tracks.sql"), Some(1));
        assert_eq!(migration_number("m01_tracks.rs"), None);
        assert_eq!(migration_number("tracks.rs"), None);
    }

    #[test]
    fn a_migration_that_takes_away_what_may_be_asked_for_is_found() {
        let path = "crates/music/src/store/migrations/m0012_drop_composer.rs";
        let drop = "manager.alter_table(Table::alter().drop_column(\"composer\").take())";
        assert_eq!(contractions(&facts(path, drop)).len(), 1);
        let sql = "connection.execute_unprepared(\"ALTER TABLE a RENAME TO b\")";
        assert_eq!(contractions(&facts(path, sql)).len(), 1);
        let said = format!("//! Unused since 1.2: tracks.composer\n{drop}");
        assert_eq!(contractions(&facts(path, &said)).len(), 0);
        assert_eq!(
            contractions(&facts(path, "manager.create_index(index)")).len(),
            0
        );
        assert_eq!(
            contractions(&facts("crates/music/src/store/tracks.rs", drop)).len(),
            0
        );
    }

    #[test]
    fn a_gap_between_migrations_is_found() {
        let mut gap = facts(
            "crates/music/src/store/migrations/m0001_create_tracks.rs",
            "",
        );
        gap.files
            .extend(facts("crates/music/src/store/migrations/m0003_add_gain.rs", "").files);
        assert_eq!(migrations(&gap).len(), 1);
    }
}
