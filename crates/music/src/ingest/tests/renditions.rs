//! Real transcodes of small tones; skipped where there is no ffmpeg.

use std::process::{Command, Stdio};

use chassis::lifecycle::Tasks;
use sea_orm::{EntityTrait as _, QueryOrder as _};

use crate::Migrator;
use crate::ingest::fixtures::{Shelf, wav};
use crate::ingest::{PrepareError, PrepareSummary, prepare_all};
use crate::store::entities::{rendition, track};

/// Decodes with ffmpeg; gives its complaints and the number of samples per channel.
fn decode(file: &std::path::Path) -> (String, u64) {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "warning", "-i"])
        .arg(file)
        .args(["-f", "s16le", "-ac", "2", "-"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let samples = u64::try_from(output.stdout.len()).unwrap() / 4;
    (
        String::from_utf8_lossy(&output.stderr).into_owned(),
        samples,
    )
}

/// The stored object is what the row says, decodes without a word and lasts `expected` samples.
async fn holds(shelf: &Shelf, rendition: &rendition::Model, ladder_rate: u64, expected: u64) {
    assert_eq!(
        rendition.sample_rate_hz,
        i64::try_from(ladder_rate).unwrap()
    );
    let key = &rendition.object_key;
    let size_bytes = u64::try_from(rendition.size_bytes).unwrap();
    let objects = &shelf.library.objects;
    let (bytes, _size) = objects.read_range(key, 0..size_bytes).await.unwrap();
    assert_eq!(i64::try_from(bytes.len()).unwrap(), rendition.size_bytes);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("r.mp4");
    std::fs::write(&file, &bytes).unwrap();
    let (complaint, samples) = decode(&file);
    assert_eq!(complaint, "", "{}", rendition.object_key);
    assert!(
        samples.abs_diff(expected) <= 2_048,
        "{samples} for {expected}"
    );
    let fragment_bytes: i64 = rendition
        .fragment_bytes
        .as_chunks::<4>()
        .0
        .iter()
        .map(|size| i64::from(u32::from_be_bytes(*size)))
        .sum();
    assert_eq!(rendition.init_bytes + fragment_bytes, rendition.size_bytes);
}

#[tokio::test]
async fn every_rendition_decodes_without_a_warning_and_lasts_as_long_as_its_source() {
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = Shelf::new(database);
    // Rate and channels of the source, length in ms, rate of the ladder.
    let sources = [
        (8_000, 1, 3_000, 48_000),
        (22_050, 2, 2_500, 44_100),
        (44_100, 2, 5_001, 44_100),
        (48_000, 1, 2_048, 48_000),
        (96_000, 2, 4_100, 48_000),
        (44_100, 2, 10, 44_100),
    ];
    for (rate, channels, length_ms, _) in sources {
        let name = format!("{rate}-{channels}-{length_ms}.wav");
        shelf.write(&name, &wav(440, rate, channels, length_ms));
    }
    shelf.import().await;
    let prepared = prepare_all(&shelf.library, &Tasks::default(), 2, &|_| {}).await;
    let summary = match prepared {
        Err(PrepareError::NoFfmpeg) => {
            testkit::skip("ffmpeg");
            return;
        }
        other => other.unwrap(),
    };
    assert_eq!(
        summary,
        PrepareSummary {
            ready: 6,
            failed: 0,
            left: 0
        }
    );
    let connection = shelf.library.database.connection();
    for (rate, channels, length_ms, ladder_rate) in sources {
        let title = format!("{rate}-{channels}-{length_ms}");
        let tracks = track::Entity::find().all(connection).await.unwrap();
        let row = tracks.into_iter().find(|row| row.title == title).unwrap();
        assert_eq!(row.duration_ms, i64::from(length_ms), "{title}");
        assert_eq!(row.waveform.as_ref().unwrap().len(), 400);
        let renditions: Vec<_> = rendition::Entity::find()
            .order_by_asc(rendition::Column::BitRateKbps)
            .all(connection)
            .await
            .unwrap()
            .into_iter()
            .filter(|rendition| rendition.track_id == row.id)
            .collect();
        let rates: Vec<_> = renditions.iter().map(|row| row.bit_rate_kbps).collect();
        assert_eq!(rates, [64, 128, 256]);
        for rendition in renditions {
            let expected = u64::from(length_ms) * ladder_rate / 1_000;
            holds(&shelf, &rendition, ladder_rate, expected).await;
        }
    }
}

#[tokio::test]
async fn the_same_job_done_twice_stores_the_same_objects() {
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = Shelf::new(database);
    shelf.write("a.wav", &wav(440, 44_100, 2, 1_000));
    shelf.import().await;
    let tasks = Tasks::default();
    if let Err(PrepareError::NoFfmpeg) = prepare_all(&shelf.library, &tasks, 1, &|_| {}).await {
        testkit::skip("ffmpeg");
        return;
    }
    let connection = shelf.library.database.connection();
    let keys = async || -> Vec<String> {
        let rows = rendition::Entity::find()
            .order_by_asc(rendition::Column::BitRateKbps)
            .all(connection)
            .await
            .unwrap();
        rows.into_iter().map(|row| row.object_key).collect()
    };
    let before = keys().await;
    assert_eq!(before.len(), 3);
    crate::store::entities::job::Entity::update_many()
        .col_expr(
            crate::store::entities::job::Column::State,
            sea_orm::sea_query::Expr::value("queued"),
        )
        .exec(connection)
        .await
        .unwrap();
    prepare_all(&shelf.library, &tasks, 1, &|_| {})
        .await
        .unwrap();
    assert_eq!(keys().await, before);
}
