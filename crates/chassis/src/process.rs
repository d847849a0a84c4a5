//! Metrics of the process itself, read from `/proc` when they are asked for.

use std::fs;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};

/// Linux tells processor time to programs in hundredths of a second on every architecture.
const TICKS_PER_SECOND: f64 = 100.0;

/// Registers the `process_…` metrics under their usual names.
pub fn register(registry: &mut Registry) {
    registry.register_collector(Box::new(Process));
}

#[derive(Debug)]
struct Process;

/// What `/proc` says of this process now.
#[derive(Debug, PartialEq)]
struct Reading {
    cpu_seconds: f64,
    start_time_seconds: f64,
    resident_bytes: f64,
    open_fds: f64,
    max_fds: f64,
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let Some(reading) = read() else {
            return Ok(());
        };
        let cpu = encoder.encode_descriptor(
            "process_cpu",
            "User and system processor time",
            Some(&Unit::Seconds),
            MetricType::Counter,
        )?;
        ConstCounter::new(reading.cpu_seconds).encode(cpu)?;
        let gauges = [
            (
                "process_resident_memory",
                "Resident memory",
                Some(Unit::Bytes),
                reading.resident_bytes,
            ),
            (
                "process_start_time",
                "Start of the process since 1970",
                Some(Unit::Seconds),
                reading.start_time_seconds,
            ),
            (
                "process_open_fds",
                "Open file descriptors",
                None,
                reading.open_fds,
            ),
            (
                "process_max_fds",
                "File descriptors that may be open",
                None,
                reading.max_fds,
            ),
        ];
        for (name, help, unit, value) in gauges {
            let gauge = encoder.encode_descriptor(name, help, unit.as_ref(), MetricType::Gauge)?;
            ConstGauge::new(value).encode(gauge)?;
        }
        Ok(())
    }
}

fn read() -> Option<Reading> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let system = fs::read_to_string("/proc/stat").ok()?;
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let (cpu_seconds, started_seconds) = times_of(&stat)?;
    let boot_seconds = number_after(&system, "btime")?;
    Some(Reading {
        cpu_seconds,
        start_time_seconds: boot_seconds + started_seconds,
        resident_bytes: number_after(&status, "VmRSS:")? * 1024.0,
        open_fds: count_fds()?,
        max_fds: number_after(&limits, "Max open files").unwrap_or(f64::INFINITY),
    })
}

/// Processor time and start after boot, in seconds. The name in parentheses may hold anything, so it is skipped.
fn times_of(stat: &str) -> Option<(f64, f64)> {
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |index: usize| fields.get(index)?.parse::<f64>().ok();
    let cpu_ticks = ticks(11)? + ticks(12)?;
    Some((cpu_ticks / TICKS_PER_SECOND, ticks(19)? / TICKS_PER_SECOND))
}

fn number_after(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

fn count_fds() -> Option<f64> {
    let count = fs::read_dir("/proc/self/fd").ok()?.count();
    u32::try_from(count).ok().map(f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_and_spaces_does_not_shift_the_fields() {
        let stat = "42 (a) b c) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20 0 9 0 12345 0";
        assert_eq!(times_of(stat), Some((2.0, 123.45)));
    }

    #[test]
    fn this_process_has_memory_and_a_start() {
        let mut registry = Registry::default();
        register(&mut registry);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        let names = [
            "process_cpu_seconds_total ",
            "process_resident_memory_bytes ",
            "process_start_time_seconds ",
            "process_open_fds ",
            "process_max_fds ",
        ];
        for name in names {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            let value: f64 = line
                .unwrap_or_else(|| panic!("no {name} in {text}"))
                .parse()
                .unwrap();
            assert!(value >= 0.0);
        }
    }
}
