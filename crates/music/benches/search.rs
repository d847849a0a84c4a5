//! How long search takes at 100,000 tracks: the whole request in process, JSON included, on every database there is.
//!
//! `cargo bench -p music --features synthetic --bench search`; PostgreSQL and MariaDB where the variables of
//! `testkit::each_database` name them. Ends with an error when the 95th percentile is above the limit.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a bench prints, and what fails ends it"
)]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use chassis::clock::Clock;
use chassis::database::Database;
use music::synthetic::{Typed, queries, seed};
use testkit::App;

const TRACKS: usize = 100_000;
const QUERIES_PER_KIND: usize = 60;
const P95_LIMIT: Duration = Duration::from_millis(20);

#[derive(Default)]
struct Series {
    times: Vec<Duration>,
    meant: usize,
    found: usize,
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let slow = Mutex::new(Vec::new());
    runtime.block_on(testkit::each_database::<music::Migrator>(
        async |database| {
            let name = format!("{:?}", database.backend());
            if P95_LIMIT < bench(&name, database).await {
                slow.lock().expect("not poisoned").push(name);
            }
        },
    ));
    let slow = slow.into_inner().expect("not poisoned");
    if slow.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!(
        "\nslower than {P95_LIMIT:?} at the 95th percentile: {}",
        slow.join(", ")
    );
    ExitCode::FAILURE
}

/// Prints a table, and gives the 95th percentile of all queries.
async fn bench(name: &str, database: Database) -> Duration {
    let started = Instant::now();
    let clock = Clock::manual(1_767_225_600_000);
    seed(&database, TRACKS, &clock)
        .await
        .expect("a seeded database");
    println!(
        "\n{name}: {TRACKS} tracks written and indexed in {:.1?}",
        started.elapsed()
    );
    let folder = tempfile::tempdir().expect("a folder");
    let app = App::start_on(folder, database, |context| {
        music::start(context, &music::Config::default())
    });
    let typed = queries(TRACKS, QUERIES_PER_KIND);
    let mut kinds: BTreeMap<&str, Series> = BTreeMap::new();
    for query in typed.iter().take(100) {
        ask(&app, query).await;
    }
    for query in &typed {
        let (time, is_found) = ask(&app, query).await;
        let series = kinds.entry(query.kind).or_default();
        series.times.push(time);
        series.meant += usize::from(query.meant.is_some());
        series.found += usize::from(is_found);
    }
    println!(
        "{:<32}{:>9}{:>9}{:>9}{:>14}",
        "milliseconds", "p50", "p95", "max", "found"
    );
    let mut all = Vec::new();
    for (kind, mut series) in kinds {
        all.extend(series.times.iter().copied());
        let found = match series.meant {
            0 => String::new(),
            meant => format!("{} of {meant}", series.found),
        };
        print_row(kind, &mut series.times, &found);
    }
    print_row("all", &mut all, "");
    app.stop().await;
    percentile(&all, 95)
}

async fn ask(app: &App, typed: &Typed) -> (Duration, bool) {
    let query: Vec<String> = typed
        .query
        .bytes()
        .map(|byte| format!("%{byte:02X}"))
        .collect();
    let path = format!("/api/music/v1/search?q={}", query.concat());
    let started = Instant::now();
    let answer = app.get(&path).await;
    let time = started.elapsed();
    let json = answer.json();
    let is_found = typed.meant.as_ref().is_some_and(|meant| {
        let tracks = json["tracks"].as_array().expect("tracks");
        tracks.iter().any(|track| track["title"] == meant.as_str())
    });
    (time, is_found)
}

fn print_row(name: &str, times: &mut [Duration], found: &str) {
    times.sort();
    let [p50, p95, max] =
        [50, 95, 100].map(|percent| percentile(times, percent).as_secs_f64() * 1e3);
    println!("{name:<32}{p50:>9.1}{p95:>9.1}{max:>9.1}{found:>14}");
}

/// Of sorted times.
fn percentile(times: &[Duration], percent: usize) -> Duration {
    let rank = (times.len() * percent).div_ceil(100).max(1) - 1;
    times.get(rank).copied().unwrap_or_default()
}
