//! Summaries of playing become figures.

use axum::http::Method;
use serde_json::{Value, json};

use crate::testing::empty_app;

const SUMMARIES: &str = "/api/music/v1/playback-summaries";

fn summary() -> Value {
    json!({
        "delivery": "hls", "start_up_ms": 400, "played_ms": 90_000, "stall_count": 2,
        "stall_ms": 1_500, "bit_rate_ms": {"64": 30_000, "128": 60_000, "256": 0, "original": 0},
        "failure": "network"
    })
}

#[tokio::test]
async fn a_summary_adds_to_every_figure() {
    let app = empty_app().await;
    for _twice in 0..2 {
        let answer = app.send_json(Method::POST, SUMMARIES, &summary()).await;
        assert_eq!(answer.status, 204);
    }
    let metrics = app.metrics_text();
    for line in [
        "playbacks_total{delivery=\"hls\"} 2",
        "playbacks_stalled_total{delivery=\"hls\"} 2",
        "playback_start_up_seconds_bucket{le=\"0.35\",delivery=\"hls\"} 0",
        "playback_start_up_seconds_bucket{le=\"0.5\",delivery=\"hls\"} 2",
        "playback_stalls_total{delivery=\"hls\"} 4",
        "playback_stalled_seconds_total{delivery=\"hls\"} 3.0",
        "playback_played_seconds_total{delivery=\"hls\"} 180.0",
        "playback_bit_rate_seconds_total{delivery=\"hls\",bit_rate_kbps=\"64\"} 60.0",
        "playback_bit_rate_seconds_total{delivery=\"hls\",bit_rate_kbps=\"128\"} 120.0",
        "playback_failures_total{delivery=\"hls\",kind=\"network\"} 2",
    ] {
        assert!(metrics.contains(line), "{line} is missing in\n{metrics}");
    }
    assert!(!metrics.contains("bit_rate_kbps=\"256\""));
}

#[tokio::test]
async fn a_summary_that_no_play_can_have_is_refused_and_changes_no_figure() {
    let app = empty_app().await;
    for (pointer, wrong) in [
        ("/start_up_ms", json!(600_001)),
        ("/played_ms", json!(-1)),
        ("/stall_count", json!(10_001)),
        ("/stall_ms", json!(i64::MAX)),
        ("/bit_rate_ms/64", json!(i64::MAX)),
        ("/bit_rate_ms/original", json!(-1)),
        ("/bit_rate_ms/256", json!(2_000)),
    ] {
        let mut summary = summary();
        *summary.pointer_mut(pointer).unwrap() = wrong;
        let answer = app.send_json(Method::POST, SUMMARIES, &summary).await;
        let refusal = (422, "music.playback_summary_refused".to_owned());
        assert_eq!(answer.refusal(), refusal, "{pointer}");
        let named = answer.problem()["errors"][0]["pointer"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(
            format!("#{pointer}").starts_with(&named),
            "{pointer} {named}"
        );
    }
    for (pointer, wrong) in [
        ("/delivery", json!("carrier pigeon")),
        ("/failure", json!("bored")),
    ] {
        let mut summary = summary();
        *summary.pointer_mut(pointer).unwrap() = wrong;
        let answer = app.send_json(Method::POST, SUMMARIES, &summary).await;
        assert_eq!(answer.status, 422, "{pointer}");
    }
    assert!(!app.metrics_text().contains("playbacks_total{"));
}
