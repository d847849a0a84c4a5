//! A private PostgreSQL and a private MariaDB: Debian's programs, an own folder, an own port.
//!
//! Each server is kept by a small shell that ends it, and removes its folder, as soon as this process
//! is gone – also after Ctrl-C and after `kill -9`.

mod mariadb;
mod postgres;

use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use crate::failure::{Failure, Result, While};
use crate::packages;
use crate::workspace::Workspace;
use crate::{screen, subprocess};

/// The tests read these.
pub(crate) const POSTGRES_URL: &str = "HAAS_TEST_POSTGRES_URL";
pub(crate) const MARIADB_URL: &str = "HAAS_TEST_MARIADB_URL";

/// A first start on a busy machine takes seconds; more than this is a fault.
const START_TIMEOUT: Duration = Duration::from_secs(90);
const START_TRIES: u32 = 3;
/// Reading ends when the process that started this closes the pipe, however it ends.
const KEEPER: &str = r#"
trap '' INT HUP TERM
folder=$1; signal=$2; shift 2
(trap - HUP TERM; exec "$@") >"$folder/server.log" 2>&1 &
read -r _
kill -"$signal" $!
wait $!
rm -rf "$folder"
"#;

/// A running server; it ends when this is dropped.
pub(crate) struct Server {
    keeper: Child,
    /// The URL of a database in it, for a user that may create others.
    pub(crate) url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // A keeper that cannot be waited for has ended already.
        let _ = self.keeper.wait();
    }
}

/// Installs and starts PostgreSQL.
pub(crate) fn start_postgres(workspace: &Workspace) -> Result<Server> {
    packages::ensure(workspace, &[packages::POSTGRES])?;
    with_retries(postgres::start)
}

/// Installs and starts MariaDB.
pub(crate) fn start_mariadb(workspace: &Workspace) -> Result<Server> {
    packages::ensure(workspace, &[packages::MARIADB])?;
    with_retries(mariadb::start)
}

/// `cargo xtask databases`: both, until Ctrl-C.
pub(crate) fn serve(workspace: &Workspace) -> Result<ExitCode> {
    let postgres = start_postgres(workspace)?;
    let mariadb = start_mariadb(workspace)?;
    screen::say("\nBoth run until Ctrl-C. In another terminal:\n");
    screen::say(&format!("  export {POSTGRES_URL}={}", postgres.url));
    screen::say(&format!("  export {MARIADB_URL}={}\n", mariadb.url));
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
        let template = std::env::temp_dir().join(format!("haas-{name}.XXXXXX"));
        let folder = subprocess::read(Command::new("mktemp").arg("-d").arg(template))?;
        Ok(Self {
            folder: PathBuf::from(folder.trim_end()),
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
        stop: &str,
        server: &Command,
        url: String,
        answers: impl Fn() -> bool,
    ) -> Result<Server> {
        let mut shell = self.command("/bin/sh");
        shell
            .args(["-c", KEEPER, "keeper"])
            .arg(&self.folder)
            .arg(stop);
        shell.arg(server.get_program()).args(server.get_args());
        let set = server.get_envs();
        shell.envs(set.filter_map(|(name, value)| Some((name, value?))));
        let keeper = shell
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let server = Server {
            keeper: keeper.while_doing("start a shell")?,
            url,
        };
        let deadline = Instant::now() + START_TIMEOUT;
        while !answers() {
            let log = std::fs::read(self.folder.join("server.log")).unwrap_or_default();
            if Instant::now() > deadline {
                let said = subprocess::tail(&subprocess::lossy(&log), 20);
                return Err(Failure::new(format!("the server does not answer\n{said}")));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }
}

fn id(option: &str, user: &str) -> Result<u32> {
    subprocess::read(Command::new("id").args([option, user]))?
        .trim()
        .parse()
        .while_doing(format!("read the id of {user}"))
}

/// A port that is free now.
pub(crate) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").while_doing("find a free port")?;
    Ok(listener
        .local_addr()
        .while_doing("find a free port")?
        .port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_server_is_ended_and_its_folder_removed() {
        let folder = std::env::temp_dir().join(format!("haas-keeper-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let home = Home {
            folder: folder.clone(),
            user: None,
        };
        let mut sleeper = home.command("sh");
        sleeper.args(["-c", "echo $$ > pid; exec sleep 600"]);
        let pid_file = folder.join("pid");
        let written = || std::fs::read_to_string(&pid_file).is_ok_and(|pid| pid.ends_with('\n'));
        let server = home.keep("TERM", &sleeper, String::new(), written).unwrap();
        let pid = std::fs::read_to_string(folder.join("pid")).unwrap();

        drop(server);

        assert!(!folder.exists());
        assert!(!Path::new("/proc").join(pid.trim()).exists());
    }
}
