//! A database that goes away, and comes back.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use testkit::{Answer, App, each_server};

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
