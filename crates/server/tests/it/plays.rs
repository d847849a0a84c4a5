//! A process that is killed loses no play it acknowledged, and counts none twice.

use std::time::{Duration, Instant};

use chassis::database::Database;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use testkit::Haas;

use crate::HAAS;

const PLAYS: &str = "/api/music/v1/plays";
const PATIENCE: Duration = Duration::from_mins(1);

/// A quarter of a second of silence: WAV, 8 kHz, 8 bit, mono.
fn silence() -> Vec<u8> {
    let samples = vec![0x80; 2_000];
    let mut wav = Vec::from(*b"RIFF");
    wav.extend(2_036_u32.to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16_u32.to_le_bytes());
    wav.extend(1_u16.to_le_bytes());
    wav.extend(1_u16.to_le_bytes());
    wav.extend(8_000_u32.to_le_bytes());
    wav.extend(8_000_u32.to_le_bytes());
    wav.extend(1_u16.to_le_bytes());
    wav.extend(8_u16.to_le_bytes());
    wav.extend(b"data");
    wav.extend(2_000_u32.to_le_bytes());
    wav.extend(samples);
    wav
}

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
    let url = format!("sqlite:{}", data.join("music.sqlite").display());
    let database = Database::connect(&url)
        .await
        .expect("the database of the process");
    let statement = format!("SELECT COUNT(*) FROM {table}");
    let row = database
        .connection()
        .query_one_raw(sea_orm::Statement::from_string(
            database.backend(),
            statement,
        ));
    let row = row.await.expect("a count").expect("one row");
    row.try_get_by_index(0).expect("a number")
}

#[tokio::test]
async fn a_kill_loses_no_acknowledged_play_and_doubles_none() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (data, library) = (folder.path().join("data"), folder.path().join("library"));
    std::fs::create_dir_all(&library).expect("a folder");
    std::fs::write(library.join("silence.wav"), silence()).expect("a file");
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
