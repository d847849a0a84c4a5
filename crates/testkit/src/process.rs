use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use axum::http::StatusCode;
use tempfile::NamedTempFile;

use crate::answer::Answer;
use crate::connection::Connection;
use crate::disk::Disk;

/// The built binary, serving; ended by its pid when it goes out of scope.
#[derive(Debug)]
pub struct Haas {
    process: Running,
    /// The first line of standard output, as printed.
    pub first_line: String,
    /// The public listener.
    pub public: SocketAddr,
    /// The admin listener.
    pub admin: SocketAddr,
}

/// What a command that ended left behind.
#[derive(Debug)]
pub struct Output {
    /// The exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// The built binary and how it is started.
#[derive(Clone, Debug)]
pub struct Binary {
    path: String,
    /// Words in front of it.
    around: Vec<String>,
    variables: Vec<(String, String)>,
}

impl Binary {
    /// `path` is `env!("CARGO_BIN_EXE_haas")`.
    pub fn new(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            around: Vec::new(),
            variables: Vec::new(),
        }
    }

    /// Starts it with a variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Starts it where it sees a disk.
    #[must_use]
    pub fn on(mut self, disk: &Disk) -> Self {
        self.around = disk.enter();
        self
    }

    /// Runs it until it ends.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let output = self.command().args(arguments).output().unwrap();
        Output {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Starts it and goes on while it runs.
    pub fn start(&self, arguments: &[&str]) -> Running {
        let log = NamedTempFile::new().unwrap();
        let mut command = self.command();
        command.args(arguments).stdout(Stdio::piped());
        let mut child = command.stderr(log.reopen().unwrap()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Running { child, stdout, log }
    }

    /// Starts `haas serve` on free ports with this data folder and waits until it is ready.
    pub fn serve(&self, data: &Path, arguments: &[&str]) -> Haas {
        let data = data.to_str().unwrap();
        let serve = ["serve", "--data", data, "--listen", "127.0.0.1:0"];
        let admin = ["--admin-listen", "127.0.0.1:0"];
        let mut process = self.start(&[&serve[..], &admin, arguments].concat());
        let (first_line, second_line) = (process.line(), process.line());
        let address = |line: &Option<String>| {
            let address = line.as_ref()?.split("://").nth(1)?;
            address.split_whitespace().next()?.parse().ok()
        };
        let (Some(public), Some(admin)) = (address(&first_line), address(&second_line)) else {
            let output = process.wait();
            panic!("haas serve ended after {first_line:?} {second_line:?}: {output:?}");
        };
        let mut haas = Haas {
            process,
            first_line: first_line.unwrap_or_default(),
            public,
            admin,
        };
        while !haas.is_ready() {
            assert!(
                !haas.has_ended(),
                "haas serve ended before it was ready:\n{}",
                haas.log()
            );
            std::thread::yield_now();
        }
        haas
    }

    /// No variable of the one who runs the tests reaches the binary.
    fn command(&self) -> Command {
        let mut words = self.around.iter().chain([&self.path]);
        let mut command = Command::new(words.next().unwrap());
        command.args(words).env_clear();
        for name in ["PATH", "HOME", "TMPDIR"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.envs(self.variables.iter().cloned());
        command
    }
}

/// A command that runs; ended by its pid when it goes out of scope.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    log: NamedTempFile,
}

impl Running {
    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next line of standard output; none when there will be no more.
    pub fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let length = self.stdout.read_line(&mut line).unwrap();
        (length > 0).then(|| line.trim_end().to_owned())
    }

    /// What it has written to standard error so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log.path()).unwrap()
    }

    /// Sends a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        let status = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(status.unwrap().success(), "kill -s {name} {pid}");
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits until it has ended by itself; standard output is what was not read yet.
    pub fn wait(mut self) -> Output {
        let mut stdout = String::new();
        self.stdout.read_to_string(&mut stdout).unwrap();
        let status = self.child.wait().unwrap();
        Output {
            code: status.code(),
            stdout,
            stderr: self.log(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _it_has_ended_already = self.child.kill();
        let _status = self.child.wait();
    }
}

impl Haas {
    /// Starts `haas serve` on free ports with this data folder and waits until it is ready. `binary` is
    /// `env!("CARGO_BIN_EXE_haas")`.
    pub fn serve(binary: &str, data: &Path, arguments: &[&str]) -> Self {
        Binary::new(binary).serve(data, arguments)
    }

    /// Runs `haas` until it ends.
    pub fn run(binary: &str, arguments: &[&str]) -> Output {
        Binary::new(binary).run(arguments)
    }

    /// Runs `haas` with more variables until it ends.
    pub fn run_with(binary: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let with = |binary: Binary, (name, value): &(&str, &str)| binary.with(name, value);
        let binary = variables.iter().fold(Binary::new(binary), with);
        binary.run(arguments)
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// The next line of standard output after those of the two listeners; none when there will be no more.
    pub fn line(&mut self) -> Option<String> {
        self.process.line()
    }

    /// Asks the public listener.
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    /// Sends any request to the public listener, on a connection of its own.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut connection = Connection::open(self.public);
        connection.send(method, path, headers, body);
        connection.answer(method == "HEAD")
    }

    /// Asks the admin listener.
    pub fn admin(&self, path: &str) -> Answer {
        let mut connection = Connection::open(self.admin);
        connection.send("GET", path, &[], b"");
        connection.answer(false)
    }

    /// What it says of its readiness.
    pub fn ready(&self) -> Answer {
        self.admin("/ready")
    }

    /// Whether it takes requests; no while it cannot even be asked.
    fn is_ready(&self) -> bool {
        TcpStream::connect(self.admin).is_ok() && self.ready().status == StatusCode::OK
    }

    /// Sends a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        self.process.signal(name);
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.process.has_ended()
    }

    /// Waits until it has ended by itself.
    pub fn wait(mut self) -> ExitStatus {
        self.process.child.wait().unwrap()
    }

    /// Asks it to stop and waits.
    pub fn stop(self) -> ExitStatus {
        self.signal("TERM");
        self.wait()
    }
}
