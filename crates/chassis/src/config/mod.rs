//! Configuration: defaults that work, then one TOML file, then the environment, then flags; later wins.
//!
//! Each part of the program asks a [`Section`] for its keys, naming default, accepted values and meaning. What nobody
//! asked for is unknown. Nothing fails at once: [`Reader::finish`] reports everything that is wrong together, each
//! with where it stands, what was given and what is accepted. This is the only module that reads the environment.

mod layers;
mod report;
mod section;
mod value;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use layers::common_variable;
pub use layers::{Flag, Sources, environment};
use layers::{Given, Layers};
pub use report::{ConfigError, Effective, Setting};
pub use section::Section;
pub use value::{Optional, Secret, duration_text, parse_duration, parse_size, size_text};

/// Reads the keys that the program knows out of everything that was given.
#[derive(Debug)]
pub struct Reader {
    given: BTreeMap<String, Given>,
    all_places: Vec<(String, String)>,
    passed_over: Vec<String>,
    known: BTreeSet<String>,
    settings: Vec<Setting>,
    problems: Vec<String>,
}

impl Reader {
    /// Gathers what was given; problems of the file itself wait for [`Reader::finish`] too.
    pub fn open(sources: Sources) -> Self {
        let layers = Layers::gather(sources);
        Self {
            given: layers.winners,
            all_places: layers.places,
            passed_over: layers.passed_over,
            known: BTreeSet::new(),
            settings: Vec::new(),
            problems: layers.problems,
        }
    }

    /// A reader to which nothing was given: every key has its default. For tests and generated documents.
    pub fn of_defaults() -> Self {
        Self::open(Sources::default())
    }

    /// The section a part of the program reads its keys from.
    pub fn section(&mut self, name: &'static str) -> Section<'_> {
        Section::new(self, name)
    }

    /// Adds a problem that only the one who combines several keys can see.
    pub fn problem(&mut self, text: impl Into<String>) {
        self.problems.push(text.into());
    }

    /// What is in force, or everything that is wrong.
    pub fn finish(mut self) -> Result<Effective, ConfigError> {
        for (key, place) in &self.all_places {
            if !self.known.contains(key) {
                self.problems
                    .push(report::unknown_key(key, place, &self.known));
            }
        }
        for name in &self.passed_over {
            self.problems.extend(report::mistyped(name, &self.known));
        }
        if self.problems.is_empty() {
            Ok(Effective::new(self.settings))
        } else {
            Err(ConfigError::new(self.problems))
        }
    }
}

#[cfg(test)]
mod tests;
