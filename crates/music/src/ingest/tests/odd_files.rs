//! Files that are not what they seem: each gets one line, none stops the run.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;

use chassis::objects::WriteError;
use proptest::prelude::*;

use super::damaged::encode;
use crate::Migrator;
use crate::ingest::fixtures::{Shelf, wav};
use crate::ingest::objects::{SourceError, store_file};
use crate::ingest::read::read_file;
use crate::ingest::skip::Skip;
use crate::ingest::walk::walk;
use crate::ingest::{FileOutcome, ImportError, ImportOptions, import, refusing};

async fn outcomes(shelf: &Shelf, options: &ImportOptions) -> BTreeMap<String, String> {
    let (_, files) = shelf.import_with(options).await;
    files
        .into_iter()
        .map(|(path, outcome)| match outcome {
            FileOutcome::Skipped { code, reason } => {
                assert!(!reason.is_empty() && !reason.contains('\n'), "{reason:?}");
                (path, code.to_owned())
            }
            other => (path, other.as_str().to_owned()),
        })
        .collect()
}

#[tokio::test]
async fn every_odd_file_is_named_with_its_reason_and_the_good_one_is_imported() {
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = Shelf::new(database);
    let good = wav(440, 44_100, 2, 200);
    shelf.write("good.wav", &good);
    shelf.write("empty.mp3", b"");
    shelf.write("noise.ogg", &[0x5a; 4_000]);
    shelf.write("picture.mp3", b"\xff\xd8\xff\xe0\0\x10JFIF\0 not a song");
    shelf.write("wave.mp3", &good);
    shelf.write("cut.wav", &good[..good.len() / 2]);
    shelf.write("huge.wav", &wav(440, 44_100, 2, 5_000));
    shelf.write("other.wma", b"whatever");
    shelf.write("notes.txt", b"not asked for");
    shelf.write(&format!("{}/x.wav", vec!["long"; 250].join("/")), b"");
    std::os::unix::fs::symlink(shelf.root(), shelf.path("loop")).unwrap();
    std::os::unix::fs::symlink("/nowhere", shelf.path("broken.flac")).unwrap();
    let options = ImportOptions {
        file_bytes_max: 500_000,
        ..ImportOptions::new(shelf.root())
    };
    let outcomes = outcomes(&shelf, &options).await;
    let expected = [
        ("broken.flac", "unreadable"),
        ("cut.wav", "truncated"),
        ("empty.mp3", "empty"),
        ("good.wav", "added"),
        ("huge.wav", "too_large"),
        ("loop", "unreadable"),
        ("noise.ogg", "not_audio"),
        ("other.wma", "unsupported"),
        ("picture.mp3", "broken"),
        ("wave.mp3", "mislabelled"),
    ];
    let mut expected: BTreeMap<String, String> = expected
        .iter()
        .map(|(path, outcome)| ((*path).to_owned(), (*outcome).to_owned()))
        .collect();
    expected.insert(vec!["long"; 64].join("/"), "unreadable".to_owned());
    assert_eq!(outcomes, expected);
}

#[tokio::test]
async fn more_files_than_one_run_takes_are_named_and_nothing_is_forgotten() {
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = Shelf::new(database);
    shelf.write_track("gone.wav", 330, &[]);
    shelf.import().await;
    shelf.remove("gone.wav");
    shelf.write_track("a.wav", 440, &[]);
    shelf.write_track("b.wav", 550, &[]);
    // Only what sounds counts.
    shelf.write("c.txt", b"not asked for");
    shelf.write_track("d/e.wav", 660, &[]);
    shelf.write_track("d/f.wav", 770, &[]);
    let options = ImportOptions {
        files_max: 2,
        ..ImportOptions::new(shelf.root())
    };
    let (summary, files) = shelf.import_with(&options).await;
    assert_eq!((summary.added, summary.skipped, summary.removed), (2, 1, 0));
    let (path, FileOutcome::Skipped { code, reason }) = files.last().unwrap() else {
        panic!("{files:?}");
    };
    assert_eq!((path.as_str(), *code), ("d/e.wav", "too_many"));
    assert!(reason.contains("no more than 2 files"), "{reason}");

    shelf.remove("d/e.wav");
    shelf.remove("d/f.wav");
    let (summary, _) = shelf.import_with(&options).await;
    assert_eq!((summary.skipped, summary.removed), (0, 1));
}

/// A WAV file whose header claims anything.
fn claiming(rate_hz: u32, channels: u16, data_bytes: u32) -> Vec<u8> {
    let mut file = wav(440, 8_000, 1, 100);
    file[22..24].copy_from_slice(&channels.to_le_bytes());
    file[24..28].copy_from_slice(&rate_hz.to_le_bytes());
    file[40..44].copy_from_slice(&data_bytes.to_le_bytes());
    file
}

#[tokio::test]
async fn files_made_to_do_harm_are_refused_with_their_reason() {
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = Shelf::new(database);
    let data_bytes = u32::try_from(wav(440, 8_000, 1, 100).len() - 44).unwrap();
    // A day of audio in a few kilobytes, and more of everything than anything has.
    shelf.write("slow.wav", &claiming(1, 1, data_bytes));
    shelf.write("fast.wav", &claiming(u32::MAX, 1, data_bytes));
    shelf.write("wide.wav", &claiming(8_000, 255, data_bytes));
    shelf.write("silent.wav", &claiming(8_000, 1, 0)[..44]);
    // Tags that claim to be longer than the file, up to 4 GiB.
    let id3 = [&b"ID3\x04\0\0\x7f\x7f\x7f\x7f"[..], &[0; 5_000]].concat();
    shelf.write("tag.mp3", &id3);
    shelf.write(
        "tag.flac",
        &[&b"fLaC\x84\xff\xff\xff"[..], &[0; 5_000]].concat(),
    );
    let mp4 = b"\0\0\0\x14ftypM4A \0\0\0\0M4A \x7f\xff\xff\xffmoov";
    shelf.write("tag.m4a", &[&mp4[..], &[0; 5_000]].concat());
    // What is no file is named or, beside a track, passed over; nobody waits for it.
    for pipe in ["pipe.mp3", "good.lrc", "cover.jpg"] {
        let made = std::process::Command::new("mkfifo")
            .arg(shelf.path(pipe))
            .status();
        assert!(made.unwrap().success());
    }
    std::os::unix::fs::symlink("/dev/zero", shelf.path("zero.flac")).unwrap();
    shelf.write("good.wav", &wav(440, 8_000, 1, 100));
    let outcomes = outcomes(&shelf, &ImportOptions::new(shelf.root())).await;
    let expected = [
        ("pipe.mp3", "not_regular"),
        ("zero.flac", "not_regular"),
        ("fast.wav", "implausible"),
        ("good.wav", "added"),
        ("silent.wav", "not_audio"),
        ("slow.wav", "implausible"),
        ("tag.flac", "not_audio"),
        ("tag.m4a", "truncated"),
        ("tag.mp3", "not_audio"),
        ("wide.wav", "implausible"),
    ];
    let expected = expected.map(|(path, code)| (path.to_owned(), code.to_owned()));
    assert_eq!(outcomes, BTreeMap::from(expected));
}

#[tokio::test]
async fn a_name_that_is_no_text_is_a_name_like_another() {
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = Shelf::new(database);
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.wav");
    std::fs::write(shelf.root().join(name), wav(440, 8_000, 1, 100)).unwrap();
    assert_eq!(shelf.import().await.added, 1);
    assert_eq!(shelf.import().await.unchanged, 1);
    shelf.write("other.wav", &wav(550, 8_000, 1, 100));
    std::fs::remove_file(shelf.root().join(name)).unwrap();
    let summary = shelf.import().await;
    assert_eq!((summary.added, summary.removed), (1, 1));
}

#[tokio::test]
async fn a_copy_of_a_file_whose_name_is_no_text_leaves_its_track_alone() {
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = Shelf::new(database);
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9/\xff.wav");
    std::fs::create_dir(shelf.root().join(name).parent().unwrap()).unwrap();
    std::fs::write(shelf.root().join(name), wav(440, 8_000, 1, 100)).unwrap();
    shelf.import().await;
    shelf.write("copy.wav", &wav(440, 8_000, 1, 100));
    // Untagged: was the first one thought to be gone, the copy would name the track.
    let summary = shelf.import().await;
    assert_eq!((summary.updated, summary.unchanged), (0, 2));
}

#[tokio::test]
async fn nobody_waits_for_a_pipe_where_a_track_stood() {
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = Shelf::new(database);
    shelf.write_track("a.wav", 440, &[]);
    shelf.import().await;
    shelf.rename("a.wav", "b.wav");
    let made = std::process::Command::new("mkfifo")
        .arg(shelf.path("a.wav"))
        .status();
    assert!(made.unwrap().success());
    assert_eq!(shelf.import().await.updated, 1);
}

#[tokio::test]
async fn what_lies_in_a_folder_that_cannot_be_read_stays_whatever_the_folder_is_called() {
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = Shelf::new(database);
    let folder = shelf.root().join(std::ffi::OsStr::from_bytes(b"caf\xe9"));
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("a.wav"), wav(440, 8_000, 1, 100)).unwrap();
    shelf.write("b.wav", &wav(550, 8_000, 1, 100));
    shelf.import().await;
    // A link that leads to itself is what even root cannot read.
    std::fs::remove_dir_all(&folder).unwrap();
    std::os::unix::fs::symlink(&folder, &folder).unwrap();
    let summary = shelf.import().await;
    assert_eq!((summary.skipped, summary.removed), (1, 0));
}

#[tokio::test]
async fn a_file_that_vanishes_or_changes_while_it_is_imported_is_left_for_the_next_run() {
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = Shelf::new(database);
    shelf.write("a.wav", &wav(440, 8_000, 1, 100));
    let candidate = walk(shelf.root(), usize::MAX, &AtomicU64::new(0))
        .candidates
        .remove(0);
    let read = read_file(shelf.root(), &candidate, 1_000_000).unwrap();
    shelf.write("a.wav", &wav(550, 8_000, 1, 100));
    let objects = &shelf.library.objects;
    let content = &read.content.id;
    let stored = store_file(objects, "originals/a", "audio/wav", read.file, content).await;
    assert!(
        matches!(stored, Err(WriteError::Source(SourceError::Changed))),
        "{stored:?}"
    );
    assert_eq!(objects.find("originals/a").await.unwrap(), None);

    shelf.remove("a.wav");
    let gone = read_file(shelf.root(), &candidate, 1_000_000).unwrap_err();
    assert_eq!(gone.code(), "unreadable");
}

#[tokio::test]
async fn a_reader_that_panics_refuses_its_file_and_nothing_else() {
    let read = refusing(Skip::Panicked, || -> Result<(), Skip> {
        panic!("odd bytes")
    });
    assert_eq!(read.await.unwrap_err().code(), "panicked");
    let read = refusing(Skip::Panicked, || Ok(1));
    assert_eq!(read.await.unwrap(), 1);
}

#[tokio::test]
async fn an_untagged_file_is_named_by_its_path() {
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = Shelf::new(database);
    shelf.write(
        "뉴진스/2022 - New Jeans/03 - Hurt.wav",
        &wav(440, 44_100, 2, 100),
    );
    shelf.import().await;
    let newest = crate::Store::new(shelf.library.database.clone());
    let rows = newest.list_newest_tracks(1).await.unwrap();
    let record = rows.first().unwrap();
    assert_eq!(record.track.title, "Hurt");
    assert_eq!(record.track.track_number, Some(3));
    assert_eq!(record.track.released_on.as_deref(), Some("2022"));
    assert_eq!(record.artists[0].name, "뉴진스");
    assert_eq!(record.album.as_ref().unwrap().title, "New Jeans");
}

#[test]
fn files_and_folders_are_walked_in_one_order_whatever_the_disk_says() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["b/1.mp3", "a/2.mp3", "a/1.mp3", "c.mp3", "a/cover.jpg"] {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "x").unwrap();
    }
    let found = walk(folder.path(), usize::MAX, &AtomicU64::new(0));
    let paths: Vec<_> = found
        .candidates
        .iter()
        .map(|candidate| candidate.path.to_str().unwrap())
        .collect();
    assert_eq!(paths, ["a/1.mp3", "a/2.mp3", "b/1.mp3", "c.mp3"]);
    assert!(found.candidates[0].cover_paths.len() == 1);
    assert!(found.candidates[2].cover_paths.is_empty());
}

#[test]
fn a_link_that_leads_around_the_folder_or_into_the_system_is_named_and_left() {
    let outside = tempfile::tempdir().unwrap();
    let root = outside.path().join("music");
    std::fs::create_dir_all(root.join("deep/down")).unwrap();
    let other = tempfile::tempdir().unwrap();
    std::fs::create_dir(other.path().join("album")).unwrap();
    for file in [
        root.join("deep/down/1.mp3"),
        other.path().join("album/2.mp3"),
        outside.path().join("not asked for.mp3"),
    ] {
        std::fs::write(file, "x").unwrap();
    }
    let link = |target: &Path, name: &Path| std::os::unix::fs::symlink(target, name).unwrap();
    link(Path::new("/"), &root.join("all"));
    link(Path::new("../../.."), &root.join("deep/down/up"));
    link(&root, &root.join("deep/self"));
    link(Path::new("/proc/self"), &root.join("process"));
    link(Path::new("/sys"), &root.join("system"));
    link(other.path(), &root.join("other"));
    // What lies elsewhere must not lead there either.
    link(outside.path(), &other.path().join("album/around"));
    let found_count = AtomicU64::new(0);
    let found = walk(&root, usize::MAX, &found_count);
    let paths = found.candidates.iter();
    let paths: Vec<_> = paths.map(|found| found.path.to_str().unwrap()).collect();
    assert_eq!(paths, ["deep/down/1.mp3", "other/album/2.mp3"]);
    assert_eq!(found_count.into_inner(), 2);
    let left: BTreeMap<_, _> = found.unreadable.into_iter().collect();
    let back = "a link leads back to a folder it lies in";
    let system = "a link leads to a folder of the system";
    let expected = [
        ("all", back),
        ("deep/down/up", back),
        ("deep/self", back),
        ("other/album/around", back),
        ("process", system),
        ("system", system),
    ];
    let expected = expected.map(|(path, reason)| (PathBuf::from(path), reason.to_owned()));
    assert_eq!(left, BTreeMap::from(expected));
}

#[test]
fn what_systems_leave_is_no_music_and_other_dots_begin_a_name() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["._1.mp3", ".hidden/1.mp3", ".5/1.mp3", "...And Then.mp3"] {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "x").unwrap();
    }
    let found = walk(folder.path(), usize::MAX, &AtomicU64::new(0));
    let paths = found.candidates.iter();
    let paths: Vec<_> = paths.map(|found| found.path.to_str().unwrap()).collect();
    assert_eq!(paths, ["...And Then.mp3", ".5/1.mp3"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_under_any_audio_name_are_read_without_a_panic(
        head in prop_oneof![
            Just(&b"ID3\x04\0\0"[..]), Just(&b"fLaC"[..]), Just(&b"OggS\0\x02"[..]),
            Just(&b"\0\0\0\x20ftypM4A "[..]), Just(&b"RIFF\0\0\0\0WAVE"[..]), Just(&b"\xff\xfb\x90"[..]),
        ],
        tail in proptest::collection::vec(any::<u8>(), 0..600),
        extension in prop_oneof![Just("mp3"), Just("flac"), Just("ogg"), Just("m4a"), Just("wav")],
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(format!("x.{extension}"));
        std::fs::write(&path, [head, &tail].concat()).unwrap();
        let candidate = walk(folder.path(), usize::MAX, &AtomicU64::new(0)).candidates.remove(0);
        let read = read_file(folder.path(), &candidate, 1_000_000);
        if let Err(skip) = read {
            prop_assert_ne!(skip.code(), "panicked");
        }
    }
}

#[tokio::test]
async fn a_kind_that_is_not_taken_is_called_by_its_name() {
    if !testkit::has_ffmpeg() {
        return;
    }
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = Shelf::new(database);
    let tone = wav(440, 44_100, 2, 500);
    let kinds = [
        (
            "a.ogg",
            &["-c:a", "flac", "-f", "ogg"],
            "it is FLAC in Ogg, ",
        ),
        (
            "b.wav",
            &["-c:a", "adpcm_ms", "-f", "wav"],
            "it is ADPCM in WAV, ",
        ),
        (
            "c.wav",
            &["-c:a", "adpcm_ima_wav", "-f", "wav"],
            "it is ADPCM in WAV, ",
        ),
    ];
    for (name, options, _) in kinds {
        shelf.write(name, &encode(&tone, name, options));
    }
    let (_, files) = shelf.import_with(&ImportOptions::new(shelf.root())).await;
    assert_eq!(files.len(), kinds.len());
    for ((path, outcome), (name, _, expected)) in files.into_iter().zip(kinds) {
        let FileOutcome::Skipped { code, reason } = outcome else {
            panic!("{path} was taken");
        };
        assert_eq!((path.as_str(), code), (name, "unsupported"));
        assert!(reason.starts_with(expected), "{reason}");
    }
}

#[tokio::test]
async fn a_stop_that_came_before_ends_an_import_before_it_looks() {
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = Shelf::new(database);
    shelf.write("a.wav", &wav(440, 8_000, 1, 100));
    let options = ImportOptions::new(shelf.root());
    options.stopping.cancel();
    let mut told = 0;
    let ended = import(&shelf.library, &options, &mut |_| told += 1).await;
    assert!(matches!(ended, Err(ImportError::Stopped)), "{ended:?}");
    assert_eq!(told, 0);
}
