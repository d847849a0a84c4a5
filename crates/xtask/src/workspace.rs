//! Where things are, and what was asked for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result, While};

/// The repository.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
}

impl Workspace {
    /// Finds the repository from the current folder upwards.
    pub(crate) fn find() -> Result<Self> {
        let here = std::env::current_dir().while_doing("read the current folder")?;
        here.ancestors()
            .find(|folder| folder.join("crates/xtask/Cargo.toml").is_file())
            .map(|root| Self {
                root: root.to_path_buf(),
            })
            .ok_or_else(|| Failure::new("this is not a folder of the repository"))
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// A path below `.haas/`, which holds everything that is made here and never committed.
    pub(crate) fn own(&self, relative: &str) -> Result<PathBuf> {
        let path = self.root.join(".haas").join(relative);
        let folder = path.parent().unwrap_or(&path);
        std::fs::create_dir_all(folder).while_doing(format!("create {}", folder.display()))?;
        Ok(path)
    }

    /// The folder cargo builds into.
    pub(crate) fn target(&self) -> PathBuf {
        match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => self.root.join(folder),
            None => self.root.join("target"),
        }
    }

    /// The release binary.
    pub(crate) fn haas(&self) -> PathBuf {
        self.target().join("release/haas")
    }

    /// A path as a person in the repository would type it.
    pub(crate) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }
}

/// Settings given as `NAME=value`, as arguments or (what `make` does) in the environment.
#[derive(Debug, Default)]
pub(crate) struct Settings(BTreeMap<&'static str, String>);

impl Settings {
    const NAMES: [&'static str; 7] = [
        "MUSIC", "DEMO", "LISTEN", "DATA", "SECONDS", "CHECK", "ONLY",
    ];

    /// Reads the settings; arguments win over the environment, and what is not known is refused.
    pub(crate) fn read(arguments: &[String]) -> Result<Self> {
        let mut settings = BTreeMap::new();
        for name in Self::NAMES {
            if let Some(value) = std::env::var_os(name).filter(|value| !value.is_empty()) {
                let value = value.into_string();
                settings.insert(
                    name,
                    value.map_err(|value| {
                        Failure::new(format!("{name}={} is not UTF-8", value.display()))
                    })?,
                );
            }
        }
        for argument in arguments {
            let (given, value) = match argument.as_str() {
                "--check" => ("CHECK", "1"),
                other => other.split_once('=').ok_or_else(|| unknown(argument))?,
            };
            let name = Self::NAMES.into_iter().find(|name| *name == given);
            settings.insert(name.ok_or_else(|| unknown(argument))?, value.to_owned());
        }
        Ok(Self(settings))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

fn unknown(argument: &str) -> Failure {
    Failure::new(format!("{argument:?} is not a setting")).how(format!(
        "these are: {}",
        Settings::NAMES.join("=…, ") + "=…"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_may_be_given_as_an_argument() {
        let settings = Settings::read(&["MUSIC=/a b/c=d".to_owned()]).unwrap();
        assert_eq!(settings.get("MUSIC"), Some("/a b/c=d"));
    }

    #[test]
    fn a_setting_that_is_not_known_is_refused_with_those_that_are() {
        let failure = Settings::read(&["MUSIK=/a".to_owned()]).unwrap_err();
        assert!(failure.to_string().contains("MUSIC=…"), "{failure}");
    }
}
