//! How names are spelled when tags differ only in that.

use lofty::tag::ItemKey::{self, AlbumArtist, AlbumTitle, Genre, TrackArtist, TrackTitle};
use sea_orm::EntityTrait as _;
use testkit::each_database;

use crate::Migrator;
use crate::ingest::ImportOptions;
use crate::ingest::fixtures::Shelf;
use crate::store::entities::{album, artist, genre};

const LOWER: [(ItemKey, &str); 5] = [
    (TrackTitle, "One"),
    (AlbumTitle, "abbey road"),
    (TrackArtist, "bts"),
    (AlbumArtist, "various artists"),
    (Genre, "k-pop"),
];
const RIGHT: [(ItemKey, &str); 5] = [
    (TrackTitle, "One"),
    (AlbumTitle, "Abbey Road"),
    (TrackArtist, "BTS"),
    (AlbumArtist, "Various Artists"),
    (Genre, "K-Pop"),
];
const LOWER_NAMES: [&str; 4] = ["abbey road", "bts", "k-pop", "various artists"];
const RIGHT_NAMES: [&str; 4] = ["Abbey Road", "BTS", "K-Pop", "Various Artists"];

/// Every album, artist and genre by name.
async fn names(shelf: &Shelf) -> Vec<String> {
    let connection = shelf.library.database.connection();
    let albums = album::Entity::find().all(connection).await.unwrap();
    let artists = artist::Entity::find().all(connection).await.unwrap();
    let genres = genre::Entity::find().all(connection).await.unwrap();
    let mut names: Vec<_> = albums.into_iter().map(|row| row.title).collect();
    names.extend(artists.into_iter().map(|row| row.name));
    names.extend(genres.into_iter().map(|row| row.name));
    names.sort();
    names
}

#[tokio::test]
async fn the_first_spelling_stays_while_no_track_changes() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        shelf.write_track("a.wav", 440, &LOWER);
        shelf.import().await;
        shelf.write_track("b.wav", 550, &RIGHT);
        shelf.import().await;
        assert_eq!(names(&shelf).await, LOWER_NAMES);
        let thorough = ImportOptions {
            is_thorough: true,
            ..ImportOptions::new(shelf.root())
        };
        shelf.import_with(&thorough).await;
        shelf.rename("b.wav", "c.wav");
        shelf.import().await;
        assert_eq!(names(&shelf).await, LOWER_NAMES);
    })
    .await;
}

#[tokio::test]
async fn a_retagged_track_takes_its_spelling_along() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        shelf.write_track("a.wav", 440, &LOWER);
        shelf.write_track("b.wav", 550, &LOWER);
        shelf.import().await;
        shelf.tag("a.wav", &RIGHT);
        assert_eq!(shelf.import().await.updated, 1);
        assert_eq!(names(&shelf).await, RIGHT_NAMES);
        let albums = album::Entity::find().all(shelf.library.database.connection());
        let album = albums.await.unwrap().remove(0);
        assert_eq!(album.sort_key, crate::search::sort_key("Abbey Road"));
    })
    .await;
}

#[tokio::test]
async fn names_that_come_back_are_spelled_as_they_come() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        shelf.write_track("a.wav", 440, &LOWER);
        shelf.write_track("other.wav", 330, &[(TrackTitle, "Other")]);
        shelf.import().await;
        shelf.remove("a.wav");
        shelf.import().await;
        shelf.write_track("b.wav", 550, &RIGHT);
        shelf.import().await;
        let names = names(&shelf).await;
        for name in RIGHT_NAMES {
            assert!(names.iter().any(|other| other == name), "{names:?}");
        }
    })
    .await;
}
