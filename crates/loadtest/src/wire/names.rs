//! The addresses of servers, each looked up once in a run.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::lookup_host;
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;
use url::Host;

use super::site::Site;

/// Music lies on a few servers. More than these are looked up each time.
const NAMES_MAX: usize = 256;
/// How many addresses of a name are tried, and how long each.
const TRIED_MAX: usize = 8;
const TRY_MAX: Duration = Duration::from_secs(1);

type Found = Arc<OnceCell<SocketAddr>>;

/// What is known of names.
#[derive(Debug)]
pub(crate) struct Names(Mutex<Vec<(Site, Found)>>);

impl Names {
    /// One is known from the beginning.
    pub(crate) fn new(site: Site, address: SocketAddr) -> Self {
        let found = Arc::new(OnceCell::new_with(Some(address)));
        Self(Mutex::new(vec![(site, found)]))
    }

    /// Where a server is. Whoever comes while it is looked up waits for the same answer.
    pub(super) async fn find(&self, site: &Site) -> io::Result<SocketAddr> {
        let found = self.place_of(site);
        found.get_or_try_init(|| look_up(site)).await.copied()
    }

    fn place_of(&self, site: &Site) -> Found {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, found)) = known.iter().find(|(known, _)| known == site) {
            return Arc::clone(found);
        }
        let found = Found::default();
        if known.len() < NAMES_MAX {
            known.push((site.clone(), Arc::clone(&found)));
        }
        found
    }
}

async fn look_up(site: &Site) -> io::Result<SocketAddr> {
    let name = match &site.host {
        Host::Domain(name) => name,
        Host::Ipv4(address) => return Ok(((*address), site.port).into()),
        Host::Ipv6(address) => return Ok(((*address), site.port).into()),
    };
    let addresses = lookup_host((name.as_str(), site.port))
        .await
        .map_err(|error| io::Error::new(io::ErrorKind::NotFound, error))?;
    let addresses: Vec<SocketAddr> = addresses.collect();
    let found = spawn_blocking(move || first_that_answers(&addresses)).await?;
    found.ok_or_else(|| io::ErrorKind::NotFound.into())
}

/// Of the addresses of a name the first where somebody listens: `localhost` may be two, and a server be on one of them. Where
/// nobody does it is the first, which is not even tried where it is the only one.
pub(crate) fn first_that_answers(addresses: &[SocketAddr]) -> Option<SocketAddr> {
    let first = addresses.first().copied();
    if addresses.len() < 2 {
        return first;
    }
    let mut tried = addresses.iter().take(TRIED_MAX);
    let found = tried.find(|address| TcpStream::connect_timeout(address, TRY_MAX).is_ok());
    found.copied().or(first)
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::wire::Fault;

    #[tokio::test]
    async fn a_name_that_is_known_is_not_looked_up_and_one_that_is_none_leads_nowhere() {
        let site = |text: &str| Site::of(&Url::parse(text).unwrap()).unwrap();
        let address: SocketAddr = "192.0.2.1:80".parse().unwrap();
        let names = Names::new(site("http://music.test"), address);
        let found = names.find(&site("http://music.test/")).await.unwrap();
        assert_eq!(found, address);
        let found = names.find(&site("http://192.0.2.7:81")).await.unwrap();
        assert_eq!(found.to_string(), "192.0.2.7:81");
        let error = names.find(&site("http://nowhere.invalid")).await;
        let nowhere = Fault::Unusable("its name leads nowhere");
        assert_eq!(Fault::from(error.unwrap_err()), nowhere);
    }

    #[test]
    fn of_many_addresses_the_first_is_taken_where_somebody_listens() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let open = listener.local_addr().unwrap();
        let closed = |text: &str| SocketAddr::new(text.parse().unwrap(), open.port());
        let [first, second] = ["::1", "127.0.0.9"].map(closed);
        assert_eq!(first_that_answers(&[first, second, open]), Some(open));
        assert_eq!(first_that_answers(&[first, second]), Some(first));
        assert_eq!(first_that_answers(&[second]), Some(second));
        assert_eq!(first_that_answers(&[]), None);
    }
}
