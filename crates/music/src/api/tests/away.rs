//! A database that goes away, and comes back.

use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};
use futures_util::future::{join, join_all};
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use testkit::{Answer, App, each_server};

use crate::store::entities::{chart_play, play};
use crate::testing::insert_track;
use crate::{Config, Migrator};

const PATIENCE: Duration = Duration::from_mins(1);

async fn until(app: &App, path: &str, status: StatusCode) -> Answer {
    let started = Instant::now();
    loop {
        let answer = app.get(path).await;
        if answer.status == status {
            return answer;
        }
        assert!(started.elapsed() < PATIENCE, "{path}: {}", answer.status);
    }
}

async fn until_told(app: &App, line: &str) {
    let started = Instant::now();
    while !app.metrics_text().lines().any(|told| told == line) {
        assert!(started.elapsed() < PATIENCE, "{}", app.metrics_text());
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn without_its_database_a_service_says_when_to_come_again_and_recovers_by_itself() {
    each_server::<Migrator>(async |database, line| {
        let folder = tempfile::tempdir().unwrap();
        let app = App::start_on(folder, database, |context| {
            crate::start(context, &Config::default())
        });
        let (api, page) = ("/api/music/v1/tracks", "/music/albums");
        assert_eq!(app.get(api).await.status, StatusCode::OK);
        until_told(&app, "database_up 1").await;
        until_told(&app, "database_failures_total 0").await;

        line.cut();
        let answer = until(&app, api, StatusCode::SERVICE_UNAVAILABLE).await;
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert_eq!(answer.problem()["code"], "unavailable");
        assert!(answer.headers.contains_key("retry-after"));
        let answer = until(&app, page, StatusCode::SERVICE_UNAVAILABLE).await;
        assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8");
        assert!(answer.headers.contains_key("retry-after"));
        until_told(&app, "database_up 0").await;

        line.mend();
        until(&app, api, StatusCode::OK).await;
        until(&app, page, StatusCode::OK).await;
        until_told(&app, "database_up 1").await;
        app.stop().await;
    })
    .await;
}

const PLAYS: &str = "/api/music/v1/plays";

async fn report(app: &App, play: &Value) -> Answer {
    let path = format!("{PLAYS}/{}", play["id"].as_str().unwrap());
    let body = json!({"play_token": play["play_token"], "heard_ms": 30_000});
    app.send_json(Method::PUT, &path, &body).await
}

/// Whoever is answered 503 keeps what it has to say and says it again.
#[tokio::test]
async fn a_play_is_acknowledged_only_when_it_is_kept_and_counts_once_after_the_outage() {
    each_server::<Migrator>(async |database, line| {
        let folder = tempfile::tempdir().unwrap();
        let app = App::start_on(folder, database.clone(), |context| {
            crate::start(context, &Config::default())
        });
        insert_track(database.connection(), "long", 200_000).await;
        let start = |key: u8| {
            let key = format!("00000000-0000-4000-8000-0000000000{key:02}");
            json!({"track_id": "long", "key": key})
        };
        let mut plays = Vec::new();
        for key in 0..3 {
            plays.push(app.send_json(Method::POST, PLAYS, &start(key)).await.json());
        }
        app.clock.advance(Duration::from_secs(30));
        // One of them is acknowledged before the outage, and shown while it lasts.
        assert_eq!(
            report(&app, &plays[0]).await.json(),
            json!({"counted": true})
        );
        let (chart, listening) = ("/api/music/v1/chart", "/api/music/v1/listening");
        let show = async || {
            let (chart, listening) = join(app.get(chart), app.get(listening)).await;
            [chart.json(), listening.json()]
        };
        let shown = show().await;

        line.cut();
        // At once: each that is said in vain takes as long as one waits for a connection.
        let (mut refused, begun) = join(
            join_all(plays.iter().map(|play| report(&app, play))),
            app.send_json(Method::POST, PLAYS, &start(3)),
        )
        .await;
        refused.push(begun);
        for answer in refused {
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(answer.problem()["code"], "unavailable");
            assert!(answer.headers.contains_key("retry-after"));
        }
        app.clock.advance(Duration::from_secs(10));
        assert_eq!(
            shown,
            [app.get(chart).await.json(), app.get(listening).await.json()]
        );

        line.mend();
        until(&app, "/api/music/v1/tracks", StatusCode::OK).await;
        // What was refused is said again; and once more, because an answer may have been lost.
        for _ in 0..2 {
            plays.truncate(3);
            plays.push(app.send_json(Method::POST, PLAYS, &start(3)).await.json());
            app.clock.advance(Duration::from_secs(30));
            for play in &plays {
                assert_eq!(report(&app, play).await.json(), json!({"counted": true}));
            }
        }
        let rows = play::Entity::find()
            .all(database.connection())
            .await
            .unwrap();
        assert_eq!(rows.len(), 4);
        assert!(rows.iter().all(|row| row.heard_ms == 30_000), "{rows:?}");
        let counted = chart_play::Entity::find().all(database.connection()).await;
        assert_eq!(counted.unwrap().len(), 4);
        app.stop().await;
    })
    .await;
}
