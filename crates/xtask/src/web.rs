//! The web part: npm packages and the built assets. Work is done only when its inputs changed.

use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::failure::{Failure, Result, While};
use crate::workspace::Workspace;
use crate::{screen, subprocess};

const MANIFEST: &str = "web/dist/manifest.json";
const SKIPPED_FOLDERS: [&str; 5] = ["node_modules", "dist", "e2e", "out", "coverage"];

/// Installs the npm packages of the lock file, unless they are there.
pub(crate) fn install(workspace: &Workspace) -> Result<()> {
    let stamp = workspace.path("web/node_modules/.haas-stamp");
    let inputs = fingerprint(&workspace.root, &manifests(workspace)?)?;
    if is_current(&stamp, &inputs) {
        screen::ready("npm packages", "unchanged");
        return Ok(());
    }
    let step = screen::step("npm packages", "");
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund"])
        .current_dir(workspace.path("web"));
    subprocess::log(&mut npm, &workspace.own("log/npm.log")?).map_err(|failure| {
        failure
            .without("cargo cannot build: the pages embed the built web assets")
            .how("look at the lines above; without a network, run this once where there is one")
    })?;
    std::fs::write(&stamp, inputs).while_doing("write web/node_modules/.haas-stamp")?;
    step.done("");
    Ok(())
}

/// Builds `web/dist`, unless nothing changed since the last build.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    let stamp = workspace.own("stamps/web-build")?;
    let mut files = Vec::new();
    for folder in ["web", "messages"] {
        collect(&workspace.path(folder), &mut files)?;
    }
    let inputs = fingerprint(&workspace.root, &files)?;
    if workspace.path(MANIFEST).is_file() && is_current(&stamp, &inputs) {
        screen::ready("Web assets", "unchanged");
        return Ok(());
    }
    install(workspace)?;
    let step = screen::step("Web assets", "");
    let mut npm = Command::new("npm");
    npm.args(["run", "build"])
        .current_dir(workspace.path("web"));
    subprocess::log(&mut npm, &workspace.own("log/web-build.log")?)?;
    if !workspace.path(MANIFEST).is_file() {
        return Err(Failure::new(format!("`npm run build` left no {MANIFEST}")));
    }
    std::fs::write(&stamp, inputs).while_doing("remember the web build")?;
    step.done("");
    Ok(())
}

/// Package files of the npm workspaces: what `npm ci` depends on.
fn manifests(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    collect(&workspace.path("web"), &mut files)?;
    files.retain(|file| {
        file.file_name()
            .is_some_and(|name| name == "package.json" || name == "package-lock.json")
    });
    files.push(workspace.path("web/e2e/package.json"));
    files.retain(|file| file.is_file());
    if files.is_empty() {
        return Err(Failure::new("web/package.json is missing"));
    }
    Ok(files)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let work = format!("read {}", folder.display());
    for entry in std::fs::read_dir(folder).while_doing(&work)? {
        let entry = entry.while_doing(&work)?;
        let kind = entry.file_type().while_doing(&work)?;
        if kind.is_file() {
            files.push(entry.path());
        } else if kind.is_dir()
            && !SKIPPED_FOLDERS
                .iter()
                .any(|skipped| entry.file_name() == *skipped)
        {
            collect(&entry.path(), files)?;
        }
    }
    Ok(())
}

/// One hash over names and contents.
fn fingerprint(root: &Path, files: &[PathBuf]) -> Result<String> {
    let mut sorted: Vec<_> = files.iter().collect();
    sorted.sort();
    let mut hash = Sha256::new();
    for file in sorted {
        let content = std::fs::read(file).while_doing(format!("read {}", file.display()))?;
        let name = file.strip_prefix(root).unwrap_or(file);
        hash.update(name.as_os_str().as_encoded_bytes());
        hash.update(content.len().to_le_bytes());
        hash.update(content);
    }
    Ok(hex(&hash.finalize()))
}

/// Bytes as lowercase hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn is_current(stamp: &Path, inputs: &str) -> bool {
    std::fs::read_to_string(stamp).is_ok_and(|stored| stored == inputs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_two_digits_each() {
        assert_eq!(hex(&[0, 10, 255]), "000aff");
    }

    #[test]
    fn a_changed_file_changes_the_fingerprint() {
        let folder = std::env::temp_dir().join(format!("haas-fingerprint-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("a.ts");
        std::fs::write(&file, "1").unwrap();
        let before = fingerprint(&folder, std::slice::from_ref(&file)).unwrap();
        std::fs::write(&file, "2").unwrap();
        let after = fingerprint(&folder, &[file]).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_ne!(before, after);
    }
}
