//! Demo music from Debian packages, checked against pinned checksums. Nothing is installed and no audio is committed.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::failure::{Failure, Result, While};
use crate::workspace::Workspace;
use crate::{screen, subprocess, web};

/// A package with music that may be given on under the licence in its tags.
struct Package {
    name: &'static str,
    /// The name of its folder here: what its untagged tracks call their album.
    title: &'static str,
    version: &'static str,
    sha256: &'static str,
    /// Where its music lies.
    folder: &'static str,
    megabytes: u32,
}

const CORE: [Package; 2] = [
    Package {
        name: "singularity-music",
        title: "Singularity",
        version: "007-2",
        sha256: "139ba1e408eeb0a72f1fff3760ca46558b9f81bed97dc8c0efa108c4007f4845",
        folder: "usr/share/games/singularity/music",
        megabytes: 52,
    },
    Package {
        name: "colobot-common-sounds",
        title: "Colobot",
        version: "0.2.0-2",
        sha256: "819e799542eac69c95b072567b5584eb3e0b2bb900de13efa3684915747b1644",
        folder: "usr/share/games/colobot/music",
        megabytes: 61,
    },
];
const WIDE: Package = Package {
    name: "wesnoth-1.16-music",
    title: "Wesnoth",
    version: "1:1.16.9-1",
    sha256: "f9bc3cde92b4ab30db5d7b85f89b4bcc3d788dd92602956d0347250850bf59bb",
    folder: "usr/share/games/wesnoth/1.16/data/core/music",
    megabytes: 153,
};
/// A file of the game that holds no music.
const NO_MUSIC: &str = "silence.ogg";

/// Brings the demo music and returns its folder.
pub(crate) fn bring(workspace: &Workspace, full: bool) -> Result<PathBuf> {
    let home = workspace.own("demo/music")?;
    let wanted: Vec<&Package> = CORE.iter().chain(full.then_some(&WIDE)).collect();
    for package in CORE.iter().chain([&WIDE]) {
        // What an earlier version brought.
        let _ = std::fs::rename(home.join(package.name), home.join(package.title));
    }
    let missing: Vec<_> = wanted
        .iter()
        .filter(|package| !home.join(package.title).is_dir())
        .collect();
    if missing.is_empty() {
        screen::ready("Demo music", &workspace.shown(&home));
        return Ok(home);
    }
    let megabytes: u32 = missing.iter().map(|package| package.megabytes).sum();
    let step = screen::step(
        "Demo music",
        &format!("{megabytes} MB from Debian packages"),
    );
    for package in missing {
        fetch(workspace, package, &home).map_err(|failure| {
            failure
                .without("everything but the demo music works")
                .how("play your own music: make run MUSIC=/a/folder")
        })?;
    }
    step.done(&workspace.shown(&home));
    Ok(home)
}

fn fetch(workspace: &Workspace, package: &Package, home: &Path) -> Result<()> {
    for tool in ["apt-get", "dpkg-deb"] {
        if !subprocess::is_installed(tool) {
            return Err(Failure::new(format!(
                "{tool} is missing, so this machine has no Debian packages"
            )));
        }
    }
    let work = workspace.own(&format!("demo/{}.part", package.name))?;
    let _ = std::fs::remove_dir_all(&work);
    std::fs::create_dir_all(&work).while_doing(format!("create {}", work.display()))?;
    let archive = download(workspace, package, &work)?;
    let found = sha256(&archive)?;
    if found != package.sha256 {
        return Err(Failure::new(format!(
            "{} {} is not the package it should be: its SHA-256 is {found}, not {}",
            package.name, package.version, package.sha256
        )));
    }
    let tree = work.join("tree");
    subprocess::read(Command::new("dpkg-deb").arg("-x").arg(&archive).arg(&tree))?;
    let music = tree.join(package.folder);
    let silence = music.join(NO_MUSIC);
    if silence.exists() {
        std::fs::remove_file(&silence).while_doing("leave out the silent track")?;
    }
    std::fs::create_dir_all(home).while_doing(format!("create {}", home.display()))?;
    // The rename is last: a folder that is there is whole, also after a kill.
    std::fs::rename(&music, home.join(package.title)).while_doing("put the demo music in place")?;
    std::fs::remove_dir_all(&work).while_doing("remove what was downloaded")
}

fn download(workspace: &Workspace, package: &Package, work: &Path) -> Result<PathBuf> {
    let pinned = format!("{}={}", package.name, package.version);
    let log = workspace.own("log/demo.log")?;
    let mut apt = Command::new("apt-get");
    apt.args(["-q", "download", &pinned]).current_dir(work);
    if subprocess::log(&mut apt, &log).is_err() {
        // Most likely the package lists are missing or old.
        crate::packages::update(workspace)?;
        subprocess::log(&mut apt, &log)?;
    }
    let listing = std::fs::read_dir(work).while_doing("look at what was downloaded")?;
    let archive = listing.flatten().map(|entry| entry.path());
    archive
        .into_iter()
        .find(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .ok_or_else(|| Failure::new(format!("apt-get brought no {}", package.name)))
}

/// The SHA-256 of a file, read in pieces.
pub(crate) fn sha256(file: &Path) -> Result<String> {
    let work = format!("read {}", file.display());
    let mut input = File::open(file).while_doing(&work)?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 1 << 20];
    loop {
        match input.read(&mut piece).while_doing(&work)? {
            0 => return Ok(web::hex(&hash.finalize())),
            length => hash.update(piece.get(..length).unwrap_or_default()),
        }
    }
}

/// A library with the demo music, kept for later runs.
pub(crate) fn library(workspace: &Workspace) -> Result<PathBuf> {
    let music = bring(workspace, false)?;
    let data = workspace.own("check/library")?;
    let mut import = Command::new(workspace.haas());
    import
        .args(["music", "import"])
        .arg(music)
        .arg("--data")
        .arg(&data);
    subprocess::read(&mut import)?;
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_of_a_file_is_that_of_its_bytes() {
        let file = std::env::temp_dir().join(format!("haas-checksum-{}", std::process::id()));
        std::fs::write(&file, "abc").unwrap();
        let found = sha256(&file);
        std::fs::remove_file(&file).unwrap();
        let published = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(found.unwrap(), published);
    }
}
