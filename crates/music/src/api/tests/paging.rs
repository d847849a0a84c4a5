use std::collections::HashSet;

use serde_json::Value;

use super::{Api, NOW_MS};
use crate::synthetic::{Album, Dice, Library, Track};

/// Names that collide, so that ties are decided by the id, and albums without a date.
fn crowded() -> Library {
    let mut library = Library::new(97);
    for (index, track) in library.tracks.iter_mut().enumerate() {
        if index % 3 == 0 {
            "같은 제목".clone_into(&mut track.title);
        }
    }
    for (index, album) in library.albums.iter_mut().enumerate() {
        if index % 2 == 0 {
            "같은 앨범".clone_into(&mut album.title);
        }
    }
    library
}

async fn walk(api: &Api, path: &str, limit: usize) -> Vec<Value> {
    let mut items = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = api
            .get(&format!("{path}limit={limit}{cursor}"))
            .await
            .json();
        let page_items = page["items"].as_array().unwrap();
        assert!(page_items.len() <= limit);
        items.extend(page_items.iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

fn ids(items: &[Value]) -> Vec<String> {
    let id = |item: &Value| item["id"].as_str().unwrap().to_owned();
    items.iter().map(id).collect()
}

#[tokio::test]
async fn every_list_gives_everything_once_in_the_same_order_for_any_page_size() {
    Api::on_each(&crowded(), |api| async move {
        let album_id = &api.seeded.album_ids[0];
        let artist_id = &api.seeded.artist_ids[0];
        let lists = [
            ("/tracks?sort=added&".to_owned(), Some(97)),
            ("/tracks?sort=title&".to_owned(), Some(97)),
            ("/tracks?sort=released&".to_owned(), Some(97)),
            (format!("/tracks?album={album_id}&"), Some(10)),
            (format!("/tracks?album={album_id}&sort=position&"), Some(10)),
            (format!("/tracks?artist={artist_id}&sort=title&"), None),
            ("/albums?".to_owned(), Some(10)),
            ("/albums?sort=title&".to_owned(), Some(10)),
            ("/albums?sort=released&".to_owned(), Some(10)),
            ("/artists?".to_owned(), None),
            ("/genres?".to_owned(), None),
        ];
        for (path, count) in lists {
            let whole = ids(&walk(&api, &path, 200).await);
            assert!(
                count.is_none_or(|count| count == whole.len()),
                "{path}: {}",
                whole.len()
            );
            assert_eq!(
                whole.iter().collect::<HashSet<_>>().len(),
                whole.len(),
                "{path}"
            );
            for limit in [1, 7, 10] {
                assert_eq!(
                    ids(&walk(&api, &path, limit).await),
                    whole,
                    "{path} by {limit}"
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn each_order_is_what_it_says() {
    Api::on_each(&crowded(), |api| async move {
        let keys = |items: &[Value], name: &str| -> Vec<String> {
            let text = |item: &Value| item[name].as_str().unwrap_or("").to_owned();
            items.iter().map(text).collect()
        };
        let is_falling = |keys: &[String]| keys.windows(2).all(|pair| pair[1] <= pair[0]);
        let added = walk(&api, "/tracks?sort=added&", 40).await;
        assert!(is_falling(&keys(&added, "added_at")));
        for path in ["/tracks?sort=released&", "/albums?sort=released&"] {
            let dates = keys(&walk(&api, path, 8).await, "released_on");
            assert!(is_falling(&dates), "{path}");
            assert!(dates.iter().any(String::is_empty) && !dates.iter().all(String::is_empty));
        }
        let titles = keys(&walk(&api, "/tracks?sort=title&", 40).await, "title");
        let sort_keys: Vec<String> = titles
            .iter()
            .map(|title| crate::search::sort_key(title))
            .collect();
        assert!(sort_keys.is_sorted());
    })
    .await;
}

#[tokio::test]
async fn what_stood_when_the_reading_began_comes_exactly_once_while_more_is_added() {
    Api::on_each(&crowded(), |api| async move {
        for sort in ["added", "title", "released"] {
            let path = format!("/tracks?sort={sort}&limit=9");
            let before: HashSet<String> =
                ids(&walk(&api, &format!("/tracks?sort={sort}&"), 200).await)
                    .into_iter()
                    .collect();
            let mut seen = Vec::new();
            let mut cursor = String::new();
            let mut dice = Dice(7);
            loop {
                let page = api.get(&format!("{path}{cursor}")).await.json();
                seen.extend(ids(page["items"].as_array().unwrap()));
                add_one(&api, &dice.name(), sort).await;
                match page["next"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            let unique: HashSet<&String> = seen.iter().collect();
            assert_eq!(unique.len(), seen.len(), "{sort}: something came twice");
            assert!(
                before.iter().all(|id| unique.contains(id)),
                "{sort}: something is missing"
            );
        }
    })
    .await;
}

async fn add_one(api: &Api, title: &str, sort: &str) {
    let library = Library {
        artists: vec![format!("{title} {sort}")],
        albums: vec![Album {
            title: title.to_owned(),
            artist: 0,
            released_on: Some("2001".to_owned()),
        }],
        tracks: vec![Track {
            title: title.to_owned(),
            album: 0,
            track_number: 1,
            genre: 0,
        }],
    };
    let clock = chassis::clock::Clock::manual(NOW_MS + 500_000);
    api.store.seed(&library, &clock).await.unwrap();
}
