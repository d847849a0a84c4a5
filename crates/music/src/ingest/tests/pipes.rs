//! Files that were written to a pipe or written anew: who wrote them could not, or did, fill in how long they are.

use sea_orm::EntityTrait as _;

use super::damaged::{encode, ffmpeg};
use crate::Migrator;
use crate::ingest::fixtures::{Shelf, wav};
use crate::store::entities::track;

async fn tracks(shelf: &Shelf) -> Vec<track::Model> {
    let connection = shelf.library.database.connection();
    track::Entity::find().all(connection).await.unwrap()
}

#[tokio::test]
async fn a_file_that_was_written_to_a_pipe_has_its_length_at_once() {
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = Shelf::new(database);
    let mut wave = wav(440, 44_100, 2, 1_500);
    for unknown in [0, u32::MAX] {
        wave[4..8].copy_from_slice(&unknown.to_le_bytes());
        wave[40..44].copy_from_slice(&unknown.to_le_bytes());
        shelf.write(&format!("{unknown}.wav"), &wave);
    }
    if testkit::has_ffmpeg() {
        let tone = wav(550, 44_100, 2, 1_500);
        let mut flac = encode(&tone, "a.flac", &[]);
        // The number of samples: 36 bits.
        flac[21] &= 0xf0;
        flac[22..26].fill(0);
        shelf.write("a.flac", &flac);
        shelf.write("b.wav", &encode(&tone, "b.wav", &["-c:a", "pcm_s24le"]));
    }
    shelf.import().await;
    for row in tracks(&shelf).await {
        assert_eq!(row.duration_ms, 1_500, "{}", row.title);
        assert!(row.bit_rate_kbps > 0, "{}", row.title);
    }
}

#[tokio::test]
async fn an_mp3_whose_first_frame_is_written_anew_is_the_same_track() {
    if !testkit::has_ffmpeg() {
        return;
    }
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = Shelf::new(database);
    let mp3 = encode(&wav(440, 44_100, 2, 3_000), "a.mp3", &["-b:a", "128k"]);
    shelf.write("a.mp3", &mp3);
    shelf.import().await;
    let before = tracks(&shelf).await.remove(0);
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("b.mp3");
    let options = ["-c", "copy", "-metadata", "title=Another"];
    ffmpeg(&shelf.path("a.mp3"), &to, &options);
    shelf.write("a.mp3", &std::fs::read(to).unwrap());
    let summary = shelf.import().await;
    assert_eq!((summary.updated, summary.added, summary.removed), (1, 0, 0));
    let after = tracks(&shelf).await.remove(0);
    assert_eq!((after.id, after.title.as_str()), (before.id, "Another"));
}
