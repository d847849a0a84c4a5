//! Lists that are longer than a page: following the links shows everything once.

use std::collections::BTreeSet;

use super::*;
use crate::synthetic::{Album, Track};

/// Rows of tracks, and links of cards.
const ROW: &str = "data-id";
const CARD: &str = "class=\"card-title\" href";

/// What an attribute says all along the first list that goes on, from page to page.
async fn collect(app: &App, path: &str, attribute: &str) -> Vec<String> {
    let mut shown: Vec<String> = Vec::new();
    let mut next = Some(path.to_owned());
    let mut seen = BTreeSet::new();
    while let Some(here) = next.take() {
        assert!(seen.insert(here.clone()), "a list without an end");
        let answer = get(app, &here, &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{here}");
        let html = answer.text();
        shown.extend(attributes(html, attribute).into_iter().map(str::to_owned));
        next = next_of(html);
    }
    shown
}

/// Where the first list of a page goes on.
fn next_of(html: &str) -> Option<String> {
    let (before, _) = html.split_once("\" rel=\"next\"")?;
    let (_, href) = before.rsplit_once("href=\"")?;
    Some(href.replace("&amp;", "&"))
}

/// One artist with so many albums, all of one track but the first one.
async fn one_artist(album_count: usize, track_count: usize) -> (App, Seeded) {
    let app = empty_app().await;
    let album = |number: usize| Album {
        title: format!("Album {number}"),
        artist: 0,
        released_on: number
            .is_multiple_of(2)
            .then(|| format!("20{:02}", number % 30)),
    };
    let track = |album: usize, number: usize| Track {
        title: format!("Track {number}"),
        album,
        track_number: i64::try_from(number).unwrap(),
        genre: 0,
    };
    let library = Library {
        artists: vec!["Neon River".to_owned()],
        albums: (0..album_count).map(album).collect(),
        tracks: (1..=track_count)
            .map(|number| track(0, number))
            .chain((1..album_count).map(|album| track(album, 1)))
            .collect(),
    };
    let store = Store::new(app.database.clone());
    let seeded = store.seed(&library, &app.clock).await.unwrap();
    (app, seeded)
}

#[tokio::test]
async fn following_the_links_shows_every_track_once() {
    let (app, seeded) = app_with(230).await;
    let shown = collect(&app, "/music/new", ROW).await;
    let newest_first: Vec<String> = seeded.track_ids.iter().rev().cloned().collect();
    assert_eq!(shown, newest_first);
    app.stop().await;
}

#[tokio::test]
async fn an_artist_shows_every_album_once_and_every_track_once() {
    let (app, seeded) = one_artist(130, 1).await;
    let path = format!("/music/artists/{}", seeded.artist_ids[0]);
    let first = get(&app, &path, &[]).await;
    assert_eq!(first.text().matches("rel=\"next\"").count(), 2);
    let mut albums = collect(&app, &path, CARD).await;
    albums.sort();
    let page_of = |id: &String| format!("/music/albums/{id}");
    let expected: BTreeSet<String> = seeded.album_ids.iter().map(page_of).collect();
    assert_eq!(albums, Vec::from_iter(expected));
    let more = get(&app, &next_of(first.text()).unwrap(), &[]).await;
    assert_eq!(more.text().matches("class=\"card\"").count(), 60);
    assert!(attributes(more.text(), ROW).is_empty());
    assert!(more.text().contains("name=\"robots\" content=\"noindex\""));
    let (_, tracks) = first.text().split_once("class=\"track-list\"").unwrap();
    let rest = collect(&app, &next_of(tracks).unwrap(), ROW).await;
    let shown: BTreeSet<_> = attributes(first.text(), ROW)
        .into_iter()
        .chain(rest.iter().map(String::as_str))
        .collect();
    assert_eq!((shown.len(), rest.len()), (130, 30));
    app.stop().await;
}

#[tokio::test]
async fn an_album_of_any_length_shows_every_track_once_in_its_order() {
    let (app, seeded) = one_artist(1, 503).await;
    let path = format!("/music/albums/{}", seeded.album_ids[0]);
    assert_eq!(collect(&app, &path, ROW).await, seeded.track_ids);
    app.stop().await;
}
