//! The time that all who share a database go by.

use std::time::{Duration, Instant};

use chassis::clock::Clock;
use chassis::lifecycle::Tasks;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use testkit::{each_database, each_server};

use crate::database::Nothing;

const HOUR: Duration = Duration::from_hours(1);
const HOUR_MS: i64 = 3_600_000;
const PATIENCE: Duration = Duration::from_mins(1);
const OFFSET: &str = "database_clock_offset_seconds ";

fn offset_s(registry: &Registry) -> Option<f64> {
    let mut text = String::new();
    encode(&mut text, registry).expect("a text");
    let value = text.lines().find_map(|line| line.strip_prefix(OFFSET))?;
    Some(value.parse().expect("a number"))
}

#[tokio::test]
async fn a_clock_goes_by_the_servers_whatever_the_machine_says() {
    each_server::<Nothing>(async |database, line| {
        let began_ms = Clock::system().now_ms();
        let machine = Clock::manual(began_ms - 2 * HOUR_MS);
        let clock = database.clock(&machine).await.unwrap();
        // The server runs on this machine: its time is between the two.
        let is_now =
            |clock: &Clock| (began_ms - 1..=Clock::system().now_ms() + 1).contains(&clock.now_ms());
        assert!(is_now(&clock), "{} {}", began_ms, clock.now_ms());

        // Somebody sets the machine: it is an hour behind now, and what follows it an hour ahead until it hears.
        machine.advance(HOUR);
        assert!(!is_now(&clock));
        let (tasks, mut registry) = (Tasks::default(), Registry::default());
        database.watch(&clock, &tasks, &mut registry);
        let started = Instant::now();
        while !is_now(&clock) {
            assert!(started.elapsed() < PATIENCE, "{}", clock.now_ms());
            tokio::task::yield_now().await;
        }
        while !offset_s(&registry).is_some_and(|seconds| (3_599.0..3_700.0).contains(&seconds)) {
            assert!(started.elapsed() < PATIENCE, "{:?}", offset_s(&registry));
            tokio::task::yield_now().await;
        }

        // While the server is away it goes on as it was.
        line.cut();
        let before_ms = clock.now_ms();
        machine.advance(HOUR);
        assert_eq!(clock.now_ms(), before_ms + HOUR_MS);
        assert!(database.clock(&machine).await.is_err());
        assert!(tasks.stop(PATIENCE).await);
    })
    .await;
}

#[tokio::test]
async fn an_embedded_database_has_the_time_of_the_machine() {
    each_database::<Nothing>(async |database| {
        if database.name() != "SQLite" {
            return;
        }
        let machine = Clock::manual(5);
        let clock = database.clock(&machine).await.unwrap();
        let (tasks, mut registry) = (Tasks::default(), Registry::default());
        database.watch(&clock, &tasks, &mut registry);
        machine.advance(Duration::from_millis(2));
        assert_eq!((clock.now_ms(), offset_s(&registry)), (7, None));
        assert!(tasks.stop(PATIENCE).await);
    })
    .await;
}
