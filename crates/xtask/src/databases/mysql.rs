//! A MySQL 8 server that lives as long as the tests. Debian has none; a test library for Java carries one.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Home, Server, free_port, greets};
use crate::failure::{Result, While};
use crate::packages::{self, LIBAIO};
use crate::workspace::Workspace;
use crate::{maven, subprocess};

/// The version of the library, as `pom.xml` names it; in it is MySQL 8.0.15.
const VERSION: &str = "0.6";
const POM: &str = "crates/xtask/src/databases/pom.xml";
/// What is in the library, for the one kind of machine it is for.
const ARCHIVE: &str = "mysql-Linux-amd64.tar.gz";
const MACHINE: &str = "x86_64";
/// Nothing in it has to survive a crash, so nothing is flushed; tests open many small pools.
const SETTINGS: [&str; 13] = [
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--skip-log-bin",
    "--mysqlx=OFF",
    // Its OpenSSL is of 2014, and has no cipher that ours still speaks.
    "--skip-ssl",
    "--max-connections=400",
    "--innodb-buffer-pool-size=128M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-flush-method=nosync",
    "--innodb-doublewrite=0",
    "--performance-schema=OFF",
    // The schema is made anew for each test: a file for each table would take half of the time.
    "--innodb-file-per-table=OFF",
    "--innodb-stats-persistent=OFF",
];
/// Without TLS a password goes to the server as this plug-in has it: the default of MySQL 8 wants TLS.
const ACCOUNT: &str = "\
CREATE DATABASE haas;
CREATE USER 'haas'@'%' IDENTIFIED WITH mysql_native_password BY 'haas';
GRANT ALL ON *.* TO 'haas'@'%' WITH GRANT OPTION;
";

/// What this machine lacks for it, if it lacks anything that is not installed here.
pub(super) fn missing() -> Option<String> {
    if std::env::consts::ARCH != MACHINE {
        return Some(format!("a MySQL 8 for {}", std::env::consts::ARCH));
    }
    maven::missing()
}

/// Brings the server with Maven, once.
pub(super) fn bring(workspace: &Workspace) -> Result<PathBuf> {
    packages::ensure(workspace, &[LIBAIO])?;
    Ok(maven::bring(workspace, "mysql", VERSION, POM)?.join(ARCHIVE))
}

pub(super) fn start(archive: &Path) -> Result<Server> {
    let home = Home::create("mysql", "mysql")?;
    let data = home.folder.join("data");
    // Into the server's own folder: its user may not see ours.
    let copy = home.folder.join(ARCHIVE);
    std::fs::copy(archive, &copy).while_doing("copy the archive with the MySQL server")?;
    subprocess::read(home.command("tar").arg("-xzf").arg(&copy))?;
    std::fs::remove_file(&copy).while_doing("remove the copied archive")?;
    let mysqld = |home: &Home| -> Command {
        let mut mysqld = home.command(home.folder.join("bin/mysqld"));
        mysqld.arg("--no-defaults");
        mysqld.arg(format!("--datadir={}", data.display()));
        let messages = home.folder.join("share");
        mysqld.arg(format!("--lc-messages-dir={}", messages.display()));
        mysqld
    };
    subprocess::read(mysqld(&home).arg("--initialize-insecure").args(SETTINGS))?;

    let account = home.folder.join("account.sql");
    std::fs::write(&account, ACCOUNT).while_doing("write the SQL that creates the account")?;
    let port = free_port()?;
    let mut server = mysqld(&home);
    server.args(SETTINGS).arg(format!("--port={port}"));
    server.arg(format!("--init-file={}", account.display()));
    for (option, file) in [("socket", "socket"), ("pid-file", "pid")] {
        server.arg(format!("--{option}={}", home.folder.join(file).display()));
    }
    let url = format!("mysql://haas:haas@127.0.0.1:{port}/haas");
    home.keep("TERM", &server, url, || greets(port))
}
