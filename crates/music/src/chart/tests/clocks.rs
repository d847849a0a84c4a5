//! Replicas on machines whose clocks are minutes and days apart: all go by the clock of their database server.

use std::time::Duration;

use sea_orm::EntityTrait as _;
use testkit::each_server;

use super::*;
use crate::Migrator;
use crate::chart::computer::Computed;
use crate::store::entities::chart as charts;
use crate::testing::insert_track;

const HOURS: i64 = 3;
/// How far the machines' clocks are from the server's. The first would freeze a day of hours that are still to come.
const WRONG_MS: [i64; 4] = [24 * HOUR_MS, 0, 3 * MINUTE_MS, -24 * HOUR_MS];

#[tokio::test]
async fn each_hour_is_frozen_once_and_none_before_it_is_over() {
    each_server::<Migrator>(async |database, _line| {
        let now_ms = Clock::system().now_ms();
        let mut computers = Vec::new();
        for (wrong_ms, holder) in WRONG_MS.iter().zip(["a", "b", "c", "d"]) {
            let machine = Clock::manual(now_ms + wrong_ms);
            let clock = database.clock(&machine).await.unwrap();
            computers.push(computer(&database, &clock, holder));
        }
        let advance_ms = |by_ms: i64| {
            let by = Duration::from_millis(by_ms.unsigned_abs());
            for computer in &computers {
                computer.clock.advance(by);
            }
        };
        // Far from where a minute and an hour begin, on which they need not agree to the millisecond.
        advance_ms(HOUR_MS + HOUR_MS / 2 + MINUTE_MS / 2 - now_ms.rem_euclid(HOUR_MS));
        let server_ms = || computers[1].clock.now_ms();
        insert_track(database.connection(), "one", 200_000).await;
        count_plays(&database, &[("one", "kim", server_ms() - HOUR_MS)]).await;

        for hour in 0..HOURS {
            let mut found = Computed::default();
            for computer in computers.iter().chain(&computers) {
                let computed = computer.look().await.unwrap();
                assert!(
                    !(computed.is_current_new && found.is_current_new),
                    "computed twice"
                );
                found.is_current_new |= computed.is_current_new;
                found.hours_frozen += computed.hours_frozen;
                // The next one need not wait for its lease.
                computer.give_back().await.unwrap();
            }
            assert!(found.is_current_new);
            assert_eq!(found.hours_frozen, 1, "hour {hour}");
            advance_ms(HOUR_MS);
        }

        let rows = charts::Entity::find()
            .all(database.connection())
            .await
            .unwrap();
        let full_ms = server_ms() - server_ms().rem_euclid(HOUR_MS);
        let mut frozen_ms: Vec<i64> = rows
            .iter()
            .filter(|row| row.name != CURRENT)
            .map(|row| row.at_ms)
            .collect();
        frozen_ms.sort_unstable();
        let hours_ms: Vec<i64> = (1..=HOURS)
            .rev()
            .map(|ago| full_ms - ago * HOUR_MS)
            .collect();
        assert_eq!(frozen_ms, hours_ms);
    })
    .await;
}
