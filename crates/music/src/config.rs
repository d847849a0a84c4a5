use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chassis::config::{Reader, Section};
use jiff::tz::TimeZone;

use crate::delivery::MediaDelivery;
use crate::plays::PlayLimits;
use crate::{Limits, chart};

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// What can be configured of the service itself; where its database and objects are is not its business.
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) limits: Limits,
    pub(crate) media_delivery: MediaDelivery,
    pub(crate) chart: chart::Settings,
    /// How many tracks one process measures and transcodes at once.
    pub(crate) preparation_workers: usize,
}

impl Config {
    /// Reads the service's keys of the section `music`.
    pub fn read(section: &mut Section<'_>) -> Self {
        Self {
            limits: read_limits(section),
            media_delivery: MediaDelivery::read(section),
            chart: read_chart(section),
            preparation_workers: read_preparation_workers(section),
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::read(&mut Reader::of_defaults().section("music"))
    }
}

fn read_limits(section: &mut Section<'_>) -> Limits {
    let default = Limits::default();
    let cache_bytes = section.size(
        "media_cache",
        default.cache_bytes,
        MIB..=1024 * GIB,
        "Memory for audio and pictures that are asked for again.",
    );
    let in_flight_bytes = section.size(
        "media_in_flight",
        default.in_flight_bytes,
        MIB..=1024 * GIB,
        "Memory on top of that for what is being read or sent.",
    );
    let long_answers_max = section.count(
        "long_answers_max",
        u64::try_from(default.long_answers_max).unwrap_or(u64::MAX),
        1..=1_000_000,
        "How many answers of more than 1 MiB are sent at once, at most half of them to one network; more get 503 with Retry-After.",
    );
    let memory_wait = section.duration(
        "media_memory_wait",
        default.memory_wait,
        Duration::from_millis(1)..=Duration::from_secs(9),
        "How long a read waits for that memory before its request gets 503.",
    );
    Limits {
        cache_bytes,
        in_flight_bytes,
        memory_wait,
        long_answers_max: usize::try_from(long_answers_max).unwrap_or(usize::MAX),
    }
}

/// One, with low priority, leaves the rest of the machine to listeners.
fn read_preparation_workers(section: &mut Section<'_>) -> usize {
    let workers = section.count(
        "preparation_workers",
        1,
        0..=64,
        "How many tracks one process measures and transcodes at once, with low priority; 0 leaves it to others.",
    );
    usize::try_from(workers).unwrap_or(1)
}

fn read_chart(section: &mut Section<'_>) -> chart::Settings {
    let default = chart::Settings::default();
    let zone = section.parsed(
        "chart_time_zone",
        Zone(default.time_zone),
        "the name of a time zone such as \"Asia/Seoul\"",
        "Where the chart's clock hangs: pages show its times there, and from 01 to 07 there only the last 24 hours count.",
    );
    let simulated_plays_chart = section.switch(
        "simulated_plays_chart",
        default.simulated_plays_chart,
        "Whether plays that are marked as simulated chart, without any limit per network: for trying the product out.",
    );
    chart::Settings {
        time_zone: zone.0,
        simulated_plays_chart,
        limits: read_play_limits(section, default.limits),
    }
}

fn read_play_limits(section: &mut Section<'_>, default: PlayLimits) -> PlayLimits {
    let per_hour = 1..=1_000_000_000;
    PlayLimits {
        network_starts_per_minute_max: section.count(
            "network_starts_per_minute_max",
            default.network_starts_per_minute_max,
            1..=1_000_000_000,
            "How many plays may begin from one network (/24, /48) in a minute; more get 429 with Retry-After.",
        ),
        listener_plays_per_hour_max: section.count(
            "listener_plays_per_hour_max",
            default.listener_plays_per_hour_max,
            per_hour.clone(),
            "How many plays of one listener chart in a clock hour; more are recorded and do not chart.",
        ),
        network_plays_per_hour_max: section.count(
            "network_plays_per_hour_max",
            default.network_plays_per_hour_max,
            per_hour.clone(),
            "How many plays from one network (/24, /48) chart in a clock hour.",
        ),
        network_track_plays_per_hour_max: section.count(
            "network_track_plays_per_hour_max",
            default.network_track_plays_per_hour_max,
            per_hour,
            "How many plays of one track from one network (/24, /48) chart in a clock hour.",
        ),
    }
}

/// A time zone by its name.
struct Zone(TimeZone);

impl FromStr for Zone {
    type Err = jiff::Error;

    fn from_str(name: &str) -> Result<Self, jiff::Error> {
        TimeZone::get(name).map(Self)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.iana_name().unwrap_or("UTC"))
    }
}
