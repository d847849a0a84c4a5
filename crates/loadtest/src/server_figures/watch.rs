//! Looks at the metrics of a server's instances while a run lasts.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::task::{AbortHandle, spawn_local};
use tokio::time::{Instant, sleep_until, timeout};
use url::Url;

use super::ServerRow;
use super::reading::{Change, Reading};
use crate::target::{Target, TargetError};
use crate::wire::{Ask, Client, Connect, Fault, Keep, Meter, Tcp, Trust};

/// More rows than this become half as many; from then on instances are asked half as often.
const ROWS_MAX: usize = 3_600;
const METRICS_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// A server that is busy may take its time; the others are not waited for longer.
const ANSWER_MAX: Duration = Duration::from_secs(3);

/// One process that tells its metrics.
pub(crate) struct Instance<C: Connect> {
    url: Url,
    client: Client<C>,
    before: Option<(Instant, Reading)>,
}

/// Instances that are being looked at.
pub(crate) struct Watch {
    seen: Rc<RefCell<Seen>>,
    looking: AbortHandle,
}

/// What they have told.
#[derive(Debug)]
struct Seen {
    step_s: u32,
    rows: Vec<ServerRow>,
    /// Why instances did not tell, and how often.
    failures: BTreeMap<String, u64>,
}

impl Instance<Tcp> {
    /// Looks an address of metrics up. Without a path they are where they are everywhere.
    pub(crate) fn find(url: &str, trust: &Trust) -> Result<Self, TargetError> {
        let target = Target::find_page(url, &[], trust)?;
        let client = target.client(0, None, &Meter::default());
        let mut url = target.url;
        if url.path() == "/" {
            url.set_path("/metrics");
        }
        Ok(Self::new(url, client))
    }
}

impl<C: Connect> Instance<C> {
    fn new(url: Url, client: Client<C>) -> Self {
        Self {
            url,
            client,
            before: None,
        }
    }

    /// What has happened since it was asked before.
    async fn look(&mut self) -> Result<Option<Change>, Fault> {
        let ask = Ask::get(&self.url, None, Keep::Text(METRICS_BYTES_MAX)).compressed();
        let asking = timeout(ANSWER_MAX, self.client.ask(&ask, |_so_far| None));
        let answer = asking.await.map_err(|_elapsed| Fault::Timeout)??;
        let text = String::from_utf8_lossy(&answer.text);
        let reading = Reading::of(&text);
        let reading = reading.ok_or(Fault::Unusable("it holds no metric that is known"))?;
        let now = Instant::now();
        let change = self
            .before
            .as_ref()
            .map(|(at, before)| reading.since(before, now - *at));
        self.before = Some((now, reading));
        Ok(change)
    }
}

impl Watch {
    /// Looks at all instances each second from the beginning of a run on, until it is told to end.
    pub(crate) fn begin<C: Connect + 'static>(instances: Vec<Instance<C>>, epoch: Instant) -> Self {
        let seen = Rc::new(RefCell::new(Seen::default()));
        let looking = spawn_local(look(instances, epoch, Rc::clone(&seen)));
        Self {
            seen,
            looking: looking.abort_handle(),
        }
    }

    /// What was told last.
    pub(crate) fn latest(&self) -> Option<ServerRow> {
        self.seen.borrow().rows.last().copied()
    }

    /// How often an instance did not tell.
    pub(crate) fn failures(&self) -> u64 {
        self.seen.borrow().failures.values().sum()
    }

    /// Nobody is looked at any more.
    pub(crate) fn stop(&self) {
        self.looking.abort();
    }

    /// Everything that was told, and why what is missing was not.
    pub(crate) fn end(self) -> (Vec<ServerRow>, Vec<String>) {
        self.stop();
        let seen = self.seen.take();
        let notes = seen.failures.iter().map(|(reason, count)| match count {
            1 => format!("{reason} (once)"),
            _ => format!("{reason} ({count} times)"),
        });
        let mut notes: Vec<String> = notes.collect();
        if seen.rows.is_empty() && notes.is_empty() {
            notes.push("the server told nothing of itself before the end".to_owned());
        }
        (seen.rows, notes)
    }
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            step_s: 1,
            rows: Vec::new(),
            failures: BTreeMap::new(),
        }
    }
}

impl Seen {
    fn push(&mut self, row: ServerRow) {
        self.rows.push(row);
        if ROWS_MAX < self.rows.len() {
            self.step_s *= 2;
            let pairs = self.rows.chunks(2).filter_map(|pair| match pair {
                [first, second] => Some(first.then(second)),
                alone => alone.first().copied(),
            });
            self.rows = pairs.collect();
        }
    }
}

async fn look<C: Connect>(
    mut instances: Vec<Instance<C>>,
    epoch: Instant,
    seen: Rc<RefCell<Seen>>,
) {
    let mut second = 0;
    loop {
        sleep_until(epoch + Duration::from_secs(second)).await;
        let told = join_all(instances.iter_mut().map(Instance::look)).await;
        let mut seen = seen.borrow_mut();
        let mut all: Option<Change> = None;
        for (instance, told) in instances.iter().zip(told) {
            match told {
                Ok(None) => {}
                Ok(Some(change)) => all.get_or_insert_default().add(&change),
                Err(fault) => {
                    let reason = format!("{}: {fault}", instance.url);
                    *seen.failures.entry(reason).or_default() += 1;
                }
            }
        }
        if let Some(all) = all {
            let second = u32::try_from(second).unwrap_or(u32::MAX);
            seen.push(ServerRow::new(second, &all));
        }
        // Where the answers took longer than a second, those that passed are left out.
        let step = u64::from(seen.step_s);
        let passed = epoch.elapsed().as_secs().max(second);
        second = (passed / step + 1) * step;
    }
}

impl ServerRow {
    fn new(second: u32, change: &Change) -> Self {
        let ms = |share| change.durations.quantile(share).unwrap_or_default() * 1_000.0;
        Self {
            second,
            cpu_cores: change.cpu_cores,
            memory_bytes: whole(change.memory_bytes),
            requests_per_s: change.requests_per_s,
            response_p50_ms: ms(0.50),
            response_p99_ms: ms(0.99),
            active_plays: change.active_plays,
        }
    }

    /// Two stretches of the same length as one: the mean of rates, the worse of what has no mean.
    fn then(&self, later: &Self) -> Self {
        Self {
            second: later.second,
            cpu_cores: f64::midpoint(self.cpu_cores, later.cpu_cores),
            memory_bytes: self.memory_bytes.max(later.memory_bytes),
            requests_per_s: f64::midpoint(self.requests_per_s, later.requests_per_s),
            response_p50_ms: self.response_p50_ms.max(later.response_p50_ms),
            response_p99_ms: self.response_p99_ms.max(later.response_p99_ms),
            active_plays: later.active_plays.or(self.active_plays),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "memory is not negative, and no machine has 2^64 bytes of it"
)]
fn whole(bytes: f64) -> u64 {
    bytes.max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use tokio::task::LocalSet;

    use super::*;
    use crate::scripted::{Reply, Scripted};
    use crate::wire::Link;

    fn instance(server: &Scripted) -> Instance<Scripted> {
        let url = Url::parse("http://a.test/metrics").unwrap();
        let client = Client::new(server.clone(), Trust::default(), Link::new(None));
        Instance::new(url, client)
    }

    /// What is seen of servers in a time.
    async fn watch(
        servers: impl FnOnce() -> Vec<Scripted>,
        seconds: u64,
    ) -> (Vec<ServerRow>, Vec<String>) {
        let watching = LocalSet::new();
        watching
            .run_until(async {
                let servers = servers();
                let instances = servers.iter().map(instance).collect();
                let epoch = Instant::now();
                let watch = Watch::begin(instances, epoch);
                sleep_until(epoch + Duration::from_millis(seconds * 1_000 + 500)).await;
                watch.end()
            })
            .await
    }

    /// A server that computes half of the time and answers four requests a second.
    fn busy() -> Scripted {
        Scripted::new(|asked| {
            let at = asked.at.as_secs_f64();
            Reply::whole(format!(
                "process_cpu_seconds_total {}\nprocess_resident_memory_bytes 1000\nhttp_requests_total {}\n",
                at / 2.0,
                at * 4.0
            ))
        })
    }

    #[tokio::test(start_paused = true)]
    async fn instances_are_looked_at_each_second_and_added_up() {
        let (rows, notes) = watch(|| vec![busy(), busy()], 3).await;
        let seconds: Vec<u32> = rows.iter().map(|row| row.second).collect();
        assert_eq!((seconds, notes.len()), (vec![1, 2, 3], 0));
        for row in rows {
            assert!((row.cpu_cores - 1.0).abs() < 0.01, "{row:?}");
            assert!((row.requests_per_s - 8.0).abs() < 0.1, "{row:?}");
            assert_eq!((row.memory_bytes, row.active_plays), (2_000, None));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_silence_as_long_as_the_run_is_told() {
        let silent = || vec![Scripted::new(|_| Reply::whole("x").after(ANSWER_MAX * 2))];
        let (rows, notes) = watch(silent, 2).await;
        assert_eq!((rows.len(), notes.len()), (0, 1), "{notes:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_instance_that_does_not_tell_is_counted_and_holds_nobody_up_for_long() {
        let servers = || {
            let lazy = Scripted::new(|asked| match asked.at.as_secs() {
                2..4 => Reply::whole("process_cpu_seconds_total 1\n").after(ANSWER_MAX * 2),
                8.. => Reply::refusal(503, ""),
                _ => Reply::whole("process_cpu_seconds_total 1\n"),
            });
            vec![busy(), lazy]
        };
        let (rows, notes) = watch(servers, 9).await;
        let seconds: Vec<u32> = rows.iter().map(|row| row.second).collect();
        assert_eq!(seconds, [1, 2, 6, 7, 8, 9]);
        assert!(
            rows.iter().all(|row| (row.cpu_cores - 0.5).abs() < 0.01),
            "{rows:?}"
        );
        assert_eq!(
            notes,
            [
                "http://a.test/metrics: no answer came in time (once)",
                "http://a.test/metrics: the answer was 503 (2 times)",
            ]
        );
    }

    #[test]
    fn metrics_are_where_they_are_everywhere_unless_it_is_said() {
        let url = |text| {
            Instance::find(text, &Trust::default())
                .unwrap()
                .url
                .to_string()
        };
        assert_eq!(url("http://127.0.0.1:80"), "http://127.0.0.1/metrics");
        assert_eq!(url("http://127.0.0.1/a"), "http://127.0.0.1/a");
    }

    #[test]
    fn a_long_run_has_fewer_rows_of_longer_stretches() {
        let mut seen = Seen::default();
        let mut second = 0;
        while second < 10_000 {
            second += seen.step_s;
            seen.push(ServerRow {
                second,
                cpu_cores: 2.0,
                ..ServerRow::default()
            });
        }
        assert!(seen.rows.len() <= ROWS_MAX, "{}", seen.rows.len());
        assert_eq!(seen.step_s, 4);
        assert!(
            seen.rows
                .iter()
                .all(|row| (row.cpu_cores - 2.0).abs() < 1e-9)
        );
        assert!(seen.rows.is_sorted_by(|one, next| one.second < next.second));
    }
}
