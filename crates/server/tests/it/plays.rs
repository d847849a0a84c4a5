//! A process that is killed loses no play it acknowledged, and counts none twice.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::{Connection, Haas};

use crate::HAAS;
use crate::shelf::{number, open, wave};

const PLAYS: &str = "/api/music/v1/plays";
const JSON: [(&str, &str); 1] = [("content-type", "application/json")];
/// How often the server is killed, each time when one more report has been answered.
const ROUNDS: usize = 4;
/// How many reports are in flight at each kill.
const REPORTS: usize = 8;
const PATIENCE: Duration = Duration::from_mins(1);

fn send(haas: &Haas, method: &str, path: &str, body: &Value) -> Value {
    haas.send(method, path, &JSON, body.to_string().as_bytes())
        .json()
}

/// The path and the body of a report that has heard enough for the play to count.
fn report(play: &Value) -> (String, String) {
    let path = format!("{PLAYS}/{}", play["id"].as_str().expect("a play has an id"));
    let body = json!({
        "play_token": play["play_token"], "heard_ms": play["qualifies_after_ms"], "ended": false
    });
    (path, body.to_string())
}

/// Reports until the play counts: what it needs is that an eighth of a second passes.
fn count(haas: &Haas, play: &Value) {
    let (path, body) = report(play);
    let started = Instant::now();
    while haas.send("PUT", &path, &JSON, body.as_bytes()).json()["counted"] != true {
        assert!(started.elapsed() < PATIENCE, "the play never counted");
    }
}

/// Sends a request and does not wait for its answer.
fn send_only(haas: &Haas, method: &str, path: &str, body: &str) -> Connection {
    let mut connection = Connection::open(haas.public);
    connection.send(method, path, &JSON, body.as_bytes());
    connection
}

/// Whether what had arrived before the kill acknowledges a report that counts.
fn is_acknowledged(connection: &mut Connection) -> bool {
    let rest = String::from_utf8_lossy(&connection.rest()).into_owned();
    rest.starts_with("HTTP/1.1 200 ") && rest.ends_with("{\"counted\":true}")
}

/// Sends a start and a report of each play on connections of their own, and kills the server when so many reports have
/// been answered. Gives the plays whose reports were acknowledged all the same.
fn kill_in_flight<'a>(
    haas: Haas,
    plays: &'a [Value],
    start: &Value,
    answered: usize,
) -> Vec<&'a Value> {
    let mut in_flight: Vec<Connection> = plays
        .iter()
        .map(report)
        .map(|(path, body)| send_only(&haas, "PUT", &path, &body))
        .collect();
    let _start = send_only(&haas, "POST", PLAYS, &start.to_string());
    for connection in in_flight.iter_mut().take(answered) {
        connection.wait();
    }
    haas.signal("KILL");
    assert!(!haas.wait().success());
    let acknowledged: Vec<&Value> = plays
        .iter()
        .zip(&mut in_flight)
        .filter_map(|(play, connection)| is_acknowledged(connection).then_some(play))
        .collect();
    assert!(
        answered <= acknowledged.len(),
        "what was answered is acknowledged"
    );
    acknowledged
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
    // A track for each kill: one network counts on a track for a few listeners only.
    for round in 0..ROUNDS {
        let tone = wave(u32::try_from(round).expect("few"), 250);
        std::fs::write(library.join(format!("{round}.wav")), tone).expect("a file");
    }
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

    let mut haas = Haas::serve(HAAS, &data, &[]);
    let tracks = haas.get("/api/music/v1/tracks").json();
    let (mut play_count, mut acknowledged_count) = (0, 0);
    for round in 0..ROUNDS {
        let track_id = &tracks["items"][round]["id"];
        let begin = json!({"track_id": track_id});
        let plays: Vec<Value> = (0..REPORTS)
            .map(|_| send(&haas, "POST", PLAYS, &begin))
            .collect();
        // When the last one counts, all have been heard long enough.
        count(&haas, plays.last().expect("plays"));

        let key = format!("00000000-0000-4000-8000-00000000000{round}");
        let keyed = json!({"track_id": track_id, "key": key});
        let database = open(&data).await;
        // The first kill comes before any answer: nobody can write. The others come when they come.
        let lock = if round == 0 {
            Some(database.begin_write().await.expect("the lock"))
        } else {
            None
        };
        let acknowledged = kill_in_flight(haas, &plays, &keyed, round);
        acknowledged_count += acknowledged.len();
        drop(lock);
        for play in acknowledged {
            let id = play["id"].as_str().expect("an id");
            let counted = format!(
                "SELECT COUNT(*) FROM plays WHERE id = '{id}' AND qualified_at_ms IS NOT NULL"
            );
            assert_eq!(number(&database, &counted).await, 1, "a play was lost");
        }
        database.close().await.expect("a closed database");

        // Whoever had no answer sends again, and so do those who had one.
        haas = Haas::serve(HAAS, &data, &[]);
        for play in &plays {
            count(&haas, play);
        }
        let [first, again] = [1, 2].map(|_| send(&haas, "POST", PLAYS, &keyed));
        assert_eq!(first["id"], again["id"]);
        count(&haas, &first);
        play_count += i64::try_from(plays.len()).expect("some") + 1;
        assert_eq!(rows(&data, "plays").await, play_count);
        assert_eq!(rows(&data, "chart_plays").await, play_count);
    }
    let all = ROUNDS * REPORTS;
    assert!(
        (1..all).contains(&acknowledged_count),
        "{acknowledged_count} answers of {all}"
    );
    assert!(haas.stop().success());
}
