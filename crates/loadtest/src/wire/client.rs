//! One person's questions and answers. HTTP/1.1 is spoken here, bare or over TLS, since most listeners of a large run cost
//! little that way; HTTP/2 is a library's, and what an answer means is decided in one place for both.

use std::fmt::Display;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use super::ask::{Answer, Ask, Keep, Question};
use super::checks::Checks;
use super::connections::{Connections, Stream, Way};
use super::cookies::Cookies;
use super::fault::{Failure, Fault};
use super::head::{Encoding, Framing, Head};
use super::http1::Http1;
use super::link::Link;
use super::received::Received;
use super::site::Site;
use super::tls::Trust;
use super::traffic::Meter;
use super::transport::Connect;

/// How long a text may take from its first byte to its last, unless more time is left for the first one.
const TEXT_MAX: Duration = Duration::from_secs(30);
/// How often an answer may lead elsewhere.
const REDIRECTS_MAX: u32 = 5;
/// How much of a refusal, or of a redirect, is read so that its connection can be used again, and for how long.
const REFUSAL_BYTES_MAX: u64 = 1024 * 1024;
const REFUSAL_MAX: Duration = Duration::from_secs(1);
/// How many servers a person remembers: the music's, and those that its playlists lead to.
const SERVERS_MAX: usize = 8;

/// One person's way to servers.
pub(crate) struct Client<C: Connect> {
    connections: Connections<C>,
    /// Where some of the bodies are compared.
    checks: Option<Rc<Checks>>,
    servers: Vec<Server>,
    /// What went wrong last: most people never have one.
    failure: Option<Box<Failure>>,
}

/// A server that was asked before.
struct Server {
    site: Site,
    cookies: Cookies,
    /// A connection that the server keeps.
    open: Option<Http1>,
}

enum Outcome {
    Answer(Answer),
    Elsewhere(String),
}

impl<C: Connect> Client<C> {
    pub(crate) fn new(connect: C, trust: Trust, link: Link) -> Self {
        Self {
            connections: Connections::new(connect, trust, link),
            checks: None,
            servers: Vec::new(),
            failure: None,
        }
    }

    /// Counts what it asks and reads.
    pub(crate) fn counted_by(mut self, meter: &Meter) -> Self {
        self.connections.meter = Rc::clone(meter);
        self
    }

    /// Some bodies that would be thrown away are compared.
    pub(crate) fn checked_by(self, checks: &Rc<Checks>) -> Self {
        let checks = Some(Rc::clone(checks));
        Self { checks, ..self }
    }

    /// Another client of the same person: they ask at the same time, over one connection where the server speaks HTTP/2.
    pub(crate) fn beside(&self) -> Self
    where
        C: Clone,
    {
        Self {
            connections: self.connections.clone(),
            checks: None,
            servers: Vec::new(),
            failure: None,
        }
    }

    /// Asks, goes where the answer leads, and tells how much has come each time more has. What is told may say that this is
    /// enough until a time: so long nothing more is read.
    pub(crate) async fn ask(
        &mut self,
        ask: &Ask<'_>,
        mut more: impl FnMut(u64) -> Option<Instant>,
    ) -> Result<Answer, Fault> {
        let mut url = ask.url.clone();
        let asked = self.follow(ask, &mut url, &mut more).await;
        if let Err(fault) = &asked {
            self.blame(&url, fault.kind(), fault);
        }
        asked
    }

    /// Something went wrong at an address.
    pub(crate) fn blame(&mut self, url: &Url, kind: &'static str, why: &dyn Display) {
        self.failure = Some(Box::new(Failure::new(url, kind, why)));
    }

    /// What went wrong last.
    pub(crate) fn failure(&self) -> Option<&Failure> {
        self.failure.as_deref()
    }

    /// Asks where it is led to, which is left in the address.
    async fn follow(
        &mut self,
        ask: &Ask<'_>,
        url: &mut Url,
        more: &mut impl FnMut(u64) -> Option<Instant>,
    ) -> Result<Answer, Fault> {
        let asked_at = Instant::now();
        let checks = self.checks.clone();
        let checks =
            checks.filter(|checks| matches!(ask.keep, Keep::Nothing(_)) && checks.choose());
        for _ in 0..=REDIRECTS_MAX {
            let here = Ask { url, ..ask.clone() };
            let checks = checks.as_deref().map(|checks| (checks, ask));
            match self.ask_once(&here, asked_at, checks, more).await? {
                Outcome::Answer(answer) => return Ok(answer),
                Outcome::Elsewhere(location) => {
                    let next = url.join(&location);
                    *url = next.map_err(|_error| Fault::Unusable("it leads nowhere"))?;
                }
            }
        }
        Err(Fault::Unusable("it leads elsewhere again and again"))
    }

    /// What is compared is known by what was asked first.
    async fn ask_once(
        &mut self,
        ask: &Ask<'_>,
        asked_at: Instant,
        checks: Option<(&Checks, &Ask<'_>)>,
        more: &mut impl FnMut(u64) -> Option<Instant>,
    ) -> Result<Outcome, Fault> {
        self.connections.meter.ask();
        let place = self.place_of(ask.url)?;
        let begun = timeout_at(
            Instant::now() + ask.patience,
            self.begin(place, ask, checks.is_some()),
        );
        let (mut stream, head) = begun.await.map_err(|_elapsed| Fault::Timeout)??;
        let to_first_byte = asked_at.elapsed();
        let refused = match (head.status, &head.location) {
            (300..=399, Some(location)) => Some(Ok(Outcome::Elsewhere(location.clone()))),
            _ => judge(ask, &head).err().map(Err),
        };
        if let Some(refused) = refused {
            // Where everything is well nobody has room for it.
            Box::pin(self.pass_over(place, stream, &head)).await;
            return refused;
        }
        let mut body = Received::new(ask.keep, checks.is_some());
        let receiving = stream.receive(&head, &mut body, more);
        match ask.keep {
            // Nobody listens to it: only a time ends one that trickles without end.
            Keep::Text(_) => timeout(TEXT_MAX.max(ask.patience), receiving)
                .await
                .map_err(|_elapsed| Fault::Timeout)??,
            Keep::Nothing(_) => receiving.await?,
        }
        self.remember(place, &head, Some(stream));
        finish(ask, &head, &mut body)?;
        if let (Some((checks, asked)), Some(proof), Some(digest)) =
            (checks, head.proof, body.digest())
        {
            checks.compare(asked, proof, digest, &self.connections.meter)?;
        }
        self.connections.meter.answer();
        Ok(Outcome::Answer(Answer {
            bytes: body.bytes,
            text: body.text,
            to_first_byte,
            took: asked_at.elapsed(),
        }))
    }

    /// What is no answer to the question is nobody's music: it is read to its end only for its connection, and not for long.
    async fn pass_over(&mut self, place: usize, mut stream: Stream, head: &Head) {
        if !head.stays_open {
            self.remember(place, head, None);
            return;
        }
        let mut rest = Received::new(Keep::Nothing(REFUSAL_BYTES_MAX), false);
        let mut nobody_hears = |_so_far| None;
        let receiving = stream.receive(head, &mut rest, &mut nobody_hears);
        let is_whole = matches!(timeout(REFUSAL_MAX, receiving).await, Ok(Ok(())));
        self.remember(place, head, is_whole.then_some(stream));
    }

    /// What a browser keeps of an answer: cookies, and its connection where that can be used again.
    fn remember(&mut self, place: usize, head: &Head, stream: Option<Stream>) {
        let Some(server) = self.servers.get_mut(place) else {
            return;
        };
        for field in &head.cookies {
            server.cookies.take(field);
        }
        if let (Some(Stream::Http1(stream)), true) = (stream, head.stays_open) {
            server.open = Some(stream);
        }
    }

    /// Whether a server can be reached, without asking it anything: nothing is counted there.
    pub(crate) async fn reach(&self, url: &Url, within: Duration) -> Result<(), Fault> {
        let site = Site::of(url)?;
        let opening = timeout(within, self.connections.open(&site)).await;
        opening.map_err(|_elapsed| Fault::Timeout)?.map(|_way| ())
    }

    /// The place of the server that an address leads to; a server that is new has one from now on.
    fn place_of(&mut self, url: &Url) -> Result<usize, Fault> {
        let known = self.servers.iter().position(|server| server.site.has(url));
        if let Some(place) = known {
            return Ok(place);
        }
        if self.servers.len() == SERVERS_MAX {
            self.servers.remove(0);
        }
        self.servers.push(Server {
            site: Site::of(url)?,
            cookies: Cookies::default(),
            open: None,
        });
        Ok(self.servers.len() - 1)
    }

    async fn begin(
        &mut self,
        place: usize,
        ask: &Ask<'_>,
        is_checked: bool,
    ) -> Result<(Stream, Head), Fault> {
        let Self {
            connections,
            servers,
            ..
        } = self;
        let Some(server) = servers.get_mut(place) else {
            return Err(Fault::Unusable("it leads nowhere"));
        };
        let question = Question {
            ask,
            cookie: server.cookies.sent(),
            link: &connections.link,
            is_checked,
        };
        let kept = match server.open.take() {
            Some(open) => Some(Way::Http1(open)),
            None => connections.shared(&server.site).map(Way::Http2),
        };
        if let Some(kept) = kept {
            match kept.begin(question).await {
                // The server may have closed it just before: no fault of anybody.
                Err(Fault::Lost) => {}
                begun => return begun,
            }
        }
        let way = connections.open(&server.site).await?;
        way.begin(question).await
    }
}

/// Whether what begins is an answer to what was asked.
fn judge(ask: &Ask<'_>, head: &Head) -> Result<(), Fault> {
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
        Encoding::Gzip if ask.may_be_compressed => {}
        Encoding::Gzip | Encoding::Other => {
            return Err(Fault::Unusable("it is compressed, which was not asked for"));
        }
    }
    if let (Some(range), Some(part)) = (ask.range, &head.part)
        && part != range
    {
        return Err(Fault::Unusable("it is another part than was asked for"));
    }
    let (Keep::Text(most) | Keep::Nothing(most)) = ask.keep;
    match head.framing {
        Framing::Length(bytes) if most < bytes => Err(Fault::TooLarge(most)),
        _ => Ok(()),
    }
}

/// Makes of a whole body what was asked for.
fn finish(ask: &Ask<'_>, head: &Head, body: &mut Received) -> Result<(), Fault> {
    if head.encoding == Encoding::Gzip {
        body.unpack()?;
    }
    let Some(range) = ask.range else {
        return Ok(());
    };
    if body.bytes != range.end - range.start {
        return Err(Fault::Unusable(
            "it is not as long as the part that was asked for",
        ));
    }
    Ok(())
}
