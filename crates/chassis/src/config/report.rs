use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use super::layers::variable_of;

/// How many edits away a known key may be to be suggested for an unknown one.
const SUGGESTION_EDITS_MAX: usize = 4;

/// One key the program knows, with what is in force.
#[derive(Clone, Debug)]
pub struct Setting {
    pub(super) section: &'static str,
    pub(super) key: String,
    pub(super) accepted: String,
    pub(super) default: String,
    pub(super) doc: String,
    pub(super) value: String,
    pub(super) place: Option<String>,
}

/// What is in force after every layer.
#[derive(Clone, Debug)]
pub struct Effective(Vec<Setting>);

impl Effective {
    pub(super) fn new(mut settings: Vec<Setting>) -> Self {
        settings.sort_by_key(|setting| setting.section);
        Self(settings)
    }

    /// Whether nobody set this key.
    pub fn is_default(&self, section: &str, key: &str) -> bool {
        let mut settings = self.0.iter();
        settings.any(|s| s.section == section && s.key == key && s.place.is_none())
    }

    /// The values in force as TOML, each with where it comes from; secrets are not shown.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        let mut section = "";
        for setting in &self.0 {
            if setting.section != section {
                section = setting.section;
                let gap = if text.is_empty() { "" } else { "\n" };
                let _infallible = writeln!(text, "{gap}[{section}]");
            }
            let place = setting.place.as_deref().unwrap_or("default");
            let off = if setting.value == "(none)" { "# " } else { "" };
            let Setting { key, value, .. } = setting;
            let _infallible = writeln!(text, "{off}{key} = {value}  # {place}");
        }
        text
    }

    /// Every key as a Markdown document.
    pub fn to_markdown(&self) -> String {
        let mut text = String::from(
            "# Configuration\n\n\
             Defaults, then the TOML file (`--config FILE` or `HAAS_CONFIG`), then the environment, then flags; later \
             wins. A key `section.key` is `HAAS_SECTION__KEY` in the environment. Times and sizes carry their unit. \
             `haas check` reports everything that is wrong at once, `haas check --print` shows what is in force.\n",
        );
        let mut section = "";
        for setting in &self.0 {
            if setting.section != section {
                section = setting.section;
                let _infallible = write!(
                    text,
                    "\n## {section}\n\n| key | default | accepted | meaning |\n|---|---|---|---|\n"
                );
            }
            let Setting {
                key,
                default,
                accepted,
                doc,
                ..
            } = setting;
            let _infallible = writeln!(text, "| `{key}` | `{default}` | {accepted} | {doc} |");
        }
        text
    }
}

/// Everything that is wrong with the configuration.
#[derive(Debug)]
pub struct ConfigError(Vec<String>);

impl ConfigError {
    pub(super) fn new(problems: Vec<String>) -> Self {
        Self(problems)
    }

    /// The problems, one sentence each.
    pub fn problems(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => write!(formatter, "the configuration has a problem:")?,
            count => write!(formatter, "the configuration has {count} problems:")?,
        }
        self.0
            .iter()
            .try_for_each(|problem| write!(formatter, "\n  {problem}"))
    }
}

impl std::error::Error for ConfigError {}

pub(super) fn bad_value(key: &str, place: &str, given: &str, accepted: &str) -> String {
    format!("{place}: {key} = {given} is not accepted; accepted is {accepted}")
}

/// An unknown key; its value is not shown, it may be a secret under a wrong name.
pub(super) fn unknown_key(key: &str, place: &str, known: &BTreeSet<String>) -> String {
    let name = key.rsplit('.').next().unwrap_or(key);
    // More than half of a short name makes another name.
    let nearest = known
        .iter()
        .map(|candidate| (edits(key, candidate), candidate))
        .min()
        .filter(|(edits, _)| *edits <= SUGGESTION_EDITS_MAX.min(name.chars().count().div_ceil(2)));
    match nearest {
        Some((_, candidate)) => {
            format!("{place}: unknown key {key}; did you mean {candidate}?")
        }
        None => format!("{place}: unknown key {key}; `haas check --print` lists the known ones"),
    }
}

/// A variable that would be a key if an underscore were doubled. Others are not ours to judge.
pub(super) fn mistyped(name: &str, known: &BTreeSet<String>) -> Option<String> {
    let single = |text: &str| text.replace("__", "_");
    let mut variables = known.iter().map(|key| variable_of(key));
    let meant = variables.find(|variable| single(variable) == single(name))?;
    Some(format!("{name}: is not a key; did you mean {meant}?"))
}

/// Levenshtein distance, row by row.
fn edits(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, r) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(l != *r);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}
