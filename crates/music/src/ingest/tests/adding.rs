//! How what one import brings stands together.

use lofty::tag::ItemKey::{AlbumTitle, TrackArtist, TrackTitle};
use sea_orm::{EntityTrait as _, QueryOrder as _};
use testkit::each_database;

use crate::Migrator;
use crate::ingest::fixtures::Shelf;
use crate::store::entities::{album, artist, track};

#[tokio::test]
async fn the_newest_come_first_and_those_of_one_import_in_the_order_of_their_folders() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        shelf.write_track("old.wav", 220, &[(TrackTitle, "Old")]);
        shelf.import().await;
        for (name, pitch_hz, title) in [
            ("b/1.wav", 330, "B One"),
            ("a/2.wav", 440, "A Two"),
            ("a/1.wav", 550, "A One"),
        ] {
            shelf.write_track(name, pitch_hz, &[(TrackTitle, title)]);
        }
        shelf.import().await;
        let newest = track::Entity::find()
            .order_by_desc(track::Column::CreatedAtMs)
            .all(shelf.library.database.connection())
            .await
            .unwrap();
        let titles: Vec<_> = newest.iter().map(|track| track.title.as_str()).collect();
        assert_eq!(titles, ["A One", "A Two", "B One", "Old"]);
    })
    .await;
}

#[tokio::test]
async fn a_track_with_a_guest_stays_on_the_album() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        for (name, pitch_hz, artist) in [
            ("1.wav", 330, "이소라"),
            ("2.wav", 440, "이소라 feat. 박효신"),
            ("3.wav", 550, "이소라 (Feat. 윤하)"),
        ] {
            let tags = [(AlbumTitle, "겨울"), (TrackArtist, artist)];
            shelf.write_track(name, pitch_hz, &tags);
        }
        shelf.import().await;
        let connection = shelf.library.database.connection();
        let albums = album::Entity::find().all(connection).await.unwrap();
        assert_eq!(albums.len(), 1, "{albums:?}");
        let artists = artist::Entity::find().all(connection).await.unwrap();
        let mut names: Vec<_> = artists.into_iter().map(|artist| artist.name).collect();
        names.sort();
        assert_eq!(names, ["박효신", "윤하", "이소라"]);
    })
    .await;
}
