use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;

use toml::de::{DeTable, DeValue};

const PREFIX: &str = "HAAS_";
/// The variable that names the configuration file when no flag does.
const FILE_VARIABLE: &str = "HAAS_CONFIG";

/// Where configuration comes from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The TOML file; without it the one that `HAAS_CONFIG` names, if any.
    pub file: Option<PathBuf>,
    /// Variables, as [`environment`] gives them.
    pub environment: Vec<(String, String)>,
    /// What the command line set.
    pub flags: Vec<Flag>,
}

/// A key that the command line set.
#[derive(Clone, Debug)]
pub struct Flag {
    /// The flag as the user wrote it, such as `--listen`.
    pub name: &'static str,
    /// The key it sets, such as `server.listen`.
    pub key: &'static str,
    /// What was given.
    pub value: String,
}

/// The variables of this process whose names begin with `HAAS_`.
///
/// A value that is not text is read with replacement characters, so that it is refused with its name.
pub fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            let value = value.to_string_lossy().into_owned();
            name.starts_with(PREFIX).then_some((name, value))
        })
        .collect()
}

/// A variable that other programs agree on, such as `HOME`; none when it is not set, empty or no text.
pub(crate) fn common_variable(name: &str) -> Option<String> {
    let value = std::env::var_os(name)?.into_string().ok()?;
    (!value.is_empty()).then_some(value)
}

/// One value that was given, and where.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) raw: Raw,
    pub(super) place: String,
}

/// A value before anybody asked for it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Raw {
    /// From the environment or a flag: text that may stand for anything; or a TOML string.
    Text(String),
    /// A TOML number, as written.
    Number(String),
    Bool(bool),
    List(Vec<String>),
    /// A TOML value no key accepts, by the name of its kind.
    Other(&'static str),
}

impl Raw {
    /// The value as a person wrote it, for messages.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Text(text) => format!("{:?}", without_user(text)),
            Self::Number(number) => number.clone(),
            Self::Bool(is_on) => is_on.to_string(),
            Self::List(items) => format!("{items:?}"),
            Self::Other(kind) => format!("a {kind}"),
        }
    }
}

/// A URL without who is let in and their password.
fn without_user(text: &str) -> Cow<'_, str> {
    let shown = || {
        let (scheme, rest) = text.split_once("://")?;
        // A bucket is no host.
        let (_user, place) = rest.rsplit_once('@').filter(|_| scheme != "s3")?;
        Some(format!("{scheme}://…@{place}"))
    };
    shown().map_or(text.into(), Cow::Owned)
}

/// Everything that was given, the winner of each key, and what is wrong with the sources themselves.
pub(super) struct Layers {
    pub(super) winners: BTreeMap<String, Given>,
    pub(super) places: Vec<(String, String)>,
    /// Variables that are no keys.
    pub(super) passed_over: Vec<String>,
    pub(super) problems: Vec<String>,
}

impl Layers {
    pub(super) fn gather(sources: Sources) -> Self {
        let mut layers = Self {
            winners: BTreeMap::new(),
            places: Vec::new(),
            passed_over: Vec::new(),
            problems: Vec::new(),
        };
        let named = sources
            .environment
            .iter()
            .find(|(name, _)| name == FILE_VARIABLE)
            .map(|(_, value)| PathBuf::from(value));
        if let Some(file) = sources.file.or(named) {
            layers.add_file(&file);
        }
        for (name, value) in sources.environment {
            match key_of_variable(&name) {
                Some(key) => layers.add(key, Raw::Text(value), name),
                None => layers.passed_over.push(name),
            }
        }
        for flag in sources.flags {
            layers.add(
                flag.key.to_owned(),
                Raw::Text(flag.value),
                flag.name.to_owned(),
            );
        }
        layers
    }

    fn add(&mut self, key: String, raw: Raw, place: String) {
        self.places.push((key.clone(), place.clone()));
        self.winners.insert(key, Given { raw, place });
    }

    fn add_file(&mut self, file: &std::path::Path) {
        let shown = file.display();
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) => {
                self.problems
                    .push(format!("{shown}: could not be read: {error}"));
                return;
            }
        };
        let (table, errors) = DeTable::parse_recoverable(&text);
        for error in errors {
            let line = line_of(&text, error.span().map_or(0, |span| span.start));
            let message = error.message();
            self.problems.push(format!("{shown}:{line}: {message}"));
        }
        let mut entries = Vec::new();
        flatten("", table.get_ref(), &mut entries);
        entries.sort_by_key(|(offset, ..)| *offset);
        for (offset, key, raw) in entries {
            self.add(key, raw, format!("{shown}:{}", line_of(&text, offset)));
        }
    }
}

/// Every value of a table and the tables below as (offset in the text, dotted key, value).
fn flatten(above: &str, table: &DeTable<'_>, entries: &mut Vec<(usize, String, Raw)>) {
    for (name, value) in table {
        let key = match above {
            "" => name.get_ref().to_string(),
            above => format!("{above}.{}", name.get_ref()),
        };
        match value.get_ref() {
            DeValue::Table(inner) => flatten(&key, inner, entries),
            value => entries.push((name.span().start, key, raw_of(value))),
        }
    }
}

/// `HAAS_MUSIC__PREPARATION_WORKERS` sets `music.preparation_workers`. Names without a double underscore are not keys:
/// Kubernetes adds `HAAS_SERVICE_HOST` and the like for a Service named haas.
fn key_of_variable(name: &str) -> Option<String> {
    let rest = name.strip_prefix(PREFIX)?;
    rest.contains("__")
        .then(|| rest.to_lowercase().replace("__", "."))
}

/// The variable that sets a key: `HAAS_MUSIC__PREPARATION_WORKERS` for `music.preparation_workers`.
pub(super) fn variable_of(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

fn raw_of(value: &DeValue<'_>) -> Raw {
    match value {
        DeValue::String(text) => Raw::Text(text.to_string()),
        DeValue::Integer(number) => Raw::Number(number.to_string()),
        DeValue::Float(number) => Raw::Number(number.to_string()),
        DeValue::Boolean(is_on) => Raw::Bool(*is_on),
        DeValue::Array(items) => items
            .iter()
            .map(|item| item.get_ref().as_str().map(str::to_owned))
            .collect::<Option<Vec<_>>>()
            .map_or(Raw::Other("list of other things than text"), Raw::List),
        DeValue::Datetime(_) => Raw::Other("date"),
        DeValue::Table(_) => Raw::Other("table"),
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().iter().take(offset);
    1 + before.filter(|byte| **byte == b'\n').count()
}
