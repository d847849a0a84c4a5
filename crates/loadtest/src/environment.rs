//! What a run was made with, and what it took of this machine.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// What a run was made with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Environment {
    /// Of this program.
    pub(crate) version: String,
    pub(crate) system: String,
    pub(crate) processor: String,
    /// How many processors this process may use.
    pub(crate) processors: usize,
    pub(crate) memory_bytes: u64,
}

impl Environment {
    pub(crate) fn read() -> Self {
        let system = rustix::system::uname();
        let text = |text: &std::ffi::CStr| text.to_string_lossy().into_owned();
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            system: format!("{} {}", text(system.sysname()), text(system.release())),
            processor: field("/proc/cpuinfo", "model name").unwrap_or_default(),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            memory_bytes: kibibytes("/proc/meminfo", "MemTotal"),
        }
    }
}

/// What this process has computed so far, all threads together.
pub(crate) fn cpu() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(now.tv_nsec).unwrap_or_default())
}

/// The most memory that this process has held; 0 where the system does not say it.
pub(crate) fn memory_bytes_max() -> u64 {
    kibibytes("/proc/self/status", "VmHWM")
}

fn kibibytes(file: &str, name: &str) -> u64 {
    let value = field(file, name);
    let number = value.and_then(|value| value.split_whitespace().next()?.parse().ok());
    number.map_or(0, |kibibytes: u64| kibibytes * 1024)
}

/// The first value of a name in a file of `name: value` lines.
fn field(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let values = text.lines().filter_map(|line| line.split_once(':'));
    let mut own = values.filter(|(key, _)| key.trim() == name);
    own.next().map(|(_, value)| value.trim().to_owned())
}
