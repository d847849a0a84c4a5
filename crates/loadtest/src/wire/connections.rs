//! How a person reaches servers: bare or secure, and over one connection that is shared where the server speaks HTTP/2.

use std::cell::RefCell;
use std::rc::Rc;

use hyper::body::Incoming;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::ask::Question;
use super::fault::Fault;
use super::head::Head;
use super::http1::Http1;
use super::http2::{self, Http2};
use super::link::Link;
use super::received::Received;
use super::shaped::Shaped;
use super::site::Site;
use super::tls::Trust;
use super::traffic::Meter;
use super::transport::Connect;

/// How many secure servers are known to all who are beside.
const SECURE_SERVERS_MAX: usize = 8;

/// What connections of a person have in common.
#[derive(Clone)]
pub(super) struct Connections<C> {
    pub(super) connect: C,
    pub(super) trust: Trust,
    pub(super) link: Link,
    pub(super) meter: Meter,
    secure: Rc<RefCell<Vec<(Site, Spoken)>>>,
}

/// What a secure server speaks. Locked while that is found out, since whoever comes then may need no connection of their own.
type Spoken = Rc<Mutex<Protocol>>;

#[derive(Default)]
enum Protocol {
    #[default]
    Unknown,
    Http1,
    Http2(Http2),
}

/// What a question goes over.
pub(super) enum Way {
    Http1(Http1),
    Http2(Http2),
}

/// Where the body of an answer comes from.
pub(super) enum Stream {
    Http1(Http1),
    Http2(Incoming),
}

impl<C: Connect> Connections<C> {
    pub(super) fn new(connect: C, trust: Trust, link: Link) -> Self {
        Self {
            connect,
            trust,
            link,
            meter: Meter::default(),
            secure: Rc::default(),
        }
    }

    /// The connection that everybody asks on, where there is one.
    pub(super) fn shared(&self, site: &Site) -> Option<Http2> {
        if !site.is_secure {
            return None;
        }
        let spoken = self.spoken(site);
        let protocol = spoken.try_lock().ok()?;
        protocol.open()
    }

    /// A new connection, unless somebody has just made one for all.
    pub(super) async fn open(&self, site: &Site) -> Result<Way, Fault> {
        if site.is_secure {
            // It is large, and lasts no longer than a handshake.
            return Box::pin(self.open_secure(site)).await;
        }
        Ok(Way::Http1(Http1::new(self.transport(site).await?)))
    }

    async fn open_secure(&self, site: &Site) -> Result<Way, Fault> {
        let spoken = self.spoken(site);
        let mut protocol = spoken.lock().await;
        if let Some(open) = protocol.open() {
            return Ok(Way::Http2(open));
        }
        if matches!(*protocol, Protocol::Http1) {
            // Everybody has connections of their own, and nobody waits for another's.
            drop(protocol);
            let transport = self.transport(site).await?;
            let (stream, _) = self.trust.secure(site, transport).await?;
            return Ok(Way::Http1(Http1::new(stream)));
        }
        let transport = self.transport(site).await?;
        let (stream, is_http2) = self.trust.secure(site, transport).await?;
        if is_http2 {
            let open = Http2::new(stream).await?;
            *protocol = Protocol::Http2(open.clone());
            return Ok(Way::Http2(open));
        }
        *protocol = Protocol::Http1;
        Ok(Way::Http1(Http1::new(stream)))
    }

    async fn transport(&self, site: &Site) -> Result<Shaped<C::Transport>, Fault> {
        let transport = self.connect.connect(site).await?;
        Ok(Shaped::new(transport, &self.link, &self.meter))
    }

    fn spoken(&self, site: &Site) -> Spoken {
        let mut secure = self.secure.borrow_mut();
        if let Some((_, spoken)) = secure.iter().find(|(known, _)| known == site) {
            return Rc::clone(spoken);
        }
        if secure.len() == SECURE_SERVERS_MAX {
            secure.remove(0);
        }
        let spoken = Spoken::default();
        secure.push((site.clone(), Rc::clone(&spoken)));
        spoken
    }
}

impl Protocol {
    fn open(&self) -> Option<Http2> {
        match self {
            Self::Http2(open) if !open.is_closed() => Some(open.clone()),
            _ => None,
        }
    }
}

impl Way {
    /// Asks, and reads the head of the answer.
    pub(super) async fn begin(self, question: Question<'_>) -> Result<(Stream, Head), Fault> {
        match self {
            Self::Http1(way) => {
                let (stream, head) = way.begin(question).await?;
                Ok((Stream::Http1(stream), head))
            }
            Self::Http2(way) => {
                // A library's question is large: where it is not asked nobody has room for it.
                let (stream, head) = Box::pin(way.begin(question)).await?;
                Ok((Stream::Http2(stream), head))
            }
        }
    }
}

impl Stream {
    /// Reads the body that a head belongs to, to its end.
    pub(super) async fn receive(
        &mut self,
        head: &Head,
        body: &mut Received,
        more: &mut impl FnMut(u64) -> Option<Instant>,
    ) -> Result<(), Fault> {
        match self {
            Self::Http1(stream) => stream.receive(head.framing, body, more).await,
            Self::Http2(stream) => http2::receive(stream, body, more).await,
        }
    }
}
