//! `make run`: from a clean clone to music. Everything that is done once is skipped later.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use crate::failure::{Failure, Result};
use crate::packages::{self, FFMPEG};
use crate::workspace::{Settings, Workspace};
use crate::{build, demo, screen};

const LISTEN: &str = "127.0.0.1:8080";
const ADMIN_LISTEN: &str = "127.0.0.1:8081";
const ANY_PORT: &str = "127.0.0.1:0";
/// The exit code of an import that left out files it could not read.
const EXIT_SOME_SKIPPED: i32 = 3;
/// The exit code of an import that somebody stopped.
const EXIT_STOPPED: u8 = 130;

/// Sets up what is missing, imports music and serves it until Ctrl-C.
pub(crate) fn run(workspace: &Workspace, settings: &Settings) -> Result<ExitCode> {
    let listen = free_address(settings.get("LISTEN").unwrap_or(LISTEN))?;
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

    let data = match settings.get("DATA") {
        Some(folder) => PathBuf::from(folder),
        // Own music has its own library, so that it is not mixed with the demo's.
        None => workspace.own(if own.is_some() { "data-own" } else { "data" })?,
    };
    let imported = match &own {
        Some(folder) => import(workspace, folder, &data),
        None => match demo::bring(workspace, full) {
            Ok(folder) => import(workspace, &folder, &data),
            Err(failure) => {
                screen::warn(&failure);
                Imported::Served
            }
        },
    };
    match imported {
        Imported::Served => serve(workspace, &data, listen),
        Imported::Stopped => Ok(ExitCode::from(EXIT_STOPPED)),
    }
}

/// Becomes `haas load listeners` on the server that is running.
pub(crate) fn listeners(workspace: &Workspace, settings: &Settings) -> Result<ExitCode> {
    let listen = settings.get("LISTEN").unwrap_or(LISTEN);
    TcpStream::connect(listen).map_err(|error| {
        Failure::new(format!("nobody serves at {listen}: {error}"))
            .how("start `make run` in another terminal first; LISTEN=127.0.0.1:8090 where it listens elsewhere")
    })?;
    build::build(workspace)?;
    screen::say(&format!(
        "\nSimulated people listen for five minutes: look at http://{listen}. Ctrl-C ends it, with a report.\n"
    ));
    let mut haas = Command::new(workspace.haas());
    haas.args(["load", "listeners", "--target"])
        .arg(format!("http://{listen}"));
    Err(Failure::new(format!(
        "cannot start haas load: {}",
        haas.exec()
    )))
}

/// Says at once that the address is taken: nobody should wait for a build first. Port 0 becomes a free one.
fn free_address(listen: &str) -> Result<SocketAddr> {
    let address = TcpListener::bind(listen).and_then(|listener| listener.local_addr());
    address.map_err(|error| {
        Failure::new(format!("cannot listen on {listen}: {error}"))
            .how("end what listens there (another `make run`?), or: make run LISTEN=127.0.0.1:8090")
    })
}

fn own_music(folder: &str) -> Result<PathBuf> {
    let how = "make run MUSIC=/a/folder/with/music";
    let path = PathBuf::from(folder);
    if !path.exists() {
        return Err(Failure::new(format!("MUSIC={folder} does not exist")).how(how));
    }
    let entries = std::fs::read_dir(&path);
    let mut entries = entries.map_err(|error| {
        Failure::new(format!(
            "MUSIC={folder} is not a folder with music: {error}"
        ))
        .how(how)
    })?;
    if entries.next().is_none() {
        let what = format!("MUSIC={folder} is empty (is a disk missing?)");
        return Err(Failure::new(what).how(how));
    }
    Ok(path)
}

/// How an import ended.
enum Imported {
    /// There is something to serve, if only what was there before.
    Served,
    /// By Ctrl-C.
    Stopped,
}

/// Reads the folder; the server measures and transcodes afterwards, so that nobody waits: until then a track plays as it is.
fn import(workspace: &Workspace, folder: &Path, data: &Path) -> Imported {
    let step = screen::step("Import", &workspace.shown(folder));
    let mut import = Command::new(workspace.haas());
    import
        .args(["music", "import"])
        .arg(folder)
        .arg("--data")
        .arg(data)
        .arg("--defer");
    match import.status() {
        Ok(status) if status.success() => step.done(""),
        // The import has named each of them, with the reason.
        Ok(status) if status.code() == Some(EXIT_SOME_SKIPPED) => {
            step.done("without the files named above");
        }
        Ok(status) if status.code() == Some(i32::from(EXIT_STOPPED)) => return Imported::Stopped,
        _ => screen::warn(
            &Failure::new("the import did not come to its end")
                .without("what was imported until then plays")
                .how("the lines above say why; the next run goes on where this one stopped"),
        ),
    }
    Imported::Served
}

/// Becomes the server, so that signals and the exit code are its own.
fn serve(workspace: &Workspace, data: &Path, listen: SocketAddr) -> Result<ExitCode> {
    screen::say(&format!(
        "\n{} http://{listen}\n  Ctrl-C ends it; what you imported stays in {}.\n",
        screen::paint("1;32", "HaaS plays at"),
        workspace.shown(data),
    ));
    // Health and metrics matter little here: they move aside for another run.
    let admin = if free_address(ADMIN_LISTEN).is_ok() {
        ADMIN_LISTEN
    } else {
        ANY_PORT
    };
    let mut haas = Command::new(workspace.haas());
    haas.arg("serve")
        .arg("--data")
        .arg(data)
        .args(["--listen", &listen.to_string(), "--admin-listen", admin])
        // It would say once more where it listens.
        .stdout(Stdio::null());
    // Here somebody tries the product out: simulated listeners may move the chart.
    haas.env("HAAS_MUSIC__SIMULATED_PLAYS_CHART", "true");
    let error = haas.current_dir(&workspace.root).exec();
    Err(Failure::new(format!("could not start haas: {error}")))
}
