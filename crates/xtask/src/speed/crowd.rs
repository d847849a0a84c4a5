//! Many clients that hold on to what they have: whether one small pod's memory holds, with what the kernel keeps for them.

use std::fmt::Write as _;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::kinds::RANGE_BYTES;
use super::pod::mib;
use crate::failure::{Failure, Result, While};
use crate::group::{Group, Held};
use crate::load::POD;
use crate::server::Server;
use crate::workspace::Workspace;

/// What all networks together may hold by default may here be held by one, that of this machine: a network has half.
const ENVIRONMENT: [(&str, &str); 1] = [("HAAS_MUSIC__LONG_ANSWERS_MAX", "512")];
const LONG_ANSWERS_MAX: usize = 256;
/// Shorter answers are not limited in number.
const LONG_ANSWER_BYTES_MIN: u64 = 1 << 20;
/// A slow client takes this much each time: 128 kbit/s.
const TICK: Duration = Duration::from_millis(250);
const TICK_BYTES: usize = 4 * 1024;
/// The head of an answer is in the first bytes of it.
const HEAD_BYTES: usize = 1024;
const HEAD: &str = "\
| clients | answered | refused (503) | the process | kernel: connections | kernel: else | together, at most | of 512 MiB |\n\
|---|--:|--:|--:|--:|--:|--:|---|\n";

/// How many clients of each kind come, each kind alone, and how long they are looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crowds {
    pub(super) slow: usize,
    pub(super) idle: usize,
    pub(super) half: usize,
    pub(super) time: Duration,
}

/// What they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    WholeFiles,
    Ranges,
    Idle,
    HalfSent,
}

/// What one kind of clients led to.
#[derive(Clone, Debug)]
struct Seen {
    kind: Kind,
    clients: usize,
    answered: usize,
    refused: usize,
    /// At the moment when it was most.
    held: Held,
}

/// A client, and what it has been told so far.
struct Client {
    stream: TcpStream,
    head: Vec<u8>,
    is_open: bool,
}

impl Crowds {
    /// The table, and what does not hold.
    pub(super) fn measure(self, workspace: &Workspace, data: &Path) -> (String, Vec<String>) {
        let mut table = HEAD.to_owned();
        let mut missed = Vec::new();
        for (kind, clients) in [
            (Kind::WholeFiles, self.slow),
            (Kind::Idle, self.idle),
            (Kind::HalfSent, self.half),
            (Kind::Ranges, self.slow),
        ] {
            match self.look(workspace, data, kind, clients) {
                Ok(seen) => {
                    let wrong = seen.wrong();
                    table.push_str(&seen.row(wrong.is_none()));
                    missed.extend(wrong);
                }
                Err(failure) => {
                    let line = format!("{clients} {}: {failure}", kind.name());
                    let _ = writeln!(
                        table,
                        "| {clients} {} | – | – | – | – | – | – | not measured |",
                        kind.name()
                    );
                    missed.push(line);
                }
            }
        }
        (table, missed)
    }

    /// One kind of clients on a server that was started for them.
    fn look(self, workspace: &Workspace, data: &Path, kind: Kind, clients: usize) -> Result<Seen> {
        let group = Group::make("crowd", POD)?;
        let server = Server::start_as(group.run(&workspace.haas()), data, &ENVIRONMENT)?;
        let requests = kind.requests(&server)?;
        let mut crowd = Vec::with_capacity(clients);
        for request in requests.iter().cycle().take(clients) {
            crowd.push(Client::come(&server.address, request)?);
        }
        let begun = Instant::now();
        let mut most = Held::default();
        while begun.elapsed() < self.time {
            for client in &mut crowd {
                client.take();
            }
            let held = group.held()?;
            if most.sum() < held.sum() {
                most = held;
            }
            thread::sleep(TICK);
        }
        let statuses: Vec<Option<u16>> = crowd.iter().map(Client::status).collect();
        let count = |of: fn(u16) -> bool| {
            statuses
                .iter()
                .flatten()
                .filter(|status| of(**status))
                .count()
        };
        let seen = Seen {
            kind,
            clients,
            answered: count(|status| status < 300),
            refused: count(|status| status == 503),
            held: most,
        };
        let broken = crowd.iter().find(|client| !client.is_as_it_should_be(kind));
        if let Some(client) = broken {
            let head = String::from_utf8_lossy(&client.head).into_owned();
            return Err(Failure::new(format!("a client was answered: {head}")));
        }
        if 0 < group.oom_kills()? {
            return Err(Failure::new(
                "the kernel ended the server: no memory was left",
            ));
        }
        // Whoever comes beside them is served.
        let (_, page) = server.get("/music")?;
        if !page.starts_with("HTTP/1.1 200") {
            return Err(Failure::new(format!("a page is answered with {page}")));
        }
        Ok(seen)
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::WholeFiles => "slow clients that ask for whole files",
            Self::Ranges => "slow clients that ask for 256 KiB",
            Self::Idle => "idle connections",
            Self::HalfSent => "half-sent requests",
        }
    }

    /// What its clients send, one after the other.
    fn requests(self, server: &Server) -> Result<Vec<String>> {
        let start = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: music\r\n");
        Ok(match self {
            Self::Idle => vec![String::new()],
            Self::HalfSent => vec![format!("{}Accept: ", start("/music"))],
            Self::WholeFiles | Self::Ranges => {
                let last = RANGE_BYTES - 1;
                let range = match self {
                    Self::Ranges => format!("Range: bytes=0-{last}\r\n"),
                    _ => String::new(),
                };
                let paths = long_files(server)?;
                paths
                    .iter()
                    .map(|path| format!("{}{range}\r\n", start(path)))
                    .collect()
            }
        })
    }
}

/// Originals whose answers are limited in number.
fn long_files(server: &Server) -> Result<Vec<String>> {
    let list = server.body("/api/music/v1/tracks?limit=100")?;
    let list: Value = serde_json::from_str(&list).while_doing("read the list of tracks")?;
    let tracks = list["items"].as_array().into_iter().flatten();
    let long = tracks.filter(|track| {
        let bytes = track["size_bytes"].as_u64();
        bytes.is_some_and(|bytes| LONG_ANSWER_BYTES_MIN < bytes)
    });
    let paths: Vec<String> = long
        .filter_map(|track| Some(track["stream_url"].as_str()?.to_owned()))
        .collect();
    if paths.is_empty() {
        return Err(Failure::new("the library has no file of more than 1 MiB"));
    }
    Ok(paths)
}

impl Client {
    fn come(address: &str, request: &str) -> Result<Self> {
        let mut stream = TcpStream::connect(address).map_err(|error| {
            Failure::new(format!("a client cannot connect: {error}")).how("raise `ulimit -n`")
        })?;
        stream.write_all(request.as_bytes()).while_doing("ask")?;
        stream.set_nonblocking(true).while_doing("ask")?;
        Ok(Self {
            stream,
            head: Vec::new(),
            is_open: true,
        })
    }

    /// Takes as much as a slow link brings.
    fn take(&mut self) {
        let mut piece = [0; TICK_BYTES];
        match self.stream.read(&mut piece) {
            Ok(0) => self.is_open = false,
            Ok(length) => {
                let room = HEAD_BYTES.saturating_sub(self.head.len());
                self.head.extend(piece.iter().take(length.min(room)));
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => self.is_open = false,
        }
    }

    fn status(&self) -> Option<u16> {
        let head = String::from_utf8_lossy(&self.head);
        head.split(' ').nth(1)?.parse().ok()
    }

    /// Whether a refusal says when to come again, and everybody else has what was asked for.
    fn is_as_it_should_be(&self, kind: Kind) -> bool {
        let head = String::from_utf8_lossy(&self.head).to_ascii_lowercase();
        match (kind, self.status()) {
            (Kind::Idle | Kind::HalfSent, None) => self.is_open,
            (Kind::WholeFiles, Some(200)) | (Kind::Ranges, Some(206)) => true,
            (Kind::WholeFiles | Kind::Ranges, Some(503)) => head.contains("\r\nretry-after: "),
            _ => false,
        }
    }
}

impl Seen {
    /// Why it does not hold.
    fn wrong(&self) -> Option<String> {
        let (clients, name) = (self.clients, self.kind.name());
        let together = mib(self.held.sum());
        let limit = POD.memory_mib;
        if limit << 20 < self.held.sum() {
            return Some(format!(
                "{clients} {name} take {together:.0} MiB of {limit}"
            ));
        }
        let most = self.clients.min(LONG_ANSWERS_MAX);
        if self.kind == Kind::WholeFiles && !(1..=most).contains(&self.answered) {
            let answered = self.answered;
            return Some(format!(
                "{answered} of {clients} {name} are answered at once, {most} may be"
            ));
        }
        None
    }

    fn row(&self, holds: bool) -> String {
        let [own, connections, kernel] =
            [self.held.own, self.held.connections, self.held.kernel].map(mib);
        format!(
            "| {} {} | {} | {} | {own:.0} MiB | {connections:.0} MiB | {kernel:.0} MiB | {:.0} MiB | {} |\n",
            self.clients,
            self.kind.name(),
            self.answered,
            self.refused,
            mib(self.held.sum()),
            if holds { "holds" } else { "**does not hold**" }
        )
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    fn client(head: &str, is_open: bool) -> Client {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let client = Client::come(&address, "").unwrap();
        Client {
            head: head.as_bytes().to_vec(),
            is_open,
            ..client
        }
    }

    #[test]
    fn a_refusal_that_does_not_say_when_to_come_again_is_wrong() {
        let refusal = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\n\r\n";
        assert!(client(refusal, true).is_as_it_should_be(Kind::WholeFiles));
        let hard = refusal.replace("Retry-After", "Reason");
        assert!(!client(&hard, true).is_as_it_should_be(Kind::WholeFiles));
        assert!(client("HTTP/1.1 200 OK\r\n\r\n", true).is_as_it_should_be(Kind::WholeFiles));
        assert!(!client("HTTP/1.1 200 OK\r\n\r\n", true).is_as_it_should_be(Kind::Ranges));
        assert!(!client("", true).is_as_it_should_be(Kind::WholeFiles));
        assert!(client("", true).is_as_it_should_be(Kind::Idle));
        assert!(!client("", false).is_as_it_should_be(Kind::Idle));
    }

    #[test]
    fn memory_and_the_number_of_long_answers_are_limited() {
        let seen = |answered, own_mib: u64| Seen {
            kind: Kind::WholeFiles,
            clients: 10_000,
            answered,
            refused: 10_000 - answered,
            held: Held {
                own: own_mib << 20,
                connections: 100 << 20,
                kernel: 0,
            },
        };
        assert_eq!(seen(256, 412).wrong(), None);
        assert!(seen(256, 413).wrong().unwrap().contains("513 MiB of 512"));
        seen(257, 1).wrong().unwrap();
        seen(0, 1).wrong().unwrap();
        assert!(seen(256, 412).row(true).ends_with("| 512 MiB | holds |\n"));
    }
}
