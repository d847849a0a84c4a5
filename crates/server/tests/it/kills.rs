//! A process that is killed in the middle of its work loses nothing and doubles nothing.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use testkit::{Binary, Running};

use crate::HAAS;
use crate::shelf::{Holdings, Shelf, number, open, pause, run, wave};

/// How long anything may take before a test fails.
const PATIENCE: Duration = Duration::from_mins(2);

fn import<'a>(data: &'a str, music: &'a str) -> [&'a str; 7] {
    [
        "music", "import", "--json", "--defer", "--data", data, music,
    ]
}

/// An import that makes the renditions, too.
fn prepare<'a>(data: &'a str, music: &'a str) -> [&'a str; 5] {
    ["music", "import", "--data", data, music]
}

/// Kills an import when it has told of so many files. Whether it was still at work then.
fn kill_after(files: usize, mut import: Running) -> bool {
    let mut told = 0;
    while told < files {
        let line = import.line().expect("an import that goes on");
        told += usize::from(line.contains("\"event\":\"file\""));
    }
    import.signal("KILL");
    let output = import.wait();
    // The signal may also find it done.
    assert!(matches!(output.code, None | Some(0)), "{output:?}");
    output.code.is_none() && !output.stdout.contains("\"event\":\"summary\"")
}

#[tokio::test]
async fn an_import_that_is_killed_anywhere_is_completed_by_the_next() {
    let binary = Binary::new(HAAS);
    let whole = Shelf::new();
    whole.fill();
    let music = whole.music();
    let music = music.to_str().expect("UTF-8");
    let data = whole.data();
    let output = binary.run(&import(data.to_str().expect("UTF-8"), music));
    assert_eq!(output.code, Some(0), "{output:?}");
    let expected = Holdings::read(&data).await;
    assert_eq!((expected.tracks.len(), expected.artists.len()), (8, 2));

    let mut kills_at_work = 0;
    for files in 0..9 {
        let data = whole.beside(&format!("killed-after-{files}"));
        let arguments = import(data.to_str().expect("UTF-8"), music);
        kills_at_work += usize::from(kill_after(files, binary.start(&arguments)));
        // The one who goes on is killed, too.
        kills_at_work += usize::from(kill_after(files / 2, binary.start(&arguments)));
        make_uploads_old(&data);
        let output = binary.run(&arguments);
        assert_eq!(output.code, Some(0), "{output:?}");
        assert_eq!(
            Holdings::read(&data).await,
            expected,
            "killed after {files}"
        );
        let output = binary.run(&arguments);
        assert!(output.stdout.contains("\"unchanged\":9"), "{output:?}");
    }
    assert!(
        kills_at_work >= 9,
        "only {kills_at_work} kills hit an import at work"
    );
}

/// What an upload left is only removed when nobody can be writing to it any more: a day later.
fn make_uploads_old(folder: &Path) {
    let long_ago = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            make_uploads_old(&path);
        } else if path.to_string_lossy().contains('#') {
            let upload = fs::File::options()
                .write(true)
                .open(&path)
                .expect("an upload");
            upload.set_modified(long_ago).expect("another time");
        }
    }
}

#[tokio::test]
async fn an_upload_that_a_kill_cut_off_is_removed_by_a_later_import() {
    let shelf = Shelf::new();
    shelf.fill();
    let (data, music) = (shelf.data(), shelf.music());
    let arguments = import(
        data.to_str().expect("UTF-8"),
        music.to_str().expect("UTF-8"),
    );
    let binary = Binary::new(HAAS);
    assert_eq!(binary.run(&arguments).code, Some(0));
    let before = Holdings::read(&data).await;
    let upload = data.join("music/originals/00/0011.wav#1");
    fs::create_dir_all(upload.parent().expect("a folder")).expect("a folder");
    fs::write(&upload, "half").expect("a file");
    assert_eq!(binary.run(&arguments).code, Some(0));
    assert!(upload.exists(), "somebody may still be writing to it");
    make_uploads_old(&data);
    assert_eq!(binary.run(&arguments).code, Some(0));
    assert_eq!(Holdings::read(&data).await, before);
}

/// The processes whose command line names a folder.
fn processes_at(folder: &Path) -> Vec<u32> {
    let folder = folder.to_str().expect("UTF-8");
    let entries = fs::read_dir("/proc").expect("a list of processes");
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid| {
            let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&words).contains(folder)
        })
        .collect()
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "{what}");
        pause();
    }
}

#[tokio::test]
async fn a_killed_transcode_leaves_no_orphan_and_is_done_by_the_next_process() {
    if !testkit::has_ffmpeg() {
        return;
    }
    let shelf = Shelf::new();
    shelf.write("Kim/2020 - One/01 - Long.wav", &wave(1, 60_000));
    let (data, music, work) = (shelf.data(), shelf.music(), shelf.data().join("work"));
    let arguments = import(
        data.to_str().expect("UTF-8"),
        music.to_str().expect("UTF-8"),
    );
    let binary = Binary::new(HAAS);
    assert_eq!(binary.run(&arguments).code, Some(0));

    let haas = binary.serve(&data, &[]);
    wait_until("ffmpeg never began", || !processes_at(&work).is_empty());
    haas.signal("KILL");
    assert!(!haas.wait().success());
    wait_until("ffmpeg lives on", || processes_at(&work).is_empty());
    let half_done = Holdings::read(&data).await;
    assert_eq!(half_done.renditions, Vec::<String>::new());
    assert_eq!(
        fs::read_dir(&work).expect("a folder").count(),
        1,
        "the work of the dead"
    );

    // A minute later.
    run(&data, "UPDATE jobs SET lease_until_ms = 0").await;
    let haas = binary.serve(&data, &[]);
    let database = open(&data).await;
    let started = Instant::now();
    while number(&database, "SELECT COUNT(*) FROM jobs WHERE state = 'done'").await == 0 {
        assert!(
            started.elapsed() < PATIENCE,
            "the job was not done: {}",
            haas.log()
        );
    }
    let failures = number(&database, "SELECT SUM(attempt_count) FROM jobs").await;
    assert_eq!(failures, 0, "a kill is no failure of the job");
    database.close().await.expect("a closed database");
    let track = haas.get("/api/music/v1/tracks").json()["items"][0].clone();
    let hls = haas.get(track["hls_url"].as_str().expect("a URL"));
    assert_eq!(hls.status, 200);
    assert!(haas.stop().success());

    let done = Holdings::read(&data).await;
    assert_eq!((done.tracks.len(), done.renditions.len()), (1, 3));
    assert_eq!(
        done.files
            .iter()
            .filter(|file| file.starts_with("renditions"))
            .count(),
        3
    );
    assert_eq!(
        fs::read_dir(&work).expect("a folder").count(),
        0,
        "work was left"
    );
}

#[tokio::test]
async fn an_interrupted_import_gives_its_jobs_back_and_the_next_goes_on_at_once() {
    if !testkit::has_ffmpeg() {
        return;
    }
    let shelf = Shelf::new();
    shelf.write("Kim/2020 - One/01 - Long.wav", &wave(1, 60_000));
    let (data, music, work) = (shelf.data(), shelf.music(), shelf.data().join("work"));
    let binary = Binary::new(HAAS);
    let data_text = data.to_str().expect("UTF-8");
    let prepare = prepare(data_text, music.to_str().expect("UTF-8"));
    let import = binary.start(&prepare);
    wait_until("ffmpeg never began", || !processes_at(&work).is_empty());
    import.signal("INT");
    let output = import.wait();
    assert_eq!(output.code, Some(130), "{output:?}");
    assert!(
        output.stderr.contains("run it again to go on"),
        "{output:?}"
    );
    wait_until("ffmpeg lives on", || processes_at(&work).is_empty());
    let database = open(&data).await;
    let queued = "SELECT COUNT(*) FROM jobs WHERE state = 'queued' AND attempt_count = 0";
    assert_eq!(number(&database, queued).await, 1);
    database.close().await.expect("a closed database");
    assert_eq!(binary.run(&prepare).code, Some(0));
    assert_eq!(Holdings::read(&data).await.renditions.len(), 3);
}

/// The database is locked by the test: giving the job back takes as long as SQLite is patient.
#[tokio::test]
async fn a_second_interrupt_ends_an_import_at_once_whatever_it_waits_for() {
    if !testkit::has_ffmpeg() {
        return;
    }
    let shelf = Shelf::new();
    shelf.write("Kim/2020 - One/01 - Long.wav", &wave(1, 60_000));
    let (data, music, work) = (shelf.data(), shelf.music(), shelf.data().join("work"));
    let data_text = data.to_str().expect("UTF-8");
    let prepare = prepare(data_text, music.to_str().expect("UTF-8"));
    let mut import = Binary::new(HAAS).start(&prepare);
    wait_until("ffmpeg never began", || !processes_at(&work).is_empty());
    let database = open(&data).await;
    let lock = database.begin_write().await.expect("the lock");
    // One that comes too soon counts as the first.
    while !import.has_ended() {
        import.signal("INT");
    }
    let output = import.wait();
    lock.rollback().await.expect("the lock given back");
    assert_eq!(output.code, Some(130), "{output:?}");
    // The word of a stop in order.
    assert!(!output.stderr.contains("run it again"), "{output:?}");
    database.close().await.expect("a closed database");
}
