//! A process that is killed loses no play it acknowledged, and counts none twice.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::Haas;

use crate::HAAS;
use crate::shelf::{number, open, wave};

const PLAYS: &str = "/api/music/v1/plays";
const PATIENCE: Duration = Duration::from_mins(1);

fn send(haas: &Haas, method: &str, path: &str, body: &Value) -> Value {
    let headers = [("content-type", "application/json")];
    haas.send(method, path, &headers, body.to_string().as_bytes())
        .json()
}

/// Reports until the play counts: what it needs is that an eighth of a second passes.
fn count(haas: &Haas, play: &Value) {
    let path = format!("{PLAYS}/{}", play["id"].as_str().expect("a play has an id"));
    let body = json!({
        "play_token": play["play_token"], "heard_ms": play["qualifies_after_ms"], "ended": false
    });
    let started = Instant::now();
    while send(haas, "PUT", &path, &body)["counted"] != true {
        assert!(started.elapsed() < PATIENCE, "the play never counted");
    }
}

async fn rows(data: &std::path::Path, table: &str) -> i64 {
    let database = open(data).await;
    number(&database, &format!("SELECT COUNT(*) FROM {table}")).await
}

#[tokio::test]
async fn a_kill_loses_no_acknowledged_play_and_doubles_none() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (data, library) = (folder.path().join("data"), folder.path().join("library"));
    std::fs::create_dir_all(&library).expect("a folder");
    std::fs::write(library.join("tone.wav"), wave(1, 250)).expect("a file");
    let import = [
        "music",
        "import",
        "--data",
        data.to_str().expect("UTF-8"),
        library.to_str().expect("UTF-8"),
    ];
    let imported = Haas::run(HAAS, &import);
    assert_eq!(
        imported.code,
        Some(0),
        "{}{}",
        imported.stdout,
        imported.stderr
    );

    let haas = Haas::serve(HAAS, &data, &[]);
    let track_id = haas.get("/api/music/v1/tracks").json()["items"][0]["id"].clone();
    let mut plays = Vec::new();
    for _listener in 0..5 {
        let play = send(&haas, "POST", PLAYS, &json!({"track_id": track_id}));
        count(&haas, &play);
        plays.push(play);
    }
    haas.signal("KILL");
    assert!(!haas.wait().success());
    assert_eq!(rows(&data, "plays").await, 5);
    assert_eq!(rows(&data, "chart_plays").await, 5);

    let haas = Haas::serve(HAAS, &data, &[]);
    for play in &plays {
        count(&haas, play);
    }
    assert_eq!(rows(&data, "plays").await, 5);
    assert_eq!(rows(&data, "chart_plays").await, 5);
    assert!(haas.stop().success());
}
