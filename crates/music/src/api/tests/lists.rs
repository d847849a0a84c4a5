use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _};

use super::Api;
use crate::API_PREFIX;
use crate::store::entities::{album_artist, track_artist, track_genre};
use crate::synthetic::Library;

#[tokio::test]
async fn tracks_of_an_album_come_in_its_order_and_name_everything() {
    let library = Library::new(25);
    let api = Api::with(&library).await;
    let album_id = &api.seeded.album_ids[1];
    let tracks = api.items(&format!("/tracks?album={album_id}")).await;
    assert_eq!(tracks.len(), 10);
    for (track, number) in tracks.iter().zip(1..) {
        assert_eq!(track["track_number"], number);
        assert_eq!(track["album"]["id"], album_id.as_str());
    }
    let first = &tracks[0];
    assert_eq!(first["title"], library.tracks[10].title);
    let artist = &library.artists[library.albums[1].artist];
    assert_eq!(first["artists"][0]["name"], artist.as_str());
    let id = first["id"].as_str().unwrap();
    assert_eq!(first["page_url"], format!("/music/tracks/{id}"));
    assert_eq!(
        first["stream_url"],
        format!("/api/music/v1/tracks/{id}/stream")
    );
    assert!(first["hls_url"].is_null());
}

#[tokio::test]
async fn several_artists_and_genres_come_in_the_order_of_the_tags() {
    Api::on_each(&Library::new(200), |api| async move {
        let (track_id, album_id) = (&api.seeded.track_ids[0], &api.seeded.album_ids[0]);
        // Not in the order of the ids, which rise.
        let latest_first = |ids: &[String]| ids.iter().rev().take(3).cloned().collect::<Vec<_>>();
        let artist_ids = latest_first(&api.seeded.artist_ids);
        let genre_ids = latest_first(&api.seeded.genre_ids);
        assert_eq!((artist_ids.len(), genre_ids.len()), (3, 3));
        let connection = api.store.connection();
        // The row that was there stands at 0.
        for (position, artist_id) in (-3..).zip(artist_ids.clone()) {
            let row = track_artist::Model {
                track_id: track_id.clone(),
                position,
                artist_id: artist_id.clone(),
            };
            row.into_active_model().insert(connection).await.unwrap();
            let row = album_artist::Model {
                album_id: album_id.clone(),
                position,
                artist_id,
            };
            row.into_active_model().insert(connection).await.unwrap();
        }
        for (position, genre_id) in (-3..).zip(genre_ids.clone()) {
            let row = track_genre::Model {
                track_id: track_id.clone(),
                position,
                genre_id,
            };
            row.into_active_model().insert(connection).await.unwrap();
        }
        let ids = |answer: &serde_json::Value, list: &str| {
            let items = answer[list].as_array().unwrap().iter().take(3);
            let ids = items.map(|item| item["id"].as_str().unwrap().to_owned());
            ids.collect::<Vec<_>>()
        };
        let track = api.get(&format!("/tracks/{track_id}")).await.json();
        assert_eq!(ids(&track, "artists"), artist_ids);
        assert_eq!(ids(&track, "genres"), genre_ids);
        let album = api.get(&format!("/albums/{album_id}")).await.json();
        assert_eq!(ids(&album, "artists"), artist_ids);
    })
    .await;
}

#[tokio::test]
async fn the_newest_track_comes_first() {
    let api = Api::with(&Library::new(25)).await;
    let tracks = api.items("/tracks?limit=1").await;
    assert_eq!(tracks[0]["id"], api.seeded.track_ids[24].as_str());
}

#[tokio::test]
async fn tracks_are_read_by_id_in_the_order_asked() {
    let api = Api::with(&Library::new(25)).await;
    let [a, b] = [&api.seeded.track_ids[7], &api.seeded.track_ids[3]];
    let tracks = api.items(&format!("/tracks?ids={a},unknown,{b}")).await;
    let ids: Vec<_> = tracks.iter().map(|track| &track["id"]).collect();
    assert_eq!(ids, [a.as_str(), b.as_str()]);
}

#[tokio::test]
async fn an_album_counts_its_tracks_and_their_time() {
    let api = Api::with(&Library::new(25)).await;
    let path = format!("/albums/{}", api.seeded.album_ids[2]);
    let album = api.get(&path).await.json();
    assert_eq!(album["track_count"], 5);
    // 140 s to 144 s.
    assert_eq!(album["duration_ms"], 710_000);
}

#[tokio::test]
async fn counts_of_artists_and_genres_add_up() {
    let library = Library::new(120);
    let api = Api::with(&library).await;
    let sum = |items: &[serde_json::Value], name: &str| -> i64 {
        items.iter().map(|item| item[name].as_i64().unwrap()).sum()
    };
    let artists = api.items("/artists").await;
    assert_eq!(sum(&artists, "track_count"), 120);
    assert_eq!(sum(&artists, "album_count"), 12);
    let genres = api.items("/genres").await;
    assert_eq!(sum(&genres, "track_count"), 120);
    for artist in artists {
        let path = format!("/albums?artist={}", artist["id"].as_str().unwrap());
        let albums = api.items(&path).await;
        assert_eq!(artist["album_count"], albums.len());
    }
}

#[tokio::test]
async fn filters_combine() {
    let library = Library::new(200);
    let api = Api::with(&library).await;
    let artist = library.albums[0].artist;
    let expected = library
        .tracks
        .iter()
        .filter(|track| library.albums[track.album].artist == artist && track.genre == 0)
        .count();
    let path = format!(
        "/tracks?artist={}&genre={}&limit=200",
        api.seeded.artist_ids[artist], api.seeded.genre_ids[0]
    );
    assert!(expected > 0);
    assert_eq!(api.items(&path).await.len(), expected);
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_with_its_own_code() {
    let api = Api::with(&Library::default()).await;
    for (path, code) in [
        ("/tracks/nothing", "music.track_not_found"),
        ("/albums/nothing", "music.album_not_found"),
        ("/artists/nothing", "music.artist_not_found"),
        ("/genres/nothing", "music.genre_not_found"),
    ] {
        assert_eq!(api.get(path).await.refusal(), (404, code.to_owned()));
    }
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused() {
    let api = Api::with(&Library::new(25)).await;
    let page = api.get("/tracks?sort=title&limit=1").await.json();
    let by_title = page["next"].as_str().unwrap();
    for path in [
        "/tracks?limit=0".to_owned(),
        "/tracks?limit=201".to_owned(),
        "/tracks?limit=many".to_owned(),
        "/tracks?sort=colour".to_owned(),
        "/tracks?cursor=%00".to_owned(),
        format!("/tracks?sort=added&cursor={by_title}"),
        format!("/albums?cursor={by_title}"),
        format!("/artists?cursor={by_title}"),
        "/tracks?ids=a&sort=title".to_owned(),
        format!("/tracks?ids={}", "a,".repeat(201)),
    ] {
        assert_eq!(api.get(&path).await.refusal().0, 400, "{path}");
    }
}

#[tokio::test]
async fn text_with_nul_is_refused_before_a_database_has_to() {
    Api::on_each(&Library::new(25), async |api| {
        let cursor = chassis::paging::encode_cursor(&("added", 0, "\0"));
        for (path, status) in [
            ("/tracks/%00".to_owned(), 404),
            ("/tracks/%00/lyrics".to_owned(), 404),
            ("/tracks?artist=%00".to_owned(), 400),
            ("/search?q=a%00".to_owned(), 400),
            (format!("/tracks?cursor={cursor}"), 400),
        ] {
            assert_eq!(api.get(&path).await.refusal().0, status, "{path}");
        }
        let page = api.app.get("/music/albums/%00").await;
        assert_eq!(page.status, 404);
        let play = serde_json::json!({"track_id": "\0"});
        let path = format!("{API_PREFIX}/plays");
        let refused = api.app.send_json(axum::http::Method::POST, &path, &play);
        assert_eq!(refused.await.refusal().0, 400);
    })
    .await;
}

#[tokio::test]
async fn only_an_album_has_the_order_of_an_album() {
    let api = Api::with(&Library::new(25)).await;
    let refused = api.get("/tracks?sort=position").await;
    assert_eq!(refused.refusal(), (400, "invalid".to_owned()));
    let artist_id = &api.seeded.artist_ids[0];
    let refused = api
        .get(&format!("/tracks?artist={artist_id}&sort=position"))
        .await;
    assert_eq!(refused.refusal(), (400, "invalid".to_owned()));
}
