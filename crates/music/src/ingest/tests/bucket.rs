//! Imports from a bucket, which know nothing of folders but find the same.

use chassis::database::Database;
use chassis::objects::{Objects, Place};
use lofty::tag::ItemKey::{AlbumTitle, TrackArtist, TrackTitle};
use sea_orm::{EntityTrait as _, PaginatorTrait as _, QueryOrder as _};
use testkit::{S3, each_database, new_sqlite};

use crate::Migrator;
use crate::ingest::fixtures::Shelf;
use crate::ingest::{
    FileOutcome, ImportError, ImportOptions, ImportSummary, Origin, import, list_unprepared,
};
use crate::store::entities::{cover, job, source, track};

/// A bucket of music beside a library whose objects lie in the same store.
struct Records {
    /// Makes the files.
    shelf: Shelf,
    s3: S3,
    songs: Objects,
}

impl Records {
    async fn new(database: Database) -> Self {
        let s3 = S3::start().await;
        let mut shelf = Shelf::new(database);
        let place = [("objects", "s3://music/library")];
        shelf.library.objects = Objects::open(&s3.objects_with(&place)).unwrap();
        let place = [("objects", "s3://music/songs")];
        let songs = Objects::open(&s3.objects_with(&place)).unwrap();
        Self { shelf, s3, songs }
    }

    fn origin(&self) -> Origin {
        let place: Place = "s3://music/songs".parse().unwrap();
        Origin::bucket(&place, self.songs.clone())
    }

    fn options(&self) -> ImportOptions {
        ImportOptions::new(self.origin())
    }

    /// Puts a file of the shelf into the bucket.
    async fn put(&self, name: &str) {
        let bytes = std::fs::read(self.shelf.path(name)).unwrap();
        let put = self.songs.put(name, bytes.into(), "audio/wav");
        put.await.unwrap();
    }

    async fn put_track(&self, name: &str, pitch_hz: u16, title: &str) {
        let tags = [
            (TrackTitle, title),
            (TrackArtist, "아이유"),
            (AlbumTitle, "꽃"),
        ];
        self.shelf.write_track(name, pitch_hz, &tags);
        self.put(name).await;
    }

    async fn import(&self) -> ImportSummary {
        self.shelf.import_with(&self.options()).await.0
    }

    async fn tracks(&self) -> Vec<track::Model> {
        track::Entity::find()
            .order_by_asc(track::Column::Title)
            .all(self.shelf.library.database.connection())
            .await
            .unwrap()
    }
}

fn summary(change: impl FnOnce(&mut ImportSummary)) -> ImportSummary {
    let mut summary = ImportSummary::default();
    change(&mut summary);
    summary
}

#[tokio::test]
async fn a_bucket_is_imported_as_a_folder_is() {
    each_database::<Migrator>(async |database| {
        let records = Records::new(database).await;
        records.put_track("꽃/01 하나.wav", 440, "하나").await;
        records.put_track("꽃/02.wav", 550, "둘").await;
        records
            .shelf
            .write("꽃/01 하나.lrc", "[00:00.00]첫 줄\n".as_bytes());
        records.put("꽃/01 하나.lrc").await;
        let all = records.import().await;
        assert_eq!(all, summary(|all| all.added = 2));
        let tracks = records.tracks().await;
        assert_eq!(tracks[1].title, "하나");
        assert!(
            tracks[1]
                .lyrics_synced
                .as_ref()
                .is_some_and(|text| text.contains("첫 줄"))
        );
        for track in &tracks {
            let objects = &records.shelf.library.objects;
            let object = objects.find(&track.object_key).await.unwrap().unwrap();
            assert_eq!(i64::try_from(object.size_bytes), Ok(track.size_bytes));
        }
        let unchanged = records.import().await;
        assert_eq!(unchanged, summary(|all| all.unchanged = 2));

        // New tags: the same track. Another name: the same track.
        records.put_track("꽃/01 하나.wav", 440, "하나!").await;
        records.shelf.rename("꽃/02.wav", "새/02.wav");
        records.put("새/02.wav").await;
        records.songs.delete("꽃/02.wav").await.unwrap();
        let changed = records.import().await;
        assert_eq!((changed.updated, changed.moved), (1, 1), "{changed:?}");
        let ids = |tracks: &[track::Model]| -> Vec<_> {
            let mut ids: Vec<_> = tracks.iter().map(|track| track.id.clone()).collect();
            ids.sort();
            ids
        };
        assert_eq!(ids(&records.tracks().await), ids(&tracks));
        records.songs.delete("새/02.wav").await.unwrap();
        let gone = records.import().await;
        assert_eq!(gone, summary(|all| (all.unchanged, all.removed) = (1, 1)));
    })
    .await;
}

#[tokio::test]
async fn pictures_beside_a_track_are_its_covers() {
    let (_folder, database) = new_sqlite::<Migrator>().await;
    let records = Records::new(database).await;
    records.put_track("a/1.wav", 440, "One").await;
    let mut png = Vec::new();
    let picture = image::DynamicImage::new_rgb8(40, 40);
    let mut cursor = std::io::Cursor::new(&mut png);
    picture
        .write_to(&mut cursor, image::ImageFormat::Png)
        .unwrap();
    records
        .songs
        .put("a/cover.png", png.into(), "image/png")
        .await
        .unwrap();
    records.import().await;
    let connection = records.shelf.library.database.connection();
    let covers = cover::Entity::find().all(connection).await.unwrap();
    let [cover] = &covers[..] else {
        panic!("{covers:?}");
    };
    assert_eq!(cover.is_generated, 0);
}

#[tokio::test]
async fn a_folder_may_have_any_name() {
    let (_folder, database) = new_sqlite::<Migrator>().await;
    let records = Records::new(database).await;
    records.put_track("lock/fetched/1.wav", 440, "하나").await;
    let summary = records.import().await;
    assert_eq!((summary.added, summary.skipped), (1, 0));
}

#[tokio::test]
async fn what_cannot_be_imported_is_named_and_the_rest_is() {
    let (_folder, database) = new_sqlite::<Migrator>().await;
    let records = Records::new(database).await;
    records.put_track("good.wav", 440, "Good").await;
    records.shelf.write("empty.mp3", b"");
    records.shelf.write("text.mp3", b"no audio at all");
    records.put("empty.mp3").await;
    records.put("text.mp3").await;
    records.put_track("large.wav", 550, "Large").await;
    let options = ImportOptions {
        file_bytes_max: std::fs::metadata(records.shelf.path("good.wav"))
            .unwrap()
            .len(),
        ..records.options()
    };
    records.shelf.write("large.wav", &vec![b'x'; 400_000]);
    records.put("large.wav").await;
    let (summary, files) = records.shelf.import_with(&options).await;
    assert_eq!((summary.added, summary.skipped), (1, 3), "{files:?}");
    let code = |name: &str| {
        let (_, outcome) = files.iter().find(|(path, _)| path == name).unwrap();
        match outcome {
            FileOutcome::Skipped { code, .. } => *code,
            outcome => panic!("{outcome:?}"),
        }
    };
    assert_eq!(
        ["empty.mp3", "large.wav", "text.mp3"].map(code),
        ["empty", "too_large", "not_audio"]
    );
    let unprepared = list_unprepared(&records.shelf.library, &records.origin(), 0).await;
    assert!(unprepared.unwrap().is_empty());
}

#[tokio::test]
async fn a_bucket_that_is_empty_or_cannot_be_read_removes_nothing() {
    let (_folder, database) = new_sqlite::<Migrator>().await;
    let records = Records::new(database).await;
    records.put_track("a.wav", 440, "One").await;
    records.import().await;
    let place: Place = "s3://nowhere/songs".parse().unwrap();
    let nowhere = Objects::open(
        &records
            .s3
            .objects_with(&[("objects", "s3://nowhere/songs")]),
    );
    let nowhere = Origin::bucket(&place, nowhere.unwrap());
    let error = nowhere.check().await.unwrap_err();
    assert!(matches!(error, ImportError::Bucket { .. }), "{error}");
    records.songs.delete("a.wav").await.unwrap();
    let library = &records.shelf.library;
    let error = import(library, &records.options(), &mut |_| {})
        .await
        .unwrap_err();
    assert!(matches!(error, ImportError::Vanished { .. }), "{error}");
    assert_eq!(records.tracks().await.len(), 1);
    assert_eq!(records.tracks().await[0].deleted_at_ms, None);
}

#[tokio::test]
async fn two_importers_of_one_bucket_double_nothing_and_lose_nothing() {
    each_database::<Migrator>(async |database| {
        let records = Records::new(database.clone()).await;
        for number in 0..8_u16 {
            let name = format!("{number}.wav");
            records.put_track(&name, 300 + 20 * number, &name).await;
        }
        let (library, options) = (&records.shelf.library, records.options());
        let (mut ignore, mut ignore_too) = (|_| {}, |_| {});
        let one = Box::pin(import(library, &options, &mut ignore));
        let other = Box::pin(import(library, &options, &mut ignore_too));
        let (one, other) = tokio::join!(one, other);
        let (one, other) = (one.unwrap(), other.unwrap());
        assert_eq!(one.added + other.added, 8, "{one:?} {other:?}");
        assert_eq!((one.skipped, other.skipped), (0, 0));
        let connection = database.connection();
        let titles: Vec<_> = records
            .tracks()
            .await
            .into_iter()
            .map(|track| track.title)
            .collect();
        let expected: Vec<_> = (0..8).map(|number| format!("{number}.wav")).collect();
        assert_eq!(titles, expected);
        assert_eq!(source::Entity::find().count(connection).await.unwrap(), 8);
        assert_eq!(job::Entity::find().count(connection).await.unwrap(), 8);
    })
    .await;
}
