//! A backup of a library that is in use, brought back on another machine.

use std::os::unix::fs::PermissionsExt as _;

use chassis::objects::Objects;
use testkit::{Binary, Haas, S3};

use crate::HAAS;
use crate::shelf::{Holdings, Shelf, number, open, pause, wave};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_plays_another_plays_from_its_backup() {
    let binary = Binary::new(HAAS);
    let shelf = Shelf::new();
    shelf.fill();
    let (music, data) = (shelf.music(), shelf.data());
    let (music, data) = (
        music.to_str().expect("UTF-8"),
        data.to_str().expect("UTF-8"),
    );
    let import = [
        "music", "import", "--json", "--defer", "--data", data, music,
    ];
    assert_eq!(binary.run(&import).code, Some(0));
    let haas = binary.serve(&shelf.data(), &[]);
    // The last thing that a new server writes by itself.
    let database = open(&shelf.data()).await;
    let indexed = "SELECT COUNT(*) FROM search_grams WHERE kind = 'version'";
    while number(&database, indexed).await == 0 {
        pause();
    }
    database.close().await.expect("a closed database");
    let s3 = S3::start().await;
    let variables = s3.variables(&[]);
    let with = |binary: Binary, (name, value): &(String, String)| {
        binary.with(&name.replace("OBJECTS_", "IMPORT_"), value)
    };
    let to_bucket = variables
        .iter()
        .filter(|(name, _)| !name.ends_with("OBJECTS"))
        .fold(Binary::new(HAAS), with);
    let backup = ["admin", "backup", "--data", data, "s3://music/backups"];
    let taken = to_bucket.run(&backup);
    assert_eq!(taken.code, Some(0), "{taken:?}");
    assert!(
        taken.stdout.contains("kept in s3://music/backups"),
        "{taken:?}"
    );

    let other = shelf.beside("other");
    let other_data = other.to_str().expect("UTF-8");
    let restore = [
        "admin",
        "restore",
        "--data",
        other_data,
        "s3://music/backups",
    ];
    let restored = to_bucket.run(&restore);
    assert_eq!(restored.code, Some(0), "{restored:?}");
    assert!(
        restored.stdout.contains("restored and checked"),
        "{restored:?}"
    );
    let expected = Holdings::read(&shelf.data()).await;
    assert_eq!(Holdings::read(&other).await, expected);
    let again = to_bucket.run(&restore);
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.stderr.contains("not empty"), "{again:?}");

    let copy = binary.serve(&other, &[]);
    let stream = |haas: &Haas| {
        let tracks = haas.get("/api/music/v1/tracks").json();
        let url = tracks["items"][0]["stream_url"]
            .as_str()
            .expect("a URL")
            .to_owned();
        haas.get(&url).body
    };
    assert_eq!(stream(&copy), stream(&haas));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_is_lost_is_named_by_the_backup() {
    let binary = Binary::new(HAAS);
    let shelf = Shelf::new();
    shelf.write("Kim/2020 - One/1.wav", &wave(1, 200));
    let (music, data) = (shelf.music(), shelf.data());
    let (music, data) = (
        music.to_str().expect("UTF-8"),
        data.to_str().expect("UTF-8"),
    );
    let import = [
        "music", "import", "--json", "--defer", "--data", data, music,
    ];
    assert_eq!(binary.run(&import).code, Some(0));
    let objects = Objects::in_folder(&shelf.data().join("music")).expect("a folder");
    let kept = Holdings::read(&shelf.data()).await;
    let key = kept.tracks[0].split('|').nth(2).expect("its object");
    objects.delete(key).await.expect("a folder that lets go");
    let folder = shelf.beside("backups");
    let folder = folder.to_str().expect("UTF-8");
    let taken = binary.run(&["admin", "backup", "--data", data, folder]);
    assert_eq!(taken.code, Some(3), "{taken:?}");
    assert!(taken.stdout.contains(key), "{taken:?}");
    // Whoever restores it is told, too.
    let other = shelf.beside("other");
    let other = other.to_str().expect("UTF-8");
    let restored = binary.run(&["admin", "restore", "--data", other, folder]);
    assert_eq!(restored.code, Some(3), "{restored:?}");
    assert!(restored.stdout.contains(key), "{restored:?}");
    for kept in std::fs::read_dir(folder).expect("the backup") {
        let kept = kept.expect("an entry").metadata().expect("its rights");
        assert_eq!(kept.permissions().mode() & 0o077, 0, "for nobody else");
    }
}

#[test]
fn a_backup_needs_a_library_and_a_place_beside_it() {
    let shelf = Shelf::new();
    let binary = Binary::new(HAAS);
    let (data, other) = (shelf.data(), shelf.beside("backups"));
    let (data, other) = (
        data.to_str().expect("UTF-8"),
        other.to_str().expect("UTF-8"),
    );
    let none = binary.run(&["admin", "backup", "--data", data, other]);
    assert_eq!(none.code, Some(1), "{none:?}");
    assert!(none.stderr.contains("there is no library"), "{none:?}");
    assert!(!shelf.data().join("music.sqlite").exists());

    let music = shelf.music();
    let music = music.to_str().expect("UTF-8");
    shelf.write("Kim/2020 - One/1.wav", &wave(1, 200));
    let import = [
        "music", "import", "--json", "--defer", "--data", data, music,
    ];
    assert_eq!(binary.run(&import).code, Some(0));
    let objects = shelf.data().join("music");
    for place in [objects.join("backups"), shelf.data()] {
        let place = place.to_str().expect("UTF-8");
        let within = binary.run(&["admin", "backup", "--data", data, place]);
        assert_eq!(within.code, Some(1), "{within:?}");
        assert!(within.stderr.contains("lies where"), "{within:?}");
    }
    let taken = binary.run(&["admin", "backup", "--data", data, other]);
    assert_eq!(taken.code, Some(0), "{taken:?}");
    // Whoever serves may be somebody else, who makes it when it is needed.
    assert!(!shelf.data().join("work").exists());
}

#[test]
fn a_folder_that_is_not_there_is_not_made_by_a_restore() {
    let shelf = Shelf::new();
    let (data, misspelt) = (shelf.data(), shelf.beside("other").join("bakcups"));
    let (data, place) = (
        data.to_str().expect("UTF-8"),
        misspelt.to_str().expect("UTF-8"),
    );
    let restored = Binary::new(HAAS).run(&["admin", "restore", "--data", data, place]);
    assert_eq!(restored.code, Some(1), "{restored:?}");
    assert!(
        restored.stderr.contains("there is no folder"),
        "{restored:?}"
    );
    assert!(!misspelt.exists());
}
