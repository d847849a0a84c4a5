//! A private PostgreSQL, MariaDB and MySQL: Debian's programs, or a server that Maven has; an own folder, an own port.
//!
//! Each server ends, and its folder goes, as soon as this process is gone – also after Ctrl-C and after `kill -9`.

mod mariadb;
mod mysql;
mod postgres;

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use crate::failure::{Result, While};
use crate::keeper::{self, Kept};
use crate::packages;
use crate::workspace::Workspace;
use crate::{screen, subprocess};

/// The tests read these.
pub(crate) const POSTGRES_URL: &str = "HAAS_TEST_POSTGRES_URL";
pub(crate) const MARIADB_URL: &str = "HAAS_TEST_MARIADB_URL";
pub(crate) const MYSQL_URL: &str = "HAAS_TEST_MYSQL_URL";

const HOST: &str = "127.0.0.1";
const START_TRIES: u32 = 3;
/// A server that took the connection greets at once.
const GREETING_TIMEOUT: Duration = Duration::from_secs(5);

/// A running server; it ends when this is dropped.
pub(crate) struct Server {
    pub(crate) kept: Kept,
    /// The URL of a database in it, for a user that may create others.
    pub(crate) url: String,
}

/// Installs and starts PostgreSQL.
pub(crate) fn start_postgres(workspace: &Workspace) -> Result<Server> {
    packages::ensure(workspace, &[packages::POSTGRES])?;
    with_retries(|| postgres::start(HOST, &[]))
}

/// The same at an address where nobody else takes its port while it is away, and such that what it has said stays true when it
/// is ended in the middle of something.
pub(crate) fn start_lasting_postgres(workspace: &Workspace, host: &str) -> Result<Server> {
    packages::ensure(workspace, &[packages::POSTGRES])?;
    with_retries(|| postgres::start(host, &["synchronous_commit=on"]))
}

/// Installs and starts MariaDB.
pub(crate) fn start_mariadb(workspace: &Workspace) -> Result<Server> {
    packages::ensure(workspace, &[packages::MARIADB])?;
    with_retries(mariadb::start)
}

/// Brings and starts MySQL 8, where [`missing_for_mysql`] names nothing.
pub(crate) fn start_mysql(workspace: &Workspace) -> Result<Server> {
    let archive = mysql::bring(workspace)?;
    with_retries(|| mysql::start(&archive))
}

/// What MySQL 8 needs and this machine has not.
pub(crate) fn missing_for_mysql() -> Option<String> {
    mysql::missing()
}

/// `cargo xtask databases`: all of them, until Ctrl-C.
pub(crate) fn serve(workspace: &Workspace) -> Result<ExitCode> {
    let mut servers = vec![
        (POSTGRES_URL, start_postgres(workspace)?),
        (MARIADB_URL, start_mariadb(workspace)?),
    ];
    match missing_for_mysql() {
        None => servers.push((MYSQL_URL, start_mysql(workspace)?)),
        Some(missing) => screen::say(&format!("There is no MySQL: {missing} is missing.")),
    }
    screen::say("\nThey run until Ctrl-C. In another terminal:\n");
    for (variable, server) in &servers {
        screen::say(&format!("  export {variable}={}", server.url));
    }
    screen::say("");
    loop {
        std::thread::park();
    }
}

/// Another program may take the port between finding and using it.
pub(crate) fn with_retries<T>(start: impl Fn() -> Result<T>) -> Result<T> {
    let mut tried = 1;
    loop {
        match start() {
            Err(_) if tried < START_TRIES => tried += 1,
            result => return result,
        }
    }
}

/// A new folder that the user who runs the server owns; a server refuses to run as root.
pub(crate) struct Home {
    pub(crate) folder: PathBuf,
    /// The user and group to run as, where this process is root.
    user: Option<(u32, u32)>,
}

impl Home {
    fn create(name: &str, user: &str) -> Result<Self> {
        let mut home = Self::own(name)?;
        if packages::is_root() {
            let (uid, gid) = (id("-u", user)?, id("-g", user)?);
            std::os::unix::fs::chown(&home.folder, Some(uid), Some(gid))
                .while_doing(format!("give {} to {uid}", home.folder.display()))?;
            home.user = Some((uid, gid));
        }
        Ok(home)
    }

    /// A new folder for a server that runs as this process does.
    pub(crate) fn own(name: &str) -> Result<Self> {
        Ok(Self {
            folder: keeper::folder(name)?,
            user: None,
        })
    }

    /// A command that runs as the owner of the folder.
    fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        command.current_dir(&self.folder).env("HOME", &self.folder);
        command
    }

    /// Starts a server, with the variables that its command sets, under its keeper and waits until it answers.
    pub(crate) fn keep(
        self,
        stop: &'static str,
        server: &Command,
        url: String,
        answers: impl Fn() -> bool,
    ) -> Result<Server> {
        let shell = self.command("/bin/sh");
        let kept = Kept::start(shell, &self.folder, stop, server)?;
        kept.wait_until("the server", answers)?;
        Ok(Server { kept, url })
    }
}

fn id(option: &str, user: &str) -> Result<u32> {
    subprocess::read(Command::new("id").args([option, user]))?
        .trim()
        .parse()
        .while_doing(format!("read the id of {user}"))
}

/// Whether a server of the MySQL kind answers: it greets first, and only after its start is complete.
fn greets(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok_and(|mut stream| {
        stream.set_read_timeout(Some(GREETING_TIMEOUT)).is_ok()
            && stream.read_exact(&mut [0]).is_ok()
    })
}

/// A port that is free now.
pub(crate) fn free_port() -> Result<u16> {
    free_port_at(HOST)
}

/// The same of another address of this machine.
pub(crate) fn free_port_at(host: &str) -> Result<u16> {
    let listener = TcpListener::bind((host, 0)).while_doing("find a free port")?;
    Ok(listener
        .local_addr()
        .while_doing("find a free port")?
        .port())
}
