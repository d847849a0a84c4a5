//! A PostgreSQL cluster that lives as long as the tests.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{Home, Server, free_port_at};
use crate::failure::{Failure, Result};
use crate::packages::{self, POSTGRES};
use crate::subprocess;

/// Nothing in it has to survive a crash, so nothing is flushed; tests open many small pools.
const SETTINGS: [&str; 6] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=400",
    "shared_buffers=128MB",
    "unix_socket_directories=",
];

/// Starts one that listens at an address, with some settings of its own.
pub(super) fn start(host: &str, settings: &[&str]) -> Result<Server> {
    let program = packages::find(POSTGRES.program)
        .ok_or_else(|| Failure::new("PostgreSQL's programs are missing"))?;
    let programs = program.parent().unwrap_or(Path::new("/"));
    let home = Home::create("postgres", "postgres")?;
    let data = home.folder.join("data");
    // Linguistic order, as most real clusters have it: what depends on byte order fails here first.
    let mut init = home.command(programs.join("initdb"));
    init.args([
        "--username=haas",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
    ]);
    init.args(["--locale-provider=icu", "--icu-locale=und", "--pgdata"])
        .arg(&data);
    subprocess::read(&mut init)?;

    let port = free_port_at(host)?;
    let mut server = home.command(&program);
    server.arg("-D").arg(&data).args(["-p", &port.to_string()]);
    server.args(["-c", &format!("listen_addresses={host}")]);
    // The last one counts.
    for setting in SETTINGS.iter().chain(settings) {
        server.args(["-c", setting]);
    }
    let url = format!("postgres://haas:haas@{host}:{port}/postgres");
    let is_ready = programs.join("pg_isready");
    home.keep("QUIT", &server, url, || {
        let mut ask = Command::new(&is_ready);
        ask.args(["-q", "-h", host, "-p", &port.to_string()]);
        ask.stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    })
}
