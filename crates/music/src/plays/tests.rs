//! Plays over HTTP.

mod clocks;
mod recording;
mod summaries;

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, header};
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use testkit::{Answer, App};

use crate::Config;
use crate::store::entities::{chart_play, play, presence};
use crate::testing::{app_set_up, empty_app, insert_track};

const PLAYS: &str = "/api/music/v1/plays";

async fn create(app: &App, body: &Value) -> Answer {
    app.send_json(Method::POST, PLAYS, body).await
}

async fn started(app: &App, track_id: &str) -> Value {
    create(app, &json!({"track_id": track_id})).await.json()
}

async fn report(app: &App, play: &Value, heard_ms: i64, ended: bool) -> Answer {
    let path = format!("{PLAYS}/{}", play["id"].as_str().unwrap());
    let body = json!({"play_token": play["play_token"], "heard_ms": heard_ms, "ended": ended});
    app.send_json(Method::PUT, &path, &body).await
}

async fn is_counted(app: &App, play: &Value, heard_ms: i64) -> bool {
    report(app, play, heard_ms, false).await.json() == json!({"counted": true})
}

fn advance_s(app: &App, seconds: u64) {
    app.clock.advance(Duration::from_secs(seconds));
}

async fn with_track() -> App {
    let app = empty_app().await;
    insert_track(app.database.connection(), "long", 200_000).await;
    app
}

#[tokio::test]
async fn a_play_counts_after_30_seconds_and_only_then() {
    let app = with_track().await;
    let play = started(&app, "long").await;
    assert_eq!(play["qualifies_after_ms"], 30_000);
    advance_s(&app, 29);
    assert!(!is_counted(&app, &play, 29_000).await);
    advance_s(&app, 1);
    assert!(is_counted(&app, &play, 30_000).await);
}

#[tokio::test]
async fn half_of_a_short_track_counts() {
    let app = empty_app().await;
    insert_track(app.database.connection(), "short", 10_000).await;
    let play = started(&app, "short").await;
    advance_s(&app, 5);
    assert!(is_counted(&app, &play, 5_000).await);
}

#[tokio::test]
async fn a_report_that_claims_more_than_time_passed_is_refused() {
    let app = with_track().await;
    let play = started(&app, "long").await;
    let refused = report(&app, &play, 30_000, true).await;
    assert_eq!(refused.refusal(), (422, "music.heard_refused".to_owned()));
    advance_s(&app, 26);
    assert!(!is_counted(&app, &play, 30_000).await);
}

#[tokio::test]
async fn a_negative_or_endless_claim_is_refused() {
    let app = with_track().await;
    let play = started(&app, "long").await;
    for heard_ms in [-1, i64::MIN, i64::MAX, 86_400_001] {
        let refused = report(&app, &play, heard_ms, false).await;
        assert_eq!(refused.refusal(), (422, "music.heard_refused".to_owned()));
    }
}

#[tokio::test]
async fn reports_in_any_order_and_number_leave_the_same_behind() {
    let app = with_track().await;
    let play = started(&app, "long").await;
    advance_s(&app, 100);
    for heard_ms in [60_000, 30_000, 100_000, 100_000, 10_000, 60_000] {
        report(&app, &play, heard_ms, heard_ms == 100_000)
            .await
            .json();
    }
    let connection = app.database.connection();
    let plays = play::Entity::find().all(connection).await.unwrap();
    assert_eq!(plays.len(), 1);
    assert_eq!(plays[0].heard_ms, 100_000);
    assert!(plays[0].qualified_at_ms.is_some() && plays[0].ended_at_ms.is_some());
    assert_eq!(counted(&app).await, 1);
}

#[tokio::test]
async fn the_token_of_another_play_is_refused() {
    let app = with_track().await;
    let play = started(&app, "long").await;
    let mut other = started(&app, "long").await;
    other["play_token"] = play["play_token"].clone();
    let refused = report(&app, &other, 0, false).await;
    assert_eq!(
        refused.refusal(),
        (403, "music.play_token_refused".to_owned())
    );
}

#[tokio::test]
async fn an_unknown_track_cannot_be_played() {
    let app = empty_app().await;
    let refused = create(&app, &json!({"track_id": "none"})).await;
    assert_eq!(refused.refusal(), (404, "music.track_not_found".to_owned()));
}

#[tokio::test]
async fn a_browser_gets_its_cookie_once_and_counts_once_per_track_and_hour() {
    let app = with_track().await;
    let first = create(&app, &json!({"track_id": "long"})).await;
    let cookie = first
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let again = || {
        let request = Request::post(PLAYS)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::COOKIE, &cookie)
            .body(Body::from(r#"{"track_id":"long"}"#));
        app.send(request.unwrap())
    };
    let second = again().await;
    assert_eq!(second.header("set-cookie"), "");
    advance_s(&app, 31);
    for play in [first.json(), second.json()] {
        assert!(is_counted(&app, &play, 31_000).await);
    }
    assert_eq!(counted(&app).await, 1);
    let present = presence::Entity::find()
        .all(app.database.connection())
        .await;
    assert_eq!(present.unwrap().len(), 1);
    advance_s(&app, 3_600);
    let third = again().await.json();
    advance_s(&app, 31);
    assert!(is_counted(&app, &third, 31_000).await);
    assert_eq!(counted(&app).await, 2);
}

#[tokio::test]
async fn a_start_repeated_because_its_answer_was_lost_is_the_same_play_of_the_same_listener() {
    let app = with_track().await;
    insert_track(app.database.connection(), "other", 200_000).await;
    let body = json!({"track_id": "long", "key": "0a1b2c3d-0000-4000-8000-000000000001"});
    let lost = create(&app, &body).await;
    advance_s(&app, 10);
    let again = create(&app, &body).await;
    let (lost_play, play) = (lost.json(), again.json());
    assert_eq!(lost_play["id"], play["id"]);
    advance_s(&app, 31);
    assert!(is_counted(&app, &play, 31_000).await);
    assert!(is_counted(&app, &lost_play, 31_000).await);
    let connection = app.database.connection();
    let plays = play::Entity::find().all(connection).await.unwrap();
    assert_eq!((plays.len(), plays[0].heard_ms), (1, 31_000));
    let present = presence::Entity::find().all(connection).await.unwrap();
    assert_eq!((present.len(), counted(&app).await), (1, 1));
    let body = json!({"track_id": "other", "key": "0a1b2c3d-0000-4000-8000-000000000001"});
    assert_ne!(create(&app, &body).await.json()["id"], play["id"]);
}

#[tokio::test]
async fn a_key_that_is_no_uuid_is_refused() {
    let app = with_track().await;
    let refused = create(&app, &json!({"track_id": "long", "key": "1"})).await;
    assert_eq!(refused.refusal().0, 422);
}

#[tokio::test]
async fn a_network_that_begins_too_many_plays_is_told_when_to_come_again() {
    let mut config = Config::default();
    config.chart.limits.network_starts_per_minute_max = 2;
    let app = app_set_up(config).await;
    insert_track(app.database.connection(), "long", 200_000).await;
    let simulated = json!({"track_id": "long", "is_simulated": true});
    started(&app, "long").await;
    create(&app, &simulated).await.json();
    let refused = create(&app, &simulated).await;
    assert_eq!(refused.header("retry-after"), "60");
    assert_eq!(refused.refusal(), (429, "music.too_many_plays".to_owned()));
    advance_s(&app, 60);
    started(&app, "long").await;
    let plays = play::Entity::find().all(app.database.connection()).await;
    assert_eq!(plays.unwrap().len(), 3);
}

#[tokio::test]
async fn of_many_new_listeners_of_one_network_only_those_show_who_stay() {
    let app = with_track().await;
    let mut plays = Vec::new();
    for _ in 0..32 {
        plays.push(started(&app, "long").await);
    }
    let present = async || {
        let rows = presence::Entity::find().all(app.database.connection());
        rows.await.unwrap().len()
    };
    assert_eq!(present().await, 30);
    advance_s(&app, 29);
    report(&app, &plays[31], 29_000, false).await;
    assert_eq!(present().await, 30);
    advance_s(&app, 1);
    report(&app, &plays[31], 30_000, false).await;
    assert_eq!(present().await, 31);
}

#[tokio::test]
async fn plays_kept_back_for_a_day_have_the_limits_of_the_hour_they_are_reported_in() {
    let app = with_track().await;
    let mut plays = Vec::new();
    for _hour in 0..3 {
        for _ in 0..20 {
            plays.push(started(&app, "long").await);
        }
        advance_s(&app, 3_600);
    }
    for play in &plays {
        report(&app, play, 30_000, false).await;
    }
    assert_eq!(counted(&app).await, 20);
    // Reported again an hour later, they are still plays of that hour.
    advance_s(&app, 3_600);
    for play in &plays {
        report(&app, play, 60_000, false).await;
    }
    assert_eq!(counted(&app).await, 20);
}

#[tokio::test]
async fn a_simulated_play_is_recorded_and_does_not_chart() {
    let app = with_track().await;
    let body = json!({"track_id": "long", "is_simulated": true});
    let play = create(&app, &body).await.json();
    advance_s(&app, 31);
    assert!(!is_counted(&app, &play, 31_000).await);
    assert_eq!(counted(&app).await, 0);
    let connection = app.database.connection();
    assert!(
        presence::Entity::find()
            .all(connection)
            .await
            .unwrap()
            .is_empty()
    );
    let plays = play::Entity::find().all(connection).await.unwrap();
    assert_eq!((plays.len(), plays[0].is_simulated), (1, 1));
}

#[tokio::test]
async fn figures_tell_what_became_of_reports_and_nothing_of_who_sent_them() {
    let app = with_track().await;
    let play = started(&app, "long").await;
    report(&app, &play, 30_000, false).await;
    advance_s(&app, 30);
    report(&app, &play, 29_000, false).await;
    report(&app, &play, 30_000, false).await;
    report(&app, &play, 30_000, true).await;
    let metrics = app.metrics_text();
    for line in [
        "plays_started_total 1",
        "play_reports_total{outcome=\"refused\"} 1",
        "play_reports_total{outcome=\"recorded\"} 1",
        "play_reports_total{outcome=\"counted\"} 1",
        "play_reports_total{outcome=\"counted_before\"} 1",
    ] {
        assert!(metrics.contains(line), "{line} is missing in\n{metrics}");
    }
    let plays = play::Entity::find()
        .all(app.database.connection())
        .await
        .unwrap();
    assert!(!metrics.contains(&plays[0].listener_tag));
    assert!(!metrics.contains(play["id"].as_str().unwrap()));
}

async fn counted(app: &App) -> usize {
    let plays = chart_play::Entity::find()
        .all(app.database.connection())
        .await;
    plays.unwrap().len()
}
