//! People who read: pages and JSON at a pace, as a browser loads them.

mod assets;

use std::cell::RefCell;
use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, sleep_until, timeout};
use url::Url;

use crate::scenario::VisitorPlan;
use crate::session::Shared;
use crate::wire::{Ask, BODY_BYTES_MAX, Client, Connect, Failure, Fault, Keep};

/// How many connections a browser has to one server.
pub(crate) const CONNECTIONS_MAX: usize = 6;
const PAGE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// More than any page names.
const ASSETS_MAX: usize = 200;
/// How many addresses a browser remembers. What is beyond is loaded each time.
const CACHED_MAX: usize = 1_000;

/// A browser that shows pages of one server.
pub(crate) struct Browser<C: Connect> {
    /// One, and as many more as it needs.
    clients: Vec<Client<C>>,
    /// What it has and does not load again.
    cached: RefCell<HashSet<Url>>,
}

/// A visit from its due time to its end: each request is counted from when it was due.
pub(crate) async fn visit(shared: &Shared, plan: &VisitorPlan, number: u64, due: Duration) {
    let count = if plan.loads_assets {
        CONNECTIONS_MAX
    } else {
        1
    };
    let client = shared.target.client(number, plan.link, &shared.meter);
    let clients = (0..count).map(|_| client.beside());
    let mut browser = Browser::new(clients.collect());
    let paths = plan.paths.iter().cycle();
    for (request, path) in (0..plan.requests).zip(paths) {
        let due = due + Duration::from_secs_f64(plan.pace_s * f64::from(request));
        let due_at = shared.epoch + due;
        // Who still waits for an answer is late by the server.
        if Instant::now() < due_at {
            sleep_until(due_at).await;
            shared.note_lag(due);
        }
        let patience = Duration::from_secs_f64(plan.patience_s);
        let left = patience.saturating_sub(due_at.elapsed());
        let shown = browser
            .show(&shared.target.url, path, plan.loads_assets, left)
            .await;
        let took = waited(due_at.elapsed(), &shown, patience);
        let mut tally = shared.tally.borrow_mut();
        tally.response(took, shown.as_ref().err());
        if let Err(fault) = &shown {
            tally.show(fault, browser.failure(fault));
        }
    }
}

/// Who gets no answer has waited as long as people wait: a server that fails fast is not a fast one.
fn waited(took: Duration, shown: &Result<(), Fault>, patience: Duration) -> Duration {
    match shown {
        Ok(()) => took,
        Err(_fault) => took.max(patience),
    }
}

impl<C: Connect> Browser<C> {
    pub(crate) fn new(clients: Vec<Client<C>>) -> Self {
        Self {
            clients,
            cached: RefCell::default(),
        }
    }

    /// What went wrong when a fault ended a page.
    fn failure(&self, fault: &Fault) -> Option<&Failure> {
        let failures = self.clients.iter().filter_map(Client::failure);
        failures.rev().find(|failure| failure.kind == fault.kind())
    }

    /// Loads a page, and what it names. What is not there in time is given up.
    async fn show(
        &mut self,
        server: &Url,
        path: &str,
        with_assets: bool,
        patience: Duration,
    ) -> Result<(), Fault> {
        let shown = timeout(patience, self.load(server, path, with_assets, patience)).await;
        shown.unwrap_or(Err(Fault::Timeout))
    }

    async fn load(
        &mut self,
        server: &Url,
        path: &str,
        with_assets: bool,
        patience: Duration,
    ) -> Result<(), Fault> {
        let url = server.join(path);
        let url = url.map_err(|_error| Fault::Unusable("its path is none"))?;
        let keep = if with_assets {
            Keep::Text(PAGE_BYTES_MAX)
        } else {
            Keep::Nothing(BODY_BYTES_MAX)
        };
        let ask = Ask::get(&url, None, keep).compressed().within(patience);
        let Some(client) = self.clients.first_mut() else {
            return Ok(());
        };
        let page = client.ask(&ask, |_so_far| None).await?;
        if !with_assets {
            return Ok(());
        }
        let named = assets::named_in(&page.text, &url);
        let cached = &self.cached;
        let new = named
            .into_iter()
            .filter(|url| !cached.borrow().contains(url))
            .take(ASSETS_MAX);
        let queue = RefCell::new(new.collect::<VecDeque<Url>>());
        let loading = self
            .clients
            .iter_mut()
            .map(|client| load_from(client, &queue, cached, patience));
        join_all(loading).await.into_iter().collect()
    }
}

/// Loads one after the other until none is left.
async fn load_from<C: Connect>(
    client: &mut Client<C>,
    queue: &RefCell<VecDeque<Url>>,
    cached: &RefCell<HashSet<Url>>,
    patience: Duration,
) -> Result<(), Fault> {
    loop {
        let next = queue.borrow_mut().pop_front();
        let Some(url) = next else { return Ok(()) };
        let ask = Ask::get(&url, None, Keep::Nothing(BODY_BYTES_MAX))
            .compressed()
            .within(patience);
        client.ask(&ask, |_so_far| None).await?;
        let mut cached = cached.borrow_mut();
        if cached.len() < CACHED_MAX {
            cached.insert(url);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::LocalSet;

    use super::*;
    use crate::scripted::{Asked, Reply, Scripted};
    use crate::wire::{Link, Trust};

    const SERVER: &str = "http://music.test/";

    /// Shows a page again and again, with what it names; who waits has patience for a minute.
    async fn show(
        times: usize,
        script: impl Fn(&Asked) -> Reply + 'static,
    ) -> Vec<(String, Duration)> {
        let local = LocalSet::new();
        let showing = local.run_until(async move {
            let server = Scripted::new(script);
            let client = Client::new(server.clone(), Trust::default(), Link::new(None));
            let mut browser = Browser::new(vec![client.beside(), client.beside()]);
            let url = Url::parse(SERVER).unwrap();
            for _ in 0..times {
                let _ = browser.show(&url, "/", true, Duration::from_mins(1)).await;
            }
            let asked = server.asked().into_iter();
            asked.map(|asked| (asked.target, asked.at)).collect()
        });
        showing.await
    }

    #[tokio::test(start_paused = true)]
    async fn a_page_is_waited_for_as_long_as_a_person_does() {
        let asked = show(1, |asked| match asked.target.as_str() {
            "/" => Reply::whole("<script src=/a.js>").after(Duration::from_secs(40)),
            _ => Reply::whole("x"),
        });
        let late = ("/a.js".to_owned(), Duration::from_secs(40));
        assert_eq!(asked.await.last(), Some(&late));
    }

    #[tokio::test(start_paused = true)]
    async fn what_did_not_come_is_asked_for_again_and_what_came_is_not() {
        let asked = show(3, |asked| match asked.target.as_str() {
            "/" => Reply::whole("<script src=/a.js></script><script src=/b.js></script>"),
            "/a.js" if asked.at < Duration::from_mins(1) => {
                Reply::whole("x").after(Duration::from_mins(2))
            }
            _ => Reply::whole("x"),
        });
        let targets: Vec<_> = asked.await.into_iter().map(|(target, _)| target).collect();
        assert_eq!(targets, ["/", "/a.js", "/b.js", "/", "/a.js", "/"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_browser_remembers_no_more_than_a_number_of_addresses() {
        let local = LocalSet::new();
        let showing = local.run_until(async {
            let server = Scripted::new(|asked| {
                let name = |asset| format!("<script src={}/{asset}></script>", asked.target);
                Reply::whole((0..ASSETS_MAX).map(name).collect::<String>())
            });
            let client = Client::new(server, Trust::default(), Link::new(None));
            let mut browser = Browser::new(vec![client]);
            let url = Url::parse(SERVER).unwrap();
            for page in 0..=CACHED_MAX / ASSETS_MAX {
                let path = format!("/{page}");
                let shown = browser.show(&url, &path, true, Duration::from_mins(1));
                assert_eq!(shown.await, Ok(()));
            }
            browser.cached.borrow().len()
        });
        assert_eq!(showing.await, CACHED_MAX);
    }

    #[test]
    fn who_gets_no_answer_has_waited_as_long_as_people_wait() {
        let (soon, late) = (Duration::from_millis(3), Duration::from_secs(12));
        let patience = Duration::from_secs(10);
        assert_eq!(waited(soon, &Ok(()), patience), soon);
        assert_eq!(waited(soon, &Err(Fault::Refused), patience), patience);
        assert_eq!(waited(late, &Err(Fault::Timeout), patience), late);
    }
}
