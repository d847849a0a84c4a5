use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use crate::failure::Failure;
use crate::say;

/// How long each step may take: a probe that hangs is a no.
const TIMEOUT: Duration = Duration::from_secs(2);
/// More of an answer is not read.
const ANSWER_BYTES_MAX: u64 = 4096;

/// Asks `/ready` and says what it answered; only 200 is success.
pub(crate) fn ask(admin: SocketAddr) -> Result<ExitCode, Failure> {
    let answer = answer_of(admin)
        .map_err(|error| Failure::new(&format!("nobody answers on {admin}"), error))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    if head.starts_with("HTTP/1.1 200 ") {
        say(body);
        return Ok(ExitCode::SUCCESS);
    }
    let status = head.lines().next().unwrap_or_default();
    Err(Failure::plain(format!(
        "{admin} answered {status:?}: {}",
        body.trim_end()
    )))
}

fn answer_of(admin: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&admin, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    stream.write_all(b"GET /ready HTTP/1.1\r\nhost: admin\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
