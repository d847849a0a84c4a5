//! Computes the chart: once a minute the current one, each full hour the one that stays.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use chassis::clock::Clock;
use chassis::lifecycle::Tasks;

use super::live::PRESENT_MS;
use super::metrics::Metrics;
use super::rules::{Entry, freeze, is_night, rank};
use super::{Settings, hour_name, read_entries};
use crate::plays::{HOUR_MS, forget_networks, hour_of};
use crate::store::{CURRENT, Lease, NewChart};
use crate::{Error, Store};

/// The name of the lease.
const LEASE: &str = "chart";
/// How long the lease holds without a sign of life from its holder.
const LEASE_MS: i64 = 30_000;
/// How often a process looks whether there is something to compute.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How often the current chart is computed.
pub(crate) const COMPUTE_EVERY_MS: i64 = 60_000;
/// How far ahead the clock of the process that computed before may have been. A chart from further ahead is computed
/// anew: one wrong clock must not stop the chart until that time comes.
const AHEAD_MAX_MS: i64 = 2 * COMPUTE_EVERY_MS;
/// How many missed hours are made up for after all processes were away; of older ones there is no chart.
const CATCH_UP_HOURS_MAX: i64 = 24;

/// Raw plays are kept for 30 days: long enough to look into a quarrel about last week's chart.
pub(crate) const PLAYS_KEPT_MS: i64 = 30 * 24 * HOUR_MS;
/// Charting plays are kept for two windows of 24 hours and those that catching up may need.
pub(crate) const CHART_PLAYS_KEPT_MS: i64 = 3 * 24 * HOUR_MS;
/// Listeners are kept for the window of 24 hours, and an hour for clocks that differ: hours are made up for before
/// anybody is forgotten.
const CHART_LISTENERS_KEPT_MS: i64 = 25 * HOUR_MS;
/// Hourly charts are kept for 400 days: the same day of last year can be looked up.
pub(crate) const HOURLY_CHARTS_KEPT_MS: i64 = 400 * 24 * HOUR_MS;

/// Computes the chart while it holds the lease.
#[derive(Debug)]
pub(crate) struct Computer {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) settings: Arc<Settings>,
    /// Names this process among those that share the lease.
    pub(crate) holder: String,
    pub(crate) metrics: Metrics,
    /// The hour in which this process last forgot what is old.
    pub(crate) pruned_hour: AtomicI64,
}

/// What one look led to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Computed {
    pub(crate) is_current_new: bool,
    pub(crate) hours_frozen: usize,
}

impl Computer {
    /// Looks again and again until the stop, then gives the lease back.
    pub(crate) async fn run(self, tasks: Tasks) {
        loop {
            if let Err(error) = self.look().await {
                self.metrics.compute_failures.inc();
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "could not compute the chart"
                );
            }
            if !tasks.pause(LOOK_EVERY).await {
                break;
            }
        }
        if let Err(error) = self.give_back().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "could not give the lease of the chart back"
            );
        }
    }

    /// Computes what is due, if this process holds the lease.
    pub(crate) async fn look(&self) -> Result<Computed, Error> {
        let Some(lease) = self.lease().await? else {
            return Ok(Computed::default());
        };
        let now_ms = self.clock.now_ms();
        let minute_ms = now_ms - now_ms.rem_euclid(COMPUTE_EVERY_MS);
        let computed_ms = self.store.find_current_chart_time().await?;
        let is_computed = minute_ms..=minute_ms + AHEAD_MAX_MS;
        if computed_ms.is_some_and(|computed_ms| is_computed.contains(&computed_ms)) {
            return Ok(Computed::default());
        }
        let started = Instant::now();
        // An hour that cannot be frozen is tried again each minute; the current chart does not wait for it.
        let frozen = self.freeze_hours(&lease, minute_ms).await;
        let is_current_new = self.compute_current(&lease, minute_ms).await?;
        let hours_frozen = frozen?;
        self.metrics
            .compute_seconds
            .observe(started.elapsed().as_secs_f64());
        // Whoever lost the lease computed nothing that anybody sees, and may have left hours to be made up for: what
        // they are counted from stays.
        if is_current_new {
            self.metrics.computed_at_seconds.set(minute_ms / 1_000);
            self.prune(minute_ms).await?;
        }
        Ok(Computed {
            is_current_new,
            hours_frozen,
        })
    }

    async fn lease(&self) -> Result<Option<Lease>, Error> {
        let now_ms = self.clock.now_ms();
        let until_ms = now_ms + LEASE_MS;
        Ok(self
            .store
            .acquire_lease(LEASE, &self.holder, now_ms, until_ms)
            .await?)
    }

    pub(super) async fn give_back(&self) -> Result<(), Error> {
        if let Some(lease) = self.lease().await? {
            self.store.release_lease(&lease).await?;
        }
        Ok(())
    }

    /// Freezes the hours that are full and have no chart yet, oldest first: each is the measure of the next.
    async fn freeze_hours(&self, lease: &Lease, now_ms: i64) -> Result<usize, Error> {
        let full_ms = now_ms - now_ms.rem_euclid(HOUR_MS);
        let last = self.store.find_hourly_chart_before(full_ms).await?;
        let oldest_ms = full_ms - (CATCH_UP_HOURS_MAX - 1) * HOUR_MS;
        let mut hour_ms = last
            .as_ref()
            .map_or(oldest_ms, |last| oldest_ms.max(last.at_ms + HOUR_MS));
        let mut has_charts = last.is_some();
        let mut frozen = 0;
        while hour_ms <= full_ms {
            let entries = freeze(self.entries(hour_ms, hour_ms - 1).await?);
            // Before the first play ever there is no history to keep.
            if has_charts || !entries.is_empty() {
                let name = hour_name(hour_ms);
                let chart = new_chart(&name, hour_ms, &entries)?;
                if !self
                    .store
                    .insert_hourly_chart(lease, self.until_ms(), chart)
                    .await?
                {
                    return Ok(frozen);
                }
                has_charts = true;
                self.metrics.hours_frozen.inc();
                frozen += 1;
            }
            hour_ms += HOUR_MS;
        }
        Ok(frozen)
    }

    async fn compute_current(&self, lease: &Lease, at_ms: i64) -> Result<bool, Error> {
        let entries = self.entries(at_ms, at_ms).await?;
        let chart = new_chart(CURRENT, at_ms, &entries)?;
        Ok(self
            .store
            .update_current_chart(lease, self.until_ms(), chart)
            .await?)
    }

    /// Ranks what counted until `at_ms` against the last hourly chart at or before `before_ms`.
    async fn entries(&self, at_ms: i64, before_ms: i64) -> Result<Vec<Entry>, Error> {
        let counted = self.store.count_listeners(at_ms).await?;
        self.store.insert_chart_tracks(&counted.new_tracks).await?;
        let before = match self.store.find_hourly_chart_before(before_ms).await? {
            Some(before) => read_entries(&before.entries)?,
            None => Vec::new(),
        };
        let is_night = is_night(at_ms, &self.settings.time_zone);
        Ok(rank(counted.counts, is_night, &before, &counted.past))
    }

    /// Forgets what has been counted: listeners who left each minute, the rest once an hour.
    async fn prune(&self, now_ms: i64) -> Result<(), Error> {
        self.store.delete_presences(now_ms - PRESENT_MS).await?;
        let hour = hour_of(now_ms);
        if self.pruned_hour.load(Ordering::Relaxed) != hour {
            forget_networks(&self.store, now_ms).await?;
            self.store
                .delete_plays_started_before(now_ms - PLAYS_KEPT_MS)
                .await?;
            self.store
                .delete_chart_plays_counted_before(now_ms - CHART_PLAYS_KEPT_MS)
                .await?;
            self.store
                .delete_chart_listeners_counted_before(now_ms - CHART_LISTENERS_KEPT_MS)
                .await?;
            self.store
                .delete_hourly_charts_before(now_ms - HOURLY_CHARTS_KEPT_MS)
                .await?;
            self.pruned_hour.store(hour, Ordering::Relaxed);
        }
        Ok(())
    }

    fn until_ms(&self) -> i64 {
        self.clock.now_ms() + LEASE_MS
    }
}

fn new_chart<'a>(name: &'a str, at_ms: i64, entries: &'a [Entry]) -> Result<NewChart<'a>, Error> {
    Ok(NewChart {
        name,
        at_ms,
        entries,
        json: serde_json::to_string(entries).map_err(Error::StoredChart)?,
    })
}
