//! A server in this process whose answers come when a script says, over time that only passes while everybody waits.

use std::cell::{Cell, RefCell};
use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{
    AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream, ReadBuf, duplex,
};
use tokio::time::{Instant, sleep};

use crate::wire::{Connect, Site, Transport};

/// What is answered to a question.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Before the first byte.
    pub(crate) delay: Duration,
    pub(crate) body: Vec<u8>,
    /// Bytes a second; all at once where there is none.
    pub(crate) rate: Option<u64>,
    /// After so many bytes of the body the connection is gone.
    pub(crate) cut_after: Option<usize>,
    pub(crate) fields: &'static str,
}

impl Reply {
    pub(crate) fn whole(body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            delay: Duration::ZERO,
            body: body.into(),
            rate: None,
            cut_after: None,
            fields: "",
        }
    }

    /// A part of a file: its bytes do not matter.
    pub(crate) fn part(range: &Range<u64>) -> Self {
        let length = usize::try_from(range.end - range.start).unwrap();
        Self {
            status: 206,
            ..Self::whole(vec![0; length])
        }
    }

    pub(crate) fn refusal(status: u16, fields: &'static str) -> Self {
        Self {
            status,
            fields,
            ..Self::whole("no")
        }
    }

    /// The same with so long a page.
    pub(crate) fn long(self, bytes: usize) -> Self {
        let body = vec![b'<'; bytes];
        Self { body, ..self }
    }

    pub(crate) fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    pub(crate) fn at_rate(self, bytes_per_s: u64) -> Self {
        Self {
            rate: Some(bytes_per_s),
            ..self
        }
    }

    pub(crate) fn cut_after(self, bytes: usize) -> Self {
        Self {
            cut_after: Some(bytes),
            ..self
        }
    }
}

/// A question as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) target: String,
    pub(crate) range: Option<Range<u64>>,
    pub(crate) at: Duration,
}

type Script = dyn Fn(&Asked) -> Reply;

/// Connections to a server that answers by a script.
#[derive(Clone)]
pub(crate) struct Scripted {
    script: Rc<Script>,
    epoch: Instant,
    asked: Rc<RefCell<Vec<Asked>>>,
    sent: Rc<Cell<u64>>,
}

impl Scripted {
    /// Its time begins now.
    pub(crate) fn new(script: impl Fn(&Asked) -> Reply + 'static) -> Self {
        Self {
            script: Rc::new(script),
            epoch: Instant::now(),
            asked: Rc::default(),
            sent: Rc::default(),
        }
    }

    pub(crate) fn epoch(&self) -> Instant {
        self.epoch
    }

    /// Everything that was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.borrow().clone()
    }

    /// How many bytes were answered so far.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.get()
    }

    /// Answers on one connection, in HTTP/1.1.
    pub(crate) async fn serve(self, stream: impl AsyncRead + AsyncWrite) -> io::Result<()> {
        let mut stream = std::pin::pin!(stream);
        let mut bytes = Vec::new();
        loop {
            while !bytes.ends_with(b"\r\n\r\n") {
                let byte = stream.read_u8().await?;
                bytes.push(byte);
            }
            let reply = self.answer_to(&String::from_utf8_lossy(&bytes));
            bytes.clear();
            sleep(reply.delay).await;
            let head = format!(
                "HTTP/1.1 {} Answer\r\nContent-Length: {}\r\n{}\r\n",
                reply.status,
                reply.body.len(),
                reply.fields
            );
            stream.write_all(head.as_bytes()).await?;
            let end = reply.cut_after.unwrap_or(reply.body.len());
            let body = reply.body.get(..end).unwrap_or(&reply.body);
            self.sent
                .set(self.sent.get() + (head.len() + body.len()) as u64);
            match reply.rate {
                None => stream.write_all(body).await?,
                Some(rate) => write_slowly(&mut stream, body, rate).await?,
            }
            stream.flush().await?;
            if reply.cut_after.is_some() {
                return Ok(());
            }
        }
    }

    fn answer_to(&self, head: &str) -> Reply {
        let target = head.split(' ').nth(1).unwrap_or_default();
        let range = head.lines().find_map(|line| line.strip_prefix("Range: "));
        self.answer(target, range)
    }

    /// What the script says to a question.
    pub(crate) fn answer(&self, target: &str, range: Option<&str>) -> Reply {
        let range = range.and_then(|range| {
            let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
            Some(first.parse().ok()?..last.parse::<u64>().ok()? + 1)
        });
        let asked = Asked {
            target: target.to_owned(),
            range,
            at: self.epoch.elapsed(),
        };
        self.asked.borrow_mut().push(asked.clone());
        (self.script)(&asked)
    }
}

/// A piece each 10 ms.
async fn write_slowly(
    stream: &mut (impl AsyncWrite + Unpin),
    body: &[u8],
    rate: u64,
) -> io::Result<()> {
    let begun = Instant::now();
    let mut written = 0;
    for ticks in 1.. {
        let due = usize::try_from(rate * ticks / 100).unwrap().min(body.len());
        tokio::time::sleep_until(begun + Duration::from_millis(10 * ticks)).await;
        stream
            .write_all(body.get(written..due).unwrap_or_default())
            .await?;
        stream.flush().await?;
        written = due;
        if written == body.len() {
            break;
        }
    }
    Ok(())
}

impl Connect for Scripted {
    type Transport = DuplexStream;

    async fn connect(&self, _site: &Site) -> io::Result<DuplexStream> {
        let (ours, theirs) = duplex(1 << 20);
        tokio::task::spawn_local(self.clone().serve(theirs));
        Ok(ours)
    }
}

impl Transport for DuplexStream {
    fn poll_discard(&mut self, cx: &mut Context<'_>, at_most: usize) -> Poll<io::Result<usize>> {
        let mut page = vec![0; at_most.min(64 * 1024)];
        let mut page = ReadBuf::new(&mut page);
        ready!(Pin::new(self).poll_read(cx, &mut page))?;
        Poll::Ready(Ok(page.filled().len()))
    }
}
