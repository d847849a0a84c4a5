//! A running release binary, for checks that look at it from outside.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::{Failure, Result, While};
use crate::workspace::Workspace;

/// A server that answers slower than this is broken.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// `haas serve` on free ports; it is stopped when this is dropped.
pub(crate) struct Server {
    child: Child,
    /// `127.0.0.1:PORT` of the public listener.
    pub(crate) address: String,
    /// The same of the admin listener.
    pub(crate) admin: String,
    /// From the start of the process to its first answer.
    pub(crate) started_in: Duration,
}

impl Server {
    pub(crate) fn start(workspace: &Workspace, data: &Path) -> Result<Self> {
        Self::start_configured(workspace, data, &[])
    }

    /// Starts it with some keys of its configuration, as the environment's variables.
    pub(crate) fn start_configured(
        workspace: &Workspace,
        data: &Path,
        environment: &[(&str, &str)],
    ) -> Result<Self> {
        Self::start_as(Command::new(workspace.haas()), data, environment)
    }

    /// Starts the program of a command with the arguments of a server.
    pub(crate) fn start_as(
        haas: Command,
        data: &Path,
        environment: &[(&str, &str)],
    ) -> Result<Self> {
        Self::start_with(haas, data, environment, &[])
    }

    /// The same with further arguments.
    pub(crate) fn start_with(
        mut haas: Command,
        data: &Path,
        environment: &[(&str, &str)],
        flags: &[&OsStr],
    ) -> Result<Self> {
        let started = Instant::now();
        let mut child = haas
            .arg("serve")
            .arg("--data")
            .arg(data)
            .args(["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"])
            .args(flags)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .while_doing("start haas")?;
        let mut lines = child.stdout.take().map(BufReader::new);
        let mut is_plain = true;
        let mut address = || {
            let mut line = String::new();
            if let Some(lines) = &mut lines {
                lines
                    .read_line(&mut line)
                    .while_doing("read the addresses of haas")?;
            }
            is_plain &= line.contains("http://");
            let address = line.split("://").nth(1);
            let address = address.map(|rest| rest.trim().trim_end_matches('/').to_owned());
            address.ok_or_else(|| Failure::new(format!("haas printed no address, but {line:?}")))
        };
        let addresses = address().and_then(|public| Ok((public, address()?)));
        let mut server = Self {
            child,
            address: String::new(),
            admin: String::new(),
            started_in: Duration::ZERO,
        };
        (server.address, server.admin) = addresses?;
        // It listens before it is ready; a connection waits until it is.
        if is_plain {
            server.get("/")?;
        } else {
            server.wait_until_ready()?;
        }
        server.started_in = started.elapsed();
        Ok(server)
    }

    /// Asks the admin listener until it says so: for a server that speaks TLS to everybody else.
    fn wait_until_ready(&self) -> Result<()> {
        let deadline = Instant::now() + ANSWER_TIMEOUT;
        loop {
            match self.admin_body("/ready") {
                Ok(_) => return Ok(()),
                Err(failure) if deadline < Instant::now() => return Err(failure),
                Err(_) => std::thread::sleep(LOOK_EVERY),
            }
        }
    }

    /// Memory that the process holds now.
    pub(crate) fn resident_bytes(&self) -> Result<u64> {
        self.memory_bytes("VmRSS:")
    }

    /// The most memory that the process has held.
    pub(crate) fn resident_bytes_max(&self) -> Result<u64> {
        self.memory_bytes("VmHWM:")
    }

    /// How many files and connections the process has open now.
    pub(crate) fn open_files(&self) -> Result<u64> {
        let path = format!("/proc/{}/fd", self.child.id());
        let files = std::fs::read_dir(path).while_doing("count the open files of haas")?;
        Ok(files.count() as u64)
    }

    fn memory_bytes(&self, name: &str) -> Result<u64> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).while_doing("read the memory of haas")?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kib.map(|kib| kib * 1024)
            .ok_or_else(|| Failure::new("the memory of haas is not known"))
    }

    /// Sends one request as a browser does, on a new connection that stays open; returns the answer's start.
    pub(crate) fn get(&self, path: &str) -> Result<(TcpStream, String)> {
        let mut stream = send(&self.address, path, "Accept-Encoding: br\r\n")?;
        let mut answer = vec![0; 64 * 1024];
        let length = stream
            .read(&mut answer)
            .while_doing(format!("get {path}"))?;
        let answer = answer.get(..length).unwrap_or_default();
        Ok((stream, String::from_utf8_lossy(answer).into_owned()))
    }

    /// The whole, uncompressed body of an answer.
    pub(crate) fn body(&self, path: &str) -> Result<String> {
        body(&self.address, path)
    }

    /// The same of the admin listener.
    pub(crate) fn admin_body(&self, path: &str) -> Result<String> {
        body(&self.admin, path)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let stop = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        if !stop.is_ok_and(|status| status.success()) {
            // It has ended already, or cannot be asked.
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

fn body(address: &str, path: &str) -> Result<String> {
    let mut stream = send(address, path, "Connection: close\r\n")?;
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .while_doing(format!("get {path}"))?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.starts_with("HTTP/1.1 200") => Ok(body.to_owned()),
        _ => Err(Failure::new(format!(
            "get {path}: {}",
            answer.lines().next().unwrap_or_default()
        ))),
    }
}

fn send(address: &str, path: &str, headers: &str) -> Result<TcpStream> {
    let work = format!("get {path}");
    let mut stream = TcpStream::connect(address).while_doing(&work)?;
    stream
        .set_read_timeout(Some(ANSWER_TIMEOUT))
        .while_doing(&work)?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\n{headers}\r\n"
    )
    .while_doing(&work)?;
    Ok(stream)
}
