//! What stays the same track, what becomes another, what goes and what comes back.

use lofty::tag::ItemKey::{AlbumArtist, AlbumTitle, Genre, TrackArtist, TrackTitle};
use sea_orm::{
    ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _, ModelTrait as _, QueryOrder as _,
};
use testkit::each_database;

use crate::ingest::fixtures::Shelf;
use crate::ingest::{FileOutcome, ImportError, ImportEvent, ImportOptions, ImportSummary, import};
use crate::store::entities::{album, album_artist, artist, cover, genre, source, track};
use crate::store::{ArtistQuery, GenreQuery, SearchKind};
use crate::{Migrator, Store};

async fn tracks(shelf: &Shelf) -> Vec<track::Model> {
    track::Entity::find()
        .order_by_asc(track::Column::CreatedAtMs)
        .order_by_asc(track::Column::Title)
        .all(shelf.library.database.connection())
        .await
        .unwrap()
}

async fn only_track(shelf: &Shelf) -> track::Model {
    let mut tracks = tracks(shelf).await;
    assert_eq!(tracks.len(), 1, "{tracks:?}");
    tracks.remove(0)
}

/// How many tracks each genre and each artist has.
async fn track_counts(shelf: &Shelf) -> Vec<(String, i64)> {
    let store = Store::new(shelf.library.database.clone());
    let all = GenreQuery {
        after: None,
        limit: 10,
    };
    let genres = store.list_genres(&all).await.unwrap();
    let all = ArtistQuery {
        genre_id: None,
        after: None,
        limit: 10,
    };
    let artists = store.list_artists(&all).await.unwrap();
    let genres = genres.into_iter();
    let artists = artists.into_iter();
    genres
        .map(|record| (record.genre.name, record.track_count))
        .chain(artists.map(|record| (record.artist.name, record.track_count)))
        .collect()
}

#[tokio::test]
async fn importing_twice_changes_nothing() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        let artist = (TrackArtist, "아이유; Björk");
        shelf.write_track("a.wav", 440, &[(TrackTitle, "One"), artist, (Genre, "Pop")]);
        shelf.write_track(
            "b.wav",
            550,
            &[(TrackTitle, "Two"), artist, (AlbumTitle, "Both")],
        );
        assert_eq!(
            shelf.import().await,
            ImportSummary {
                added: 2,
                ..ImportSummary::default()
            }
        );
        let before = tracks(&shelf).await;
        let thorough = ImportOptions {
            is_thorough: true,
            ..ImportOptions::new(shelf.root())
        };
        for options in [ImportOptions::new(shelf.root()), thorough] {
            let (summary, _) = shelf.import_with(&options).await;
            assert_eq!(
                summary,
                ImportSummary {
                    unchanged: 2,
                    ..ImportSummary::default()
                }
            );
        }
        assert_eq!(tracks(&shelf).await, before);
        let connection = shelf.library.database.connection();
        let artists = artist::Entity::find().all(connection).await.unwrap();
        assert_eq!(artists.len(), 2);
        assert_eq!(
            genre::Entity::find().all(connection).await.unwrap().len(),
            1
        );
        assert_eq!(
            album::Entity::find().all(connection).await.unwrap().len(),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn two_imports_at_once_share_the_names_they_meet() {
    each_database::<Migrator>(async |database| {
        let shelves = [Shelf::new(database.clone()), Shelf::new(database)];
        for (shelf, pitch) in shelves.iter().zip([300, 500]) {
            for number in 0..8 {
                let name = format!("Name {number}");
                let tags =
                    [TrackTitle, TrackArtist, AlbumTitle, Genre].map(|key| (key, name.as_str()));
                shelf.write_track(&format!("{number}.wav"), pitch + 10 * number, &tags);
            }
        }
        let [one, other] = &shelves;
        let (one, other) = tokio::join!(Box::pin(one.import()), Box::pin(other.import()));
        assert_eq!((one.added, other.added), (8, 8));
        let connection = shelves[0].library.database.connection();
        let genres = genre::Entity::find().all(connection).await.unwrap();
        assert_eq!(genres.len(), 8);
        assert_eq!(track_counts(&shelves[0]).await[0].1, 2);
    })
    .await;
}

#[tokio::test]
async fn an_album_is_found_by_its_own_artist_and_title() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        let hits = (AlbumTitle, "Greatest Hits");
        let tags = [
            (TrackTitle, "Slow Dance"),
            (TrackArtist, "Kim"),
            hits,
            (AlbumArtist, "Many Voices"),
        ];
        shelf.write_track("a.wav", 440, &tags);
        shelf.import().await;
        let store = Store::new(shelf.library.database.clone());
        for typed in ["voices greatest", "many greatest hits", "greatezt voices"] {
            let query = crate::search::Query::parse(typed).unwrap();
            let hits = store.search(&query, 5).await.unwrap();
            assert_eq!(hits.ids(SearchKind::Album).len(), 1, "{typed}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_retagged_file_keeps_its_track_also_when_it_was_moved() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        shelf.write_track("a.wav", 440, &[(TrackTitle, "Wrong")]);
        shelf.import().await;
        let before = only_track(&shelf).await;
        shelf.tag("a.wav", &[(TrackTitle, "Right")]);
        assert_eq!(shelf.import().await.updated, 1);
        let retagged = only_track(&shelf).await;
        assert_eq!(
            (&retagged.id, retagged.title.as_str()),
            (&before.id, "Right")
        );
        assert_eq!(retagged.created_at_ms, before.created_at_ms);
        assert_ne!(retagged.content_hash, before.content_hash);

        shelf.rename("a.wav", "other/b.wav");
        shelf.tag("other/b.wav", &[(TrackTitle, "Better")]);
        let summary = shelf.import().await;
        assert_eq!((summary.updated, summary.removed), (1, 0));
        let moved = only_track(&shelf).await;
        assert_eq!((&moved.id, moved.title.as_str()), (&before.id, "Better"));
        assert_eq!(moved.deleted_at_ms, None);
    })
    .await;
}

#[tokio::test]
async fn a_moved_file_keeps_its_track() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        shelf.write_track("a.wav", 440, &[(TrackTitle, "One")]);
        shelf.import().await;
        let before = only_track(&shelf).await;
        shelf.rename("a.wav", "folder/z.wav");
        let summary = shelf.import().await;
        assert_eq!((summary.moved, summary.removed, summary.added), (1, 0, 0));
        assert_eq!(only_track(&shelf).await, before);
    })
    .await;
}

#[tokio::test]
async fn copies_are_one_track_until_their_tags_differ() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        shelf.write_track("a.wav", 440, &[]);
        shelf.write_track("b.wav", 440, &[]);
        shelf.import().await;
        // Untagged: the first path names it, the copy does not rename it.
        assert_eq!(only_track(&shelf).await.title, "a");
        let first_id = only_track(&shelf).await.id;

        shelf.tag("b.wav", &[(TrackTitle, "Second")]);
        assert_eq!(shelf.import().await.added, 1);
        let titles: Vec<_> = tracks(&shelf)
            .await
            .into_iter()
            .map(|row| (row.id, row.title))
            .collect();
        assert_eq!(titles.len(), 2);
        assert!(titles.contains(&(first_id, "a".to_owned())), "{titles:?}");

        shelf.remove("a.wav");
        assert_eq!(shelf.import().await.removed, 1);
        let deleted: Vec<_> = tracks(&shelf)
            .await
            .into_iter()
            .filter(|row| row.deleted_at_ms.is_some())
            .map(|row| row.title)
            .collect();
        assert_eq!(deleted, ["a"]);
    })
    .await;
}

#[tokio::test]
async fn a_removed_file_comes_back_as_the_same_track() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        let both = [(Genre, "Jazz"), (TrackArtist, "Kim")];
        shelf.write_track("a.wav", 440, &[(TrackTitle, "One"), both[0], both[1]]);
        shelf.write_track("b.wav", 550, &[(TrackTitle, "Two"), both[0], both[1]]);
        shelf.import().await;
        let counts = |count| [("Jazz".to_owned(), count), ("Kim".to_owned(), count)];
        assert_eq!(track_counts(&shelf).await, counts(2));
        let bytes = std::fs::read(shelf.path("a.wav")).unwrap();
        let id = tracks(&shelf)
            .await
            .into_iter()
            .find(|row| row.title == "One")
            .unwrap()
            .id;
        shelf.remove("a.wav");
        assert_eq!(shelf.import().await.removed, 1);
        let gone = tracks(&shelf)
            .await
            .into_iter()
            .find(|row| row.id == id)
            .unwrap();
        assert!(gone.deleted_at_ms.is_some());
        assert_eq!(track_counts(&shelf).await, counts(1));

        shelf.write("back/a.wav", &bytes);
        assert_eq!(shelf.import().await.restored, 1);
        let back = tracks(&shelf)
            .await
            .into_iter()
            .find(|row| row.id == id)
            .unwrap();
        assert_eq!((back.title.as_str(), back.deleted_at_ms), ("One", None));
        assert_eq!(track_counts(&shelf).await, counts(2));
    })
    .await;
}

#[tokio::test]
async fn another_recording_at_a_known_path_is_another_track() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        shelf.write_track("a.wav", 440, &[(TrackTitle, "Old")]);
        shelf.import().await;
        shelf.write_track("a.wav", 660, &[(TrackTitle, "New")]);
        assert_eq!(shelf.import().await.added, 1);
        let rows: Vec<_> = tracks(&shelf)
            .await
            .into_iter()
            .map(|row| (row.title, row.deleted_at_ms.is_some()))
            .collect();
        assert_eq!(rows, [("Old".to_owned(), true), ("New".to_owned(), false)]);
    })
    .await;
}

#[tokio::test]
async fn a_folder_that_is_suddenly_empty_deletes_nothing_unless_told() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        shelf.write_track("a.wav", 440, &[]);
        shelf.import().await;
        shelf.remove("a.wav");
        let mut options = ImportOptions::new(shelf.root());
        let refused = import(&shelf.library, &options, &mut |_| {})
            .await
            .unwrap_err();
        assert!(matches!(
            refused,
            ImportError::Vanished { known_count: 1, .. }
        ));
        assert_eq!(only_track(&shelf).await.deleted_at_ms, None);
        options.may_be_empty = true;
        assert_eq!(shelf.import_with(&options).await.0.removed, 1);
        assert!(only_track(&shelf).await.deleted_at_ms.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_stop_is_heard_while_paths_are_forgotten() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        for (name, pitch) in [("a.wav", 440), ("b.wav", 550), ("c.wav", 660)] {
            shelf.write_track(name, pitch, &[]);
        }
        shelf.import().await;
        shelf.remove("a.wav");
        shelf.remove("b.wav");
        let options = ImportOptions::new(shelf.root());
        let stopping = options.stopping.clone();
        let mut stop_at_the_first = |event| {
            if let ImportEvent::File {
                outcome: FileOutcome::Removed,
                ..
            } = event
            {
                stopping.cancel();
            }
        };
        let stopped = import(&shelf.library, &options, &mut stop_at_the_first);
        assert!(matches!(stopped.await, Err(ImportError::Stopped)));
        let deleted = |row: &track::Model| row.deleted_at_ms.is_some();
        assert_eq!(
            tracks(&shelf)
                .await
                .iter()
                .filter(|row| deleted(row))
                .count(),
            1
        );
        assert_eq!(shelf.import().await.removed, 1);
    })
    .await;
}

#[tokio::test]
async fn a_path_that_another_import_changed_meanwhile_is_not_touched() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        shelf.write_track("a.wav", 440, &[]);
        shelf.import().await;
        let store = Store::new(shelf.library.database.clone());
        let read = store
            .list_sources_below(shelf.root())
            .await
            .unwrap()
            .remove(0);
        let other = source::Model {
            track_id: "other".to_owned(),
            ..read.clone()
        };
        let connection = store.connection();
        other
            .clone()
            .into_active_model()
            .reset_all()
            .update(connection)
            .await
            .unwrap();
        let touched = source::Model {
            modified_at_ms: 1,
            ..read
        };
        store.touch_source(&touched).await.unwrap();
        let kept = store.list_sources_below(shelf.root()).await.unwrap();
        assert_eq!(kept.as_slice(), std::slice::from_ref(&other));

        other.delete(connection).await.unwrap();
        store.touch_source(&touched).await.unwrap();
        assert_eq!(store.list_sources_below(shelf.root()).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn two_spellings_of_an_albums_artist_are_one() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        let tags = [
            (TrackTitle, "One"),
            (AlbumTitle, "Both"),
            (AlbumArtist, "Foo; foo"),
        ];
        shelf.write_track("a.wav", 440, &tags);
        shelf.import().await;
        let connection = shelf.library.database.connection();
        let links = album_artist::Entity::find().all(connection).await.unwrap();
        assert_eq!(links.len(), 1, "{links:?}");
    })
    .await;
}

#[tokio::test]
async fn another_recording_at_a_path_is_a_new_track_and_the_old_one_is_removed() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        shelf.write_track("a.wav", 440, &[(TrackTitle, "One")]);
        shelf.import().await;
        shelf.write_track("a.wav", 550, &[(TrackTitle, "Another")]);
        let summary = shelf.import().await;
        assert_eq!((summary.added, summary.removed), (1, 1));
        let tracks = tracks(&shelf).await;
        let is_deleted = |track: &track::Model| track.deleted_at_ms.is_some();
        assert_eq!(tracks.iter().filter(|track| is_deleted(track)).count(), 1);
        // A copy of another track takes the path over.
        shelf.write_track("b.wav", 660, &[(TrackTitle, "Third")]);
        shelf.import().await;
        std::fs::copy(shelf.path("b.wav"), shelf.path("a.wav")).unwrap();
        let summary = shelf.import().await;
        assert_eq!((summary.added, summary.removed), (0, 1));
    })
    .await;
}

#[tokio::test]
async fn a_renamed_folder_is_moved_and_nothing_is_removed() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        shelf.write_track("old/a.wav", 440, &[(TrackTitle, "One")]);
        shelf.write_track("old/b.wav", 550, &[(TrackTitle, "Two")]);
        shelf.write_track("gone.wav", 660, &[(TrackTitle, "Three")]);
        shelf.import().await;
        shelf.rename("old", "new");
        shelf.remove("gone.wav");
        let (summary, files) = shelf.import_with(&ImportOptions::new(shelf.root())).await;
        assert_eq!((summary.moved, summary.removed), (2, 1));
        let outcomes: Vec<_> = files
            .iter()
            .map(|(path, outcome)| (path.as_str(), outcome.as_str()))
            .collect();
        assert_eq!(
            outcomes,
            [
                ("new/a.wav", "moved"),
                ("new/b.wav", "moved"),
                ("gone.wav", "removed")
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a_cover_or_lyrics_put_beside_a_track_are_noticed() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        shelf.write_track(
            "x/a.wav",
            440,
            &[(TrackTitle, "One"), (AlbumTitle, "Album")],
        );
        shelf.import().await;
        let connection = shelf.library.database.connection();
        let drawn = album::Entity::find()
            .one(connection)
            .await
            .unwrap()
            .unwrap();
        let is_generated = async |id: Option<String>| {
            let found = cover::Entity::find_by_id(id.unwrap()).one(connection).await;
            found.unwrap().unwrap().is_generated
        };
        assert_eq!(is_generated(drawn.cover_id.clone()).await, 1);
        assert_eq!(only_track(&shelf).await.cover_id, None);

        let mut png = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(8, 8)
            .write_to(&mut png, image::ImageFormat::Png)
            .unwrap();
        shelf.write("x/Cover.PNG", png.get_ref());
        shelf.write("x/a.lrc", "[00:01.00]la".as_bytes());
        assert_eq!(shelf.import().await.updated, 1);
        let row = only_track(&shelf).await;
        assert_eq!(row.lyrics_synced.as_deref(), Some("[00:01.000]la\n"));
        let album = album::Entity::find()
            .one(connection)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(album.cover_id, row.cover_id);
        assert_eq!(is_generated(album.cover_id).await, 0);
        assert_eq!(shelf.import().await.unchanged, 1);
    })
    .await;
}

#[tokio::test]
async fn lyrics_in_tags_are_kept_plain() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        let words = [
            (TrackTitle, "One"),
            (lofty::tag::ItemKey::UnsyncLyrics, "la\nla"),
        ];
        shelf.write_track("a.wav", 440, &words);
        shelf.import().await;
        assert_eq!(
            only_track(&shelf).await.lyrics_plain.as_deref(),
            Some("la\nla")
        );
    })
    .await;
}
