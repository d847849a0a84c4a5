//! `make run`: from a clean clone to music. Everything that is done once is skipped later.

use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::failure::{Failure, Result};
use crate::packages::{self, FFMPEG};
use crate::workspace::{Settings, Workspace};
use crate::{build, demo, screen};

const LISTEN: &str = "127.0.0.1:8080";
const ADMIN_LISTEN: &str = "127.0.0.1:8081";
const ANY_PORT: &str = "127.0.0.1:0";
/// The exit code of an import that left out files it could not read.
const EXIT_SOME_SKIPPED: i32 = 3;

/// Sets up what is missing, imports music and serves it until Ctrl-C.
pub(crate) fn run(workspace: &Workspace, settings: &Settings) -> Result<ExitCode> {
    let listen = settings.get("LISTEN").unwrap_or(LISTEN);
    port_is_free(listen)?;
    let own = settings.get("MUSIC").map(own_music).transpose()?;
    let full = match settings.get("DEMO") {
        None | Some("core") => false,
        Some("full") => true,
        Some(other) => {
            return Err(
                Failure::new(format!("DEMO={other} is not known")).how("DEMO=full or nothing")
            );
        }
    };

    match packages::ensure(workspace, &[FFMPEG]) {
        Ok(()) => screen::ready("ffmpeg", ""),
        Err(failure) => screen::warn(&failure),
    }
    build::build(workspace)?;

    // Own music has its own library, so that it is not mixed with the demo's.
    let data = workspace.own(if own.is_some() { "data-own" } else { "data" })?;
    let music = own.map_or_else(|| demo::bring(workspace, full), Ok);
    match music {
        Ok(folder) => import(workspace, &folder, &data),
        Err(failure) => screen::warn(&failure),
    }
    serve(workspace, &data, listen)
}

/// Says at once that the address is taken: nobody should wait for a build first.
fn port_is_free(listen: &str) -> Result<()> {
    match TcpListener::bind(listen) {
        Ok(_) => Ok(()),
        Err(error) => Err(
            Failure::new(format!("cannot listen on {listen}: {error}")).how(
                "end what listens there (another `make run`?), or: make run LISTEN=127.0.0.1:8090",
            ),
        ),
    }
}

fn own_music(folder: &str) -> Result<PathBuf> {
    let path = PathBuf::from(folder);
    if path.is_dir() {
        return Ok(path);
    }
    Err(Failure::new(format!("MUSIC={folder} is not a folder"))
        .how("make run MUSIC=/a/folder/with/music"))
}

fn import(workspace: &Workspace, folder: &Path, data: &Path) {
    let step = screen::step("Import", &workspace.shown(folder));
    let mut import = Command::new(workspace.haas());
    import
        .args(["music", "import"])
        .arg(folder)
        .arg("--data")
        .arg(data);
    match import.status() {
        Ok(status) if status.success() => step.done(""),
        // The import has named each of them, with the reason.
        Ok(status) if status.code() == Some(EXIT_SOME_SKIPPED) => {
            step.done("without the files named above");
        }
        _ => screen::warn(
            &Failure::new("the import did not come to its end")
                .without("what was imported until then plays")
                .how("the lines above say why; the next run goes on where this one stopped"),
        ),
    }
}

/// Becomes the server, so that signals and the exit code are its own.
fn serve(workspace: &Workspace, data: &Path, listen: &str) -> Result<ExitCode> {
    screen::say(&format!(
        "\n{} http://{listen}\n  Ctrl-C ends it; what you imported stays in {}.\n",
        screen::paint("1;32", "HaaS plays at"),
        workspace.shown(data),
    ));
    // Health and metrics matter little here: they move aside for another run.
    let admin = if port_is_free(ADMIN_LISTEN).is_ok() {
        ADMIN_LISTEN
    } else {
        ANY_PORT
    };
    let mut haas = Command::new(workspace.haas());
    haas.arg("serve")
        .arg("--data")
        .arg(data)
        .args(["--listen", listen, "--admin-listen", admin]);
    // Here somebody tries the product out: simulated listeners may move the chart.
    haas.env("HAAS_MUSIC__SIMULATED_PLAYS_CHART", "true");
    let error = haas.current_dir(&workspace.root).exec();
    Err(Failure::new(format!("could not start haas: {error}")))
}
