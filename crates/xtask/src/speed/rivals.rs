//! The servers of a comparison: each alone on one processor, in a control group of its own that counts what it takes.

use std::any::Any;
use std::ffi::OsStr;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::ask::{Answer, Ask};
use super::capture::{Captured, Exact};
use crate::databases::{Home, Server as Kept, free_port, with_retries};
use crate::failure::{Failure, Result, While};
use crate::group::Group;
use crate::packages::NGINX;
use crate::server::Server;
use crate::subprocess;
use crate::workspace::Workspace;

/// Where the servers run, and where what asks them does.
pub(super) const SERVER_CORE: &str = "0";
pub(super) const GENERATOR_CORE: &str = "1";
/// The package of Express with its versions, installed where nothing is committed.
const EXPRESS: [(&str, &str); 3] = [
    ("package.json", include_str!("express/package.json")),
    (
        "package-lock.json",
        include_str!("express/package-lock.json"),
    ),
    ("server.mjs", include_str!("express/server.mjs")),
];

/// A server that runs; it ends before its group does.
pub(super) struct Rival {
    pub(super) name: &'static str,
    /// Scheme, host and port.
    pub(super) origin: String,
    _process: Box<dyn Any>,
    pub(super) group: Group,
}

/// A key and what vouches for it, made for one comparison.
pub(super) struct Certificate {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

impl Certificate {
    /// P-256, as most certificates are today.
    pub(super) fn make(folder: &Path) -> Result<Self> {
        let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        let mut openssl = Command::new("openssl");
        openssl.args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
        ]);
        openssl.args(["-nodes", "-days", "30", "-subj", "/CN=localhost"]);
        openssl.args(["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]);
        openssl
            .arg("-keyout")
            .arg(&key)
            .arg("-out")
            .arg(&certificate);
        subprocess::read(&mut openssl)?;
        Ok(Self { certificate, key })
    }
}

impl Rival {
    /// `haas serve` with everything that is on by default.
    pub(super) fn haas(
        workspace: &Workspace,
        data: &Path,
        environment: &[(&str, &str)],
        tls: Option<&Certificate>,
    ) -> Result<Self> {
        let group = Group::counting(if tls.is_some() { "haas-tls" } else { "haas" })?;
        let mut command = pinned(&group);
        command.arg(workspace.haas());
        let flags: Vec<&OsStr> = tls.map_or_else(Vec::new, |tls| {
            vec![
                OsStr::new("--tls-cert"),
                tls.certificate.as_os_str(),
                OsStr::new("--tls-key"),
                tls.key.as_os_str(),
            ]
        });
        let server = Server::start_with(command, data, environment, &flags)?;
        Ok(Self {
            name: "HaaS",
            origin: format!("{}://{}", scheme(tls.is_some()), server.address),
            _process: Box::new(server),
            group,
        })
    }

    /// nginx with one worker, over what was captured.
    pub(super) fn nginx(captured: &Captured, tls: Option<&Certificate>) -> Result<Self> {
        let program = subprocess::locate(NGINX.program)
            .ok_or_else(|| Failure::new("the program nginx is missing"))?;
        with_retries(|| {
            let group = Group::counting(if tls.is_some() { "nginx-tls" } else { "nginx" })?;
            let home = Home::own("nginx")?;
            let port = free_port()?;
            let file = home.folder.join("nginx.conf");
            let text = nginx_settings(&home.folder, port, captured, tls);
            std::fs::write(&file, text).while_doing("write the settings of nginx")?;
            let mut command = pinned(&group);
            command.arg(&program).arg("-p").arg(&home.folder);
            command.arg("-c").arg(&file);
            command.args(["-e", "stderr"]);
            let address = format!("127.0.0.1:{port}");
            let server = keep(home, "QUIT", &command, &address)?;
            Ok(Self {
                name: "nginx",
                origin: format!("{}://{address}", scheme(tls.is_some())),
                _process: Box::new(server),
                group,
            })
        })
    }

    /// Express, over the same.
    pub(super) fn express(workspace: &Workspace, captured: &Captured) -> Result<Self> {
        let folder = bring_express(workspace)?;
        with_retries(|| {
            let group = Group::counting("express")?;
            let home = Home::own("express")?;
            let port = free_port()?;
            let mut command = pinned(&group);
            command.env("NODE_ENV", "production");
            command.arg("node").arg(folder.join("server.mjs"));
            command.arg(&captured.root).arg(port.to_string());
            let address = format!("127.0.0.1:{port}");
            let server = keep(home, "TERM", &command, &address)?;
            Ok(Self {
                name: "Express",
                origin: format!("http://{address}"),
                _process: Box::new(server),
                group,
            })
        })
    }

    pub(super) fn address(&self) -> &str {
        self.origin.split("://").nth(1).unwrap_or_default()
    }

    /// Asks once; over TLS by way of openssl.
    pub(super) fn ask(&self, ask: &Ask) -> Result<Answer> {
        if self.origin.starts_with("http://") {
            return ask.ask(self.address());
        }
        let address = self.address();
        let mut openssl = Command::new("openssl");
        openssl.args(["s_client", "-connect", address, "-quiet", "-ign_eof"]);
        let mut child = openssl
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| subprocess::not_started(&openssl, &error))?;
        let text = ask.clone().closing().text(address);
        let work = format!("get {} from {address}", ask.path);
        if let Some(mut stdin) = child.stdin.take() {
            std::io::Write::write_all(&mut stdin, text.as_bytes()).while_doing(&work)?;
        }
        let output = child.wait_with_output().while_doing(&work)?;
        Answer::read(&output.stdout)
            .ok_or_else(|| Failure::new(format!("could not {work}: no HTTP")))
    }
}

/// Starts a server that ends with this process, and waits until it takes connections.
fn keep(home: Home, signal: &'static str, command: &Command, address: &str) -> Result<Kept> {
    let answers = || TcpStream::connect(address).is_ok();
    home.keep(signal, command, String::new(), answers)
}

/// Whether the program speaks TLS itself.
pub(super) fn haas_speaks_tls(workspace: &Workspace) -> Result<bool> {
    let help = subprocess::read(Command::new(workspace.haas()).args(["serve", "--help"]))?;
    Ok(help.contains("--tls-cert"))
}

/// What runs next as arguments runs in the group, on the processor of the servers.
fn pinned(group: &Group) -> Command {
    let mut command = group.run(Path::new("taskset"));
    command.args(["-c", SERVER_CORE]);
    command
}

fn scheme(is_tls: bool) -> &'static str {
    if is_tls { "https" } else { "http" }
}

/// Installs the versions of the lock file, once.
fn bring_express(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.own("bench/express")?;
    std::fs::create_dir_all(&folder).while_doing("make a folder for Express")?;
    let mut is_current = folder.join("node_modules/express").is_dir();
    for (name, text) in EXPRESS {
        let file = folder.join(name);
        let before = std::fs::read_to_string(&file).unwrap_or_default();
        is_current &= before == text;
        std::fs::write(&file, text).while_doing(format!("write {}", file.display()))?;
    }
    if !is_current {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund"])
            .current_dir(&folder);
        subprocess::log(&mut npm, &workspace.own("log/express.log")?).map_err(|failure| {
            failure
                .without("no comparison with Express")
                .how("run this once where npm reaches its registry")
        })?;
    }
    Ok(folder)
}

/// As fast as nginx of Debian serves files. Root keeps its rights: the files are ours, and only this machine can connect.
fn nginx_settings(
    home: &Path,
    port: u16,
    captured: &Captured,
    tls: Option<&Certificate>,
) -> String {
    let home = home.display();
    let root = captured.root.display();
    let exact: String = captured
        .exact
        .iter()
        .map(|exact| location(exact, &captured.root))
        .collect();
    let ssl = tls.map_or_else(String::new, |tls| {
        format!(
            "ssl_certificate {}; ssl_certificate_key {}; ssl_protocols TLSv1.2 TLSv1.3;",
            tls.certificate.display(),
            tls.key.display()
        )
    });
    let listens = if tls.is_some() { " ssl" } else { "" };
    format!(
        "daemon off;\nuser root;\nworker_processes 1;\npid {home}/nginx.pid;\nerror_log stderr;\n\
         events {{ worker_connections 19500; }}\n\
         http {{\n  access_log off;\n  sendfile on;\n  tcp_nopush on;\n  open_file_cache max=1000;\n\
         \x20 keepalive_requests 100000000;\n  keepalive_timeout 300s;\n\
         \x20 client_body_temp_path {home};\n  proxy_temp_path {home};\n  fastcgi_temp_path {home};\n\
         \x20 uwsgi_temp_path {home};\n  scgi_temp_path {home};\n\
         \x20 types {{ audio/mp4 mp4; application/vnd.apple.mpegurl m3u8; }}\n  default_type audio/wav;\n\
         \x20 server {{\n    listen 127.0.0.1:{port}{listens} backlog=4096;\n    {ssl}\n    root {root};\n\
         \x20   add_header Cache-Control \"public, max-age=3600\";\n{exact}  }}\n}}\n"
    )
}

/// A path that is no file's name. What was captured compressed is sent so to whoever takes it.
fn location(exact: &Exact, root: &Path) -> String {
    let file = root.join(&exact.file);
    format!(
        "    location = {} {{ alias {}; gzip_static on; types {{ }} default_type \"{}\"; \
         add_header Cache-Control \"public, max-age=1\"; }}\n",
        exact.path,
        file.display(),
        exact.content_type
    )
}
