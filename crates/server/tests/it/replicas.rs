//! Several processes on one database and one folder of objects: they agree through the database alone, and one that was
//! paused and still believes in what it held writes nothing twice.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use chassis::database::Database;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use testkit::{Binary, Connection, Haas, on_postgres};

use crate::HAAS;
use crate::shelf::{Shelf, number, pause, wave};

/// How long anything may take before a test fails.
const PATIENCE: Duration = Duration::from_mins(2);
/// How soon every subscriber hears of a chart.
const TOLD_WITHIN: Duration = Duration::from_secs(2);
/// How many charts they are told of: they come at any moment between two looks.
const CHARTS: i64 = 6;
const PLAYS: &str = "/api/music/v1/plays";
const JSON: [(&str, &str); 1] = [("content-type", "application/json")];
const COMPUTED: &str = "music_chart_compute_seconds_count";
const LEASE: &str = "name = 'chart'";

/// What the processes share.
struct Deployment {
    shelf: Shelf,
    binary: Binary,
    database: Database,
}

impl Deployment {
    async fn new(url: &str, workers: u32) -> Self {
        let shelf = Shelf::new();
        let objects = shelf.beside("objects");
        let binary = Binary::new(HAAS)
            .with("HAAS_MUSIC__DATABASE_URL", url)
            .with("HAAS_MUSIC__OBJECTS", objects.to_str().expect("UTF-8"))
            .with("HAAS_MUSIC__PREPARATION_WORKERS", &workers.to_string());
        let database = Database::connect(url).await.expect("a database");
        Self {
            shelf,
            binary,
            database,
        }
    }

    fn data(&self, name: &str) -> PathBuf {
        self.shelf.beside(name)
    }

    /// A process of its own folder.
    fn serve(&self, name: &str) -> Haas {
        self.binary.serve(&self.data(name), &[])
    }

    fn import(&self, arguments: &[&str]) -> Vec<String> {
        let music = self.shelf.music();
        let import = ["music", "import", "--json", "--data"].map(str::to_owned);
        let data = self.data("import").to_str().expect("UTF-8").to_owned();
        let music = music.to_str().expect("UTF-8").to_owned();
        let arguments = arguments.iter().map(|&argument| argument.to_owned());
        import
            .into_iter()
            .chain([data])
            .chain(arguments)
            .chain([music])
            .collect()
    }

    fn imported(&self) {
        let arguments = self.import(&["--defer"]);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = self.binary.run(&arguments);
        assert_eq!(output.code, Some(0), "{output:?}");
    }

    async fn number(&self, sql: &str) -> i64 {
        number(&self.database, sql).await
    }

    async fn run(&self, sql: &str) {
        let done = self.database.connection().execute_unprepared(sql).await;
        done.expect("a statement that works");
    }

    /// Somebody heard each track in the hour before this one, which is to be frozen.
    async fn heard_an_hour_ago(&self) {
        let hour = "(EXTRACT(EPOCH FROM CLOCK_TIMESTAMP())::BIGINT / 3600 - 1)";
        let plays = format!(
            "INSERT INTO chart_plays (track_id, listener_tag, hour, counted_at_ms) \
             SELECT id, 'kim', {hour}, {hour} * 3600000 + 1 FROM tracks"
        );
        let listeners = format!(
            "INSERT INTO chart_listeners (track_id, listener_tag, last_counted_at_ms) \
             SELECT id, 'kim', {hour} * 3600000 + 1 FROM tracks"
        );
        self.run(&plays).await;
        self.run(&listeners).await;
    }

    /// So many plays were begun and counted, and each hour once, none of them by the first holder of the lease.
    async fn assert_counted_once(&self, plays: i64) {
        assert_eq!(self.number("SELECT COUNT(*) FROM plays").await, plays);
        let counted = "SELECT COUNT(*) FROM chart_plays WHERE listener_tag <> 'kim'";
        assert_eq!(self.number(counted).await, plays);
        let hours = "SELECT COUNT(*) FROM charts WHERE name <> 'current'";
        let on_chart = "SELECT MAX(hours_on_chart) FROM chart_tracks";
        let hours_frozen = self.number(hours).await;
        assert!(0 < hours_frozen);
        assert_eq!(self.number(on_chart).await, hours_frozen);
        let of_first = "SELECT COUNT(*) FROM charts WHERE fence = 1";
        assert_eq!(self.number(of_first).await, 0);
    }

    async fn until(&self, what: &str, sql: &str, expected: i64) {
        let started = Instant::now();
        while self.number(sql).await != expected {
            assert!(started.elapsed() < PATIENCE, "{what}: {sql}");
            pause();
        }
    }
}

fn metric(haas: &Haas, name: &str) -> f64 {
    let metrics = haas.admin("/metrics");
    let mut lines = metrics.text().lines();
    let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.map_or(0.0, |value| value.parse().expect("a number"))
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "{what}");
        pause();
    }
}

fn begin(haas: &Haas, track_id: &Value) -> Value {
    let body = json!({"track_id": track_id}).to_string();
    haas.send("POST", PLAYS, &JSON, body.as_bytes()).json()
}

fn report(play: &Value) -> (String, String) {
    let path = format!("{PLAYS}/{}", play["id"].as_str().expect("an id"));
    let body = json!({"play_token": play["play_token"], "heard_ms": play["qualifies_after_ms"]});
    (path, body.to_string())
}

/// Reports until the play counts.
fn count(haas: &Haas, play: &Value) {
    let (path, body) = report(play);
    until("the play never counted", || {
        let answer = haas.send("PUT", &path, &JSON, body.as_bytes());
        answer.status == 200 && answer.json()["counted"] == true
    });
}

fn listener_count(haas: &Haas) -> Value {
    haas.get("/api/music/v1/listening").json()["listener_count"].clone()
}

fn has_complained(haas: &Haas) -> bool {
    haas.log().contains(" ERROR ")
}

#[tokio::test]
async fn a_replica_that_was_paused_while_it_computed_the_chart_writes_nothing_over_the_next_ones() {
    on_postgres(async |url| {
        let shared = Deployment::new(&url, 0).await;
        shared
            .shelf
            .write("Kim/2020 - One/01 - Short.wav", &wave(1, 250));
        shared.imported();
        shared.heard_an_hour_ago().await;

        // The first one has the lease, and reads what the chart is counted from.
        let lock = shared.database.begin_write().await.expect("a transaction");
        let statement = "LOCK TABLE chart_tracks IN ACCESS EXCLUSIVE MODE";
        lock.execute_unprepared(statement).await.expect("the lock");
        let paused = shared.serve("paused");
        let waits = "SELECT COUNT(*) FROM pg_stat_activity \
                     WHERE datname = CURRENT_DATABASE() AND wait_event_type = 'Lock'";
        shared.until("it computes", waits, 1).await;
        let track_id = paused.get("/api/music/v1/tracks").json()["items"][0]["id"].clone();
        let play = begin(&paused, &track_id);
        paused.signal("STOP");
        lock.rollback().await.expect("the lock given back");
        let (path, body) = report(&play);
        let mut unanswered = Connection::open(paused.public);
        unanswered.send("PUT", &path, &JSON, body.as_bytes());

        // Half a minute later.
        shared
            .run(&format!("UPDATE leases SET until_ms = 0 WHERE {LEASE}"))
            .await;
        let others = [shared.serve("second"), shared.serve("third")];
        let taken_over = "SELECT COUNT(*) FROM charts WHERE name = 'current' AND fence > 1";
        shared.until("nobody took over", taken_over, 1).await;
        count(&others[0], &play);
        count(&others[1], &play);

        paused.signal("CONT");
        assert_eq!(unanswered.answer(false).json(), json!({"counted": true}));
        until("it never came to an end", || {
            0.0 < metric(&paused, COMPUTED)
        });
        for replica in [&paused, &others[0], &others[1]] {
            count(replica, &begin(replica, &track_id));
            assert!(!has_complained(replica), "{}", replica.log());
            assert!(metric(replica, "music_chart_compute_failures_total") < 1.0);
        }
        shared.assert_counted_once(4).await;
        for replica in [&paused, &others[0], &others[1]] {
            until("they never agreed who listens", || {
                listener_count(replica) == 4
            });
        }
        for replica in [paused].into_iter().chain(others) {
            assert!(replica.stop().success());
        }
        shared.database.close().await.expect("a closed database");
    })
    .await;
}

#[tokio::test]
async fn a_replica_that_was_paused_while_it_prepared_a_track_stores_nothing_over_the_next_ones() {
    if !testkit::has_ffmpeg() {
        return;
    }
    on_postgres(async |url| {
        let shared = Deployment::new(&url, 1).await;
        shared
            .shelf
            .write("Kim/2020 - One/01 - Long.wav", &wave(1, 60_000));
        shared.imported();
        let paused = shared.serve("paused");
        let running = "SELECT COUNT(*) FROM jobs WHERE state = 'running'";
        shared.until("it never began", running, 1).await;
        paused.signal("STOP");
        assert_eq!(
            shared.number(running).await,
            1,
            "it was too quick to be paused"
        );

        // A minute later.
        shared.run("UPDATE jobs SET lease_until_ms = 0").await;
        let other = shared.serve("other");
        let done = "SELECT COUNT(*) FROM jobs WHERE state = 'done'";
        shared.until("nobody took it over", done, 1).await;
        let made = "SELECT CAST(MAX(updated_at_ms) AS BIGINT) FROM jobs";
        let (made_at_ms, renditions) =
            (shared.number(made).await, "SELECT COUNT(*) FROM renditions");
        assert_eq!(shared.number(renditions).await, 3);

        paused.signal("CONT");
        let work = shared.data("paused").join("work");
        until("it never came to an end", || {
            std::fs::read_dir(&work).map_or(0, Iterator::count) == 0
        });
        assert_eq!(
            shared.number(made).await,
            made_at_ms,
            "it stored what it made"
        );
        assert_eq!(shared.number(renditions).await, 3);
        let failures = "SELECT CAST(SUM(attempt_count) AS BIGINT) FROM jobs";
        assert_eq!(shared.number(failures).await, 0);
        for replica in [paused, other] {
            let track = replica.get("/api/music/v1/tracks").json()["items"][0].clone();
            let hls = replica.get(track["hls_url"].as_str().expect("a URL"));
            assert_eq!(hls.status, 200);
            assert!(!has_complained(&replica), "{}", replica.log());
            assert!(replica.stop().success());
        }
        shared.database.close().await.expect("a closed database");
    })
    .await;
}

#[tokio::test]
async fn two_imports_of_one_folder_at_once_store_and_prepare_each_track_once() {
    if !testkit::has_ffmpeg() {
        return;
    }
    on_postgres(async |url| {
        let shared = Deployment::new(&url, 0).await;
        shared.shelf.fill();
        let arguments = shared.import(&[]);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let imports = [(); 2].map(|()| shared.binary.start(&arguments));
        for import in imports {
            let output = import.wait();
            assert_eq!(output.code, Some(0), "{output:?}");
        }
        for (rows, expected) in [
            ("tracks", 8),
            ("tracks WHERE deleted_at_ms IS NULL", 8),
            ("albums", 2),
            ("artists", 2),
            ("sources", 9),
            ("track_artists", 8),
            ("jobs", 8),
            (
                "jobs WHERE state = 'done' AND attempt_count = 0 AND death_count = 0",
                8,
            ),
            ("renditions", 24),
        ] {
            let sql = format!("SELECT COUNT(*) FROM {rows}");
            assert_eq!(shared.number(&sql).await, expected, "{rows}");
        }
        shared.database.close().await.expect("a closed database");
    })
    .await;
}

#[tokio::test]
async fn subscribers_of_every_replica_hear_of_a_chart_within_two_seconds() {
    on_postgres(async |url| {
        let shared = Deployment::new(&url, 0).await;
        shared.shelf.write("Kim/2020 - One/01 - Short.wav", &wave(1, 250));
        shared.imported();
        shared.heard_an_hour_ago().await;
        let replicas = ["first", "second", "third"].map(|name| shared.serve(name));
        // Once there is a chart nobody computes any more: what is told is written here.
        let ranked = "SELECT COUNT(*) FROM charts WHERE name = 'current' AND entries LIKE '%rank%'";
        shared.until("nobody computed a chart", ranked, 1).await;
        shared
            .run(&format!(
                "UPDATE leases SET holder = 'test', fence = fence + 1, until_ms = 9000000000000 WHERE {LEASE}"
            ))
            .await;
        let mut subscribers = replicas.each_ref().map(|replica| {
            let mut connection = Connection::open(replica.public);
            connection.send("GET", "/api/music/v1/chart/events", &[], b"");
            assert_eq!(connection.head().0, 200);
            connection
        });
        let mut worst = Duration::ZERO;
        for minute in 0..CHARTS {
            let at_ms = 1_795_410_000_000 + minute * 60_000;
            shared.run(&format!("UPDATE charts SET at_ms = {at_ms} WHERE name = 'current'")).await;
            let written = Instant::now();
            let at = format!("\"at\":\"2026-11-23T05:{minute:02}:00");
            for subscriber in &mut subscribers {
                subscriber.until(&at);
                worst = worst.max(written.elapsed());
            }
        }
        testkit::say(&format!("the last of three replicas told of a chart after {worst:.2?}"));
        assert!(worst < TOLD_WITHIN, "{worst:?}");
        drop(subscribers);
        for replica in replicas {
            assert!(replica.stop().success());
        }
        shared.database.close().await.expect("a closed database");
    })
    .await;
}
