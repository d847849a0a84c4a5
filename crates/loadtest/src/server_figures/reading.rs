//! What one look at a server's metrics says, and what happened between two.

use std::time::Duration;

use super::exposition::samples;
use super::histogram::Buckets;

const CPU: &str = "process_cpu_seconds_total";
const MEMORY: &str = "process_resident_memory_bytes";
/// Histograms of how long answers took, the one of OpenTelemetry and of HaaS first.
const DURATIONS: [&str; 3] = [
    "http_server_request_duration_seconds",
    "http_request_duration_seconds",
    "http_server_requests_seconds",
];
/// Counters of answers, for servers without a histogram.
const REQUESTS: [&str; 2] = ["http_requests_total", "http_server_requests_total"];
/// How many listen: whatever service says it, under its own prefix. Those of HaaS are answers that are being sent.
const PLAYS: [&str; 4] = [
    "active_plays",
    "plays_active",
    "listening_now",
    "media_active_streams",
];

/// What a server had counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Reading {
    cpu_s: Option<f64>,
    memory_bytes: Option<f64>,
    requests: Option<f64>,
    durations: Buckets,
    active_plays: Option<f64>,
}

/// What a server did between two readings, and how it is now.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Change {
    pub(super) cpu_cores: f64,
    pub(super) memory_bytes: f64,
    pub(super) requests_per_s: f64,
    /// In seconds.
    pub(super) durations: Buckets,
    pub(super) active_plays: Option<f64>,
}

impl Reading {
    /// None where the text holds nothing that is known.
    pub(super) fn of(text: &str) -> Option<Self> {
        let mut reading = Self::default();
        let mut durations = DURATIONS.map(|name| (name, Buckets::default(), None));
        let mut requests = REQUESTS.map(|name| (name, None));
        let mut plays = PLAYS.map(|name| (name, None));
        for sample in samples(text).filter(|sample| sample.value.is_finite()) {
            let value = sample.value;
            match sample.name {
                CPU => add(&mut reading.cpu_s, value),
                MEMORY => add(&mut reading.memory_bytes, value),
                name => {
                    for (own, buckets, count) in &mut durations {
                        match name.strip_prefix(*own) {
                            Some("_count") => add(count, value),
                            Some("_bucket") => {
                                let bound = sample.label("le").and_then(|le| le.parse().ok());
                                buckets.add(bound.unwrap_or(f64::NAN), value);
                            }
                            _ => {}
                        }
                    }
                    for (own, count) in &mut requests {
                        if name == *own {
                            add(count, value);
                        }
                    }
                    for (own, count) in &mut plays {
                        if name.ends_with(*own) {
                            add(count, value);
                        }
                    }
                }
            }
        }
        let counted = requests.into_iter().find_map(|(_, count)| count);
        let mut known = durations
            .into_iter()
            .filter(|(_, buckets, _)| !buckets.is_empty());
        let (buckets, answered) = known
            .next()
            .map(|(_, buckets, count)| (buckets, count))
            .unwrap_or_default();
        reading.durations = buckets;
        reading.requests = answered.or(counted);
        reading.active_plays = plays.into_iter().find_map(|(_, count)| count);
        (reading != Self::default()).then_some(reading)
    }

    /// What happened since a reading.
    pub(super) fn since(&self, before: &Self, took: Duration) -> Change {
        let rate = |before: Option<f64>, now: Option<f64>| {
            let now = now.unwrap_or_default();
            let before = before.unwrap_or_default();
            // A counter that fell has begun anew.
            let more = if now < before { now } else { now - before };
            more / took.as_secs_f64().max(0.001)
        };
        Change {
            cpu_cores: rate(before.cpu_s, self.cpu_s),
            memory_bytes: self.memory_bytes.unwrap_or_default(),
            requests_per_s: rate(before.requests, self.requests),
            durations: self.durations.since(&before.durations),
            active_plays: self.active_plays,
        }
    }
}

impl Change {
    /// Adds what another instance did in the same time.
    pub(super) fn add(&mut self, other: &Self) {
        self.cpu_cores += other.cpu_cores;
        self.memory_bytes += other.memory_bytes;
        self.requests_per_s += other.requests_per_s;
        self.durations.add_all(&other.durations);
        if let Some(plays) = other.active_plays {
            add(&mut self.active_plays, plays);
        }
    }
}

fn add(sum: &mut Option<f64>, value: f64) {
    *sum = Some(sum.unwrap_or_default() + value);
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the numbers are exact in binary")]
mod tests {
    use super::*;

    const BEFORE: &str = "process_cpu_seconds_total 10.5\nprocess_resident_memory_bytes 1e8\n\
        music_media_active_streams 3\n\
        http_server_request_duration_seconds_count{code=\"200\"} 100\n\
        http_server_request_duration_seconds_bucket{code=\"200\",le=\"0.1\"} 90\n\
        http_server_request_duration_seconds_bucket{code=\"200\",le=\"+Inf\"} 100\n";
    const NOW: &str = "process_cpu_seconds_total 13.5\nprocess_resident_memory_bytes 2e8\n\
        music_media_active_streams 5\n\
        http_server_request_duration_seconds_count{code=\"200\"} 110\n\
        http_server_request_duration_seconds_bucket{code=\"200\",le=\"0.1\"} 100\n\
        http_server_request_duration_seconds_bucket{code=\"200\",le=\"+Inf\"} 110\n\
        http_server_request_duration_seconds_count{code=\"503\"} 10\n\
        http_server_request_duration_seconds_bucket{code=\"503\",le=\"0.1\"} 10\n\
        http_server_request_duration_seconds_bucket{code=\"503\",le=\"+Inf\"} 10\n";

    #[test]
    fn two_readings_tell_what_happened_between_them() {
        let [before, now] = [BEFORE, NOW].map(|text| Reading::of(text).unwrap());
        let mut change = now.since(&before, Duration::from_secs(2));
        assert_eq!(change.cpu_cores, 1.5);
        assert_eq!(change.memory_bytes, 2e8);
        assert_eq!(change.requests_per_s, 10.0);
        assert_eq!(change.active_plays, Some(5.0));
        assert_eq!(change.durations.quantile(0.5), Some(0.05));

        change.add(&now.since(&before, Duration::from_secs(2)));
        assert_eq!((change.cpu_cores, change.active_plays), (3.0, Some(10.0)));
        assert_eq!(change.durations.quantile(0.5), Some(0.05));
    }

    #[test]
    fn a_server_that_began_anew_has_no_less_than_nothing() {
        let [before, now] = [NOW, BEFORE].map(|text| Reading::of(text).unwrap());
        let change = now.since(&before, Duration::from_secs(1));
        assert_eq!((change.cpu_cores, change.requests_per_s), (10.5, 100.0));
        assert!(change.durations.quantile(0.99).is_some());
    }

    #[test]
    fn other_servers_are_understood_by_the_usual_names() {
        let reading = |requests: u32| {
            let text = format!(
                "http_requests_total{{code=\"200\"}} {requests}\nhttp_requests_total{{code=\"404\"}} 2\n\
                 http_request_duration_seconds_bucket{{le=\"0.5\"}} {requests}\n"
            );
            Reading::of(&text).unwrap()
        };
        let change = reading(30).since(&reading(10), Duration::from_secs(1));
        assert_eq!((change.requests_per_s, change.cpu_cores), (20.0, 0.0));
        assert_eq!(change.durations.quantile(1.0), Some(0.5));
        assert_eq!(change.active_plays, None);
        assert_eq!(Reading::of("<html>not found</html>"), None);
        assert_eq!(Reading::of("go_goroutines 3\n"), None);
    }
}
