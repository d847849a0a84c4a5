//! Lists what the web build left in `web/dist`, so that the crate can embed it. Never runs npm.
//!
//! A release without its styles and islands must not exist: there the lack is an error. In other builds it is a
//! warning and the pages say it, so that Rust work goes on without Node.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const MISSING: &str =
    "web/dist is missing: run `make build` (or `npm ci && npm run build` in web/)";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dist = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("../../web/dist");
    // Cargo runs this script again on every build while a watched path does not exist; an empty folder stops that.
    if let Err(error) = fs::create_dir_all(&dist) {
        println!("cargo::warning=could not create web/dist: {error}");
    }
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", dist.display());

    let manifest = dist.join("manifest.json");
    let is_built = manifest.is_file();
    if !is_built {
        if variable("PROFILE")? == "release" {
            return Err(MISSING.into());
        }
        println!("cargo::warning={MISSING}; until then pages have no styles and no player");
    }
    let table = if is_built {
        embedded_table(&dist, &manifest)?
    } else {
        "pub(crate) const MANIFEST: &str = \"{}\";\npub(crate) const FILES: &[File] = &[];\n"
            .to_owned()
    };
    fs::write(PathBuf::from(variable("OUT_DIR")?).join("files.rs"), table)?;
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "cargo speaks to build scripts through the environment"
)]
fn variable(name: &str) -> Result<String, env::VarError> {
    env::var(name)
}

/// Rust source of the manifest's text and of one row per file of `dist/assets`, compressed copies beside it.
fn embedded_table(dist: &Path, manifest: &Path) -> io::Result<String> {
    let mut names: Vec<String> = fs::read_dir(dist.join("assets"))?
        .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
        .collect::<io::Result<_>>()?;
    names.sort();
    let mut source = format!(
        "pub(crate) const MANIFEST: &str = include_str!({:?});\npub(crate) const FILES: &[File] = &[\n",
        manifest.canonicalize()?.display().to_string()
    );
    let is_copy = |name: &str| {
        name.rsplit_once('.').is_some_and(|(stem, end)| {
            (end == "br" || end == "gz") && names.iter().any(|n| n == stem)
        })
    };
    for name in names.iter().filter(|name| !is_copy(name)) {
        let path = dist
            .join("assets")
            .join(name)
            .canonicalize()?
            .display()
            .to_string();
        let copy = |end: &str| {
            let file = format!("{path}.{end}");
            if Path::new(&file).is_file() {
                format!("Some(include_bytes!({file:?}))")
            } else {
                "None".to_owned()
            }
        };
        writeln!(
            source,
            "    File {{ name: {name:?}, identity: include_bytes!({path:?}), brotli: {}, gzip: {} }},",
            copy("br"),
            copy("gz")
        )
        .map_err(io::Error::other)?;
    }
    source.push_str("];\n");
    Ok(source)
}
