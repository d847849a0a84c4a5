//! Servers by their addresses.

use tokio_rustls::rustls::pki_types::ServerName;
use url::{Host, Url};

use super::fault::Fault;

/// Scheme, host and port: what a connection leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Site {
    /// Whether it is asked over TLS.
    pub(super) is_secure: bool,
    pub(super) host: Host,
    pub(super) port: u16,
}

impl Site {
    /// Where an address leads; a fault where that is no server of HTTP.
    pub(crate) fn of(url: &Url) -> Result<Self, Fault> {
        let no_http = Fault::Unusable("its address is neither http:// nor https://");
        let is_secure = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err(no_http),
        };
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(no_http);
        };
        Ok(Self {
            is_secure,
            host: host.to_owned(),
            port,
        })
    }

    /// Whether an address leads here: asked before every question, so it copies nothing.
    pub(super) fn has(&self, url: &Url) -> bool {
        let scheme = if self.is_secure { "https" } else { "http" };
        url.scheme() == scheme
            && url.port_or_known_default() == Some(self.port)
            && url.host().is_some_and(|host| host == self.host)
    }

    /// What its certificate must be for.
    pub(super) fn certified_name(&self) -> Result<ServerName<'static>, Fault> {
        match &self.host {
            Host::Domain(name) => ServerName::try_from(name.clone())
                .map_err(|_odd| Fault::Tls("no certificate can be for such a name".to_owned())),
            Host::Ipv4(address) => Ok(ServerName::IpAddress((*address).into())),
            Host::Ipv6(address) => Ok(ServerName::IpAddress((*address).into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_leads_to_its_scheme_host_and_port() {
        let url = |text: &str| Url::parse(text).unwrap();
        let site = Site::of(&url("https://a.test/x?y")).unwrap();
        assert!(site.has(&url("https://A.test:443/z")));
        for other in [
            "http://a.test/",
            "https://b.test/",
            "https://a.test:444/",
            "data:x",
        ] {
            assert!(!site.has(&url(other)), "{other}");
        }
        assert!(Site::of(&url("ftp://a.test/")).is_err());
        assert!(
            Site::of(&url("https://[::1]/"))
                .unwrap()
                .certified_name()
                .is_ok()
        );
    }

    proptest! {
        #[test]
        fn nowhere_that_an_answer_leads_breaks_the_reader(location in ".{0,60}") {
            let here = Url::parse("https://a.test/").unwrap();
            if let Ok(url) = here.join(&location)
                && let Ok(site) = Site::of(&url)
            {
                prop_assert!(site.has(&url));
                let _ = site.certified_name();
            }
        }
    }
}
