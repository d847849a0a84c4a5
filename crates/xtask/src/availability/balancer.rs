//! The balancer in front of the replicas: Debian's `HAProxy` with what it could hide turned off.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::process::Command;

use super::patiently;
use super::replica::Replica;
use crate::databases::free_port_at;
use crate::failure::{Failure, Result, While};
use crate::keeper::{self, Kept};
use crate::subprocess;

const HOST: &str = "127.0.0.1";
/// How often a replica is asked whether it is ready. One answer decides: a drain must last longer than this.
const CHECK_EVERY_MS: u32 = 200;
/// Which replica has answered.
pub(super) const REPLICA_HEADER: &str = "X-Replica";
/// Nothing is asked a second time: a request that fails is seen by whoever asked. A check may take as long as a replica that
/// has no processor for a moment.
const CONFIGURATION: &str = "
global
    maxconn 4000
    stats socket SOCKET mode 600 level admin
defaults
    mode http
    retries 0
    no option redispatch
    option forwardfor
    timeout connect 2s
    timeout client 1m
    timeout server 1m
    timeout check 5s
frontend people
    bind ADDRESS
    default_backend replicas
backend replicas
    balance roundrobin
    option httpchk GET /ready
    http-check expect status 200
    http-response set-header HEADER %[srv_name]
    default-server check inter EVERYms fall 1 rise 1
";

/// A running balancer; it ends when this is dropped.
pub(super) struct Balancer {
    kept: Kept,
    /// `127.0.0.1:PORT`.
    pub(super) address: String,
}

/// What went wrong between the balancer and the replicas since it started, whoever was to blame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Failures {
    /// Answers of 500 and above, its own and those of replicas.
    pub(super) errors: u64,
    /// Connections to a replica that could not be made.
    pub(super) unconnected: u64,
    /// Answers that did not begin, or were none.
    pub(super) unanswered: u64,
    /// Answers that ended in the middle.
    pub(super) cut_off: u64,
}

impl Balancer {
    pub(super) fn start(replicas: &[Replica]) -> Result<Self> {
        let program = subprocess::locate("haproxy");
        let program = program.ok_or_else(|| Failure::new("the program haproxy is missing"))?;
        let folder = keeper::folder("balancer")?;
        let socket = folder.join("socket");
        let address = format!("{HOST}:{}", free_port_at(HOST)?);
        let mut text = CONFIGURATION
            .replace("SOCKET", &socket.display().to_string())
            .replace("ADDRESS", &address)
            .replace("HEADER", REPLICA_HEADER)
            .replace("EVERY", &CHECK_EVERY_MS.to_string());
        for replica in replicas {
            let Replica {
                name,
                address,
                admin,
                ..
            } = replica;
            let (_, port) = admin.split_once(':').unwrap_or_default();
            // Writing to a String cannot fail.
            let _ = writeln!(text, "    server {name} {address} port {port}");
        }
        let configuration = folder.join("haproxy.cfg");
        std::fs::write(&configuration, text).while_doing("configure the balancer")?;
        let mut haproxy = Command::new(program);
        haproxy.arg("-db").arg("-f").arg(&configuration);
        let kept = Kept::start(Command::new("/bin/sh"), &folder, "KILL", &haproxy)?;
        kept.wait_until("the balancer", || UnixStream::connect(&socket).is_ok())?;
        let balancer = Self { kept, address };
        for replica in replicas {
            balancer.wait_for(replica, true)?;
        }
        Ok(balancer)
    }

    /// Waits until it sends people to a replica, or does not any more.
    pub(super) fn wait_for(&self, replica: &Replica, is_up: bool) -> Result<()> {
        let wanted = if is_up { "UP" } else { "DOWN" };
        let what = format!("the balancer to see {} {wanted}", replica.name);
        patiently(&what, || {
            let rows = self.rows()?;
            let row = rows
                .iter()
                .find(|row| row.get("svname") == Some(&replica.name));
            let status = row.and_then(|row| row.get("status"));
            // `UP` is also what it says of a replica that it has not asked yet.
            let checked = row.and_then(|row| row.get("check_status"));
            let is_checked = checked.is_some_and(|checked| checked.starts_with("L7") || !is_up);
            Ok(status.is_some_and(|status| status.starts_with(wanted)) && is_checked)
        })
    }

    pub(super) fn failures(&self) -> Result<Failures> {
        let mut failures = Failures::default();
        for row in self.rows()? {
            let number = |name: &str| -> u64 {
                let value = row.get(name).and_then(|value| value.parse().ok());
                value.unwrap_or_default()
            };
            match row.get("svname").map(String::as_str) {
                Some("FRONTEND") => failures.errors += number("hrsp_5xx"),
                Some("BACKEND") => {
                    failures.unconnected += number("econ");
                    failures.unanswered += number("eresp");
                    failures.cut_off += number("srv_abrt");
                }
                _ => {}
            }
        }
        Ok(failures)
    }

    /// How many requests people have sent.
    pub(super) fn requests(&self) -> Result<u64> {
        let rows = self.rows()?;
        let row = rows
            .iter()
            .find(|row| row.get("svname").is_some_and(|name| name == "FRONTEND"));
        let requests = row.and_then(|row| row.get("req_tot")?.parse().ok());
        requests.ok_or_else(|| Failure::new("the balancer counts no requests"))
    }

    /// What it says of itself: a row for each side, each column by its name.
    fn rows(&self) -> Result<Vec<BTreeMap<String, String>>> {
        let work = "ask the balancer for its figures";
        let socket = self.kept.folder.join("socket");
        let mut stream = UnixStream::connect(socket).while_doing(work)?;
        stream.write_all(b"show stat\n").while_doing(work)?;
        let mut text = String::new();
        stream.read_to_string(&mut text).while_doing(work)?;
        Ok(read(&text))
    }
}

impl Failures {
    /// Those since an earlier look.
    pub(super) fn since(self, before: Self) -> Self {
        Self {
            errors: self.errors - before.errors,
            unconnected: self.unconnected - before.unconnected,
            unanswered: self.unanswered - before.unanswered,
            cut_off: self.cut_off - before.cut_off,
        }
    }

    /// How many requests had no answer that was one: each counts as one, whatever it is counted as besides.
    pub(super) fn failed(self) -> u64 {
        self.errors.max(self.unconnected).max(self.unanswered)
    }
}

fn read(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut lines = text.lines();
    let head = lines.next().unwrap_or_default();
    let names: Vec<&str> = head.trim_start_matches("# ").split(',').collect();
    let rows = lines.filter(|line| line.contains(','));
    rows.map(|row| {
        let fields = row.split(',').map(str::to_owned);
        names
            .iter()
            .map(|name| (*name).to_owned())
            .zip(fields)
            .collect()
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_known_by_the_names_of_their_columns() {
        let rows = read("# pxname,svname,status\npeople,FRONTEND,OPEN\nreplicas,one,DOWN 1/2\n\n");
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1]["svname"], "one");
        assert_eq!(rows[1]["status"], "DOWN 1/2");
    }
}
