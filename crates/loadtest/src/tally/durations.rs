//! Durations, of which percentiles are asked.

use std::time::Duration;

use hdrhistogram::Histogram;

/// Above everything that anybody waits for.
const LONGEST: Duration = Duration::from_hours(1);
const SIGNIFICANT_DIGITS: u8 = 3;
/// How many points of a distribution are told.
const POINTS: u32 = 200;

/// Durations from a microsecond to an hour, to a thousandth. Takes no room before the first one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Durations(Option<Box<Histogram<u64>>>);

impl Durations {
    pub(crate) fn record(&mut self, duration: Duration) {
        self.record_times(duration, 1);
    }

    pub(crate) fn record_times(&mut self, duration: Duration, times: u64) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let histogram = self.0.get_or_insert_with(|| Box::new(empty()));
        histogram.saturating_record_n(micros, times);
    }

    pub(crate) fn add(&mut self, other: &Self) {
        let Some(other) = &other.0 else { return };
        let histogram = self.0.get_or_insert_with(|| Box::new(empty()));
        histogram.add(other.as_ref()).expect("the same bounds");
    }

    /// The duration that such a share of all is not above; zero where there are none.
    pub(crate) fn quantile(&self, share: f64) -> Duration {
        let micros = self.0.as_ref().map(|all| all.value_at_quantile(share));
        Duration::from_micros(micros.unwrap_or_default())
    }

    pub(crate) fn max(&self) -> Duration {
        Duration::from_micros(self.0.as_ref().map(|all| all.max()).unwrap_or_default())
    }

    /// Each duration that was recorded, in seconds, with how often it was.
    pub(crate) fn counted(&self) -> impl Iterator<Item = (f64, u64)> {
        let recorded = self.0.iter().flat_map(|all| all.iter_recorded());
        recorded.map(|step| {
            let duration = Duration::from_micros(step.value_iterated_to());
            (duration.as_secs_f64(), step.count_since_last_iteration())
        })
    }

    /// The distribution: durations in milliseconds with the share of all that is not above each, ascending.
    pub(crate) fn cdf(&self) -> Vec<[f64; 2]> {
        if self.0.is_none() {
            return Vec::new();
        }
        let shares = (1..POINTS).map(|point| f64::from(point) / f64::from(POINTS));
        let mut points: Vec<[f64; 2]> = Vec::new();
        for share in shares.chain([0.999, 1.0]) {
            let ms = self.quantile(share).as_secs_f64() * 1_000.0;
            match points.last_mut() {
                Some(last) if last[0] >= ms => last[1] = share,
                _ => points.push([ms, share]),
            }
        }
        points
    }
}

fn empty() -> Histogram<u64> {
    let most = u64::try_from(LONGEST.as_micros()).unwrap_or(u64::MAX);
    let histogram = Histogram::new_with_bounds(1, most, SIGNIFICANT_DIGITS);
    histogram.expect("bounds that are constants and in order")
}
