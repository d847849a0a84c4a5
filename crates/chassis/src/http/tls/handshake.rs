use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::Tls;
use super::metrics::Failed;
use super::secured::Secured;
use crate::http::limited::Limited;

/// The first byte of a client that speaks TLS.
const HANDSHAKE: u8 = 0x16;
/// What is encrypted before it is written: one call of the system for this much.
const SEND_BUFFER_BYTES: usize = 128 << 10;
/// What a client that speaks HTTP is told.
const SPEAKS_HTTPS: &[u8] = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\
content-type: text/plain; charset=utf-8\r\ncontent-length: 73\r\n\r\n\
This port speaks HTTPS: use the same address with https:// in front of it";
/// How much of a request is thrown away so that the client gets to read that, and for how long.
const THROWN_AWAY_BYTES_MAX: u64 = 64 << 10;
const TOLD_WITHIN: Duration = Duration::from_secs(1);

impl Tls {
    /// Agrees on TLS with a client; nothing when that fails, takes too long, or the stop begins.
    pub(in crate::http) async fn shake_hands(
        &self,
        stream: Limited,
        stopping: &CancellationToken,
    ) -> Option<Secured> {
        let shaken = tokio::select! {
            shaken = tokio::time::timeout(self.handshake_timeout, self.shake(stream)) => shaken,
            () = stopping.cancelled() => return None,
        };
        let failed = match shaken {
            Ok(Ok(stream)) => return Some(stream),
            Ok(Err(failed)) => failed?,
            Err(_elapsed) => Failed::Late,
        };
        self.metrics.failed(failed);
        None
    }

    /// Fails without a reason for a client that only looked whether somebody listens, and for what is counted already.
    async fn shake(&self, stream: Limited) -> Result<Secured, Option<Failed>> {
        // Nothing but the socket is held for a client that says nothing.
        let mut first = [0];
        match stream.stream().peek(&mut first).await {
            Ok(0) | Err(_) => return Err(None),
            Ok(_) if first == [HANDSHAKE] => {}
            Ok(_) if first[0].is_ascii_uppercase() => {
                self.metrics.failed(Failed::PlainHttp);
                // Who does not want to hear it, does not.
                let _heard = tokio::time::timeout(TOLD_WITHIN, tell(stream)).await;
                return Err(None);
            }
            Ok(_) => return Err(Some(Failed::Refused)),
        }
        let config = self.config.load_full();
        let shaken = TlsAcceptor::from(config).accept_with(stream, |session| {
            session.set_buffer_limit(Some(SEND_BUFFER_BYTES));
        });
        shaken.await.map(Secured::new).map_err(|error| {
            tracing::debug!(%error, "TLS was not agreed on");
            // What rustls says of the other side is invalid data; the rest is the socket's.
            Some(match error.kind() {
                io::ErrorKind::InvalidData => Failed::Refused,
                _ => Failed::Lost,
            })
        })
    }
}

/// Tells a client that speaks HTTP what is spoken here. A socket that is closed with unread bytes takes back what was
/// written, so that they are read first.
async fn tell(mut stream: Limited) -> io::Result<()> {
    stream.write_all(SPEAKS_HTTPS).await?;
    stream.shutdown().await?;
    let mut rest = stream.take(THROWN_AWAY_BYTES_MAX);
    tokio::io::copy(&mut rest, &mut tokio::io::sink()).await?;
    Ok(())
}
