//! Questions and answers over one connection that is kept while the server keeps it.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io::Read as _;
use std::ops::Range;
use std::pin::Pin;
use std::rc::Rc;
use std::task::ready;
use std::time::Duration;

use flate2::read::GzDecoder;
use tokio::io::{AsyncRead as _, AsyncWriteExt as _, ReadBuf};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use url::Url;

use super::body::Chunks;
use super::fault::Fault;
use super::head::{Encoding, Framing, Head};
use super::link::Link;
use super::traffic::Meter;
use super::transport::{Connect, Transport};

/// How long a server may take to begin its answer.
const FIRST_BYTE_MAX: Duration = Duration::from_secs(10);
/// How long a text may take from its first byte to its last.
const TEXT_MAX: Duration = Duration::from_secs(30);
/// How often an answer may lead elsewhere.
const REDIRECTS_MAX: u32 = 5;
/// How much is read at once where somebody looks at it.
const READ_BYTES: usize = 16 * 1024;
/// How much is read at once while a head is looked for: of a body that is thrown away no more is copied.
const HEAD_READ_BYTES: usize = 2 * 1024;

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) method: &'static str,
    pub(crate) url: &'a Url,
    pub(crate) range: Option<&'a Range<u64>>,
    /// JSON that is sent.
    pub(crate) body: Option<&'a str>,
    pub(crate) keep: Keep,
    /// Whether the answer may be compressed (gzip).
    pub(crate) may_be_compressed: bool,
}

/// What becomes of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// It is counted and thrown away.
    Nothing,
    /// It is kept; more bytes than this are a fault.
    Text(u64),
}

/// An answer that says yes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    /// How long the body was.
    pub(crate) bytes: u64,
    pub(crate) text: Vec<u8>,
    /// From the question to the first byte of its answer.
    pub(crate) to_first_byte: Duration,
    /// From the question to the last byte of its answer.
    pub(crate) took: Duration,
}

/// One listener's way to one server.
pub(crate) struct Client<C: Connect> {
    connect: C,
    /// `host:port`, as the server is called.
    host: String,
    link: Link,
    cookie: Option<String>,
    meter: Meter,
    open: Option<Connection<C::Transport>>,
}

struct Connection<T> {
    transport: T,
    /// What came after the end of the last answer's head.
    spare: Vec<u8>,
}

impl<'a> Ask<'a> {
    /// Asks for a resource, or for a part of one.
    pub(crate) fn get(url: &'a Url, range: Option<&'a Range<u64>>, keep: Keep) -> Self {
        Self {
            method: "GET",
            url,
            range,
            body: None,
            keep,
            may_be_compressed: false,
        }
    }

    /// As a browser asks for what is no music.
    pub(crate) fn compressed(self) -> Self {
        Self {
            may_be_compressed: true,
            ..self
        }
    }

    fn head(&self, url: &Url, host: &str, cookie: Option<&str>) -> String {
        let mut head = format!("{} {}", self.method, url.path());
        if let Some(query) = url.query() {
            head += "?";
            head += query;
        }
        head += " HTTP/1.1\r\nHost: ";
        head += host;
        head += "\r\nUser-Agent: haas-load\r\nAccept: */*\r\nAccept-Encoding: ";
        head += if self.may_be_compressed {
            "gzip"
        } else {
            "identity"
        };
        head += "\r\n";
        if let Some(range) = self.range {
            let last = range.end.saturating_sub(1);
            head += "Range: bytes=";
            head += &range.start.to_string();
            head += "-";
            head += &last.to_string();
            head += "\r\n";
        }
        if let Some(cookie) = cookie {
            head += "Cookie: ";
            head += cookie;
            head += "\r\n";
        }
        if let Some(body) = self.body {
            head += "Content-Type: application/json\r\nContent-Length: ";
            head += &body.len().to_string();
            head += "\r\n";
        }
        head + "\r\n"
    }
}

impl<C: Connect> Client<C> {
    pub(crate) fn new(connect: C, host: String, link: Link) -> Self {
        Self {
            connect,
            host,
            link,
            cookie: None,
            meter: Meter::default(),
            open: None,
        }
    }

    /// Counts what it asks and reads.
    pub(crate) fn counted_by(self, meter: &Meter) -> Self {
        let meter = Rc::clone(meter);
        Self { meter, ..self }
    }

    /// Asks, goes where the answer leads, and tells how much has come each time more has. What is told may say that this is
    /// enough until a time: so long nothing more is read.
    pub(crate) async fn ask(
        &mut self,
        ask: &Ask<'_>,
        mut more: impl FnMut(u64) -> Option<Instant>,
    ) -> Result<Answer, Fault> {
        let asked_at = Instant::now();
        let mut url = ask.url.clone();
        for _ in 0..=REDIRECTS_MAX {
            match self.ask_once(ask, &url, asked_at, &mut more).await? {
                Outcome::Answer(answer) => return Ok(answer),
                Outcome::Elsewhere(location) => {
                    let next = url.join(&location);
                    let next = next.map_err(|_error| Fault::Unusable("it leads nowhere"))?;
                    if next.origin() != url.origin() {
                        return Err(Fault::Unusable("it leads to another server"));
                    }
                    url = next;
                }
            }
        }
        Err(Fault::Unusable("it leads elsewhere again and again"))
    }

    async fn ask_once(
        &mut self,
        ask: &Ask<'_>,
        url: &Url,
        asked_at: Instant,
        more: &mut impl FnMut(u64) -> Option<Instant>,
    ) -> Result<Outcome, Fault> {
        self.meter.ask();
        let request = ask.head(url, &self.host, self.cookie.as_deref());
        let begin_by = Instant::now() + FIRST_BYTE_MAX;
        let kept = self.open.take();
        let (mut connection, head) = match kept {
            Some(kept) => match self.begin(kept, &request, ask.body, begin_by).await {
                // The server may have closed it just before: no fault of anybody.
                Err(Fault::Lost) => self.begin_anew(&request, ask.body, begin_by).await?,
                begun => begun?,
            },
            None => self.begin_anew(&request, ask.body, begin_by).await?,
        };
        let to_first_byte = asked_at.elapsed();
        if let Some(cookie) = &head.cookie {
            self.cookie = Some(cookie.clone());
        }
        let mut body = Received::new(ask.keep);
        let receiving = self.receive(&mut connection, head.framing, &mut body, more);
        match ask.keep {
            // Nobody listens to it: only a time ends one that trickles without end.
            Keep::Text(_) => timeout(TEXT_MAX, receiving)
                .await
                .map_err(|_elapsed| Fault::Timeout)??,
            Keep::Nothing => receiving.await?,
        }
        if head.stays_open {
            self.open = Some(connection);
        }
        if let (300..=399, Some(location)) = (head.status, head.location) {
            return Ok(Outcome::Elsewhere(location));
        }
        let expected = if ask.range.is_some() { 206 } else { 200 };
        match head.status {
            201 if ask.body.is_some() => {}
            200 if ask.range.is_some() => return Err(Fault::Unusable("the server ignores ranges")),
            status if status == expected => {}
            status => {
                return Err(Fault::Status {
                    status,
                    retry_after_s: head.retry_after_s,
                });
            }
        }
        match head.encoding {
            Encoding::None => {}
            Encoding::Gzip if ask.may_be_compressed => body.unpack()?,
            Encoding::Gzip | Encoding::Other => {
                return Err(Fault::Unusable("it is compressed, which was not asked for"));
            }
        }
        if let Some(range) = ask.range
            && body.bytes != range.end - range.start
        {
            return Err(Fault::Unusable(
                "it is not as long as the part that was asked for",
            ));
        }
        Ok(Outcome::Answer(Answer {
            bytes: body.bytes,
            text: body.text,
            to_first_byte,
            took: asked_at.elapsed(),
        }))
    }

    async fn begin_anew(
        &mut self,
        request: &str,
        body: Option<&str>,
        begin_by: Instant,
    ) -> Result<(Connection<C::Transport>, Head), Fault> {
        let connecting = timeout_at(begin_by, self.connect.connect()).await;
        let transport = connecting.map_err(|_elapsed| Fault::Timeout)??;
        let connection = Connection {
            transport,
            spare: Vec::new(),
        };
        self.begin(connection, request, body, begin_by).await
    }

    /// Asks over a connection, and reads the head of the answer.
    async fn begin(
        &mut self,
        mut connection: Connection<C::Transport>,
        request: &str,
        body: Option<&str>,
        begin_by: Instant,
    ) -> Result<(Connection<C::Transport>, Head), Fault> {
        let begun = timeout_at(begin_by, async {
            let transport = &mut connection.transport;
            transport.write_all(request.as_bytes()).await?;
            if let Some(body) = body {
                transport.write_all(body.as_bytes()).await?;
            }
            transport.flush().await?;
            self.link.round_trip().await;
            loop {
                if let Some((head, length)) = Head::read(&connection.spare)? {
                    connection.spare.drain(..length);
                    // `100 Continue` and its like only announce the answer.
                    if !(100..200).contains(&head.status) {
                        return Ok(head);
                    }
                } else if self.read(&mut connection, HEAD_READ_BYTES).await? == 0 {
                    return Err(Fault::Lost);
                }
            }
        });
        let head = begun.await.map_err(|_elapsed| Fault::Timeout)??;
        Ok((connection, head))
    }

    /// Reads a body to its end.
    async fn receive(
        &mut self,
        connection: &mut Connection<C::Transport>,
        framing: Framing,
        body: &mut Received,
        more: &mut impl FnMut(u64) -> Option<Instant>,
    ) -> Result<(), Fault> {
        let mut chunks = Chunks::new();
        loop {
            let spare = std::mem::take(&mut connection.spare);
            match framing {
                Framing::Chunked => {
                    let taken = chunks.take(&spare, |data| body.take(data))?;
                    connection
                        .spare
                        .extend_from_slice(spare.get(taken..).unwrap_or_default());
                }
                Framing::Length(length) => {
                    let left = usize::try_from(length - body.bytes).unwrap_or(usize::MAX);
                    let (own, after) = spare.split_at(left.min(spare.len()));
                    body.take(own);
                    connection.spare.extend_from_slice(after);
                }
                Framing::Close => body.take(&spare),
            }
            body.check()?;
            if let Some(enough_until) = more(body.bytes) {
                sleep_until(enough_until).await;
            }
            let read = match framing {
                Framing::Chunked if chunks.is_over() => return Ok(()),
                Framing::Length(length) if length <= body.bytes => return Ok(()),
                Framing::Length(length) if body.keep == Keep::Nothing => {
                    let left = usize::try_from(length - body.bytes).unwrap_or(usize::MAX);
                    let read = self.discard(connection, left).await?;
                    body.bytes += read as u64;
                    read
                }
                Framing::Close if body.keep == Keep::Nothing => {
                    let read = self.discard(connection, usize::MAX).await?;
                    body.bytes += read as u64;
                    read
                }
                _ => self.read(connection, READ_BYTES).await?,
            };
            match (read, framing) {
                (0, Framing::Close) => return Ok(()),
                (0, _) => return Err(Fault::Lost),
                _ => {}
            }
        }
    }

    /// Reads at most so many bytes behind what is spare; 0 at the end of the connection.
    async fn read(
        &mut self,
        connection: &mut Connection<C::Transport>,
        at_most: usize,
    ) -> Result<usize, Fault> {
        thread_local! {
            static PAGE: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
        }
        let at_most = self.link.permit(at_most.min(READ_BYTES)).await;
        let Connection { transport, spare } = connection;
        let read = poll_fn(|cx| {
            PAGE.with_borrow_mut(|page| {
                let mut page = ReadBuf::new(page.get_mut(..at_most).unwrap_or_default());
                ready!(Pin::new(&mut *transport).poll_read(cx, &mut page))?;
                spare.extend_from_slice(page.filled());
                std::task::Poll::Ready(Ok::<_, std::io::Error>(page.filled().len()))
            })
        });
        let read = read.await?;
        self.link.spend(read);
        self.meter.read(read);
        Ok(read)
    }

    async fn discard(
        &mut self,
        connection: &mut Connection<C::Transport>,
        at_most: usize,
    ) -> Result<usize, Fault> {
        let at_most = self.link.permit(at_most).await;
        let read = poll_fn(|cx| connection.transport.poll_discard(cx, at_most)).await?;
        self.link.spend(read);
        self.meter.read(read);
        Ok(read)
    }
}

enum Outcome {
    Answer(Answer),
    Elsewhere(String),
}

/// The part of a body that has come.
struct Received {
    keep: Keep,
    bytes: u64,
    text: Vec<u8>,
}

impl Received {
    fn new(keep: Keep) -> Self {
        Self {
            keep,
            bytes: 0,
            text: Vec::new(),
        }
    }

    fn take(&mut self, data: &[u8]) {
        self.bytes += data.len() as u64;
        if matches!(self.keep, Keep::Text(_)) {
            self.text.extend_from_slice(data);
        }
    }

    /// What was kept, unpacked: it may not be more than what may be kept.
    fn unpack(&mut self) -> Result<(), Fault> {
        let Keep::Text(most) = self.keep else {
            return Ok(());
        };
        let packed = std::mem::take(&mut self.text);
        let mut unpacked = GzDecoder::new(packed.as_slice()).take(most + 1);
        let read = unpacked.read_to_end(&mut self.text);
        read.map_err(|_error| Fault::Unusable("it is no gzip"))?;
        if most < self.text.len() as u64 {
            return Err(Fault::TooLarge(most));
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Fault> {
        match self.keep {
            Keep::Text(most) if most < self.bytes => Err(Fault::TooLarge(most)),
            _ => Ok(()),
        }
    }
}
