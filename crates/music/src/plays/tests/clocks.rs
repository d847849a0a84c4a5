//! A play that begins on one machine and is reported to others whose clocks are minutes and days from its own.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use chassis::clock::Clock;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use testkit::{App, each_server};

use super::{create, report};
use crate::Config;
use crate::Migrator;
use crate::store::entities::{chart_play, play};
use crate::testing::insert_track;

const HOUR_MS: i64 = 3_600_000;
const WRONG_MS: [i64; 3] = [24 * HOUR_MS, -24 * HOUR_MS, 180_000];
const PATIENCE: Duration = Duration::from_mins(1);

/// Reports until the play counts; time goes on for all.
async fn until_counted(apps: &[App], at: usize, play: &Value) {
    let started = Instant::now();
    loop {
        let answer = report(&apps[at], play, 30_000, false).await;
        if answer.status == StatusCode::OK && answer.json()["counted"] == true {
            return;
        }
        assert!(started.elapsed() < PATIENCE, "{}", answer.text());
        for app in apps {
            app.clock.advance(Duration::from_secs(30));
        }
    }
}

#[tokio::test]
async fn any_machine_counts_a_play_that_began_on_another_and_shows_who_listens() {
    each_server::<Migrator>(async |database, _line| {
        let now_ms = Clock::system().now_ms();
        let mut apps = Vec::new();
        for wrong_ms in WRONG_MS {
            let machine = Clock::manual(now_ms + wrong_ms);
            let clock = database.clock(&machine).await.unwrap();
            let folder = tempfile::tempdir().unwrap();
            apps.push(App::start_at(folder, database.clone(), clock, |context| {
                crate::start(context, &Config::default())
            }));
        }
        insert_track(database.connection(), "long", 200_000).await;

        let mut begun = Vec::new();
        for (at, app) in apps.iter().enumerate() {
            let play = create(app, &json!({"track_id": "long"})).await.json();
            for other in (at + 1..=at + apps.len()).map(|other| other % apps.len()) {
                until_counted(&apps, other, &play).await;
            }
            begun.push(play);
        }
        let plays = play::Entity::find()
            .all(database.connection())
            .await
            .unwrap();
        assert_eq!(plays.len(), apps.len());
        let counted = chart_play::Entity::find().all(database.connection()).await;
        let counted = counted.unwrap();
        assert_eq!(counted.len(), apps.len());
        let is_now = |at_ms: i64| at_ms.abs_diff(now_ms) < 3_600_000;
        assert!(
            counted.iter().all(|row| is_now(row.counted_at_ms)),
            "{counted:?}"
        );
        assert!(
            plays.iter().all(|row| is_now(row.started_at_ms)),
            "{plays:?}"
        );
        for app in apps {
            // Nobody shows for longer than 90 seconds after a report, and the waiting above took more.
            for play in &begun {
                report(&app, play, 0, false).await.json();
            }
            let listening = app.get("/api/music/v1/listening").await.json();
            assert_eq!(listening["listener_count"], 3, "{listening}");
            let told = app.metrics_text();
            let offset = told
                .lines()
                .find(|line| line.starts_with("database_clock_offset_seconds"));
            assert!(offset.is_some(), "{told}");
            app.stop().await;
        }
    })
    .await;
}
