//! The chart over HTTP.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use chassis::http::ClientNetwork;
use http_body_util::BodyExt as _;
use jiff::tz::TimeZone;
use serde_json::json;
use testkit::App;
use tower::ServiceExt as _;

use super::{computer, count_plays};
use crate::chart::events::{EVENTS_BEHIND_MAX, News, SUBSCRIBERS_PER_NETWORK_MAX};
use crate::testing::{app_set_up, empty_app, insert_track};
use crate::{Config, Store};

const CHART: &str = "/api/music/v1/chart";
const EVENTS: &str = "/api/music/v1/chart/events";

/// A chart of two tracks, computed an hour after the app started.
async fn app_with_chart() -> App {
    fill(empty_app().await).await
}

/// The same, with the chart's clock hanging somewhere else.
async fn app_with_chart_in(zone: &str) -> App {
    let mut config = Config::default();
    config.chart.time_zone = TimeZone::get(zone).unwrap();
    fill(app_set_up(config).await).await
}

async fn fill(app: App) -> App {
    for id in ["a", "b"] {
        insert_track(app.database.connection(), id, 200_000).await;
    }
    let at_ms = app.clock.now_ms() + 1;
    count_plays(
        &app.database,
        &[("a", "x", at_ms), ("a", "y", at_ms), ("b", "x", at_ms)],
    )
    .await;
    app.clock.advance(Duration::from_hours(1));
    computer(&app.database, &app.clock, "test")
        .look()
        .await
        .unwrap();
    // The app's own computer may have been first and may not be done.
    let store = Store::new(app.database.clone());
    let is_computed = async {
        while store.find_current_chart_time().await.unwrap() != Some(app.clock.now_ms()) {
            tokio::task::yield_now().await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(20), is_computed).await;
    in_time.expect("nobody computed the chart");
    app
}

#[tokio::test]
async fn without_plays_there_are_no_ranks_and_the_newest_tracks_are_shown() {
    let app = empty_app().await;
    insert_track(app.database.connection(), "a", 200_000).await;
    let chart = app.get(CHART).await.json();
    assert_eq!(chart["entries"], json!([]));
    assert_eq!(chart["fallback"][0]["id"], "a");
    assert_eq!(
        (&chart["is_live"], &chart["hour"]),
        (&json!(true), &json!(null))
    );
}

#[tokio::test]
async fn a_chart_shows_ranks_with_their_numbers_and_what_is_ranked_once() {
    let app = app_with_chart().await;
    insert_track(app.database.connection(), "c", 200_000).await;
    let chart = app.get(CHART).await.json();
    assert_eq!(chart["at"], "2026-11-23T06:00:00Z");
    // Two ranks do not fill a page.
    let fallback = chart["fallback"].as_array().unwrap();
    assert_eq!((fallback.len(), &fallback[0]["id"]), (1, &json!("c")));
    let page = app.get("/music").await;
    let page = page.text();
    assert!(page.find("data-id=\"b\"").unwrap() < page.find("data-id=\"c\"").unwrap());
    let entry = &chart["entries"][0];
    assert_eq!(
        (&entry["rank"], &entry["track"]["id"]),
        (&json!(1), &json!("a"))
    );
    assert_eq!(entry["listeners_24h"], 2);
    assert_eq!(entry["movement"], json!({"kind": "same", "by": 0}));
    assert_eq!(
        (&entry["peak_rank"], &entry["hours_on_chart"]),
        (&json!(1), &json!(1))
    );
}

#[tokio::test]
async fn a_past_hour_is_shown_and_an_hour_without_a_chart_is_not_found() {
    let app = app_with_chart().await;
    let past = app
        .get(&format!("{CHART}?hour=2026-11-23T06:00:00Z"))
        .await
        .json();
    assert_eq!(
        (&past["is_live"], &past["hour"]),
        (&json!(false), &json!("2026-11-23T06:00:00Z"))
    );
    assert_eq!(past["entries"][0]["movement"]["kind"], "new");
    let missing = app.get(&format!("{CHART}?hour=2026-11-23T03:00:00Z")).await;
    assert_eq!(missing.refusal(), (404, "music.chart_not_found".to_owned()));
    for wrong in [
        "2026-11-23T03:30:00Z",
        "2026-11-23T03:00:00.5Z",
        "yesterday",
        "",
    ] {
        let refused = app.get(&format!("{CHART}?hour={wrong}")).await;
        assert_eq!(refused.refusal(), (400, "invalid".to_owned()), "{wrong}");
    }
}

#[tokio::test]
async fn every_page_tells_the_time_of_the_configured_zone_and_names_hours_in_utc() {
    for (zone, shown, letters) in [
        ("Asia/Seoul", "2026-11-23 15:00", "KST"),
        ("Asia/Kolkata", "2026-11-23 11:30", "IST"),
        ("Asia/Kathmandu", "2026-11-23 11:45", "UTC+05:45"),
        ("America/St_Johns", "2026-11-23 02:30", "NST"),
    ] {
        let app = app_with_chart_in(zone).await;
        let english = async |path: &str| app.get(&format!("{path}?lang=en")).await;
        let as_of = format!(">As of {shown} ({letters})</time>");
        let live = english("/music").await;
        assert!(live.text().contains(&as_of), "{zone}: {as_of}");
        assert!(
            live.text()
                .contains("href=\"/music/charts/2026-11-23T06Z\"")
        );
        let past = english("/music/charts/2026-11-23T06Z").await;
        assert!(past.text().contains(&as_of), "{zone}: {as_of}");
        let title = format!("<title>TOP 100 of {shown} ({letters}) ");
        assert!(past.text().contains(&title), "{zone}: {title}");
        let rules = english("/music/chart/rules").await;
        assert!(rules.text().contains(&format!("({zone})")), "{zone}");
        app.stop().await;
    }
}

#[tokio::test]
async fn an_hour_may_be_named_with_any_offset() {
    let app = app_with_chart_in("Asia/Kolkata").await;
    for hour in ["2026-11-23T11:30:00%2B05:30", "2026-11-23T15:00:00%2B09:00"] {
        let chart = app.get(&format!("{CHART}?hour={hour}")).await.json();
        assert_eq!(chart["hour"], "2026-11-23T06:00:00Z", "{hour}");
    }
    app.stop().await;
}

#[tokio::test]
async fn who_has_the_chart_is_not_sent_it_again_until_it_changes() {
    let app = app_with_chart().await;
    let first = app.get(CHART).await;
    let ask = async |tag: &str| {
        let request = Request::get(CHART).header("if-none-match", tag);
        app.send(request.body(Body::empty()).unwrap()).await
    };
    assert_eq!(
        ask(first.header("etag")).await.status,
        StatusCode::NOT_MODIFIED
    );
    let at_ms = app.clock.now_ms();
    count_plays(&app.database, &[("b", "y", at_ms), ("b", "z", at_ms)]).await;
    app.clock.advance(Duration::from_mins(1));
    computer(&app.database, &app.clock, "other")
        .look()
        .await
        .unwrap();
    let changed = ask(first.header("etag")).await;
    assert_eq!(changed.json()["entries"][0]["track"]["id"], "b");
}

#[tokio::test]
async fn listening_now_counts_each_listener_once_and_only_for_a_while() {
    let app = empty_app().await;
    insert_track(app.database.connection(), "a", 200_000).await;
    for _listener in 0..2 {
        let path = "/api/music/v1/plays";
        app.send_json(axum::http::Method::POST, path, &json!({"track_id": "a"}))
            .await
            .json();
    }
    let listening = app.get("/api/music/v1/listening").await.json();
    assert_eq!(listening["listener_count"], 2);
    assert_eq!(listening["tracks"][0]["listener_count"], 2);
    assert_eq!(listening["tracks"][0]["track"]["id"], "a");
    app.clock.advance(Duration::from_secs(91));
    let later = app.get("/api/music/v1/listening").await.json();
    assert_eq!(later, json!({"listener_count": 0, "tracks": []}));
}

/// Opens the events and reads what is sent at once.
async fn opened(app: &App) -> Body {
    let request = Request::get(EVENTS).body(Body::empty()).unwrap();
    let response = app.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    response.into_body()
}

async fn read_event(body: &mut Body) -> Option<String> {
    let frame = body.frame().await?.unwrap().into_data().unwrap();
    Some(String::from_utf8(frame.to_vec()).unwrap())
}

#[tokio::test]
async fn a_subscriber_is_told_what_there_is_and_the_stream_ends_with_the_stop() {
    let app = app_with_chart().await;
    let mut events = opened(&app).await;
    assert!(read_event(&mut events).await.unwrap().starts_with("retry:"));
    assert_eq!(
        read_event(&mut events).await.unwrap(),
        "event: chart\ndata: {\"at\":\"2026-11-23T06:00:00Z\"}\n\n"
    );
    assert_eq!(
        read_event(&mut events).await.unwrap(),
        "event: listening\ndata: {\"listener_count\":0}\n\n"
    );
    let tasks = app.tasks.clone();
    let (in_time, end) = tokio::join!(tasks.stop(Duration::from_mins(1)), read_event(&mut events));
    assert_eq!((in_time, end), (true, None));
}

#[tokio::test]
async fn a_slow_subscriber_is_dropped_and_more_than_fit_are_refused() {
    let app = empty_app().await;
    let parts = crate::App::new(
        chassis::service::Context {
            database: app.database.clone(),
            objects: app.objects.clone(),
            work: app.folder.path().join("work"),
            clock: app.clock.clone(),
            tasks: app.tasks.clone(),
            metrics: &mut prometheus_client::registry::Registry::default(),
        },
        &Config::default(),
    );
    let events = &parts.chart.events;
    let mut streams = Vec::new();
    let subscribe = || events.subscribe(&parts, ClientNetwork::V4([192, 0, 1]));
    for _place in 0..SUBSCRIBERS_PER_NETWORK_MAX {
        streams.push(Box::pin(subscribe().await.ok().unwrap()));
    }
    let refused = subscribe().await;
    assert!(matches!(refused.err(), Some(crate::Error::SubscribersFull)));
    for listener_count in 0..=EVENTS_BEHIND_MAX {
        events.tell(News::Listening {
            listener_count: listener_count as u64,
        });
    }
    let slow = streams.pop().unwrap();
    let heard: Vec<_> = futures_util::StreamExt::collect(slow).await;
    // The retry time and what there was; nothing of what it was too slow for.
    assert_eq!(heard.len(), 2);
    assert!(subscribe().await.is_ok());
    app.tasks.kill();
}
