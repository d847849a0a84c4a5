//! What the database is asked most, at the size the product promises: search and lists at 100,000 tracks, the chart at
//! 1,000,000 counted plays, on every database there is.
//!
//! `cargo bench -p music --features synthetic --bench database`; PostgreSQL and MariaDB where the variables of
//! `testkit::each_database` name them, which `make bench` starts. Names of parts (`-- search lists`) measure these only.
//! Prints Markdown; ends with an error when a limit is passed.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::expect_used,
    reason = "a bench prints, and what fails ends it"
)]

mod chart;
mod lists;
mod search;
mod table;

use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Instant;

use chassis::clock::Clock;
use chassis::database::Database;
use testkit::App;

const TRACKS: usize = 100_000;
const PLAYS: usize = 1_000_000;
const CHARTING_TRACKS: usize = 10_000;
/// 2026-01-01T00:00:00Z.
const NOW_MS: i64 = 1_767_225_600_000;

const PARTS: [&str; 3] = ["search", "lists", "chart"];

fn main() -> ExitCode {
    if let Some(unknown) = named_parts().find(|part| !PARTS.contains(&part.as_str())) {
        eprintln!(
            "there is no part {unknown:?}; there are {}",
            PARTS.join(", ")
        );
        return ExitCode::FAILURE;
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let missed = Mutex::new(Vec::new());
    runtime.block_on(testkit::each_database::<music::Migrator>(
        async |database| {
            let of_database = bench(database).await;
            missed.lock().expect("not poisoned").extend(of_database);
        },
    ));
    let missed = missed.into_inner().expect("not poisoned");
    if missed.is_empty() {
        println!("\nEvery limit is kept.");
        return ExitCode::SUCCESS;
    }
    println!("\nMissed: {}.", missed.join("; "));
    ExitCode::FAILURE
}

/// Prints the tables of one database, and gives the limits it missed.
async fn bench(database: Database) -> Vec<String> {
    let name = database.name();
    let started = Instant::now();
    music::synthetic::seed(&database, TRACKS, &Clock::manual(NOW_MS))
        .await
        .expect("a seeded database");
    eprintln!(
        "{name}: {TRACKS} tracks written in {:.0?}",
        started.elapsed()
    );
    let folder = tempfile::tempdir().expect("a folder");
    let app = App::start_on(folder, database.clone(), |context| {
        music::start(context, &music::Config::default())
    });
    println!("\n## {name}");
    let mut missed = Vec::new();
    if is_asked("search") {
        missed.extend(search::bench(&app).await);
    }
    if is_asked("lists") {
        missed.extend(lists::bench(&app).await);
    }
    // Nothing else counts while the chart is counted.
    app.stop().await;
    if is_asked("chart") {
        missed.extend(chart::bench(&database).await);
    }
    missed
        .into_iter()
        .map(|missed| format!("{name}, {missed}"))
        .collect()
}

/// The parts that the command line names. Cargo adds options of its own.
fn named_parts() -> impl Iterator<Item = String> {
    let arguments = std::env::args().skip(1);
    arguments.filter(|argument| !argument.starts_with('-'))
}

/// Whether a part is named, or none.
fn is_asked(part: &str) -> bool {
    let mut named = named_parts().peekable();
    named.peek().is_none() || named.any(|named| named == part)
}
