//! A MariaDB server that lives as long as the tests.

use super::{Home, Server, free_port, greets};
use crate::failure::{Failure, Result, While};
use crate::packages::MARIADB;
use crate::subprocess;

/// Nothing in it has to survive a crash, so nothing is flushed; tests open many small pools.
const SETTINGS: [&str; 9] = [
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--skip-log-bin",
    "--max-connections=400",
    "--innodb-buffer-pool-size=128M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-flush-method=nosync",
    "--innodb-doublewrite=0",
    "--performance-schema=OFF",
];
const ACCOUNT: &str = "\
CREATE DATABASE haas;
CREATE USER 'haas'@'%' IDENTIFIED BY 'haas';
GRANT ALL ON *.* TO 'haas'@'%' WITH GRANT OPTION;
";

pub(super) fn start() -> Result<Server> {
    let home = Home::create("mariadb", "mysql")?;
    let data = home.folder.join("data");
    let mut init = home.command("mariadb-install-db");
    init.args([
        "--no-defaults",
        "--skip-test-db",
        "--auth-root-authentication-method=normal",
    ]);
    init.arg(format!("--datadir={}", data.display()));
    subprocess::read(&mut init)?;

    let account = home.folder.join("account.sql");
    std::fs::write(&account, ACCOUNT).while_doing("write the SQL that creates the account")?;
    let port = free_port()?;
    let program = subprocess::locate(MARIADB.program);
    let mut server =
        home.command(program.ok_or_else(|| Failure::new("MariaDB's server is missing"))?);
    server
        .arg("--no-defaults")
        .args(SETTINGS)
        .arg(format!("--port={port}"));
    server.arg(format!("--datadir={}", data.display()));
    server.arg(format!("--init-file={}", account.display()));
    server.arg(format!("--socket={}", home.folder.join("socket").display()));
    let url = format!("mysql://haas:haas@127.0.0.1:{port}/haas");
    home.keep("TERM", &server, url, || greets(port))
}
