//! What an operator looks up: every metric and every line of the log, as the sources have them.

use std::path::Path;

use crate::failure::{Failure, Result, While};
use crate::server::Server;
use crate::workspace::Workspace;

const METRICS: &str = "docs/generated/metrics.md";
const LOG: &str = "docs/generated/log.md";
/// The crates that run in a server, with the prefix of their metrics.
const CRATES: [(&str, &str); 4] = [
    ("chassis", ""),
    ("music", "music_"),
    ("pages", ""),
    ("server", ""),
];
/// Registered under the prefix of the service whose database it is.
const OF_A_SERVICE: (&str, &str) = ("database/", "music_");
/// What a load tells of itself, which `docs/load-guide.md` is about.
const NOT_OF_A_SERVER: &str = "server/src/load";
/// Where a file's own tests begin.
const TESTS: &str = "#[cfg(test)]\nmod ";
const LEVELS: [&str; 3] = ["error", "warn", "info"];

/// The files that are generated, with their text.
pub(crate) fn generate(workspace: &Workspace) -> Result<Vec<(String, String)>> {
    let (mut metrics, mut lines) = (Vec::new(), Vec::new());
    for (name, prefix) in CRATES {
        let mut sources = Vec::new();
        read(&workspace.path(&format!("crates/{name}/src")), &mut sources)?;
        for (path, text) in sources {
            let place = path.strip_prefix(&workspace.root).unwrap_or(&path);
            let place = place.display().to_string();
            if place.contains(NOT_OF_A_SERVER) {
                continue;
            }
            metrics.extend(metrics_of(&place, &text, prefix));
            lines.extend(lines_of(&place, &text));
        }
    }
    metrics.sort();
    lines.sort();
    let metrics = table(
        "# Metrics\n\nWhat `/metrics` of the admin listener tells, generated from the sources. A metric with labels is there once it has \
         something to tell.\n",
        ["metric", "kind", "meaning"],
        &metrics,
    );
    let lines = table(
        "# Log\n\nWhat the log says above the level `debug`, generated from the sources. Each line has the level, the message and these \
         fields; a line that is written while a request is answered has `request.method`, `request.route` and \
         `request.id` (as JSON: the object `request`). No line has an address, an identity or a secret.\n",
        ["level", "message", "fields", "from"],
        &lines,
    );
    Ok(vec![(LOG.to_owned(), lines), (METRICS.to_owned(), metrics)])
}

/// Fails for a metric of a running server that the reference does not have.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let data = workspace.own("check/reference")?;
    let told = Server::start(workspace, &data)?.admin_body("/metrics")?;
    let reference = std::fs::read_to_string(workspace.path(METRICS));
    let reference = reference.while_doing(format!("read {METRICS}"))?;
    let names = told.lines().filter_map(|line| {
        let mut words = line.strip_prefix("# TYPE ")?.split(' ');
        Some((words.next()?, words.next()?))
    });
    let unknown = names.filter(|(name, kind)| {
        let total = if *kind == "counter" { "_total" } else { "" };
        !reference.contains(&format!("| `{name}{total}` |"))
    });
    let unknown: Vec<_> = unknown.map(|(name, _)| name).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{METRICS} lacks {}",
        unknown.join(", ")
    )))
}

fn read(folder: &Path, sources: &mut Vec<(std::path::PathBuf, String)>) -> Result<()> {
    let work = format!("read {}", folder.display());
    for entry in std::fs::read_dir(folder).while_doing(&work)? {
        let path = entry.while_doing(&work)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && name != "tests" {
            read(&path, sources)?;
        } else if name.ends_with(".rs") && name != "tests.rs" {
            let text = std::fs::read_to_string(&path).while_doing(&work)?;
            let own = text.split(TESTS).next().unwrap_or_default().to_owned();
            sources.push((path, own));
        }
    }
    Ok(())
}

/// Name, kind and meaning of what a file registers.
fn metrics_of(place: &str, text: &str, prefix: &str) -> Vec<Vec<String>> {
    let mut prefix = prefix.to_owned();
    if place.contains(OF_A_SERVICE.0) {
        prefix.push_str(OF_A_SERVICE.1);
    }
    if let Some(part) = calls(text, "sub_registry_with_prefix(").first()
        && let Some(part) = literal(part)
    {
        prefix.push_str(&part);
        prefix.push('_');
    }
    let registered = [".register(", ".register_with_unit("]
        .iter()
        .flat_map(|call| calls(text, call))
        .filter_map(|call| {
            let parts = arguments(call);
            let (name, meaning) = (literal(parts.first()?)?, literal(parts.get(1)?)?);
            let kind = kind_of(text, parts.last()?)?;
            let unit = parts.iter().find_map(|part| part.strip_prefix("Unit::"));
            Some((format!("{prefix}{name}"), unit, kind, meaning))
        });
    // What is read when it is asked for stands in tuples and calls: name, meaning, unit, and a kind where it is no gauge.
    let collected = text.match_indices("\"process_").filter_map(|(at, _)| {
        let rest = text.get(at..)?;
        let parts = arguments(rest.get(..end_of(rest)?)?);
        let (name, meaning) = (literal(parts.first()?)?, literal(parts.get(1)?)?);
        let unit = parts.get(2)?.split("Unit::").nth(1);
        let unit = unit.map(|unit| unit.trim_end_matches(')'));
        let kind = parts.last()?.split("MetricType::").nth(1);
        let kind = kind.unwrap_or("gauge").to_lowercase();
        Some((name, unit, kind, meaning))
    });
    registered
        .chain(collected)
        .map(|(name, unit, kind, meaning)| {
            let unit = unit.map_or(String::new(), |unit| format!("_{}", unit.to_lowercase()));
            let total = if kind == "counter" { "_total" } else { "" };
            vec![format!("`{name}{unit}{total}`"), kind, meaning]
        })
        .collect()
}

/// The kind of what is registered, by the type of the field it is.
fn kind_of(text: &str, registered: &str) -> Option<String> {
    let field = registered.trim_end_matches(".clone()").rsplit('.').next()?;
    let declaration = format!("{field}: ");
    let declared = text.split(&declaration).skip(1);
    let kinds = [
        ("Histogram", "histogram"),
        ("Gauge", "gauge"),
        ("Counter", "counter"),
        ("Seconds", "counter"),
    ];
    let mut kinds = declared.filter_map(|rest| {
        let declared = rest.split('\n').next()?;
        let kind = kinds.iter().find(|(name, _)| declared.contains(name))?;
        Some(kind.1.to_owned())
    });
    kinds.next()
}

/// Level, message, fields and module of what a file logs.
fn lines_of(place: &str, text: &str) -> Vec<Vec<String>> {
    let module = place
        .trim_start_matches("crates/")
        .replace("/src/", "::")
        .replace('/', "::");
    let module = module.trim_end_matches(".rs").trim_end_matches("::mod");
    let of_level = |level: &&str| -> Vec<Vec<String>> {
        let lines = calls(text, &format!("tracing::{level}!("));
        let lines = lines.into_iter().filter_map(|call| {
            let mut parts = arguments(call);
            let message = literal(parts.pop()?)?;
            let fields: Vec<String> = parts.iter().map(|part| field(part)).collect();
            Some(vec![
                (*level).to_owned(),
                message,
                fields.join(", "),
                format!("`{module}`"),
            ])
        });
        lines.collect()
    };
    LEVELS.iter().flat_map(of_level).collect()
}

fn field(argument: &str) -> String {
    let name = argument.split('=').next().unwrap_or_default().trim();
    format!("`{}`", name.trim_start_matches(['%', '?']))
}

/// What stands between the brackets of each call.
fn calls<'a>(text: &'a str, call: &str) -> Vec<&'a str> {
    let begins = text.match_indices(call).map(|(at, call)| at + call.len());
    begins
        .filter_map(|begin| {
            let rest = text.get(begin..)?;
            rest.get(..end_of(rest)?)
        })
        .collect()
}

/// Where the bracket closes that was opened before.
fn end_of(text: &str) -> Option<usize> {
    let mut depth = 0_i32;
    for (at, letter) in outside_of_strings(text) {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => return Some(at),
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The arguments of a call, without what is around them.
fn arguments(call: &str) -> Vec<&str> {
    let (mut depth, mut begin, mut all) = (0_i32, 0, Vec::new());
    for (at, letter) in outside_of_strings(call) {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                all.push(call.get(begin..at).unwrap_or_default().trim());
                begin = at + 1;
            }
            _ => {}
        }
    }
    all.push(call.get(begin..).unwrap_or_default().trim());
    all.retain(|part| !part.is_empty());
    all
}

fn outside_of_strings(text: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut is_inside, mut is_escaped) = (false, false);
    text.char_indices().filter(move |(_, letter)| {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if is_inside => is_escaped = true,
            '"' => is_inside = !is_inside,
            _ => return !is_inside,
        }
        false
    })
}

/// The text of a literal, its broken lines joined.
fn literal(argument: &str) -> Option<String> {
    let text = argument.strip_prefix('"')?.strip_suffix('"')?;
    let mut lines = text.split("\\\n");
    let first = lines.next().unwrap_or_default().to_owned();
    Some(
        lines
            .fold(first, |all, line| all + line.trim_start())
            .replace("\\\"", "\""),
    )
}

fn table<const N: usize>(head: &str, names: [&str; N], rows: &[Vec<String>]) -> String {
    let mut text = format!("{head}\n| {} |\n|{}\n", names.join(" | "), "---|".repeat(N));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        text = format!("{text}| {} |\n", cells.join(" | "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = r#"
struct Metrics {
    waiting: Gauge,
    tries: Family<Labels, Counter>,
    took: Histogram,
}
let registry = registry.sub_registry_with_prefix("preparation");
registry.register("waiting", "Tracks (all) that \"wait\", \
    together", metrics.waiting.clone());
registry.register_with_unit("took", "Time", Unit::Seconds, metrics.took.clone());
registry.register("tries", "Tries", metrics.tries.clone());
tracing::warn!(%error, count = f(a, "x, y"), "could not (do) it, \
    this time");
tracing::debug!("nobody reads it");
"#;

    #[test]
    fn metrics_are_named_as_they_are_told() {
        let found = metrics_of("crates/music/src/ingest/metrics.rs", SOURCE, "music_");
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let expected = [
            row([
                "`music_preparation_waiting`",
                "gauge",
                "Tracks (all) that \"wait\", together",
            ]),
            row(["`music_preparation_tries_total`", "counter", "Tries"]),
            row(["`music_preparation_took_seconds`", "histogram", "Time"]),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn lines_of_the_log_have_their_fields() {
        let found = lines_of("crates/music/src/ingest/mod.rs", SOURCE);
        let cells = [
            "warn",
            "could not (do) it, this time",
            "`error`, `count`",
            "`music::ingest`",
        ];
        assert_eq!(found, [cells.map(str::to_owned).to_vec()]);
    }
}
