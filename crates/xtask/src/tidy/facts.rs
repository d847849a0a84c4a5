//! What the laws look at: the files of the repository and the packages of the workspace.

use std::process::Command;

use serde_json::Value;

use crate::failure::{Result, While};
use crate::subprocess;
use crate::workspace::Workspace;

/// A file that is, or would be, committed.
#[derive(Debug, Clone)]
pub(super) struct File {
    /// Relative to the repository, with `/`.
    pub(super) path: String,
    pub(super) bytes: u64,
    /// Empty when it is not text.
    pub(super) text: String,
}

/// A crate of ours.
#[derive(Debug, Clone)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) description: String,
    /// Crates of ours that it depends on, with the kind: `normal`, `dev` or `build`.
    pub(super) dependencies: Vec<(String, String)>,
}

/// Everything that the laws look at.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    pub(super) files: Vec<File>,
    pub(super) packages: Vec<Package>,
}

impl Facts {
    pub(super) fn read(workspace: &Workspace) -> Result<Self> {
        let mut git = Command::new("git");
        git.args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]);
        let listing = subprocess::read(git.current_dir(&workspace.root))?;
        let mut files = Vec::new();
        for path in listing.split('\0').filter(|path| !path.is_empty()) {
            // A file that is deleted but not yet committed is still listed.
            let Ok(content) = std::fs::read(workspace.path(path)) else {
                continue;
            };
            let bytes = content.len() as u64;
            let text = String::from_utf8(content).unwrap_or_default();
            files.push(File {
                path: path.to_owned(),
                bytes,
                text,
            });
        }
        Ok(Self {
            files,
            packages: packages(workspace)?,
        })
    }

    /// The text of a file, empty when there is none.
    pub(super) fn text(&self, path: &str) -> &str {
        self.files
            .iter()
            .find(|file| file.path == path)
            .map_or("", |file| &file.text)
    }

    /// Files with one of these endings.
    pub(super) fn ending<'a>(&'a self, endings: &'a [&str]) -> impl Iterator<Item = &'a File> {
        self.files
            .iter()
            .filter(move |file| endings.iter().any(|ending| file.path.ends_with(ending)))
    }

    /// Our Rust files, without this crate's laws, which quote what they forbid.
    pub(super) fn rust(&self) -> impl Iterator<Item = &File> {
        self.ending(&[".rs"])
            .filter(|file| !file.path.starts_with("crates/xtask/src/tidy"))
    }
}

fn packages(workspace: &Workspace) -> Result<Vec<Package>> {
    let mut cargo = subprocess::cargo(workspace, &["metadata", "--format-version=1", "--no-deps"]);
    let metadata: Value =
        serde_json::from_str(&subprocess::read(&mut cargo)?).while_doing("read cargo metadata")?;
    Ok(list(&metadata["packages"]).map(package).collect())
}

fn package(value: &Value) -> Package {
    let ours = list(&value["dependencies"]).filter(|dependency| !dependency["path"].is_null());
    Package {
        name: word(&value["name"]),
        description: word(&value["description"]),
        dependencies: ours
            .map(|dependency| {
                let kind = dependency["kind"].as_str().unwrap_or("normal");
                (word(&dependency["name"]), kind.to_owned())
            })
            .collect(),
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
