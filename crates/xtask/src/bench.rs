//! `make bench`: speed and memory, measured on this machine and printed; what the database takes is also written down.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::databases::{self, MARIADB_URL, POSTGRES_URL};
use crate::failure::{Failure, Result, While};
use crate::subprocess::{self, lossy, not_started};
use crate::workspace::{Settings, Workspace};
use crate::{beside, build, bytes, footprint, jmeter, load, screen, speed};

/// Where the figures of the databases are kept.
const DOCUMENT: &str = "docs/benchmarks-databases.md";
const HEAD: &str = "\
# What the databases take

Written by `make bench ONLY=databases`, which measures search and lists at 100,000 tracks and the chart at 1,000,000 counted plays. Search
and lists are whole requests in process, JSON included; the databases are Debian's, on the same machine, with 128 MB of
memory each and nothing flushed to disk.
";

/// Each part with its name, by which `ONLY` asks for it.
type Part = (&'static str, fn(&Workspace) -> Result<()>);
const PARTS: [Part; 14] = [
    ("footprint", measure_footprint),
    ("bytes", measure_bytes),
    ("databases", ask_databases),
    ("speed ratios", |workspace| {
        speed::bench_ratios(workspace, &Machine::read()?.to_string())
    }),
    ("speed pod", |workspace| {
        speed::bench_pod(workspace, &Machine::read()?.to_string())
    }),
    ("speed store", |workspace| {
        speed::bench_store(workspace, &Machine::read()?.to_string())
    }),
    ("memory", |workspace| {
        speed::bench_memory(workspace, &Machine::read()?.to_string())
    }),
    ("soak", |workspace| {
        speed::bench_soak(workspace, &Machine::read()?.to_string())
    }),
    ("load table", |workspace| {
        load::bench_table(workspace, &Machine::read()?.to_string())
    }),
    ("load rates", |workspace| {
        load::bench_rates(workspace, &Machine::read()?.to_string())
    }),
    ("load generator", |workspace| {
        load::bench_generator(workspace, &Machine::read()?.to_string())
    }),
    ("load pages", |workspace| {
        load::bench_pages(workspace, &Machine::read()?.to_string())
    }),
    ("beside a browser", |workspace| {
        beside::measure(workspace, &Machine::read()?.to_string())
    }),
    ("jmeter", |workspace| {
        jmeter::bench(workspace, &Machine::read()?.to_string())
    }),
];

pub(crate) fn run(workspace: &Workspace, settings: &Settings) -> Result<()> {
    let only = settings.get("ONLY").unwrap_or_default();
    let mut wanted = PARTS
        .iter()
        .filter(|(name, _)| name.contains(only))
        .peekable();
    if wanted.peek().is_none() {
        let names = PARTS.map(|(name, _)| name).join(", ");
        return Err(
            Failure::new(format!("no part is called {only}")).how(format!("these are: {names}"))
        );
    }
    build::build(workspace)?;
    // A missed limit in one part hides no other part.
    let failures: Vec<Failure> = wanted
        .filter_map(|(_, part)| part(workspace).err())
        .collect();
    for failure in &failures {
        screen::failure(failure);
    }
    match failures.len() {
        0 => Ok(()),
        count => Err(Failure::new(format!("{count} parts failed, see above"))),
    }
}

/// `make bench-quick`: whether the comparison with other servers works, in a minute.
pub(crate) fn quick(workspace: &Workspace) -> Result<()> {
    build::build(workspace)?;
    speed::quick(workspace)
}

fn measure_footprint(workspace: &Workspace) -> Result<()> {
    screen::say("\nThe release binary");
    for line in footprint::measure(workspace)?.lines() {
        screen::say(&format!("  {line}"));
    }
    Ok(())
}

fn measure_bytes(workspace: &Workspace) -> Result<()> {
    screen::say("\nWhat is loaded (brotli, but for the binary)");
    for part in bytes::measure(workspace)? {
        screen::say(&format!("  {part}"));
    }
    Ok(())
}

/// Runs the bench of the music service on every kind of database, and keeps what it prints also when a limit is missed.
fn ask_databases(workspace: &Workspace) -> Result<()> {
    let postgres = databases::start_postgres(workspace)?;
    let mariadb = databases::start_mariadb(workspace)?;
    let machine = Machine::read()?;
    let words = ["bench", "-p", "music", "--features", "synthetic"];
    let mut bench = subprocess::cargo(workspace, &words);
    bench
        .args(["--bench", "database"])
        .env(POSTGRES_URL, &postgres.url)
        .env(MARIADB_URL, &mariadb.url)
        .stderr(Stdio::inherit());
    let output = bench
        .output()
        .map_err(|error| not_started(&bench, &error))?;
    let tables = lossy(&output.stdout);
    screen::say(&tables);
    if tables.trim().is_empty() {
        return Err(Failure::new("the bench of the databases printed nothing"));
    }
    let document = format!("{HEAD}\n{machine}\n\n{}\n", tables.trim());
    std::fs::write(workspace.path(DOCUMENT), document).while_doing(format!("write {DOCUMENT}"))?;
    if output.status.success() {
        return Ok(());
    }
    let last = tables.trim().lines().last().unwrap_or_default();
    Err(
        Failure::new(format!("a limit is missed. {last}")).how(format!(
            "measure again on a quiet machine, or see the tables in {DOCUMENT}"
        )),
    )
}

/// What the figures depend on.
struct Machine {
    date: String,
    cores: usize,
    processor: String,
    load: String,
}

impl Machine {
    fn read() -> Result<Self> {
        let date = subprocess::read(Command::new("date").args(["-u", "+%Y-%m-%d"]))?;
        let cores = std::thread::available_parallelism().while_doing("count the cores")?;
        let processors = read_proc("/proc/cpuinfo")?;
        let load = read_proc("/proc/loadavg")?;
        Ok(Self {
            date: date.trim().to_owned(),
            cores: cores.get(),
            processor: model(&processors).to_owned(),
            load: load.split(' ').next().unwrap_or_default().to_owned(),
        })
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            date,
            cores,
            processor,
            load,
        } = self;
        write!(
            f,
            "Measured on {date}: {cores} cores of {processor}; load {load} when it began (0 is a quiet machine)."
        )
    }
}

fn read_proc(path: &str) -> Result<String> {
    std::fs::read_to_string(Path::new(path)).while_doing(format!("read {path}"))
}

/// The first processor's name, where the kernel tells one.
fn model(processors: &str) -> &str {
    processors
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim() == "model name")
        .map_or("an unnamed processor", |(_, model)| model.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_processor_is_found() {
        let text = "processor\t: 0\nmodel name\t: Fast CPU @ 3.00GHz\nflags\t: fpu\n";
        assert_eq!(model(text), "Fast CPU @ 3.00GHz");
        assert_eq!(model("processor\t: 0\n"), "an unnamed processor");
    }
}
