//! How fast the program starts and how much memory it holds.

use std::time::Duration;

use crate::failure::{Failure, Result, While};
use crate::server::Server;
use crate::workspace::Workspace;

const STARTS: usize = 5;
const CONNECTIONS: u64 = 400;
/// Opened before the measurement, so that pools and buffers that exist once are not counted per connection.
const WARM_UP_CONNECTIONS: u64 = 40;

const START_GATE: Duration = Duration::from_millis(50);
const START_GOAL: Duration = Duration::from_millis(10);
const RESIDENT_BYTES_GATE: u64 = 40 << 20;
const RESIDENT_BYTES_GOAL: u64 = 20 << 20;
const CONNECTION_BYTES_GATE: u64 = 15 << 10;
const CONNECTION_BYTES_GOAL: u64 = 8 << 10;

/// What was measured, with goals and gates.
#[derive(Debug)]
pub(crate) struct Footprint {
    pub(crate) started_in: Duration,
    pub(crate) resident_bytes: u64,
    pub(crate) connection_bytes: u64,
}

/// Measures with an existing, empty library.
pub(crate) fn measure(workspace: &Workspace) -> Result<Footprint> {
    let data = workspace.own("footprint")?;
    // The first start makes the database and is not measured.
    drop(Server::start(workspace, &data)?);
    let mut times = Vec::new();
    for _ in 0..STARTS {
        times.push(Server::start(workspace, &data)?.started_in);
    }
    times.sort_unstable();

    let server = Server::start(workspace, &data)?;
    let resident_bytes = server.resident_bytes()?;
    let mut idle = Vec::new();
    for _ in 0..WARM_UP_CONNECTIONS {
        idle.push(server.get("/music")?);
    }
    let before = server.resident_bytes()?;
    for _ in 0..CONNECTIONS {
        idle.push(server.get("/music")?);
    }
    let grown = server.resident_bytes()?.saturating_sub(before);
    drop(idle);
    drop(server);
    std::fs::remove_dir_all(&data).while_doing("remove the measured library")?;
    let started_in = times.get(STARTS / 2).copied().unwrap_or_default();
    Ok(Footprint {
        started_in,
        resident_bytes,
        connection_bytes: grown / CONNECTIONS,
    })
}

/// A size in a unit with one decimal.
fn tenths(bytes: u64, unit: u64, name: &str) -> String {
    let tenths = (bytes * 10 + unit / 2) / unit;
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

impl Footprint {
    /// One line for each figure.
    pub(crate) fn lines(&self) -> [String; 3] {
        let kib = |bytes: u64| tenths(bytes, 1 << 10, "KiB");
        let mib = |bytes: u64| tenths(bytes, 1 << 20, "MiB");
        let ms = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1000.0);
        let line = |name: &str, found: String, goal: String, gate: String| {
            format!("{name:<36}{found:>10}   goal {goal}, gate {gate}")
        };
        [
            line(
                "start to first answer (median of 5)",
                ms(self.started_in),
                ms(START_GOAL),
                ms(START_GATE),
            ),
            line(
                "resident memory when idle",
                mib(self.resident_bytes),
                mib(RESIDENT_BYTES_GOAL),
                mib(RESIDENT_BYTES_GATE),
            ),
            line(
                "memory per idle connection",
                kib(self.connection_bytes),
                kib(CONNECTION_BYTES_GOAL),
                kib(CONNECTION_BYTES_GATE),
            ),
        ]
    }

    /// An error when a gate does not hold.
    pub(crate) fn check(&self) -> Result<()> {
        let holds = self.started_in <= START_GATE
            && self.resident_bytes <= RESIDENT_BYTES_GATE
            && self.connection_bytes <= CONNECTION_BYTES_GATE;
        if holds {
            return Ok(());
        }
        Err(Failure::new(format!(
            "a gate does not hold:\n  {}",
            self.lines().join("\n  ")
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn footprint(connection_bytes: u64) -> Footprint {
        let started_in = Duration::from_millis(8);
        Footprint {
            started_in,
            resident_bytes: 18 << 20,
            connection_bytes,
        }
    }

    #[test]
    fn a_size_has_one_decimal() {
        assert_eq!(tenths(8191, 1 << 10, "KiB"), "8.0 KiB");
        assert_eq!(tenths(1_600_000, 1 << 20, "MiB"), "1.5 MiB");
    }

    #[test]
    fn a_gate_that_does_not_hold_is_an_error_with_the_figures() {
        assert!(footprint(15 << 10).check().is_ok());
        let failure = footprint(16 << 10).check().unwrap_err();
        assert!(failure.what.contains("16.0 KiB"), "{failure}");
    }
}
