//! Disks that are full and folders that cannot be written: a clear word, nothing lost, and on it goes when it is mended.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use chassis::database::Database;
use serde_json::json;
use testkit::{Binary, Disk, Output};

use crate::HAAS;
use crate::shelf::{Holdings, Shelf, number, open, pause, run, wave};

/// How long anything may take before a test fails.
const PATIENCE: Duration = Duration::from_mins(2);
const ROOM: &str = "the disk is full: make room on that disk";

fn import(binary: &Binary, data: &Path, shelf: &Shelf) -> Output {
    let (data, music) = (data.to_str().expect("UTF-8"), shelf.music());
    let music = music.to_str().expect("UTF-8");
    binary.run(&["music", "import", "--defer", "--data", data, music])
}

#[tokio::test]
async fn an_import_into_a_full_disk_says_so_and_the_next_completes_it() {
    let Some(disk) = Disk::mount(3_072) else {
        return;
    };
    let shelf = Shelf::new();
    for number in 1..=6_u32 {
        let path = format!("Kim/2020 - One/{number:02} - Track {number}.wav");
        shelf.write(&path, &wave(number, 100_000));
    }
    assert_eq!(
        import(&Binary::new(HAAS), &shelf.data(), &shelf).code,
        Some(0)
    );
    let expected = Holdings::read(&shelf.data()).await;

    let binary = Binary::new(HAAS).on(&disk);
    let data = disk.path().join("data");
    let output = import(&binary, &data, &shelf);
    assert_eq!(output.code, Some(1), "{output:?}");
    for part in ["the import stopped: ", ROOM, "run it again to go on"] {
        assert!(output.stderr.contains(part), "{part:?} in {output:?}");
    }
    disk.remount("size=32m");
    let output = import(&binary, &data, &shelf);
    assert_eq!(output.code, Some(0), "{output:?}");
    assert_eq!(Holdings::read(&brought(&disk, &shelf)).await, expected);
}

#[tokio::test]
async fn a_database_without_room_says_so_and_the_next_import_completes_it() {
    let Some(disk) = Disk::mount(2_048) else {
        return;
    };
    let shelf = Shelf::new();
    shelf.fill();
    let objects = shelf.beside("objects");
    let objects = objects.to_str().expect("UTF-8");
    let binary = Binary::new(HAAS)
        .on(&disk)
        .with("HAAS_MUSIC__OBJECTS", objects);
    let data = disk.path().join("data");
    let migrated = binary.run(&["migrate", "--data", data.to_str().expect("UTF-8")]);
    assert_eq!(migrated.code, Some(0), "{migrated:?}");
    disk.fill();
    let output = import(&binary, &data, &shelf);
    assert_eq!(output.code, Some(1), "{output:?}");
    assert!(output.stderr.contains(ROOM), "{output:?}");
    disk.empty();
    let output = import(&binary, &data, &shelf);
    assert_eq!(output.code, Some(0), "{output:?}");
    let database = open(&brought(&disk, &shelf)).await;
    assert_eq!(number(&database, "SELECT COUNT(*) FROM tracks").await, 8);
}

#[tokio::test]
async fn a_full_disk_under_a_server_refuses_plays_for_now_and_serves_on() {
    let Some(disk) = Disk::mount(4_096) else {
        return;
    };
    let shelf = Shelf::new();
    shelf.fill();
    let binary = Binary::new(HAAS).on(&disk);
    let data = disk.path().join("data");
    assert_eq!(import(&binary, &data, &shelf).code, Some(0));
    let haas = binary.serve(&data, &["--config", &without_workers(&shelf)]);
    let track = haas.get("/api/music/v1/tracks").json()["items"][0].clone();
    let play = json!({"track_id": track["id"]}).to_string();
    let headers = [("content-type", "application/json")];
    let begin = || haas.send("POST", "/api/music/v1/plays", &headers, play.as_bytes());
    disk.fill();
    let started = Instant::now();
    let refused = loop {
        // The database still has some room in its own files.
        let answer = begin();
        if answer.status != 201 {
            break answer;
        }
        assert!(started.elapsed() < PATIENCE, "plays are still recorded");
    };
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert!(!refused.header("retry-after").is_empty());
    let stream = haas.get(track["stream_url"].as_str().expect("a URL"));
    assert_eq!(stream.status, 200);
    assert_eq!(haas.get("/music").status, 200);
    disk.empty();
    assert_eq!(begin().status, 201, "{}", haas.log());
    assert!(haas.stop().success());
}

#[tokio::test]
async fn a_transcode_without_room_waits_for_room_and_costs_no_try() {
    if !testkit::has_ffmpeg() {
        return;
    }
    // Room for the original, not for what is made of it.
    let Some(disk) = Disk::mount(1_536) else {
        return;
    };
    let shelf = Shelf::new();
    shelf.write("Kim/2020 - One/01 - Long.wav", &wave(1, 60_000));
    let data = shelf.data();
    assert_eq!(import(&Binary::new(HAAS), &data, &shelf).code, Some(0));
    symlink(disk.path(), data.join("work")).expect("a link");
    let haas = Binary::new(HAAS).on(&disk).serve(&data, &[]);
    let database = open(&data).await;
    let waiting = "SELECT COUNT(*) FROM jobs \
                   WHERE state = 'queued' AND attempt_count = 0 AND last_error LIKE '%is full%'";
    wait_for(&database, waiting).await;
    let log = haas.log();
    assert!(log.contains("this is to be mended here"), "{log}");
    assert!(
        log.contains("the disk with the data folder is full"),
        "{log}"
    );
    disk.remount("size=32m");
    run(&data, "UPDATE jobs SET run_after_ms = 0").await;
    wait_for(&database, "SELECT COUNT(*) FROM jobs WHERE state = 'done'").await;
    assert!(haas.stop().success());
    assert_eq!(Holdings::read(&data).await.renditions.len(), 3);
}

/// A copy of the data folder of a disk: SQLite would follow the link that leads to it to where nothing is mounted.
fn brought(disk: &Disk, shelf: &Shelf) -> PathBuf {
    let copy = shelf.beside("brought");
    std::fs::remove_dir_all(&copy).expect("a folder that was there");
    let mut cp = Command::new("cp");
    cp.arg("-r").arg(disk.seen().join("data")).arg(&copy);
    assert!(cp.status().expect("a copy").success());
    copy
}

async fn wait_for(database: &Database, count: &str) {
    let started = Instant::now();
    while number(database, count).await == 0 {
        assert!(started.elapsed() < PATIENCE, "{count}");
        pause();
    }
}

/// Neither command works on a folder that cannot be written: SQLite writes beside its database even to read it.
#[tokio::test]
async fn a_read_only_data_folder_is_refused_with_what_mends_it() {
    let Some(disk) = Disk::mount(4_096) else {
        return;
    };
    let shelf = Shelf::new();
    shelf.fill();
    let binary = Binary::new(HAAS).on(&disk);
    let data = disk.path().join("data");
    assert_eq!(import(&binary, &data, &shelf).code, Some(0));
    let before = Holdings::read(&brought(&disk, &shelf)).await;
    disk.remount("ro");
    let text = data.to_str().expect("UTF-8");
    let listen = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
    let served = binary.run(&[&["serve", "--data", text], &listen[..]].concat());
    for output in [served, import(&binary, &data, &shelf)] {
        assert_eq!(output.code, Some(1), "{output:?}");
        let folder = format!("could not use the data folder {text} (another one: --data DIR)");
        for part in [
            folder.as_str(),
            "Read-only file system",
            "mount it so that it can be written",
        ] {
            assert!(output.stderr.contains(part), "{part:?} in {output:?}");
        }
    }
    disk.remount("rw");
    assert_eq!(Holdings::read(&brought(&disk, &shelf)).await, before);
}

#[test]
fn a_music_folder_that_cannot_be_read_or_holds_nothing_is_named() {
    let shelf = Shelf::new();
    let binary = Binary::new(HAAS);
    let data = shelf.data();
    let data = data.to_str().expect("UTF-8");
    let output = binary.run(&["music", "import", "--data", data, "/nowhere/at all"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    let expected = "could not read the folder /nowhere/at all: No such file or directory";
    assert!(output.stderr.contains(expected), "{output:?}");

    let file = shelf.beside("file").join("one.mp3");
    std::fs::write(&file, "x").expect("a file");
    let file = file.to_str().expect("UTF-8");
    let output = binary.run(&["music", "import", "--data", data, file]);
    assert_eq!(output.code, Some(1), "{output:?}");
    let expected = "is no folder: give the folder that the music lies in\n";
    assert!(output.stderr.ends_with(expected), "{output:?}");
    assert!(!shelf.data().exists(), "a library for nothing");

    let output = import(&binary, &shelf.data(), &shelf);
    assert_eq!(output.code, Some(0), "{output:?}");
    assert!(
        output.stderr.contains("there is no music in "),
        "{output:?}"
    );
    let data_folder = std::fs::metadata(shelf.data()).expect("a folder");
    assert_eq!(
        data_folder.permissions().mode() & 0o777,
        0o700,
        "it holds keys"
    );

    shelf.write("Kim/2020 - One/01 - Track.wav", &wave(1, 100));
    assert_eq!(import(&binary, &shelf.data(), &shelf).code, Some(0));
    // What other imports left is not what this one is for.
    let empty = shelf.beside("empty");
    let empty = empty.to_str().expect("UTF-8");
    let output = binary.run(&["music", "import", "--data", data, empty]);
    assert_eq!(output.code, Some(0), "{output:?}");
    assert!(!output.stderr.contains("preparing"), "{output:?}");
    std::fs::remove_dir_all(shelf.music().join("Kim")).expect("a folder that was there");
    let output = import(&binary, &shelf.data(), &shelf);
    assert_eq!(output.code, Some(1), "{output:?}");
    for part in [
        "holds no music now, but 1 tracks came from it",
        "--allow-empty",
    ] {
        assert!(output.stderr.contains(part), "{part:?} in {output:?}");
    }
}

#[test]
fn an_import_without_ffmpeg_says_what_works_without_it() {
    let shelf = Shelf::new();
    shelf.write("Kim/2020 - One/01 - Track.wav", &wave(1, 100));
    let (data, music) = (shelf.data(), shelf.music());
    let arguments = [
        "music",
        "import",
        "--data",
        data.to_str().expect("UTF-8"),
        music.to_str().expect("UTF-8"),
    ];
    let output = Binary::new(HAAS).with("PATH", "/nowhere").run(&arguments);
    assert_eq!(output.code, Some(0), "{output:?}");
    let expected = "was not found; tracks play as they are until it is installed";
    assert!(output.stderr.contains(expected), "{output:?}");
    // What was left out is told by the exit code here as well.
    shelf.write("Kim/2020 - One/02 - Broken.wav", b"RIFF");
    let output = Binary::new(HAAS).with("PATH", "/nowhere").run(&arguments);
    assert_eq!(output.code, Some(3), "{output:?}");
}

#[test]
fn an_import_that_cannot_prepare_anything_ends_and_says_so() {
    if !testkit::has_ffmpeg() {
        return;
    }
    let shelf = Shelf::new();
    shelf.write("Kim/2020 - One/01 - Track.wav", &wave(1, 100));
    // Nobody can work in a folder that is a file.
    std::fs::create_dir_all(shelf.data()).expect("a folder");
    std::fs::write(shelf.data().join("work"), "").expect("a file");
    let (data, music) = (shelf.data(), shelf.music());
    let (data, music) = (
        data.to_str().expect("UTF-8"),
        music.to_str().expect("UTF-8"),
    );
    let output = Binary::new(HAAS).run(&["music", "import", "--data", data, music]);
    assert_eq!(output.code, Some(3), "{output:?}");
    let expected = "not prepared Kim/2020 - One/01 - Track.wav: no room to work in";
    assert!(output.stderr.contains(expected), "{output:?}");
}

/// A configuration of a server that prepares nothing, so that nothing but the test fills its disk.
fn without_workers(shelf: &Shelf) -> String {
    let config = shelf.beside("config").join("haas.toml");
    std::fs::write(&config, "[music]\npreparation_workers = 0\n").expect("a file");
    config.to_str().expect("UTF-8").to_owned()
}
