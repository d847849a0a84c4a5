//! The server that is asked, and where from.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::sync::Arc;

use url::Url;

use crate::wire::{Client, Link, Meter, Names, Shape, Site, Tcp, Trust, first_that_answers};

/// How many networks of this machine sessions come from (127.0.0.x, 127.0.1.x, …), where the server is on it too: a server
/// limits what one network may do, and each address has its own ports.
const NETWORKS: u64 = 64;
const ADDRESSES_PER_NETWORK: u64 = 200;
/// What the kernel holds for somebody with a slow link.
const SLOW_LINK_BUFFER_BYTES: u32 = 16 * 1024;

/// Why an address cannot be asked, or nobody trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {reason}")]
pub struct TargetError {
    what: String,
    reason: String,
}

/// The server that is asked.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) url: Url,
    names: Arc<Names>,
    trust: Trust,
    /// Addresses of this machine that sessions come from, in turn. None: whichever the system takes.
    sources: Vec<IpAddr>,
}

impl Target {
    /// Looks a server up, of which no page is named: what is asked for is the scenario's.
    pub(crate) fn find(text: &str, sources: &[IpAddr], trust: &Trust) -> Result<Self, TargetError> {
        let target = Self::find_page(text, sources, trust)?;
        let url = &target.url;
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(TargetError {
                what: text.to_owned(),
                reason: "leave out what follows the host: the scenario says what is asked for"
                    .to_owned(),
            });
        }
        Ok(target)
    }

    /// Looks an address up. Sessions come from the given addresses; from many of this machine where the server is on it.
    pub(crate) fn find_page(
        text: &str,
        sources: &[IpAddr],
        trust: &Trust,
    ) -> Result<Self, TargetError> {
        let wrong = |reason: String| TargetError {
            // Before an @ may stand a password.
            what: text.rsplit('@').next().unwrap_or_default().to_owned(),
            reason,
        };
        let url = Url::parse(text).map_err(|error| wrong(no_url(text, &error.to_string())))?;
        if !url.username().is_empty() || url.password().is_some() {
            // Not even here are they told.
            return Err(TargetError {
                what: without_user(url),
                reason: "leave the user and the password out: they are not sent".to_owned(),
            });
        }
        let site = Site::of(&url);
        let site =
            site.map_err(|_odd| wrong(no_url(text, "only http:// and https:// can be asked")))?;
        let addresses = url.socket_addrs(|| None);
        let addresses = addresses.map_err(|error| wrong(error.to_string()))?;
        let reached = |address: &SocketAddr| {
            let mut sources = sources.iter();
            sources.all(|source| source.is_ipv4() == address.is_ipv4())
        };
        let reachable: Vec<SocketAddr> = addresses.iter().copied().filter(reached).collect();
        let address = first_that_answers(&reachable).or(addresses.first().copied());
        let address = address.ok_or_else(|| wrong("its name leads nowhere".to_owned()))?;
        if let Some(odd) = sources
            .iter()
            .find(|source| source.is_ipv4() != address.is_ipv4())
        {
            return Err(wrong(format!(
                "{odd} cannot reach {}: one is IPv4, one IPv6",
                address.ip()
            )));
        }
        if let Some(foreign) = sources.iter().find(|source| !is_own(**source)) {
            return Err(wrong(format!("{foreign} is no address of this machine")));
        }
        let sources = if sources.is_empty() {
            loopback_sources(address.ip())
        } else {
            sources.to_vec()
        };
        Ok(Self {
            url,
            names: Arc::new(Names::new(site, address)),
            trust: trust.clone(),
            sources,
        })
    }

    /// How many addresses sessions come from.
    pub(crate) fn source_count(&self) -> usize {
        self.sources.len().max(1)
    }

    /// A way to the server for a session.
    pub(crate) fn client(&self, session: u64, link: Option<Shape>, meter: &Meter) -> Client<Tcp> {
        let connect = Tcp {
            names: Arc::clone(&self.names),
            from: self.source(session),
            receive_buffer_bytes: link.map(|_| SLOW_LINK_BUFFER_BYTES),
        };
        Client::new(connect, self.trust.clone(), Link::new(link)).counted_by(meter)
    }

    fn source(&self, session: u64) -> Option<IpAddr> {
        let count = u64::try_from(self.sources.len()).ok()?;
        let index = session.checked_rem(count)?;
        self.sources.get(usize::try_from(index).ok()?).copied()
    }
}

/// The public authorities, and those whose certificates a file holds.
pub(crate) fn trust(authorities: Option<&Path>) -> Result<Trust, TargetError> {
    Trust::read(authorities).map_err(|error| TargetError {
        what: authorities.map_or_else(String::new, |file| file.display().to_string()),
        reason: error.to_string(),
    })
}

/// What is wrong with an address, and how it is meant where only its beginning is missing.
fn no_url(text: &str, reason: &str) -> String {
    let meant = format!("http://{text}");
    let is_meant =
        Url::parse(&meant).is_ok_and(|url| url.host().is_some() && url.username().is_empty());
    if text.contains("://") || !is_meant {
        return format!("it is no address: {reason}");
    }
    format!("it is no address without its beginning: write {meant}")
}

/// An address that may be written down.
fn without_user(mut url: Url) -> String {
    // Only an address without a host refuses, and has no user.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}

/// Whether sessions can come from an address.
fn is_own(source: IpAddr) -> bool {
    let bound = UdpSocket::bind(SocketAddr::new(source, 0));
    // What else is wrong is none of the address's.
    bound.map_or_else(
        |error| error.kind() != ErrorKind::AddrNotAvailable,
        |_bound| true,
    )
}

/// One after the other in another network, where the server is on this machine.
fn loopback_sources(server: IpAddr) -> Vec<IpAddr> {
    if !(server.is_loopback() && server.is_ipv4()) {
        return Vec::new();
    }
    let numbers = 0..NETWORKS * ADDRESSES_PER_NETWORK;
    let sources = numbers.filter_map(|number| {
        let network = u8::try_from(number % NETWORKS).ok()?;
        let host = u8::try_from(number / NETWORKS + 2).ok()?;
        Some(IpAddr::V4(Ipv4Addr::new(127, 0, network, host)))
    });
    sources.collect()
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;
    use tokio::task::LocalSet;

    use super::*;
    use crate::scripted::{Reply, Scripted};
    use crate::secure::{Certificate, GOOD, Secure};
    use crate::wire::{Ask, Keep};

    #[test]
    fn an_address_that_cannot_be_asked_is_refused_with_a_reason() {
        for (text, reason) in [
            ("", "it is no address: relative URL"),
            ("music", "write http://music"),
            ("127.0.0.1:8080", "write http://127.0.0.1:8080"),
            ("localhost:8080", "write http://localhost:8080"),
            ("ftp://a.test/", "only http://"),
            ("http://127.0.0.1/music", "leave out what follows the host"),
            ("http://127.0.0.1/?a#b", "leave out what follows the host"),
            ("http://nowhere.invalid/", "nowhere.invalid"),
            ("me:secret@127.0.0.1", "127.0.0.1: it is no address"),
            (
                "http://me:secret@127.0.0.1/",
                "leave the user and the password out",
            ),
            (
                "http://me@127.0.0.1/",
                "leave the user and the password out",
            ),
        ] {
            let error = Target::find(text, &[], &Trust::default())
                .unwrap_err()
                .to_string();
            assert!(error.contains(reason), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
        let file = Path::new("Cargo.toml");
        let error = trust(Some(file)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Cargo.toml: it holds no certificate as PEM"
        );
        let v6 = IpAddr::V6(std::net::Ipv6Addr::LOCALHOST);
        let error = Target::find("http://127.0.0.1/", &[v6], &Trust::default()).unwrap_err();
        assert!(error.to_string().contains("::1 cannot reach"), "{error}");
    }

    #[test]
    fn sessions_come_from_many_networks_of_this_machine_or_from_where_they_are_told() {
        let source = |target: &Target, session| target.source(session).unwrap().to_string();
        let own = Target::find("http://127.0.0.1:8080", &[], &Trust::default()).unwrap();
        assert_eq!(
            [source(&own, 0), source(&own, 1), source(&own, 65)],
            ["127.0.0.2", "127.0.1.2", "127.0.1.3"]
        );
        let other = Target::find("http://192.0.2.1/", &[], &Trust::default()).unwrap();
        assert_eq!((other.source(1), other.source_count()), (None, 1));
        let from = ["127.0.0.7", "127.0.0.8"].map(|ip| ip.parse().unwrap());
        let told = Target::find("http://192.0.2.1/", &from, &Trust::default()).unwrap();
        assert_eq!(
            [source(&told, 2), source(&told, 3)],
            ["127.0.0.7", "127.0.0.8"]
        );
    }

    #[test]
    fn a_source_that_this_machine_has_not_is_refused() {
        let from = ["127.0.0.7", "192.0.2.7"].map(|ip| ip.parse().unwrap());
        let error = Target::find("http://127.0.0.1/", &from, &Trust::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "http://127.0.0.1/: 192.0.2.7 is no address of this machine"
        );
    }

    #[tokio::test]
    async fn a_server_with_a_certificate_of_its_own_is_asked_over_tls_from_where_sessions_come() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        let local = LocalSet::new();
        let asking = local.run_until(async move {
            let own = Certificate {
                names: &["127.0.0.1"],
                ..GOOD
            };
            let scripted = Scripted::new(|_| Reply::whole("music"));
            let server = Secure::new(scripted, &["h2"], own);
            std::fs::write(&file, server.authority()).unwrap();
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = format!("https://{}/", listener.local_addr().unwrap());
            let target = Target::find(&address, &[], &trust(Some(&file)).unwrap()).unwrap();
            let mut client = target.client(0, None, &Meter::default());
            let ask = Ask::get(&target.url, None, Keep::Text(9));
            let serving = async {
                let (stream, from) = listener.accept().await.unwrap();
                server.serve(stream).await;
                from
            };
            let asking = async {
                let answer = client.ask(&ask, |_so_far| None).await.unwrap();
                drop(client);
                answer
            };
            let (from, answer) = tokio::join!(serving, asking);
            assert_eq!(from.ip().to_string(), "127.0.0.2");
            assert_eq!(answer.text, b"music");
        });
        Box::pin(asking).await;
    }
}
