use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tempfile::NamedTempFile;

use crate::answer::Answer;

/// How long a test waits for bytes before it fails.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// The built binary, serving; ended by its pid when it goes out of scope.
#[derive(Debug)]
pub struct Haas {
    child: Child,
    _stdout: BufReader<ChildStdout>,
    log: NamedTempFile,
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

impl Haas {
    /// Starts `haas serve` on free ports with this data folder and waits until it is ready. `binary` is
    /// `env!("CARGO_BIN_EXE_haas")`.
    pub fn serve(binary: &str, data: &Path, arguments: &[&str]) -> Self {
        let mut command = command(binary);
        command
            .arg("serve")
            .arg("--data")
            .arg(data)
            .args(["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped());
        let log = NamedTempFile::new().unwrap();
        command.stderr(log.reopen().unwrap());
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut first_line = String::new();
        stdout.read_line(&mut first_line).unwrap();
        let mut second_line = String::new();
        stdout.read_line(&mut second_line).unwrap();
        let address = |line: &str| {
            let address = line.split("http://").nth(1)?;
            address.split_whitespace().next()?.parse().ok()
        };
        let addresses = (address(&first_line), address(&second_line));
        let (Some(public), Some(admin)) = addresses else {
            let status = child.wait().unwrap();
            let log = std::fs::read_to_string(log.path()).unwrap();
            panic!("haas serve ended with {status} after {first_line:?} {second_line:?}:\n{log}");
        };
        let mut haas = Self {
            child,
            _stdout: stdout,
            log,
            first_line: first_line.trim_end().to_owned(),
            public,
            admin,
        };
        while !haas.is_ready() {
            if let Some(status) = haas.child.try_wait().unwrap() {
                panic!(
                    "haas serve ended with {status} before it was ready:\n{}",
                    haas.log()
                );
            }
            std::thread::yield_now();
        }
        haas
    }

    /// Runs `haas` until it ends.
    pub fn run(binary: &str, arguments: &[&str]) -> Output {
        Self::run_with(binary, arguments, &[])
    }

    /// Runs `haas` with more variables until it ends.
    pub fn run_with(binary: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = command(binary);
        command.args(arguments).envs(variables.iter().copied());
        let output = command.output().unwrap();
        Output {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log.path()).unwrap()
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
        let pid = self.pid().to_string();
        let status = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(status.unwrap().success(), "kill -s {name} {pid}");
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits until it has ended by itself.
    pub fn wait(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Asks it to stop and waits.
    pub fn stop(self) -> ExitStatus {
        self.signal("TERM");
        self.wait()
    }
}

impl Drop for Haas {
    fn drop(&mut self) {
        let _it_has_ended_already = self.child.kill();
        let _status = self.child.wait();
    }
}

/// No variable of the one who runs the tests reaches the binary.
fn command(binary: &str) -> Command {
    let mut command = Command::new(binary);
    command.env_clear();
    for name in ["PATH", "HOME", "TMPDIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

/// One HTTP/1.1 connection, without a library between the test and the bytes.
#[derive(Debug)]
pub struct Connection(BufReader<TcpStream>);

impl Connection {
    /// Connects.
    pub fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(READ_TIMEOUT)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::new(stream))
    }

    /// Sends a request.
    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) {
        let mut lines = vec![
            format!("{method} {path} HTTP/1.1"),
            "host: localhost".into(),
        ];
        lines.extend(
            headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}")),
        );
        if !body.is_empty() {
            lines.push(format!("content-length: {}", body.len()));
        }
        let head = lines.join("\r\n") + "\r\n\r\n";
        self.write(&[head.as_bytes(), body].concat());
    }

    /// Sends any bytes.
    pub fn write(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).unwrap();
    }

    /// Reads a whole answer.
    pub fn answer(&mut self, is_head: bool) -> Answer {
        let (status, headers) = self.head();
        let body = if is_head {
            Vec::new()
        } else {
            self.body(&headers)
        };
        Answer {
            status,
            headers,
            body: body.into(),
        }
    }

    /// Reads status and headers.
    pub fn head(&mut self) -> (StatusCode, HeaderMap) {
        let status_line = self.line();
        let code = status_line.split(' ').nth(1);
        let code = code.unwrap_or_else(|| panic!("no status in {status_line:?}"));
        let status = code.parse().unwrap();
        let mut headers = HeaderMap::new();
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(": ") else {
                return (status, headers);
            };
            let name: HeaderName = name.parse().unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
    }

    /// Reads exactly so many bytes of a body.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.0.read_exact(&mut bytes).unwrap();
        bytes
    }

    /// Whether the other side has closed the connection.
    pub fn is_closed(&mut self) -> bool {
        self.0.fill_buf().is_ok_and(<[u8]>::is_empty)
    }

    fn body(&mut self, headers: &HeaderMap) -> Vec<u8> {
        if let Some(length) = headers.get("content-length") {
            return self.bytes(length.to_str().unwrap().parse().unwrap());
        }
        if !headers.contains_key("transfer-encoding") {
            return Vec::new();
        }
        let mut body = Vec::new();
        loop {
            let size = usize::from_str_radix(&self.line(), 16).unwrap();
            body.extend(self.bytes(size));
            self.line();
            if size == 0 {
                return body;
            }
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}
