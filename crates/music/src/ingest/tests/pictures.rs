//! Which picture a track, an album and an artist have.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use lofty::config::WriteOptions;
use lofty::picture::{MimeType, Picture as Embedded, PictureType};
use lofty::tag::ItemKey::{AlbumArtist, AlbumTitle, TrackArtist, TrackTitle};
use lofty::tag::{Tag, TagExt as _, TagType};
use sea_orm::EntityTrait as _;
use testkit::each_database;

use crate::Migrator;
use crate::ingest::cover::Picture;
use crate::ingest::fixtures::Shelf;
use crate::store::entities::track;
use crate::store::{ArtistQuery, Store};

/// A picture file of one colour.
fn picture(shade: u8) -> Vec<u8> {
    let pixels = RgbImage::from_pixel(8, 8, Rgb([shade, 80, 120]));
    let mut png = Cursor::new(Vec::new());
    pixels.write_to(&mut png, ImageFormat::Png).unwrap();
    png.into_inner()
}

fn cover_id(picture: Vec<u8>) -> String {
    Picture::Encoded(picture).cover_id()
}

async fn cover_of_artist(shelf: &Shelf, name: &str) -> Option<String> {
    let store = Store::new(shelf.library.database.clone());
    let all = ArtistQuery {
        genre_id: None,
        after: None,
        limit: 10,
    };
    let artists = store.list_artists(&all).await.unwrap();
    let mut artists = artists.into_iter();
    let found = artists.find(|record| record.artist.name == name);
    found.unwrap().cover_id
}

/// A track of an album of its own; the name of its folder names all.
fn write_album(shelf: &Shelf, number: u8, artist: &str, guest: &str) {
    let title = format!("Album {number}");
    let tags = [
        (TrackTitle, "A track"),
        (AlbumTitle, title.as_str()),
        (AlbumArtist, artist),
        (TrackArtist, guest),
    ];
    shelf.write_track(&format!("{number}/a.wav"), 440 + u16::from(number), &tags);
}

#[tokio::test]
async fn an_artist_has_the_newest_picture_that_was_not_drawn() {
    each_database::<Migrator>(async |database| {
        let shelf = Shelf::new(database);
        // The ids of covers are in no order: five in a row are not right by luck.
        for number in 1..=5 {
            shelf.write(&format!("{number}/cover.png"), &picture(number));
            write_album(&shelf, number, "Somebody", "Guest");
            shelf.import().await;
            let newest = Some(cover_id(picture(number)));
            assert_eq!(cover_of_artist(&shelf, "Somebody").await, newest);
            assert_eq!(cover_of_artist(&shelf, "Guest").await, newest);
        }
        for number in 6..=9 {
            write_album(&shelf, number, "Somebody", "Guest");
            shelf.import().await;
            let newest = Some(cover_id(picture(5)));
            assert_eq!(cover_of_artist(&shelf, "Somebody").await, newest);
            assert_eq!(cover_of_artist(&shelf, "Guest").await, newest);
        }
        write_album(&shelf, 10, "Nobody", "Another guest");
        shelf.import().await;
        let drawn = cover_of_artist(&shelf, "Nobody").await;
        assert!(drawn.is_some());
        assert_eq!(cover_of_artist(&shelf, "Another guest").await, drawn);
        // A picture of somebody else's album says more than a drawing of their own.
        shelf.write("11/cover.png", &picture(11));
        write_album(&shelf, 11, "Host", "Lena");
        write_album(&shelf, 12, "Lena", "Somebody");
        shelf.import().await;
        let hosted = Some(cover_id(picture(11)));
        assert_eq!(cover_of_artist(&shelf, "Lena").await, hosted);
    })
    .await;
}

/// A track with a picture in its tags, whatever that is.
fn embed(shelf: &Shelf, name: &str, pitch: u16, data: &[u8], kind: MimeType) {
    shelf.write_track(name, pitch, &[]);
    let mut tag = Tag::new(TagType::Id3v2);
    tag.insert_text(TrackTitle, name.to_owned());
    let embedded = Embedded::unchecked(data.to_vec())
        .pic_type(PictureType::CoverFront)
        .mime_type(kind);
    tag.push_picture(embedded.build());
    tag.save_to_path(shelf.path(name), WriteOptions::default())
        .unwrap();
    shelf.touch(name);
}

async fn covers(shelf: &Shelf) -> Vec<(String, Option<String>)> {
    let tracks = track::Entity::find().all(shelf.library.database.connection());
    let tracks = tracks.await.unwrap().into_iter();
    tracks.map(|row| (row.title, row.cover_id)).collect()
}

#[tokio::test]
async fn a_picture_that_cannot_be_used_does_not_hide_the_next_best() {
    let (_folder, database) = testkit::new_sqlite::<Migrator>().await;
    let shelf = Shelf::new(database);
    let cut = b"\xff\xd8\xff\xe0\0\x10JFIF\0 and no more";
    embed(
        &shelf,
        "tiff/a.wav",
        440,
        b"II*\0\x08\0\0\0",
        MimeType::Tiff,
    );
    let link = MimeType::Unknown("-->".to_owned());
    embed(
        &shelf,
        "link/a.wav",
        450,
        b"https://example.org/a.jpg",
        link,
    );
    embed(&shelf, "both/a.wav", 460, cut, MimeType::Jpeg);
    shelf.write("both/cover.jpg", cut);
    shelf.write_track("broken/a.wav", 470, &[]);
    shelf.write("broken/cover.jpg", cut);
    shelf.write_track("folder/a.wav", 480, &[]);
    std::fs::create_dir(shelf.path("folder/cover.jpg")).unwrap();
    shelf.write_track("nowhere/a.wav", 490, &[]);
    std::os::unix::fs::symlink("/nowhere", shelf.path("nowhere/cover.jpg")).unwrap();
    for name in ["tiff", "link", "both", "broken", "folder", "nowhere"] {
        shelf.write(&format!("{name}/front.png"), &picture(200));
    }
    assert_eq!(shelf.import().await.added, 6);
    for (title, cover) in covers(&shelf).await {
        assert_eq!(cover, Some(cover_id(picture(200))), "{title}");
    }
    // What comes second is looked at, too, when it changes.
    shelf.write("broken/front.png", &picture(100));
    assert_eq!(shelf.import().await.updated, 1);
}
