//! What is generated and committed: the API description and the client typed by it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Result, While};
use crate::workspace::{Settings, Workspace};
use crate::{reference, screen, subprocess, web};

const OPENAPI: &str = "docs/generated/openapi";
const CONFIGURATION: &str = "docs/generated/config.md";
const CLIENT: &str = "web/packages/api/src/schema.d.ts";
/// The service whose client the islands use.
const CLIENT_OF: &str = "music.json";

/// A file of the repository and what it should hold.
type Generated = (String, String);

/// `cargo xtask gen [--check]`: writes the files, or says which are not current.
pub(crate) fn run(workspace: &Workspace, settings: &Settings) -> Result<()> {
    web::build(workspace)?;
    let words = [
        "build",
        "--no-default-features",
        "--locked",
        "--bin",
        "haas",
    ];
    let mut cargo = subprocess::cargo(workspace, &words);
    subprocess::run(&mut cargo)?;
    let haas = workspace.target().join("debug/haas");
    if settings.get("CHECK").is_some() {
        return check(workspace, &haas);
    }
    for (path, text) in generate(workspace, &haas)? {
        let file = workspace.path(&path);
        let folder = file.parent().unwrap_or(&workspace.root);
        std::fs::create_dir_all(folder).while_doing(format!("create {}", folder.display()))?;
        std::fs::write(&file, text).while_doing(format!("write {path}"))?;
        screen::ready(&path, "written");
    }
    Ok(())
}

/// Fails for a committed file that is not what the binary would generate.
pub(crate) fn check(workspace: &Workspace, haas: &Path) -> Result<()> {
    let is_current = |path: &str, text: &str| {
        std::fs::read_to_string(workspace.path(path)).is_ok_and(|file| file == text)
    };
    let generated = generate(workspace, haas)?;
    let stale = generated
        .iter()
        .filter(|(path, text)| !is_current(path, text));
    let stale: Vec<_> = stale.map(|(path, _)| path.as_str()).collect();
    if stale.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("not current: {}", stale.join(", "))).how("make gen, then commit"))
}

fn generate(workspace: &Workspace, haas: &Path) -> Result<Vec<Generated>> {
    let folder = workspace.own("generated/openapi")?;
    if folder.exists() {
        std::fs::remove_dir_all(&folder).while_doing("clear what was generated before")?;
    }
    subprocess::read(Command::new(haas).args(["openapi", "--out"]).arg(&folder))?;
    let mut files = Vec::new();
    let work = "read what `haas openapi` wrote";
    for entry in std::fs::read_dir(&folder).while_doing(work)? {
        let path = entry.while_doing(work)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let text = std::fs::read_to_string(&path).while_doing(work)?;
        files.push((format!("{OPENAPI}/{name}"), text));
    }
    files.sort();
    let keys = subprocess::read(Command::new(haas).args(["check", "--markdown"]))?;
    files.push((CONFIGURATION.to_owned(), keys));
    files.extend(reference::generate(workspace)?);
    files.push((
        CLIENT.to_owned(),
        client(workspace, &folder.join(CLIENT_OF))?,
    ));
    Ok(files)
}

fn client(workspace: &Workspace, description: &Path) -> Result<String> {
    let file: PathBuf = workspace.own("generated/schema.d.ts")?;
    let mut npx = Command::new("npx");
    npx.args(["--no-install", "openapi-typescript"])
        .arg(description)
        .arg("--output")
        .arg(&file);
    subprocess::read(npx.current_dir(workspace.path("web")))?;
    std::fs::read_to_string(&file).while_doing("read the generated client")
}
